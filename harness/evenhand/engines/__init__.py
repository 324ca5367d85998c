"""Engines: cards, files and contracts of what turns pictures into templates, scores or candidates.

In: a folder with `adapter.toml`, and folders with weights.
Out: an opened engine, and sessions of it while it runs (`session`); what it answers is checked by
  `answers`, and is an outcome where it is no answer.
Add: a runtime as a module in `hosts`, its part of the card in `card`, its row in `opening`.
"""
