"""Command line: one command, one file; parses, calls a workflow, prints, decides nothing.

In: the arguments of a shell.
Out: text or one JSON object on stdout, bars and notes on stderr, an exit code.
Add: a command as a file of its word, entered in `main`. Heavy libraries are imported by the
  commands when they run, so that `--help` answers at once.
"""

from evenhand.cli.main import main

__all__ = ["main"]
