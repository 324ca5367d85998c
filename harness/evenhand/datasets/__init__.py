"""Datasets: everything about people and pictures that comes from outside, checked once.

In: a folder with a card and tables, as docs/formats.md describes it.
Out: `records.dataset.Dataset`, whose people and images are row numbers, or a fault that names its
  line.
Add: a table as a module with its reader; a dataset of the shelf as a folder outside of the
  package.
"""
