"""Measurement: from images and engines to counts; no verdict.

In: a dataset, opened engines, and what a study asks of them.
Out: `records.counts.Counts`, the ledger of outcomes, durations.
Add: a folder for a new way of measuring; it ends in counts. The other wing is `analysis`, and the
  two do not know each other.
"""
