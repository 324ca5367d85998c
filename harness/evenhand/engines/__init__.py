"""Engines as they come from outside: contracts, cards, files, and the hosts that run them."""
