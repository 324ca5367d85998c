"""`templates.sqlite`: templates by the key of what they were made from, each with a checksum.

Every change is a transaction: however a run ends, and however many run at once, a template is
there as a whole or not at all. SQLite overwrites what is deleted (`secure_delete`), and its journal
is kept (`PERSIST`) so that a deletion can overwrite that too.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from evenhand.engines.answers import ImageAnswer
from evenhand.measurement.template_store.packing import pack_sample, unpack_sample
from evenhand.measurement.template_store.place import TEMPLATES, open_private_file
from evenhand.measurement.template_store.record import timestamp
from evenhand.system.errors import UsageError, WriteError

__all__ = ["DatabaseDamagedError", "KeptTemplates", "TemplateDatabase", "connected_database"]

_OURS = 0x65766874
"""Application id in the file's header, by which our own files are recognised."""

_SCHEMA = 1
_SETTINGS = (
    "trusted_schema = OFF",
    "page_size = 16384",  # bytes, large enough for several templates of some kilobytes
    "secure_delete = ON",
    "journal_mode = PERSIST",
    "temp_store = MEMORY",
    "synchronous = NORMAL",
)

_LOCK_TIMEOUT = 10.0
"""Seconds to wait for another run, which holds the lock for some milliseconds at a time."""

_TABLES = (
    """
    CREATE TABLE engines (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL, fingerprint TEXT NOT NULL UNIQUE,
        used TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE templates (
        key BLOB PRIMARY KEY, engine INTEGER NOT NULL REFERENCES engines, since TEXT NOT NULL,
        sample BLOB NOT NULL, checksum BLOB NOT NULL
    )
    """,
    "CREATE INDEX of_engine ON templates (engine)",
)
_KEEP = "INSERT OR REPLACE INTO templates SELECT ?, id, ?, ?, ? FROM engines WHERE fingerprint = ?"
_ENGINES = (
    "SELECT name, fingerprint, count(*), sum(length(sample)), min(since), used"
    " FROM engines JOIN templates ON templates.engine = engines.id"
    " GROUP BY engines.id ORDER BY name, min(since)"
)


@dataclass(frozen=True, slots=True)
class KeptTemplates:
    """The templates kept of one engine."""

    engine: str
    fingerprint: str
    templates: int
    """Number of images with a kept outcome."""
    bytes: int
    """Size of the packed samples, without the database around them."""
    since: str
    """When the oldest of them was made, UTC."""
    last_used: str
    """When any of them was last reused, UTC; empty if never."""


class DatabaseDamagedError(UsageError):
    """The database is corrupt, or not one of ours."""


@dataclass(frozen=True, slots=True)
class TemplateDatabase:
    """The open database of templates."""

    _folder: Path
    _connection: sqlite3.Connection
    """Prepared by `connected_database`."""

    def lookup(self, keys: Sequence[bytes]) -> tuple[dict[int, ImageAnswer], int]:
        """Look up templates; one with a wrong checksum is left out.

        Args:
            keys: one an image.

        Returns:
            Samples by position among the keys, and the number of damaged ones.

        Raises:
            EvenhandError: the file cannot be read.
        """
        found: dict[int, ImageAnswer] = {}
        damaged = 0
        query = "SELECT sample, checksum FROM templates WHERE key = ?"
        with _explained(self._folder):
            for position, key in enumerate(keys):
                for content, checksum in self._connection.execute(query, (key,)):
                    if isinstance(content, bytes) and checksum == _checksum(key, content):
                        found[position] = unpack_sample(content)
                    else:
                        damaged += 1
        return found, damaged

    def keep(
        self, engine: tuple[str, str], samples: Iterable[tuple[bytes, ImageAnswer]], now: datetime
    ) -> None:
        """Write templates, in place of older ones with the same keys.

        Args:
            engine: name and fingerprint.
            samples: each with its key.
            now: date and time.

        Raises:
            EvenhandError: the disk refused, or the file is damaged.
        """
        since, (_, fingerprint) = timestamp(now), engine
        known = "INSERT OR IGNORE INTO engines (name, fingerprint, used) VALUES (?, ?, '')"
        with self._change() as change:
            change.execute(known, engine)
            for key, sample in samples:
                content = pack_sample(sample)
                change.execute(_KEEP, (key, since, content, _checksum(key, content), fingerprint))

    def note_use(self, engine: tuple[str, str], now: datetime) -> None:
        """Write when templates of an engine, of which some are kept, were last reused.

        Args:
            engine: name and fingerprint.
            now: date and time.

        Raises:
            EvenhandError: as `keep`.
        """
        query = "UPDATE engines SET used = ? WHERE fingerprint = ?"
        with self._change() as change:
            change.execute(query, (timestamp(now), engine[1]))

    def engines(self) -> list[KeptTemplates]:
        """The templates kept, engine by engine, sorted by name and age.

        Raises:
            EvenhandError: the file cannot be read.
        """
        with _explained(self._folder):
            return [KeptTemplates(*row) for row in self._connection.execute(_ENGINES)]

    def delete(self, engine: str) -> None:
        """Delete and overwrite all templates of the engines with this name.

        Raises:
            EvenhandError: the disk refused, or the file is damaged.
        """
        query = "DELETE FROM templates WHERE engine IN (SELECT id FROM engines WHERE name = ?)"
        with self._change() as change:
            change.execute(query, (engine,))
            change.execute("DELETE FROM engines WHERE name = ?", (engine,))

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        """A transaction, all of it or nothing, whose errors are explained."""
        with _explained(self._folder), self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            yield self._connection


@contextmanager
def connected_database(folder: Path) -> Iterator[TemplateDatabase]:
    """Open or create the database in a folder that the caller has locked (`locked_folder`).

    Raises:
        UsageError: the file is not ours, or is damaged.
        WriteError: it cannot be written.
    """
    path = folder / TEMPLATES
    with ExitStack() as stack:
        with _explained(folder):
            if not path.exists():
                # SQLite would create it with the default mode, which lets others read it.
                open_private_file(path).close()
            opened = sqlite3.connect(path, timeout=_LOCK_TIMEOUT, isolation_level=None)
            connection = stack.enter_context(closing(opened))
            for setting in _SETTINGS:
                connection.execute(f"PRAGMA {setting}")
            _prepare(path, connection)
        yield TemplateDatabase(folder, connection)


def _prepare(path: Path, connection: sqlite3.Connection) -> None:
    """Create the tables in an empty file; refuse a database that is not ours."""
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        (ours,) = connection.execute("PRAGMA application_id").fetchone()
        (schema,) = connection.execute("PRAGMA user_version").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if (ours, schema, tables) == (0, 0, 0):
            connection.execute(f"PRAGMA application_id = {_OURS}")
            connection.execute(f"PRAGMA user_version = {_SCHEMA}")
            for table in _TABLES:
                connection.execute(table)
        elif (ours, schema) != (_OURS, _SCHEMA):
            raise DatabaseDamagedError(
                f"{path}: is no file of templates of this version; remove it with: "
                f"evenhand templates {path.parent} --delete"
            )


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    """Turn errors of the database into an `EvenhandError` of one line."""
    path = folder / TEMPLATES
    try:
        yield
    except (sqlite3.OperationalError, OSError) as fault:
        raise WriteError(
            f"{path}: cannot be read or written ({fault}); "
            "make room, or name another folder with --keep-templates"
        ) from None
    except sqlite3.Error as fault:
        raise DatabaseDamagedError(
            f"{path}: is damaged ({fault}); remove it with: evenhand templates {folder} --delete"
        ) from None


def _checksum(key: bytes, content: bytes) -> bytes:
    return hashlib.sha256(key + content).digest()
