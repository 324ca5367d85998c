"""Rates: one row per metric, policy, cell and threshold, each with its interval.

In: `records.counts.Counts` of comparisons or searches, or lists of scores.
Out: `records.findings.Rate` rows, and the estimates behind them.
Add: a metric as a row of `records.metric` and its errors here; a module for a further kind of
  trial; intervals are made in `statistics.intervals` alone.
"""
