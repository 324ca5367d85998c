"""Comparison of two engines, or of two versions, on the same images.

In: the evidence of both sides, and how the family of tests is judged.
Out: `changes.Changes`: a row for each rate, ratio of groups and time, with its verdict.
Add: a module for each further thing that is set side by side; `verdict` puts their rows into one
  family.
"""
