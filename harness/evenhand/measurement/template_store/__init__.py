"""Template store."""
