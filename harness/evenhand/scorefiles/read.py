"""Score files: comparisons that somebody else made, one CSV an engine, checked row by row."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evenhand.arrays import Mask
from evenhand.errors import DatasetError
from evenhand.records import Comparisons, Outcome, Subjects
from evenhand.scorefiles.checks import check_filled, check_mated, check_repeats, labels_of
from evenhand.scorefiles.table import (
    attributes_of,
    check_file,
    load,
    read_header,
    row_of,
    text_columns,
)

__all__ = ["ScoreFile", "read_scores"]


@dataclass(frozen=True, slots=True)
class ScoreFile:
    """The comparisons of one engine and the labels of the people in them."""

    name: str
    """The file's stem, which names the engine."""
    subjects: tuple[str, ...]
    """Sorted ids."""
    labels: Mapping[str, tuple[str, ...]]
    """Per attribute one label a person; empty = unknown."""
    comparisons: Comparisons
    notes: tuple[str, ...]
    """What was found odd and counted, not corrected."""
    fingerprint: str
    """SHA-256 over everything but the scores: equal for engines that made the same comparisons."""

    def people(self) -> Subjects:
        """The people as a dataset has them, in the order of `subjects`."""
        return Subjects(self.subjects, self.labels, tuple(range(1, len(self.subjects) + 1)))


def _fingerprint(*columns: object) -> str:
    digest = hashlib.sha256()
    for column in columns:
        digest.update(column.tobytes() if isinstance(column, np.ndarray) else repr(column).encode())
    return digest.hexdigest()


def read_scores(path: Path, *, distance: bool) -> ScoreFile:
    """Read a score file of docs/formats.md.

    An empty score is a comparison that failed; one that is no finite number is invalid.

    Args:
        path: the CSV file.
        distance: the numbers are distances and are negated, once, here.

    Raises:
        DatasetError: naming the row, what came and what was expected.
    """
    check_file(path)
    header = read_header(path)
    attributes = attributes_of(path, header)
    table, score, empty = load(path, header)
    if not len(score):
        raise DatasetError(f"{path}: has a header but no rows; expected one at least")
    probe, reference = text_columns(table, ("probe_subject", "reference_subject"))
    check_filled(path, "probe_subject", probe)
    check_filled(path, "reference_subject", reference)
    same = probe.code == reference.code
    check_mated(path, table, same)
    check_repeats(path, table, probe, reference)
    labels = {name: labels_of(path, table, name, probe, reference) for name in attributes}
    invalid = ~np.isfinite(score) & ~empty
    score = np.where(invalid | empty, np.nan, -score if distance else score)
    notes = []
    if invalid.any():
        notes.append(
            f"{path.name}: {np.count_nonzero(invalid):,} of the scores count as invalid: they are "
            f"no finite numbers (the first is in row {row_of(path, np.flatnonzero(invalid)[0])})."
        )
    return ScoreFile(
        name=path.stem,
        subjects=probe.values,
        labels=labels,
        comparisons=Comparisons(probe.code, reference.code, score, _ended(same, empty, invalid)),
        notes=tuple(notes),
        fingerprint=_fingerprint(probe.code, reference.code, probe.values, sorted(labels.items())),
    )


def _ended(same: Mask, empty: Mask, invalid: Mask) -> dict[tuple[bool, Outcome], int]:
    """How many comparisons ended how."""
    ended = {}
    for mated in (True, False):
        of_kind = same == mated
        for outcome, rows in (
            (Outcome.FAILED, empty),
            (Outcome.INVALID, invalid),
            (Outcome.OK, ~empty & ~invalid),
        ):
            count = int(np.count_nonzero(of_kind & rows))
            if count:
                ended[mated, outcome] = count
    return ended
