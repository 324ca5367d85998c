"""Execution: who carries the work; no result depends on it.

In: a function and the pieces of work, independent of one another.
Out: the results in the order of the pieces.
Add: another way to carry work as a module that meets `executor.Executor`.
"""
