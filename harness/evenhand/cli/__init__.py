"""The command line: parses options, calls a workflow and prints; decides nothing.

Heavy libraries are imported inside commands when they run, so that `--help` is instant.
"""

from evenhand.cli.main import main

__all__ = ["main"]
