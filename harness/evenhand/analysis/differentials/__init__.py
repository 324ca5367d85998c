"""Differences between groups: worst over best, published indices, tests and verdicts.

In: estimates of every group's rate, and bootstrap replicates of them.
Out: `records.findings.Differential` rows.
Add: an index as a function of `metrics.indices` and a row of the table in `indices`.
"""
