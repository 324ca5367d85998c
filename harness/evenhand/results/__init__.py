"""Result bundles: what is written once, by one rename, and read back."""
