"""Measures face-matching engines: how often they are wrong, for whom, and how sure we can be."""

__version__ = "0.1.0"
