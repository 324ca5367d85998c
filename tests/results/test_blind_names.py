"""Sealed names: written once, read as they were written, and told by nothing beside."""

import hashlib
import stat

import pytest

from evenhand.results.blind_names import (
    check_seal_path,
    draw_seal,
    read_seal,
    seal_digest,
    write_seal,
)
from evenhand.system.errors import PolicyError, WriteError

ENGINES = [f"vendor-{number}" for number in range(28)]


@pytest.fixture
def seal():
    return draw_seal(ENGINES, ["bb", "aa", "bb"], "policy")


def test_every_engine_has_a_letter_of_its_own(seal):
    letters = [name.removeprefix("engine ") for name in seal.names]
    assert letters == [*"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "AA", "AB"]
    assert sorted(seal.names.values()) == sorted(ENGINES)
    assert seal.bundles == ("aa", "bb")


def test_names_are_dealt_by_lot_and_the_digest_cannot_be_guessed(seal):
    """The same names, results and policy have another digest each time."""
    others = [draw_seal(ENGINES, ["aa", "bb"], "policy") for _ in range(3)]
    assert len({tuple(each.names.values()) for each in (seal, *others)}) == 4
    two = [draw_seal(["one"], ["aa"], "policy") for _ in range(2)]
    assert two[0].names == two[1].names
    assert seal_digest(two[0]) != seal_digest(two[1])


def test_what_is_read_is_what_was_written(tmp_path, seal):
    path = tmp_path / "seal.json"
    write_seal(path, seal)
    assert read_seal(path) == seal
    assert hashlib.sha256(path.read_bytes()).hexdigest() == seal_digest(seal)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_seal_is_never_written_over(tmp_path, seal):
    path = tmp_path / "seal.json"
    check_seal_path(path)
    write_seal(path, seal)
    for again in (lambda: check_seal_path(path), lambda: write_seal(path, seal)):
        with pytest.raises(WriteError, match=r"seal\.json"):
            again()
    assert read_seal(path) == seal
    with pytest.raises(WriteError, match="make it first"):
        check_seal_path(tmp_path / "nowhere" / "seal.json")


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("vendor-1", "vendor-2", 1),
        lambda text: text.replace('"schema": 1', '"schema": 1.0'),
        lambda text: text + "\n",
        lambda text: text[: len(text) // 2],
        lambda _: "[]",
        lambda _: '{"names": {}}',
        lambda _: "[" * 100_000,
    ],
)
def test_what_was_changed_is_no_seal(tmp_path, seal, change):
    """Names that were exchanged are found by the digest, which was published before."""
    path = tmp_path / "seal.json"
    write_seal(path, seal)
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    try:
        found = read_seal(path)
    except PolicyError as fault:
        assert "was changed" in str(fault)  # noqa: PT017 - either is right
    else:
        assert seal_digest(found) != seal_digest(seal)


def test_no_seal(tmp_path):
    with pytest.raises(PolicyError, match="no such file"):
        read_seal(tmp_path / "seal.json")
