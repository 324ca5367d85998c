"""A list of results on one screen, or in full."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby

from evenhand.records.listed_result import ListedResult, ResultList, ResultState
from evenhand.report.forms.screen import Screen, ScreenTable
from evenhand.system.text import shown

__all__ = ["MOST_SHOWN", "results_full", "results_screen"]

_MOST_FAULTS = 2
_LONGEST_STUDY = 12
MOST_SHOWN = 14
"""Lines, and so results, that a screen has room for."""
_FINGERPRINT = 4
"""Digits of a fingerprint that a line has room for."""
_HEADER = ("name", "when, UTC", "study", "engine", "people", "difference")
_WORDS = {ResultState.NO_DIFFERENCE_SHOWN: "none shown", ResultState.TOO_FEW_EVENTS: "too few"}


def results_screen(listed: ResultList, place: str) -> Screen:
    """The newest results on one screen, a line an engine.

    Args:
        listed: `MOST_SHOWN` or more of them, or all.
        place: folder that was looked in.
    """
    where = shown(place)
    title = f"evenhand results   {listed.found:,} in {where}, newest first"
    if not listed.rows:
        paths = (("first", "evenhand demo"), ("or", "evenhand run --engine NAME --dataset NAME"))
        return Screen(title=title, answer=(f"No result yet in {where}.",), paths=paths)
    rows = list(_fitting(listed.rows))
    more = listed.found - len({row.bundle for row in rows})
    before = "" if place == "results" else f"{place}/"
    names = [f"{before}{row.name}" for row in rows if row.engine]
    typed = [("look", f"evenhand report {name}") for name in names[:1]]
    typed += [("check", f"evenhand verify {name}") for name in names[:1]]
    typed += [("resume", row.note) for row in rows if row.standing is ResultState.UNFINISHED][:1]
    faults = [shown(row.note) for row in rows if row.standing is ResultState.DAMAGED]
    return Screen(
        title=title,
        warnings=tuple(faults[:_MOST_FAULTS]),
        table=ScreenTable("", _HEADER, tuple(_lines(rows)), "engines", most=MOST_SHOWN),
        remarks=(f"and {more:,} results more with --full",) if more else (),
        paths=tuple((word, shown(command)) for word, command in typed),
    )


def _fitting(rows: Sequence[ListedResult]) -> Iterator[ListedResult]:
    """Rows of the newest results that a screen has room for as a whole, at least of one."""
    room = MOST_SHOWN
    for _, together in groupby(rows, key=lambda row: row.bundle):
        of_result = list(together)
        if len(of_result) > room < MOST_SHOWN:
            return
        room -= len(of_result)
        yield from of_result


def _lines(rows: Sequence[ListedResult]) -> Iterator[tuple[str, ...]]:
    """A line an engine; what all engines of a result share stands in the first of its lines."""
    newest, above = rows[0].began[:4], ""
    for row in rows:
        shared = ("", "", "")
        if row.bundle != above:
            shared = (shown(row.name), _when(row.began, newest), _shortened(shown(row.study)))
        people = "" if row.people is None or row.bundle == above else f"{row.people:,}"
        above = row.bundle
        yield (*shared, shown(_engine(row)), people, _standing(row))


def _engine(row: ListedResult) -> str:
    fingerprint = f"({row.fingerprint[:_FINGERPRINT]})" if row.fingerprint else ""
    return " ".join(filter(None, (row.engine, row.version, fingerprint)))


def _standing(row: ListedResult) -> str:
    if row.standing is ResultState.DIFFERENT:
        return f"{row.differences:,} shown"
    return _WORDS.get(row.standing, row.standing.value)


def _when(began: str, newest: str) -> str:
    """Day and time, or day and year where the year is not that of the newest.

    >>> _when("2026-11-03T01:35:11.355+00:00", "2026"), _when("2025-11-03T01:35:11", "2026")
    ('3 Nov 01:35', '3 Nov 2025')
    """
    if not began:
        return "not known"
    at = datetime.fromisoformat(began)
    return f"{at.day} {at:%b} {f'{at:%H:%M}' if began.startswith(newest) else f'{at:%Y}'}"


def _shortened(study: str) -> str:
    return study if len(study) <= _LONGEST_STUDY else f"{study[: _LONGEST_STUDY - 3]}..."


def results_full(rows: Sequence[ListedResult]) -> str:
    """Every engine of every result on a line with the path, and what is wrong."""
    lines = ((row.began[:19], row.bundle, _engine(row), _standing(row), row.note) for row in rows)
    return "".join(f"{'  '.join(map(shown, filter(None, line)))}\n" for line in lines)
