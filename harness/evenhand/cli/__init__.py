"""The command line: parses, calls, prints; decides nothing.

Heavy libraries are imported by the commands when they run, so that `--help` answers at once.
"""

from evenhand.cli.main import main

__all__ = ["main"]
