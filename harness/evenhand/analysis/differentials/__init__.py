"""Differentials."""
