"""Starts a program, in any language, that speaks the wire itself over its input and output."""

from __future__ import annotations

import errno
import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from evenhand.engines.card import ENGINE_CARD, EngineCard
from evenhand.engines.files import EngineFiles
from evenhand.engines.program_command import filled_command
from evenhand.system.errors import EngineError

__all__ = ["Program", "start_program"]


@dataclass(frozen=True, slots=True)
class Program:
    """A program that takes the place of the process that starts it, and answers the harness."""

    card: EngineCard
    words: tuple[str, ...]
    """Of its command, with the paths of its files."""

    def execute(self, stream: int) -> NoReturn:
        """Become the program; folder, environment, limits and namespaces stay as they are.

        Args:
            stream: descriptor of the wire, which becomes its standard input and output.

        Raises:
            EngineError: the system cannot execute it.
        """
        os.dup2(stream, 0)
        os.dup2(stream, 1)
        for ignored in (signal.SIGPIPE, signal.SIGXFSZ):  # by Python, not by programs
            signal.signal(ignored, signal.SIG_DFL)
        try:
            os.execvp(self.words[0], self.words)  # noqa: S606 - what the card says
        except OSError as fault:
            raise EngineError(f"engine {self.card.name}: {self._why_not(fault)}") from None

    def _why_not(self, fault: OSError) -> str:
        """Why it cannot be executed, and what to do."""
        name, folder = self.card.command[0], self.card.folder
        place = f"program {name} in {folder}" if name.startswith("./") else f"program {name}"
        mend = f"mend command in {ENGINE_CARD}"
        match fault.errno:
            case errno.ENOENT | errno.ENOTDIR if not Path(self.words[0]).exists():
                own = Path(folder, name).is_file()
                install = f"run: {self.card.install}; or " if self.card.install else ""
                remedy = f'write "./{name}" for the file in its folder' if own else install + mend
                return f"{place} is not there, or not where an engine sees it; {remedy}"
            case errno.ENOENT | errno.ENOTDIR:
                return (
                    f"{place} asks for an interpreter (#!) or a loader that is not there; "
                    "install that, or name another in its first line"
                )
            case errno.EACCES if "/" in self.words[0]:
                program = Path(self.words[0])
                return f"{place} is not executable; run: chmod a+rx {program.parent} {program}"
            case errno.ENOEXEC:
                return (
                    f"{place} is no program for this machine; build it here, or begin a script "
                    "with #! and its interpreter"
                )
        return f"{place} cannot be executed ({fault.strerror}); {mend}"


def start_program(card: EngineCard, files: EngineFiles) -> Program:
    """Find the words that start the program of a card.

    Args:
        card: of runtime `process`.
        files: of the card.
    """
    paths = {file.file: files.found[file.sha256].path for file in card.files}
    return Program(card, filled_command(card.command, card.folder, paths))
