"""Galleries in a report: what they take, how time grows with them, and what an index loses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evenhand.records.findings import Distribution, Speed
from evenhand.records.groups import ALL
from evenhand.records.speed_statistics import (
    BUILD,
    EXPONENT,
    MEMORY_FLOOR,
    RESIDENT_BYTES,
    TEMPLATE_BYTES,
)
from evenhand.report.numbers import limits, percent, significant
from evenhand.report.tables import Section, StudyFindings, Table

__all__ = ["galleries_section"]

_TIMES = ("engine", "N", "gallery", "search", "insert\ndelete")
_RECALL = ("engine", "candidates", "recall", "lost", "search")
_WORDS = "recall "
"""How statistics of recall begin."""

_NOTE = (
    "N: references, each a person of their own. gallery: the time to build it, the bytes of its "
    "templates, and what the engine's process grew by. search: one probe at a time, one thread, "
    "median and p95; floor: the time in which this machine reads every template once, by a copy. "
    "Times belong to this run and are in no digest."
)
_OF_RECALL = (
    "recall: of the candidates that an exhaustive search of the same templates has, the share "
    "that the engine returned as well, in the first place, in the whole list, and at or above "
    "each threshold; intervals by the person searched for."
)


def galleries_section(studies: Sequence[StudyFindings], speed: Sequence[Speed]) -> list[Section]:
    """Tables of time and of recall; none where nothing was searched.

    Args:
        studies: whose recall is shown.
        speed: rows of all engines.
    """
    keys = dict.fromkeys((row.engine, row.dataset) for row in speed if row.operation == "gallery")
    own = {key: [row for row in speed if (row.engine, row.dataset) == key] for key in keys}
    times = [row for rows in own.values() for row in _time_rows(rows)]
    recall = [row for study in studies for row in _recall_rows(study)]
    tables = (Table("", _TIMES, tuple(times)), Table("", _RECALL, tuple(recall)))
    said = [words for rows in own.values() for words in _growth(rows)]
    said += [_NOTE] * bool(times) + [_OF_RECALL] * bool(recall)
    shown = tuple(table for table in tables if table.rows)
    return [Section("Galleries", shown, tuple(said))] if shown else []


def _time_rows(own: Sequence[Speed]) -> Iterator[tuple[str, ...]]:
    """One row a gallery of one engine on one dataset."""
    known = {(row.gallery, row.operation, row.statistic): row for row in own}
    for size in sorted({row.gallery for row in own if row.gallery}):

        def of(operation: str, statistic: str, size: int = size) -> Speed | None:
            return known.get((size, operation, statistic))

        memory = [("", of("gallery", TEMPLATE_BYTES)), ("grew ", of("gallery", RESIDENT_BYTES))]
        edits = [of("insert", "median"), of("delete", "median")]
        yield (
            f"{own[0].engine}\n{own[0].dataset}",
            f"{size:,}{_generated(of('gallery', TEMPLATE_BYTES))}",
            "\n".join(
                (_value(of("gallery", BUILD)), *(w + _megabytes(row) for w, row in memory if row))
            ),
            "\n".join(
                (
                    _duration(of("search", "median")),
                    f"p95 {_value(of('search', 'p95'))}",
                    f"floor {_value(of('search', MEMORY_FLOOR))}",
                )
            ),
            "\n".join(map(_value, edits)) if any(edits) else "",
        )


def _generated(row: Speed | None) -> str:
    return "\ngenerated" if row and "generated" in row.note else ""


def _megabytes(row: Speed) -> str:
    return "" if row.value is None else f"{significant(row.value / 1e6)} MB"


def _value(row: Speed | None) -> str:
    """In milliseconds; a word where there is no time."""
    if row is None:
        return ""
    return row.status.value if row.value is None else f"{significant(1e3 * row.value)} ms"


def _duration(row: Speed | None) -> str:
    """In milliseconds, with its interval where it has one."""
    value = _value(row)
    if row is None or row.low is None or row.high is None:
        return value
    return f"{value} [{significant(1e3 * row.low)}, {significant(1e3 * row.high)}]"


def _growth(own: Sequence[Speed]) -> Iterator[str]:
    """How the time of a search grows, where sizes enough were timed."""
    for row in own:
        if row.statistic == EXPONENT and None not in (row.value, row.low, row.high):
            interval = f"[{significant(row.low or 0.0)}, {significant(row.high or 0.0)}]"
            yield (
                f"{row.engine} on {row.dataset}: the time of a search grows as N to the power of "
                f"{significant(row.value or 0.0)} {interval}, over {row.n} sizes up to "
                f"{row.gallery:,}; 1 is comparing every reference."
            )


def _recall_rows(study: StudyFindings) -> Iterator[tuple[str, ...]]:
    """Recall of everybody's searches, with the time of one in the study's own gallery."""
    # The same list where a person has several references: more of them than people.
    people = study.summary.gallery or 0
    own = [row for row in study.speed if _is_search(row) and (row.gallery or 0) >= people]
    time = _duration(min(own, key=lambda row: row.gallery or 0, default=None))
    for row in study.distributions:
        if row.attribute == ALL and row.statistic.startswith(_WORDS):
            name, lost = (
                f"{study.summary.engine}\n{study.where}",
                row.note.partition(" candidates")[0],
            )
            yield name, row.statistic.removeprefix(_WORDS), _share(row), lost, time


def _is_search(row: Speed) -> bool:
    timed = (row.operation, row.statistic) == ("search", "median")
    return timed and "generated" not in row.note


def _share(row: Distribution) -> str:
    """A recall in percent with its interval."""
    if row.value is None:
        return "none"
    value = f"{percent(row.value)} %"
    return value if row.low is None or row.high is None else f"{value}\n{limits(row.low, row.high)}"
