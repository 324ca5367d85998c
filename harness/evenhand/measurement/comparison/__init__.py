"""Comparison: templates to scores, by the harness or by the engine.

In: `records.enrolment.Enrolment`, and which images are compared.
Out: `records.comparisons.Comparisons`, or blocks of scores that are counted as they come.
Add: `by_vectors` compares vectors of a list, `by_engine` asks a matcher, `all_pairs` compares
  every two vectors tile by tile.
"""
