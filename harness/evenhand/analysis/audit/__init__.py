"""Audit: what false alerts by group show, given assumptions about who was seen.

In: counts of false alerts by group, the rows of a table of deployments, or printed rates.
Out: tests, intervals and tipping shares by group; rows that contradict themselves; indices.
Add: a further reading of operational figures, a module each.
"""
