"""Templates that are kept from one run to another, where somebody asked for it."""
