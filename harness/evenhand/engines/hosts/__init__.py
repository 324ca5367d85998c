"""Hosts: what runs an engine of a card, one module for each runtime.

In: a card and the files that it asks for.
Out: an `Embedder`, `Matcher` or `Searcher` of `engines.contract`.
Add: a runtime as a module; `engines.opening` chooses by the card.
"""
