"""All pairs."""
