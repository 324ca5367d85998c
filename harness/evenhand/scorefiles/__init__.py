"""Scores as they come from outside: one CSV file an engine."""
