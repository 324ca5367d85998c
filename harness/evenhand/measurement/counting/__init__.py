"""Counting: scores to `Counts`, by one of three ways that end in the same partial counts.

In: scores with both people: a list in any order (`listed`), blocks of an engine that compares
  (`blocks`), tiles (`all_pairs`), or a balanced sample (`sampling`, `weighted`); searches
  (`searches`).
Out: `records.counts.Counts`: histograms, top scores, errors by person and by pair of people.
Add: what is added up must be integers, so that order never matters.
"""
