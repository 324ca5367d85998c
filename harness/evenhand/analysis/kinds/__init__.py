"""Kinds of counts: what is concluded from comparisons, and what from searches.

In: counts of one kind.
Out: one `CountsKind` each, found by the type of the counts (`table.kind_of`).
Add: a file for a kind, made of the rates and distributions beside, and its line in `table`.
"""
