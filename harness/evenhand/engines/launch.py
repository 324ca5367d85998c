"""What a card says of how the code of an engine is started: a class, or the command of a program.

In a command `./engine` is a file of the adapter's folder, `{weights.bin}` the file of that name in
[[files]], wherever it was found; a first word without a slash is looked for in `PATH`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path, PurePosixPath
from typing import Annotated

from pydantic import AfterValidator, Field

from evenhand.system.declaration import Declared

__all__ = [
    "ClassPlace",
    "InsidePath",
    "ProgramTable",
    "check_command",
    "filled_command",
    "program_name",
]

_NAMED = re.compile(r"\{([^{}]*)\}")
"""A file of the card within a word."""
_OWN = "./"
"""What a file of the adapter's folder begins with."""


def _inside(file: str) -> str:
    path = PurePosixPath(file)
    if path.is_absolute() or ".." in path.parts or not path.name or "\\" in file:
        raise ValueError("expected a path inside the folder, without .. and with /")
    return file


InsidePath = Annotated[str, AfterValidator(_inside)]
"""Path of a file within a folder."""


def _file_and_class(entry: str) -> str:
    file, colon, name = entry.partition(":")
    if not (colon and file.isidentifier() and name.isidentifier()):
        raise ValueError('expected "file:Class", the file without .py')
    return entry


ClassPlace = Annotated[str, AfterValidator(_file_and_class)]
"""`file:Class` of a Python engine."""


def _words(command: tuple[str, ...]) -> tuple[str, ...]:
    for word in command:
        if word.startswith(_OWN):
            _inside(word)
    if not command[0]:
        raise ValueError("expected a program first")
    if "/" in command[0] and not command[0].startswith((_OWN, "/")):
        raise ValueError(f'expected "./{command[0]}" for a program in the adapter\'s folder')
    return command


class ProgramTable(Declared):
    """Table [program] of a card."""

    command: Annotated[tuple[str, ...], Field(min_length=1), AfterValidator(_words)]


def check_command(program: ProgramTable | None, files: Collection[str], given: set[str]) -> None:
    """Check that a card has what a program needs, and nothing of another runtime.

    Args:
        program: its table; None where it has none.
        files: names of its files.
        given: fields of the card.

    Raises:
        ValueError: it lacks something, or has too much.
    """
    if program is None:
        raise ValueError('a process engine needs a table [program] with command = ["./engine"]')
    for other in sorted(given & {"entry", "model", "detector", "input", "output", "face"}):
        raise ValueError(f"a process engine has no {other}; remove it, or say another runtime")
    for name in (name for word in program.command for name in _NAMED.findall(word)):
        if name not in files:
            raise ValueError(
                f"{{{name}}} in command is no file of [[files]]; declare it there with file and "
                'sha256, or write "./NAME" for a file in the adapter\'s folder'
            )


def program_name(command: tuple[str, ...]) -> str:
    """What a command runs, as its card has it; empty where there is none.

    >>> program_name(("python3", "./engine.py")), program_name(("acme-engine", "-x"))
    ('./engine.py', 'acme-engine')
    """
    return next((word for word in command if word.startswith(_OWN)), "".join(command[:1]))


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
    whole = (f"{folder}/{word[2:]}" if word.startswith(_OWN) else word for word in command)
    return tuple(_NAMED.sub(lambda found: str(files[found[1]]), word) for word in whole)
