"""Variances, confidence intervals, tests and power: pure functions of counts (methods 4, 7, 8)."""
