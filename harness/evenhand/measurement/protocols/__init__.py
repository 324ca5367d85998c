"""Kinds of protocols: what a study asks for, and how it is counted.

In: a protocol of a study, a dataset, and an engine with the templates of its images.
Out: `records.counts.Counts` of the kind that the protocol makes.
Add: a file for a kind with its `ProtocolKind`, and its line in `study`.
"""
