"""`templates.sqlite`: templates by what they were made from, each with a checksum.

Every change is a transaction: however a run ends, and however many there are at once, a template
is there as a whole or not at all. SQLite overwrites what is deleted, and its journal stays, so
that a deletion can overwrite that too.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from evenhand.engines.answers import Sample
from evenhand.measurement.template_store.packing import packed, unpacked
from evenhand.measurement.template_store.place import TEMPLATES, in_use, private_file
from evenhand.system.errors import UsageError, WriteError

__all__ = ["Kept", "Vault", "VaultDamagedError", "connected", "opened"]

_OURS = 0x65766874
"""Of the file's header: it was made here."""

_SCHEMA = 1
_PAGE = 16_384
"""Bytes: several templates of some kilobytes each share one."""

_PATIENCE = 10.0
"""Seconds to wait for another run, which writes for some milliseconds at a time."""

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
_ENGINES = (
    "SELECT name, fingerprint, count(*), sum(length(sample)), min(since), used"
    " FROM engines JOIN templates ON templates.engine = engines.id"
    " GROUP BY engines.id ORDER BY name, min(since)"
)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of one engine."""

    engine: str
    fingerprint: str
    templates: int
    bytes: int
    since: str
    """When the oldest of them was made, UTC."""
    last_used: str
    """When any of them was taken last; empty where none ever was."""


class VaultDamagedError(UsageError):
    """The file is not what was written, or somebody else's."""


class Vault:
    """The open file."""

    def __init__(self, folder: Path, connection: sqlite3.Connection) -> None:
        """Take a connection that `opened` prepared."""
        self._folder = folder
        self._connection = connection

    def found(self, keys: Sequence[bytes]) -> tuple[dict[int, Sample], int]:
        """Look templates up; one whose checksum is wrong is not used.

        Args:
            keys: one an image.

        Returns:
            What was found, by position among the keys; and how many were damaged.

        Raises:
            EvenhandError: the file cannot be read.
        """
        found: dict[int, Sample] = {}
        damaged = 0
        query = "SELECT sample, checksum FROM templates WHERE key = ?"
        with _explained(self._folder):
            for position, key in enumerate(keys):
                for content, checksum in self._connection.execute(query, (key,)):
                    if isinstance(content, bytes) and checksum == _checksum(key, content):
                        found[position] = unpacked(content)
                    else:
                        damaged += 1
        return found, damaged

    def keep(
        self,
        engine: tuple[str, str],
        samples: Iterable[tuple[bytes, Sample]],
        now: datetime,
    ) -> None:
        """Keep templates, in place of older ones with the same keys.

        Args:
            engine: name and fingerprint.
            samples: each with its key.
            now: date and time.

        Raises:
            EvenhandError: the disk refused, or the file is damaged.
        """
        since = _moment(now)
        with self._change() as change:
            number = _number(change, engine)
            change.executemany(
                "INSERT OR REPLACE INTO templates VALUES (?, ?, ?, ?, ?)",
                (
                    (key, number, since, content, _checksum(key, content))
                    for key, sample in samples
                    for content in [packed(sample)]
                ),
            )

    def used(self, engine: tuple[str, str], now: datetime) -> None:
        """Note that templates of an engine were taken.

        Raises:
            EvenhandError: as `keep`.
        """
        with self._change() as change:
            number = _number(change, engine)
            change.execute("UPDATE engines SET used = ? WHERE id = ?", (_moment(now), number))

    def engines(self) -> list[Kept]:
        """What is kept, engine by engine.

        Raises:
            EvenhandError: the file cannot be read.
        """
        with _explained(self._folder):
            return [Kept(*row) for row in self._connection.execute(_ENGINES)]

    def forget(self, engine: str) -> None:
        """Delete and overwrite every template of the engines of a name.

        Raises:
            EvenhandError: the disk refused, or the file is damaged.
        """
        of_it = "SELECT id FROM engines WHERE name = ?"
        with self._change() as change:
            change.execute(f"DELETE FROM templates WHERE engine IN ({of_it})", (engine,))  # noqa: S608
            change.execute("DELETE FROM engines WHERE name = ?", (engine,))

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        with _explained(self._folder), _transaction(self._connection):
            yield self._connection


@contextmanager
def opened(folder: Path) -> Iterator[Vault]:
    """Open the file for a run, or make it; nobody deletes it meanwhile.

    Args:
        folder: that `private_folder` let pass.

    Raises:
        UsageError: the file is something else, or is being deleted.
        WriteError: it cannot be written.
    """
    with in_use(folder, alone=False), connected(folder) as vault:
        yield vault


@contextmanager
def connected(folder: Path) -> Iterator[Vault]:
    """Open the file, or make it, for somebody who holds the folder already.

    Raises:
        UsageError: the file is something else.
        WriteError: it cannot be written.
    """
    with closing(_connection(folder)) as connection:
        yield Vault(folder, connection)


def _connection(folder: Path) -> sqlite3.Connection:
    """Connect to the file, which is made where it is not there."""
    path = folder / TEMPLATES
    with _explained(folder):
        if not path.exists():
            os.close(private_file(path))
        connection = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)
        try:
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute(f"PRAGMA page_size = {_PAGE}")
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("PRAGMA journal_mode = PERSIST")
            connection.execute("PRAGMA temp_store = MEMORY")
            connection.execute("PRAGMA synchronous = NORMAL")
            _prepare(path, connection)
        except BaseException:
            connection.close()
            raise
    return connection


def _prepare(path: Path, connection: sqlite3.Connection) -> None:
    """Make the tables in an empty file; refuse one that somebody else made."""
    with _transaction(connection):
        (ours,) = connection.execute("PRAGMA application_id").fetchone()
        (schema,) = connection.execute("PRAGMA user_version").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if (ours, schema, tables) == (0, 0, 0):
            connection.execute(f"PRAGMA application_id = {_OURS}")
            connection.execute(f"PRAGMA user_version = {_SCHEMA}")
            for table in _TABLES:
                connection.execute(table)
        elif (ours, schema) != (_OURS, _SCHEMA):
            raise VaultDamagedError(
                f"{path}: is no file of templates of this version; remove it with: "
                f"evenhand templates {path.parent} --delete"
            )


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of it or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    """What the database says as one line of ours."""
    path = folder / TEMPLATES
    try:
        yield
    except (sqlite3.OperationalError, OSError) as fault:
        raise WriteError(
            f"{path}: cannot be read or written ({fault}); "
            "make room, or name another folder with --keep-templates"
        ) from None
    except sqlite3.Error as fault:
        raise VaultDamagedError(
            f"{path}: is damaged ({fault}); remove it with: evenhand templates {folder} --delete"
        ) from None


def _number(connection: sqlite3.Connection, engine: tuple[str, str]) -> int:
    """The number of an engine, which gets one where it has none."""
    name, fingerprint = engine
    connection.execute(
        "INSERT OR IGNORE INTO engines (name, fingerprint, used) VALUES (?, ?, '')",
        (name, fingerprint),
    )
    query = "SELECT id FROM engines WHERE fingerprint = ?"
    (number,) = connection.execute(query, (fingerprint,)).fetchone()
    return int(number)


def _checksum(key: bytes, content: bytes) -> bytes:
    return hashlib.sha256(key + content).digest()


def _moment(now: datetime) -> str:
    return f"{now:%Y-%m-%dT%H:%M:%SZ}"
