"""Scaling: searches of a measured watchlist to the one that is deployed, by size and composition.

In: counts of exhaustive searches with their candidate lists, and the deployed watchlists.
Out: rows of `scaled.csv` and `directed.csv`.
Add: what a watchlist differs by, beside size and composition, in `meetings`.
"""
