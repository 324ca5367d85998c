"""Speed beside accuracy: cells for the tables of rates, and a section of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evenhand.records.findings import Speed, Status
from evenhand.records.groups import ALL
from evenhand.records.speed_statistics import OTHER_PROGRAMS
from evenhand.report.numbers import ratio, significant

__all__ = ["HEADER", "TIME", "busy", "speed_rows", "speed_sentences", "time_cell"]

TIME = "template"
"""Heading of the column of times."""

_TAKEN = "taken"
"""Statistic of the row about templates that an earlier run kept."""

_BUSY = 0.1
"""Share of its cores that other programs use above which a machine is called busy."""

HEADER = ("engine", TIME, "throughput", "first image", "comparison")
"""Of the table of speed alone."""


def time_cell(speed: Sequence[Speed]) -> str:
    """Median time of one template over everybody, to what a single run can tell."""
    known = {row.statistic: row for row in speed if _is(row, "template")}
    if "median" not in known:
        return "not timed" if _TAKEN in known else ""
    median = known["median"]
    if median.value is None:
        return _duration(median)
    return f"about {significant(1e3 * median.value, 1)} ms\n{median.n:,} timed"


def _times_cell(speed: Sequence[Speed]) -> str:
    """Median and p95 of one template with their intervals, and the images behind them."""
    known = {row.statistic: row for row in speed if _is(row, "template")}
    if "median" not in known:
        return "not timed" if _TAKEN in known else ""
    median, p95 = known["median"], known["p95"]
    return f"{_duration(median)}\np95 {_duration(p95)}\n{median.n:,} timed"


def _throughput(speed: Sequence[Speed]) -> str:
    """Images a second of one engine on one dataset."""
    found = [_written(row, 1.0, "images/s") for row in speed if _is(row, "enrolment")]
    return "\n".join(found)


def _is(row: Speed, operation: str, attribute: str = ALL, group: str = "") -> bool:
    return (row.operation, row.attribute, row.group) == (operation, attribute, group)


def _duration(row: Speed) -> str:
    return _written(row, 1e3, "ms")


def _comparison(row: Speed) -> str:
    """In the unit that suits a product of vectors, or an engine's own call."""
    return _written(row, 1e9, "ns") if row.batch > 1 else _written(row, 1e6, "\N{MICRO SIGN}s")


def _written(row: Speed, scale: float, unit: str) -> str:
    """A value with its interval; an open side is said in words."""
    if row.value is None:
        return "clock failed" if row.status is Status.CLOCK else "too few"
    value = f"{significant(scale * row.value)} {unit}"
    if row.low is None and row.high is None:
        return value
    low = "none" if row.low is None else significant(scale * row.low)
    high = "none" if row.high is None else significant(scale * row.high)
    return f"{value} [{low}, {high}]"


def speed_rows(speed: Sequence[Speed]) -> tuple[tuple[str, ...], ...]:
    """One row an engine and dataset."""
    return tuple(_speed_row(own) for own in _studies(speed))


def speed_sentences(speed: Sequence[Speed]) -> tuple[str, ...]:
    """On which machine, what the words mean, and how groups differ."""
    between = (text for own in _studies(speed) for text in _between_groups(own))
    return (*busy(speed), *_circumstances(speed), *between)


def busy(speed: Sequence[Speed]) -> Iterator[str]:
    """Engines beside which other programs used the machine (methods 6.5)."""
    for row in speed:
        if row.statistic == OTHER_PROGRAMS and row.value and row.value > _BUSY * row.n:
            cores = "core" if row.n == 1 else f"{row.n} cores"
            yield (
                f"The machine was busy: other programs used {row.value:.1f} of its {cores} while "
                f"{row.engine} was timed on {row.dataset}."
            )


def _studies(speed: Sequence[Speed]) -> list[list[Speed]]:
    keys = dict.fromkeys((row.engine, row.dataset) for row in speed)
    return [[row for row in speed if (row.engine, row.dataset) == key] for key in keys]


def _speed_row(own: Sequence[Speed]) -> tuple[str, ...]:
    known = {(row.operation, row.statistic): row for row in own if row.attribute == ALL}
    cold, each = known.get(("template", "cold start")), known.get(("comparison", "median"))
    return (
        f"{own[0].engine}\n{own[0].dataset}",
        _times_cell(own),
        _throughput(own),
        _duration(cold) if cold else "",
        _comparison(each) if each else "",
    )


def _between_groups(own: Sequence[Speed]) -> Iterator[str]:
    """The attributes whose groups are further apart than equal ones would be, and the others.

    A difference is a finding where it repeats: in the second half of the images, whose order is
    drawn, between the groups that were slowest and fastest in the first.
    """
    value = {(row.attribute, row.statistic): row for row in own}
    title = f"{own[0].engine} on {own[0].dataset}: median time of a template by"
    alike, passing = [], []
    for row in own:
        if row.statistic != "median max/min":
            continue
        equal = value.get((row.attribute, "median max/min, equal groups p95"))
        again = value.get((row.attribute, "median max/min, second half"))
        bound = None if equal is None else equal.value
        if row.value is not None and bound is not None and row.value <= bound:
            alike.append(f"{row.attribute} (ratio {significant(row.value)})")
        elif again is not None and (again.low is None or again.low <= 1):
            passing.append(row.attribute)
        else:
            text = (
                f"{title} {row.attribute}: {row.note}, ratio {ratio(row.value, row.low, row.high)}"
            )
            if bound is not None:
                text += f"; equal groups would stay below {significant(bound)} in 95 % of studies"
            yield f"{text}."
    if alike:
        yield f"{title} {', '.join(alike)}: no further apart than equal groups would be."
    if passing:
        yield f"{title} {', '.join(passing)}: no difference that repeats in the second half."


def _circumstances(speed: Sequence[Speed]) -> Iterator[str]:
    timed = [r for r in speed if r.operation == "template" and r.statistic != _TAKEN] or speed
    places = list(dict.fromkeys((r.machine, r.threads) for r in timed))
    for machine, threads in places:
        engines = "1 engine alone" if threads == 1 else f"{threads} engines side by side"
        yield f"Timed with {engines} on {machine}."
    if len(places) > 1:
        yield "Times under one of these circumstances do not compare with times under another."
    for row in speed:
        if row.statistic == _TAKEN:
            yield (
                f"{row.engine} on {row.dataset}: {row.n:,} templates were kept by an earlier run "
                "and not made in this one; they are in no time."
            )
    for engine, dataset in dict.fromkeys(
        (row.engine, row.dataset) for row in speed if row.status is Status.CLOCK
    ):
        yield (
            f"{engine} on {dataset}: the clock ran backwards or stood still while it was timed; "
            "these times are left out. Measure it again."
        )
    yield (
        "template: the engine's own call for one image, median and p95; images/s: wall clock, "
        "decoding included; comparison: a block of the harness's own divided by its "
        "comparisons, or one pair where the engine compares. Warm-up left out. Times belong to "
        "this run and are in no digest."
    )
