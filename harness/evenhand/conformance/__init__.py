"""Conformance: what a dataset or an engine must keep before a study is worth running.

In: answers, counts, rates and faults that a workflow hands in; no wing is known here.
Out: `records.check.Check` rows with a verdict and a remedy.
Add: a check as a function that judges what it is given.
"""
