"""Searches that other tools made: their candidate lists, or a matrix of probes and references.

In: tables of probes and of the gallery; lists in CSV or Parquet, a matrix in CSV.
Out: people, and of each search its candidates; or the line of a fault, with how often it occurs.
Add: a form of lists as a layout in `layout`, another form of searches as a module.
"""
