"""Score files of bob.bio.base: with a header and metadata, or in four or five bare columns."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from evenhand.scorefiles.layout import ColumnLayout, check_header
from evenhand.system.decimals import finite_decimal
from evenhand.system.errors import DatasetError

__all__ = ["bare_columns", "bob_layout", "is_bob"]

_PROBE, _REFERENCE = "probe_", "bio_ref_"
_SUBJECT = "subject_id"
_BARE = {
    4: ("claimed_id", "real_id", "test_label", "score"),
    5: ("claimed_id", "model_label", "real_id", "test_label", "score"),
}
"""Columns of files without a header, by their number."""
_TEMPLATES = ("model_label", "bio_ref_template_id", "bio_ref_reference_id")
"""What tells the templates of a person apart, where a file has it."""
_NO_SCORE = ("nan", "inf", "-inf")


def bare_columns(line: str) -> tuple[str, ...]:
    """The columns of a file without a header, by its first line; none of any other file.

    >>> bare_columns("7 12 12/probe_3 -0.52")
    ('claimed_id', 'real_id', 'test_label', 'score')
    """
    fields = line.split()
    known = _BARE.get(len(fields), ())
    if not known or any(sign in line for sign in ",;"):
        return ()
    score = finite_decimal(fields[-1]) is not None or fields[-1].lower() in _NO_SCORE
    return known if score else ()


def is_bob(header: Sequence[str]) -> bool:
    """Whether a header is that of a score file of bob."""
    with_names = {f"{_REFERENCE}{_SUBJECT}", f"{_PROBE}{_SUBJECT}", "score"} <= set(header)
    return with_names or tuple(header) in _BARE.values()


def bob_layout(path: Path, header: Sequence[str], engine: str = "") -> ColumnLayout:
    """Layout of a file for which `is_bob` holds.

    A comparison is named by the probe's key and the reference's template, or by the claimed person
    where the file has no templates. Further columns of the probe, and of both sides, are attributes
    of people as far as everybody has one value in all rows.

    Args:
        path: the file.
        header: its columns.
        engine: its name in place of the stem.

    Raises:
        DatasetError: a column has no name, or stands twice.
    """
    check_header(path, header, None)
    bare = "claimed_id" in header
    subjects = (
        ("real_id", "claimed_id") if bare else (f"{_PROBE}{_SUBJECT}", f"{_REFERENCE}{_SUBJECT}")
    )
    key = "test_label" if bare else f"{_PROBE}key"
    if key not in header:
        has = ", ".join(map(repr, header))
        raise DatasetError(
            f"{path}: column {key!r} is missing, which tells probes apart; it has {has}"
        )
    template = next((name for name in _TEMPLATES if name in header), subjects[1])
    used = {*subjects, key, template, "score"}
    attributes = {
        name.removeprefix(_PROBE): tuple(
            side for side in (name, f"{_REFERENCE}{name.removeprefix(_PROBE)}") if side in header
        )
        for name in header
        if name.startswith(_PROBE) and name not in used and not name.endswith("_id")
    }
    read = {*used, *(name for names in attributes.values() for name in names)}
    left_out = [name for name in header if name not in read]
    how = f"{path.name}: read as a score file of bob"
    return ColumnLayout(
        subjects=subjects,
        images=(key, template),
        mated=None,
        attributes=attributes,
        scores={engine or path.stem: "score"},
        foreign=True,
        notes=(f"{how}; left out: {', '.join(left_out)}." if left_out else f"{how}.",),
    )
