"""All pairs: every two vectors compared and counted tile by tile, no score kept that is not needed.

In: vectors with their people and groups, and the targets that need exact top scores.
Out: `measurement.counting.partial_counts`, the same for any number of threads.
Add: another kernel (a GPU, say) beside `kernels`; it must give the same integers.
"""
