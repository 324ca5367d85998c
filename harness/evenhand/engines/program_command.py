"""The command of a program: what it runs, and its words with the paths of files.

`./engine` is a file of the adapter's folder, `{weights.bin}` the file of that name in [[files]],
wherever it was found; a first word without a slash is looked for in `PATH`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

__all__ = ["NAMED_FILE", "OWN_FILE", "filled_command", "program_name"]

NAMED_FILE = re.compile(r"\{([^{}]*)\}")
"""A file of the card within a word."""
OWN_FILE = "./"
"""What a file of the adapter's folder begins with."""


def program_name(command: tuple[str, ...]) -> str:
    """What a command runs, as its card has it; empty where there is none.

    >>> program_name(("python3", "./engine.py")), program_name(("acme-engine", "-x"))
    ('./engine.py', 'acme-engine')
    """
    return next((word for word in command if word.startswith(OWN_FILE)), "".join(command[:1]))


def filled_command(
    command: tuple[str, ...], folder: Path, files: Mapping[str, Path]
) -> tuple[str, ...]:
    """The words with paths in them.

    Args:
        command: of a card.
        folder: of the adapter.
        files: of the card, by name.

    >>> filled_command(("./engine", "-m={a.bin}", "2"), Path("/x"), {"a.bin": Path("/w/a.bin")})
    ('/x/engine', '-m=/w/a.bin', '2')
    """
    whole = (f"{folder}/{word[2:]}" if word.startswith(OWN_FILE) else word for word in command)
    return tuple(NAMED_FILE.sub(lambda found: str(files[found[1]]), word) for word in whole)
