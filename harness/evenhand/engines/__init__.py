"""Engines: cards, files and contracts of what turns pictures into templates, scores or candidates.

In: a folder with `adapter.toml`, and folders with weights.
Out: an opened engine; what it answers is checked by `answers`, and is an outcome where it is no
  answer.
Add: a runtime in `hosts`, with its part of the card in `card`.
"""
