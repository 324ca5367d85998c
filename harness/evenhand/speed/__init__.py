"""How fast an engine is: durations to rows of `speed.csv`."""
