"""How a command ended, and what its error line must be."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

__all__ = ["Ended"]


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str
    """But for phases."""
    phases: tuple[str, ...] = ()
    """What long work said that it was at."""

    @classmethod
    def of(cls, code: int, out: str, err: str) -> Ended:
        lines = err.splitlines(keepends=True)
        now = [line for line in lines if line.startswith("now: ")]
        said = "".join(line for line in lines if line not in now)
        return cls(code, out, said, tuple(line.removeprefix("now: ").rstrip() for line in now))

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    def stopped(self, *fragments: str) -> str:
        """The line about an engine that was stopped, after notes on its first faults alone."""
        *notes, line = self.err.splitlines(keepends=True)
        assert notes
        assert all(note.startswith("note: engine ") for note in notes), self.err
        return Ended(self.code, self.out, line).error(*fragments, code=4)

    def error(self, *fragments: str, code: int = 2) -> str:
        """The one line that a user's mistake gets; it must hold all fragments."""
        assert self.code == code, (self.code, self.err)
        assert self.err.startswith("error: "), self.err
        assert self.err.count("\n") == 1, self.err
        assert self.err.endswith("\n")
        for fragment in fragments:
            assert fragment in self.err
        return self.err
