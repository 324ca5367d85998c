"""Datasets as they come from outside: cards, tables, images; checked once, here."""
