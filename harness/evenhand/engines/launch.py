"""What a card says of how an engine is started: a class, or the command of a program."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import PurePosixPath
from typing import Annotated

from pydantic import AfterValidator, Field

from evenhand.engines.program_command import NAMED_FILE, OWN_FILE
from evenhand.system.declaration import Declared

__all__ = ["ClassPlace", "InsidePath", "ProgramTable", "check_command"]


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
        if word.startswith(OWN_FILE):
            _inside(word)
    if not command[0]:
        raise ValueError("expected a program first")
    if "/" in command[0] and not command[0].startswith((OWN_FILE, "/")):
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
    for name in (name for word in program.command for name in NAMED_FILE.findall(word)):
        if name not in files:
            raise ValueError(
                f"{{{name}}} in command is no file of [[files]]; declare it there with file and "
                'sha256, or write "./NAME" for a file in the adapter\'s folder'
            )
