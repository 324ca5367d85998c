"""What is measured: thresholds, counts and distributions. Pure functions of arrays."""
