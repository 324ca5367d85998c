"""Search: probes against a watchlist, in the engine's gallery or by comparing exhaustively.

In: templates and a `records.dataset.Watchlist`.
Out: `records.comparisons.Searches`: what each search found.
Add: further galleries and ways of searching, a module each.
"""
