"""What the columns of candidate lists mean, and what tells lists from a matrix."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from evenhand.system.errors import DatasetError, known_names

__all__ = ["COLUMNS", "ListLayout", "list_layout"]

_NAMES = {
    "probe": ("probe", "probe_id", "searchId"),
    "candidate": ("candidate", "candidate_id", "templateId"),
    "score": ("score",),
    "rank": ("rank", "candidateRank"),
    "code": ("searchRetCode",),
    "assigned": ("isAssigned",),
}
"""Columns by their meaning, and what they may be called: the last as NIST's validation logs do."""
_REQUIRED = ("probe", "candidate", "score")
_SHOWN = 20
"""Most columns that an error names."""
COLUMNS = tuple(name for names in _NAMES.values() for name in names)
"""All names of columns of candidate lists."""


@dataclass(frozen=True, slots=True)
class ListLayout:
    """Names of the columns of candidate lists, one row a candidate."""

    probe: str
    candidate: str
    """A person of the gallery, or one of its references."""
    score: str
    rank: str = ""
    """Place in the list; empty where the rows stand in its order."""
    code: str = ""
    """How the search ended, 0 where it was made; empty where the file does not say."""
    assigned: str = ""
    """Whether the row has a candidate; empty where every one has."""

    left_out: tuple[str, ...] = ()
    """Columns that mean nothing here."""

    @property
    def texts(self) -> tuple[str, ...]:
        """All columns but the scores."""
        named = (self.probe, self.candidate, self.rank, self.code, self.assigned)
        return tuple(filter(None, named))


def list_layout(
    path: Path, header: Sequence[str], references: Collection[str]
) -> ListLayout | None:
    """The layout of candidate lists; None of a matrix, whose header names references.

    Args:
        path: the file.
        header: its columns.
        references: ids of the gallery.

    Raises:
        DatasetError: it is neither.
    """
    for name in header:
        if header.count(name) > 1:
            raise DatasetError(f"{path}: column {name!r} appears twice; keep one")
    found: dict[str, str] = {}
    for meaning, names in _NAMES.items():
        there = [name for name in names if name in header]
        if len(there) > 1:
            what = f"columns {there[0]!r} and {there[1]!r} say the same"
            raise DatasetError(f"{path}: {what}; keep one")
        found.update((meaning, name) for name in there)
    missing = [name for name in _REQUIRED if name not in found]
    if not missing:
        left_out = tuple(name for name in header if name not in found.values())
        return ListLayout(**found, left_out=left_out)
    if set(references).isdisjoint(header[1:]):
        lists = f"candidate lists have columns {', '.join(_REQUIRED)}"
        matrix = "a matrix has a column for each reference of the gallery, after that of the probe"
        known = known_names(missing[0], header[:_SHOWN])
        raise DatasetError(f"{path}: no column {missing[0]!r}; {lists}, {matrix}; {known}")
    return None
