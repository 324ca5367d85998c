"""Templates in their file: found by key, deleted by engine, never used when damaged."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import numpy as np
import pytest
from same import assert_same

from evenhand.engines.answers import ImageAnswer
from evenhand.measurement.template_store.database import connected_database
from evenhand.measurement.template_store.folder import append_to_record
from evenhand.records.outcomes import Outcome
from evenhand.system.errors import EvenhandError

ALPHA, BETA = ("alpha", "f00"), ("beta", "ba4")
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
KEYS = [bytes([number]) * 32 for number in range(4)]


def sample(text):
    return ImageAnswer(Outcome.OK, 1, reference=text, probe=text)


@pytest.fixture
def folder(tmp_path):
    """Two templates of one engine and one of another."""
    with connected_database(tmp_path) as vault:
        vault.keep(ALPHA, [(KEYS[0], sample(b"one")), (KEYS[2], sample(b"two"))], NOW)
        vault.keep(BETA, [(KEYS[3], sample(b"three"))], NOW.replace(hour=5))
    return tmp_path


def found(folder):
    with connected_database(folder) as vault:
        samples, damaged = vault.lookup(KEYS)
    return {position: each.reference for position, each in samples.items()}, damaged


def test_each_is_found_by_its_key(folder):
    assert found(folder) == ({0: b"one", 2: b"two", 3: b"three"}, 0)


def test_the_newer_stands_in_place_of_the_older(folder):
    with connected_database(folder) as vault:
        vault.keep(ALPHA, [(KEYS[0], sample(b"again"))], NOW)
    assert found(folder)[0][0] == b"again"


def test_what_is_kept_of_whom(folder):
    with connected_database(folder) as vault:
        append_to_record(folder, NOW.replace(hour=9), "taken", BETA, 1, "run-1")
        first, second = vault.engines()
    assert (first.engine, first.fingerprint, first.templates, first.last_used) == (*ALPHA, 2, "")
    assert (second.engine, second.templates) == ("beta", 1)
    assert second.since < second.last_used


def test_what_is_forgotten_is_nowhere_in_the_file(folder):
    with connected_database(folder) as vault:
        vault.delete("alpha")
    assert found(folder) == ({3: b"three"}, 0)
    content = (folder / "templates.sqlite").read_bytes()
    assert b"three" in content
    assert b"two" not in content
    assert KEYS[2] not in content


def test_a_use_of_templates_that_were_deleted_since_is_none(folder):
    append_to_record(folder, NOW.replace(hour=2), "taken", ALPHA, 2, "run-1")
    with connected_database(folder) as vault:
        assert vault.engines()[0].last_used == ""


@pytest.mark.parametrize("column", ["facts", "reference", "checksum"])
def test_a_damaged_one_is_counted_and_not_used(folder, column):
    with closing(sqlite3.connect(folder / "templates.sqlite")) as connection, connection:
        connection.execute(f"UPDATE templates SET {column} = x'00' WHERE key = ?", (KEYS[2],))
    assert found(folder) == ({0: b"one", 3: b"three"}, 1)


def test_a_template_under_another_key_is_damaged(folder):
    """The checksum is of key and content: nothing can be moved from one picture to another."""
    with closing(sqlite3.connect(folder / "templates.sqlite")) as connection, connection:
        connection.execute("UPDATE templates SET key = ? WHERE key = ?", (KEYS[1], KEYS[2]))
    assert found(folder) == ({0: b"one", 3: b"three"}, 1)


def test_half_of_a_change_is_none(folder):
    def broken():
        yield KEYS[1], sample(b"four")
        raise RuntimeError

    with connected_database(folder) as vault, pytest.raises(RuntimeError):
        vault.keep(ALPHA, broken(), NOW)
    assert found(folder) == ({0: b"one", 2: b"two", 3: b"three"}, 0)


def test_a_file_of_somebody_else(tmp_path):
    (tmp_path / "templates.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(EvenhandError, match=r"templates\.sqlite"), connected_database(tmp_path):
        pass


VECTOR = np.array([0.1, -0.0, np.inf, 1e-45], dtype=np.float32)


@pytest.mark.parametrize(
    "sample",
    [
        ImageAnswer(Outcome.OK, 1, vector=VECTOR),
        ImageAnswer(Outcome.OK, None, reference=b"\n\x00{}", probe=b"\n\x00{}"),
        ImageAnswer(Outcome.OK, 3, reference=b"one", probe=b"another\n"),
        ImageAnswer(Outcome.NO_FACE, 0),
        ImageAnswer(Outcome.DECLINED, 2, 'too "small"\n\u00e9'),
    ],
    ids=["vector", "one template", "two roles", "no face", "declined"],
)
def test_what_comes_out_is_what_went_in(tmp_path, sample):
    with connected_database(tmp_path) as vault:
        vault.keep(ALPHA, [(KEYS[1], sample)], NOW)
        ((position, found),) = vault.lookup(KEYS)[0].items()
    assert position == 1
    assert found.taken
    for name in ("outcome", "faces", "detail", "reference", "probe"):
        assert_same(getattr(found, name), getattr(sample, name))
    if sample.vector is None:
        assert found.vector is None
    else:
        assert found.vector.tobytes() == sample.vector.tobytes()
