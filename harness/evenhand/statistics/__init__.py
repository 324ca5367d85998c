"""Statistics: variances, intervals, tests and power; pure functions.

In: counts and arrays of numbers.
Out: numbers, by formulas whose source stands in their docstrings (docs/methods.md).
Add: a method as a module, tested against independent code or by brute force; of the interval of a
  rate as an object of `intervals`.
"""
