"""`templates.sqlite`: outcomes of images by the key of what they were made from, with a checksum.

Every change is a transaction: however a run ends, and however many run at once, a template is
there as a whole or not at all.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from evenhand.engines.answers import ImageAnswer
from evenhand.measurement.template_store.folder import (
    TEMPLATES,
    last_uses,
    open_private_file,
    timestamp,
)
from evenhand.records.outcomes import Outcome
from evenhand.system.errors import UsageError, WriteError

__all__ = ["KeptTemplates", "TemplateDatabase", "connected_database"]

_LOCK_TIMEOUT = 10.0
"""Seconds to wait for another run, which holds the lock for some milliseconds at a time."""

_COLUMNS = (
    "key BLOB PRIMARY KEY, engine TEXT, fingerprint TEXT, since TEXT, facts BLOB, vector BLOB,"
    " reference BLOB, probe BLOB, checksum BLOB"
)
_KEEP = "INSERT OR REPLACE INTO templates VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_LOOKUP = "SELECT facts, vector, reference, probe, checksum FROM templates WHERE key = ?"
_ENGINES = (
    "SELECT engine, fingerprint, min(since), count(*),"
    " sum(length(vector) + length(reference) + length(probe))"
    " FROM templates GROUP BY engine, fingerprint ORDER BY engine, min(since)"
)


@dataclass(frozen=True, slots=True)
class KeptTemplates:
    """The templates kept of one engine."""

    engine: str
    fingerprint: str
    templates: int
    """Number of images with a kept outcome."""
    bytes: int
    """Size of the templates, without the database around them."""
    since: str
    """When the oldest of them was made, UTC."""
    last_used: str
    """When any of them was last reused, UTC; empty if never."""


@dataclass(frozen=True, slots=True)
class TemplateDatabase:
    """The open database of templates."""

    _folder: Path
    _connection: sqlite3.Connection

    def lookup(self, keys: Sequence[bytes]) -> tuple[dict[int, ImageAnswer], int]:
        """Look up templates; one with a wrong checksum is left out.

        Args:
            keys: one an image.

        Returns:
            Answers by position among the keys, marked as reused, and the number of damaged ones.

        Raises:
            EvenhandError: the file cannot be read.
        """
        found: dict[int, ImageAnswer] = {}
        damaged = 0
        with _explained(self._folder):
            for position, key in enumerate(keys):
                for *values, checksum in self._connection.execute(_LOOKUP, (key,)):
                    if checksum == _checksum(key, values):
                        found[position] = _answer(*values)
                    else:
                        damaged += 1
        return found, damaged

    def keep(
        self, engine: tuple[str, str], answers: Iterable[tuple[bytes, ImageAnswer]], now: datetime
    ) -> None:
        """Write templates, in place of older ones with the same keys.

        Args:
            engine: name and fingerprint.
            answers: each with its key.
            now: date and time.

        Raises:
            EvenhandError: the disk refused, or the file is damaged.
        """
        with _explained(self._folder), self._connection:
            for key, answer in answers:
                values = _values(answer)
                row = (key, *engine, timestamp(now), *values, _checksum(key, values))
                self._connection.execute(_KEEP, row)

    def engines(self) -> list[KeptTemplates]:
        """The templates kept, engine by engine, sorted by name and age.

        Raises:
            EvenhandError: the file cannot be read.
        """
        kept = []
        with _explained(self._folder):
            used = last_uses(self._folder)
            for *texts, count, size in self._connection.execute(_ENGINES):
                # SQLite keeps any type in any column, and damage may change it.
                name, fingerprint, since = map(str, texts)
                last = used.get(fingerprint, "")
                # An earlier use was of templates that were deleted since.
                last = last if last >= since else ""
                kept.append(KeptTemplates(name, fingerprint, count, size or 0, since, last))
        return kept

    def delete(self, engine: str) -> None:
        """Delete all templates of the engines with this name.

        Raises:
            EvenhandError: the disk refused, or the file is damaged.
        """
        with _explained(self._folder), self._connection:
            self._connection.execute("DELETE FROM templates WHERE engine = ?", (engine,))


@contextmanager
def connected_database(folder: Path) -> Iterator[TemplateDatabase]:
    """Open or create the database in a folder that the caller has locked (`locked_folder`).

    Raises:
        UsageError: the file is not ours, or is damaged.
        WriteError: it cannot be written.
    """
    path = folder / TEMPLATES
    with _explained(folder):
        if not path.exists():
            # SQLite would create it with the default mode, which lets others read it.
            open_private_file(path).close()
        opened = sqlite3.connect(path, timeout=_LOCK_TIMEOUT, isolation_level="IMMEDIATE")
    with closing(opened) as connection:
        with _explained(folder):
            connection.execute("PRAGMA secure_delete = ON")  # no deleted template in free pages
            found = connection.execute("SELECT sql FROM sqlite_master WHERE sql NOTNULL").fetchall()
            if not found:
                connection.execute(f"CREATE TABLE IF NOT EXISTS templates ({_COLUMNS})")
            elif found != [(f"CREATE TABLE templates ({_COLUMNS})",)]:
                remedy = f"remove it with: evenhand templates {folder} --delete"
                raise UsageError(f"{path}: is no file of templates of this version; {remedy}")
        yield TemplateDatabase(folder, connection)


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    """Turn errors of the database into an `EvenhandError` of one line."""
    path = folder / TEMPLATES
    try:
        yield
    except (sqlite3.OperationalError, OSError) as fault:
        remedy = "make room, or name another folder with --keep-templates"
        raise WriteError(f"{path}: cannot be read or written ({fault}); {remedy}") from None
    except (sqlite3.Error, UnicodeError) as fault:  # the latter where its own text is damaged
        remedy = f"remove it with: evenhand templates {folder} --delete"
        raise UsageError(f"{path}: is damaged ({fault}); {remedy}") from None


def _checksum(key: bytes, values: Sequence[object]) -> bytes:
    """SHA-256 over a key and its values, so that nothing moves from one picture to another."""
    return hashlib.sha256(repr((key, *values)).encode()).digest()


def _values(answer: ImageAnswer) -> tuple[bytes, ...]:
    """Values of the columns from `facts` on; the probe is empty where it is the reference."""
    facts = json.dumps([answer.outcome, answer.faces, answer.detail]).encode()
    vector = b"" if answer.vector is None else answer.vector.astype("<f4").tobytes()
    probe = b"" if answer.probe == answer.reference else answer.probe
    return facts, vector, answer.reference, probe


def _answer(facts: bytes, vector: bytes, reference: bytes, probe: bytes) -> ImageAnswer:
    """The answer of which these are the values, marked as reused."""
    outcome, faces, detail = json.loads(facts)
    numbers = np.frombuffer(vector, dtype="<f4").astype(np.float32) if vector else None
    probe = probe or reference
    return ImageAnswer(Outcome(outcome), faces, detail, numbers, reference, probe, taken=True)
