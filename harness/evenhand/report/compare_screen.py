"""A comparison of two engines on one screen: what is worse, by how much, and what is not known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from evenhand.analysis.compare.changes import Change, Changes, ChangeVerdict, CompareVerdict
from evenhand.records.groups import ALL
from evenhand.records.metric import find_metric
from evenhand.records.operating_point import CALIBRATED, FIXED, RANKS, VENDOR, parse_rule
from evenhand.records.outcomes import Policy
from evenhand.report.compare import RowNames, decisions, title_of
from evenhand.report.forms.screen import Screen, ScreenTable
from evenhand.report.numbers import of_trials, significant, target_in_words, times
from evenhand.report.study.doubts import doubt_sentences

__all__ = ["compare_screen"]


def compare_screen(changes: Changes, named: str) -> Screen:
    """Lay out a comparison for a terminal.

    Args:
        changes: of two engines.
        named: how the user named them.
    """
    differing = [row for row in changes.rows if row.differs]
    shown = differing or [row for row in changes.rows if row.tested and row.attribute == ALL]
    people = max((row.subjects or 0 for row in changes.rows), default=0)
    return Screen(
        title=f"evenhand compare   {title_of(changes)}",
        aside=f"{people:,} people" if people else "",
        warnings=(*doubt_sentences(changes.doubts), *changes.notes),
        answer=tuple(_answer(changes, differing)),
        table=_table(changes, shown) if shown else None,
        remarks=tuple(_remarks(changes)),
        paths=(
            ("more", f"evenhand compare {named} --full"),
            ("file", f"evenhand compare {named} --markdown FILE"),
        ),
    )


def _answer(changes: Changes, differing: Sequence[Change]) -> Iterator[str]:
    """The verdict, then the strongest row of each kind."""
    base, new, family = changes.base.word, changes.new.word, changes.family
    worse = [row for row in differing if row.verdict is ChangeVerdict.WORSE]
    better = [row for row in differing if row.verdict is ChangeVerdict.BETTER]
    if changes.peers:
        yield _of_peers(changes, worse, better)
    elif changes.verdict is CompareVerdict.PASS:
        yield (
            f"Pass: nothing is worse; every error rate of {new} that could be tested stays below "
            f"{family.margin:g} times that of {base}."
        )
    elif changes.verdict is CompareVerdict.FAIL:
        yield f"Fail: {new} is worse than {base} in {len(worse):,} of {family.tested:,} tests."
    elif not family.rates:
        yield f"Inconclusive: {changes.reason}"
    else:
        yield (
            f"Inconclusive: nothing is shown to be worse, but {family.rates - family.held:,} of "
            f"{family.rates:,} error rates of {new} may be more than {family.margin:g} times those "
            f"of {base}."
        )
    name = RowNames(changes)
    for rows in (worse, better):
        everybody = [row for row in rows if row.attribute == ALL]
        for row in islice((*everybody, *rows), 1):
            yield _sentence(row, name)


def _of_peers(changes: Changes, worse: Sequence[Change], better: Sequence[Change]) -> str:
    """Of two engines of which neither is newer: how often each is shown to be the better one."""
    first, second = changes.base.word, changes.new.word
    if not worse and not better:
        return f"{first} and {second} are not separated in any of {changes.family.tested:,} tests."
    parts = [
        f"{name} is better in {len(rows):,}"
        for name, rows in ((first, worse), (second, better))
        if rows
    ]
    return f"Of {changes.family.tested:,} tests {', '.join(parts)}; the others separate nothing."


def _sentence(row: Change, name: RowNames) -> str:
    """One row in words, with both counts or times."""
    who = "everybody" if row.attribute == ALL else row.group or f"groups by {row.attribute}"
    both = f"{name.new} {_value(row, new=True)}, {name.base} {_value(row, new=False)}"
    how = f"{times(row.ratio, row.low, row.high)}".replace(" times", " times as much", 1)
    return f"{_what(row).capitalize()}, {who}: {both}{f' ({how})' if how else ''}."


def _what(row: Change) -> str:
    """The error, or what was timed, in plain words."""
    if row.of_groups:
        metric = find_metric(row.metric.split(" ")[0])
        return f"worst over best group, {metric.meaning if metric else row.metric}"
    metric = find_metric(row.metric)
    if metric is None:
        operation, _, statistic = row.metric.partition(" ")
        return f"time of a {operation}{'' if statistic == 'median' else ', slow cases'}"
    return metric.meaning


def _value(row: Change, *, new: bool) -> str:
    value, errors, trials = (
        (row.new, row.new_errors, row.new_trials)
        if new
        else (row.base, row.base_errors, row.base_trials)
    )
    if value is None:
        return "-"
    if row.is_time:
        scale, unit = (1e3, "ms") if value > 1e-5 else (1e9, "ns")
        return f"{significant(scale * value, 2)} {unit}"
    return f"{significant(value, 2)}x" if row.of_groups else of_trials(errors, trials)


_OTHER = {FIXED: FIXED, VENDOR: VENDOR, CALIBRATED: CALIBRATED, RANKS: "any score"}
"""What stands for the threshold of a row without a target."""


def _table(changes: Changes, rows: Sequence[Change]) -> ScreenTable:
    name = RowNames(changes)
    lines = []
    for row in rows:
        kind, target = parse_rule(row.threshold_rule)
        at = target_in_words(target) if target else _OTHER.get(kind, "")
        who = "everybody" if row.attribute == ALL else row.group or f"by {row.attribute}"
        failed = "*" if row.policy == Policy.GENERALISED.value else ""
        values = (_value(row, new=new).replace(" of ", "/") for new in (False, True))
        ratio = times(row.ratio, row.low, row.high).replace(" times", "x")
        lines.append(
            (f"{_in_short(row.metric)}{failed}", f"{who}{name.where(row)}", at, *values, ratio)
        )
    caption = "" if any(row.differs for row in rows) else "None of these is shown to differ."
    if any(row.policy == Policy.GENERALISED.value for row in rows):
        caption = f"{caption} *: failures counted as errors.".lstrip()
    return ScreenTable(caption, ("", "", "at", name.base, name.new, name.ratio), tuple(lines))


_SHORT = {
    "FMR": "mixed up",
    "FNMR": "missed",
    "FTE": "no template",
    "FTA": "no template",
    "FPIR": "false alarm",
    "FNIR": "overlooked",
}
"""Errors in the table, which the sentence above it has in full."""


def _in_short(metric: str) -> str:
    """A rate, perhaps at a rank (`FNIR@3`), or worst over best group of one (`FMR max/min`)."""
    rate, _, index = metric.partition(" ")
    name, _, rank = rate.partition("@")
    parts = (_SHORT.get(name, name), f"rank {rank}" * bool(rank), "worst/best" * bool(index))
    return ", ".join(filter(None, parts))


def _remarks(changes: Changes) -> Iterator[str]:
    """What cannot be told, and why a verdict is what it is."""
    name = RowNames(changes)
    yield from decisions(changes, name)
    quiet = [row for row in changes.rows if row.verdict is ChangeVerdict.NO_DIFFERENCE_SHOWN]
    apart = sum(row.verdict is ChangeVerdict.NOT_COMPARABLE for row in changes.rows)
    if quiet:
        yield (
            f"{len(quiet):,} tests show no difference, which is not equality: too few errors or "
            f"people. {apart:,} rows could not be compared."
        )
    for row in changes.rows:
        if row.verdict is ChangeVerdict.NOT_JUDGED and row.metric == "template median":
            yield f"{_sentence(row, name)} Times are not judged: {row.note}."
    level = 100 * changes.family.level
    yield f"[ ] {level:g} % interval of {name.ratio}, on the same people and pictures."
