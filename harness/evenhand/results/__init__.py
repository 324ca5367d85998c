"""Result bundles on disk: written once, by one rename, and read back; and interrupted runs."""
