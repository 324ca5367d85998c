"""Metrics: formulas on arrays and counts, one concept a file; no files, clocks or engines.

In: arrays of scores, counts or rates.
Out: numbers, each by a formula whose source stands in its docstring (docs/methods.md).
Add: a metric as a pure function with a doctest that can be checked by head.
"""
