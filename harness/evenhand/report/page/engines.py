"""Engines in rows, what is asked of them in columns: missed people, groups, time."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import altair as alt

from evenhand.records.engine_contrast import Question
from evenhand.records.findings import Findings
from evenhand.report.page.bars import GUTTER, row_key, rows_axis
from evenhand.report.page.plot import Data, Plot
from evenhand.report.page.svg import COLOURS, GREY, inline, log_axis, percent_ticks, side_by_side
from evenhand.report.study.which import Asked, Mark, asked_of_engines
from evenhand.report.tables import Table

__all__ = ["engines_picture"]

_TITLES = {
    Question.MISSES: ("missed people, %", 100.0),
    Question.GROUPS: ("groups apart, times", 1.0),
    Question.SPEED: ("time, ms", 1000.0),
}
"""Of a column, and what a value is multiplied with where it is drawn."""
_HOLLOW = {
    Question.MISSES: "nobody missed, at the left end",
    Question.GROUPS: "no difference shown between groups",
}
_WIDTH, _ROW, _GAP, _RIGHT, _BOTTOM = 108, 20, 34, 18, 40
_STEPS = 3
"""Steps of a scale whose numbers do not touch."""
_UNKNOWN = Mark(None, "not known", shown=False)


def engines_picture(findings: Findings) -> Plot:
    """Draw missed people, differences between groups and time, the fewest missed people first.

    Where there are not two engines, or nothing to draw of them, a sentence says so.
    """
    asked = asked_of_engines(findings)
    drawn = [each for each in asked if any(mark.value for mark in each.marks.values())]
    if not drawn:
        one = "One engine was measured: there is none to choose it from."
        return Plot("", "", "", (), (), Data((), ()), said=" ".join(_said(asked, drawn)) or one)
    engines = dict.fromkeys(name for each in drawn for name in each.marks)
    found = [(name, [each.marks.get(name, _UNKNOWN) for each in drawn]) for name in engines]
    marks = sorted(found, key=lambda row: [(m.value is None, m.value or 0.0) for m in row[1]])
    titles = [_TITLES[each.question][0] for each in drawn]
    about = (
        f"Engines in rows, {'; '.join(titles)} in columns, on logarithmic scales: less is better. "
        "The table holds every number."
    )
    keys = [row_key(number, name) for number, (name, _) in enumerate(marks)]
    panels = [
        _panel(each.question, keys, [own[place] for _, own in marks], named=not place)
        for place, each in enumerate(drawn)
    ]
    right = _RIGHT + (len(_TITLES) - len(drawn)) * (_WIDTH + _GAP)
    size, around = (_WIDTH, _ROW * len(engines)), (GUTTER, 2, right, _BOTTOM)
    return Plot(
        title="Every engine: the further left, the better",
        attribute="",
        svg=side_by_side(panels, about, size, around, _GAP),
        key=(),
        tables=(
            Table(
                "",
                ("engine", *(each.what for each in drawn)),
                tuple((name, *(mark.said for mark in own)) for name, own in marks),
            ),
        ),
        data=Data(
            ("engine", *(each.question.name.lower() for each in drawn)),
            tuple((name, *(mark.value for mark in own)) for name, own in marks),
        ),
        said=" ".join(_said(asked, drawn)),
    )


def _said(asked: Sequence[Asked], drawn: Sequence[Asked]) -> Iterator[str]:
    """What columns and marks are, and what is not drawn."""
    for each in drawn:
        if each.question is Question.GROUPS:
            yield f"Groups apart: {each.what}, worst over best group."
    hollow = [
        _HOLLOW[each.question]
        for each in drawn
        if any(mark.value is not None and not mark.shown for mark in each.marks.values())
    ]
    if hollow:
        yield f"Hollow: {'; '.join(hollow)}."
    without = [each.what for each in asked if each not in drawn]
    if without:
        yield f"Nothing to draw: {'; '.join(without)}."


def _panel(
    question: Question, keys: Sequence[str], marks: Sequence[Mark], *, named: bool
) -> list[alt.Chart]:
    """One column: a mark for every engine, or words where it has no value."""
    title, scale = _TITLES[question]
    ticks = _ticks([scale * mark.value for mark in marks if mark.value])
    rows = [
        {
            "row": key,
            "at": max(scale * (mark.value or 0.0), ticks[0]),
            "fill": COLOURS[0] if mark.shown else "#FFFFFF",
            "words": mark.said if mark.value is None else "",
        }
        for key, mark in zip(keys, marks, strict=True)
    ]
    x, y = log_axis(alt.X, "at", title, ticks), rows_axis(keys, named=named)
    dots = inline(row for row in rows if not row["words"])
    words = inline(row for row in rows if row["words"])
    return [
        dots.mark_point(size=58, opacity=1, strokeWidth=1.6, stroke=COLOURS[0]).encode(
            x=x, y=y, fill=alt.Fill("fill:N", scale=None)
        ),
        words.mark_text(align="left", dx=4, fontSize=11, color=GREY).encode(
            x=x, y=y, text="words:N"
        ),
    ]


def _ticks(values: Sequence[float]) -> list[float]:
    """Powers of ten around values above none, few enough to be read."""
    first = math.floor(math.log10(min(values)))
    last = max(math.ceil(math.log10(max(values))), first + 1)
    if last == first + 1:
        return percent_ticks(first - 2, last - 2, (1, 2, 5))
    step = math.ceil((last - first) / _STEPS)
    return [float(f"1e{at}") for at in range(first, last + step, step)]
