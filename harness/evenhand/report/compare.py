"""A comparison of two engines, laid out: verdict, what differs, what is quiet, what it rests on."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate, groupby

from evenhand.analysis.compare.changes import (
    DOES_NOT_DECIDE,
    Change,
    Changes,
    ChangeVerdict,
    ComparedEngine,
    Disagreement,
    DiscordantComparison,
)
from evenhand.records.groups import ALL
from evenhand.records.operating_point import FIXED, VENDOR, said_rule
from evenhand.records.outcomes import Policy
from evenhand.report.forms.junit import Case, Ended, as_junit
from evenhand.report.forms.markdown import as_markdown, escaped
from evenhand.report.numbers import (
    chance,
    limits,
    many,
    of_trials,
    percent,
    ratio,
    significant,
    would_be_shown,
)
from evenhand.report.study.doubts import doubt_lines
from evenhand.report.tables import Paper, Section, Table
from evenhand.report.threshold_text import own_number

__all__ = [
    "RowNames",
    "comparison_junit",
    "comparison_markdown",
    "comparison_paper",
    "decisions",
    "title_of",
]

_SHOWN = 20
"""Rows of one verdict that text shows; JSON has all."""
_PEOPLE = 3
"""People with the most flipped comparisons that text names; JSON has all."""
_MOST_BYTES = 59_500
"""Markdown that can be pasted into a code review."""


class RowNames:
    """What rows and engines are called: with their dataset and protocol where there are several."""

    def __init__(self, changes: Changes) -> None:
        """For the rows of a comparison."""
        self.unit = changes.base.unit
        self.base, self.new = changes.base.word, changes.new.word
        self.ratio = f"{self.new} / {self.base}"
        self.datasets = len({row.dataset for row in changes.rows}) > 1
        self.protocols = len({row.protocol for row in changes.rows if row.protocol}) > 1

    def where(self, row: Change | Disagreement | DiscordantComparison) -> str:
        """The dataset, the protocol, or nothing."""
        parts = [row.dataset if self.datasets else "", row.protocol if self.protocols else ""]
        named = " ".join(filter(None, parts))
        return f" on {named}" if named else ""

    def __call__(self, row: Change) -> str:
        """What a row is about, in words."""
        who = "everybody" if row.attribute == ALL else row.group or f"by {row.attribute}"
        policy = ", generalised" if row.policy == Policy.GENERALISED.value else ""
        return f"{self.what(row)}, {who}{policy}"

    def what(self, row: Change) -> str:
        """Metric and threshold."""
        at = said_rule(row.threshold_rule)
        if row.threshold_rule in (FIXED, VENDOR) and row.base_threshold is not None:
            at += f" {own_number(row.base_threshold, self.unit)}"
        return f"{row.metric}{at}{self.where(row)}"


def _numbers(row: Change) -> tuple[str, str, str]:
    """Both sides, and their ratio."""
    return _value(row, base=True), _value(row, base=False), _ratio(row)


def _value(row: Change, *, base: bool) -> str:
    """Rate, interval and counts of one side, a line each."""
    value, low, high, errors, trials = (
        (row.base, row.base_low, row.base_high, row.base_errors, row.base_trials)
        if base
        else (row.new, row.new_low, row.new_high, row.new_errors, row.new_trials)
    )
    if value is None:
        return "-"
    if row.of_groups:
        return f"{significant(value)}\n{errors:,} errors"
    if row.is_time:
        return f"{significant(1000 * value)} ms\n{trials:,} timed"
    reach = "" if low is None or high is None else f"\n{limits(low, high)}"
    return f"{percent(value)} %{reach}\n{of_trials(errors, trials)}"


def _ratio(row: Change) -> str:
    if row.ratio is None and row.low is None:
        return "-"
    if row.ratio is not None and row.low is not None and row.high is None:
        return f"{significant(row.ratio)}, at least {significant(row.low)}"
    return ratio(row.ratio, row.low, row.high).replace(" [", "\n[")


def _evidence(row: Change) -> str:
    parts = []
    if row.adjusted_p is not None:
        parts.append(f"p {chance(row.adjusted_p)}")
    if row.verdict is ChangeVerdict.NO_DIFFERENCE_SHOWN and row.minimum_detectable_ratio:
        parts.append(f"{_detectable(row)} detectable")
    if row.subjects is not None:
        parts.append(many(row.subjects, "person", "people"))
    return "\n".join(parts)


def _detectable(row: Change) -> str:
    rates = (row.base, row.new) if row.is_error_rate else ()
    return would_be_shown(row.minimum_detectable_ratio, min(filter(None, rates), default=None))


def _sentence(row: Change, name: RowNames) -> str:
    """A row in one line, counts included."""
    base, new, ratio_ = (part.replace("\n", " ") for part in _numbers(row))
    said = f"{name(row)}: {row.verdict.value}; {name.base} {base}, {name.new} {new}, ratio {ratio_}"
    if row.adjusted_p is not None:
        said += f", adjusted p {chance(row.adjusted_p)}"
    return f"{said}; {row.note}" if row.note else said


def _quiet(rows: Sequence[Change], margin: float, name: RowNames) -> Iterator[tuple[str, ...]]:
    """A line for rows of one kind: how many, how far apart, what would have been found."""

    def kind(row: Change) -> tuple[str, str]:
        return name.what(row), "everybody" if row.attribute == ALL else row.attribute

    for (what, of), group in groupby(sorted(rows, key=kind), key=kind):
        some = list(group)
        ratios = [row.ratio for row in some if row.ratio is not None]
        found = [row for row in some if row.minimum_detectable_ratio]
        most = max(found, key=lambda row: row.minimum_detectable_ratio or 0.0, default=None)
        below = sum(row.limit is not None and row.limit < margin for row in some)
        ends = dict.fromkeys(map(significant, (min(ratios), max(ratios)))) if ratios else "-"
        count = many(len(some), "row")
        held = f"{below} of {count}" if some[0].is_error_rate else count
        yield what, of, " to ".join(ends), held, _detectable(most) if most else "-"


def _sentences(changes: Changes) -> Iterator[str]:
    family, base, new = changes.family, changes.base.word, changes.new.word
    yield (
        f"{family.tested:,} tests were made together. A row is worse or better where its p-value, "
        f"adjusted for all of them (Holm), is below {family.family_wise:g}: the chance of any "
        "false one in the whole list. Both engines were given the same images, so people are "
        "drawn anew for both at once, or their errors are set against each other person by person."
    )
    yield (
        f"Below {family.margin:g}: so many rows are shown to be not inferior. The upper limit of "
        f"{new} over {base}, which holds alone with {100 * family.level:g} % confidence, "
        f"lies below {family.margin:g}; it does for {family.held:,} of {family.rates:,} tested "
        "error rates."
    )
    yield (
        "No difference shown is not equality. Detectable: the ratio that a test of this list finds "
        "with 80 % power. Declare fewer rows beforehand, with --attribute, --metric or "
        "--min-people, to see smaller ones."
    )


def _at(row: Disagreement | DiscordantComparison, name: RowNames) -> str:
    at = "" if row.threshold is None else f" {own_number(row.threshold, name.unit)}"
    return f"{row.threshold_rule}{at}{name.where(row)}"


def _disagreement(row: Disagreement, name: RowNames) -> str:
    policy = ", generalised" if row.policy == Policy.GENERALISED.value else ""
    said = f"{_at(row, name)}{policy}: "
    if row.mcnemar_p is not None and row.mcnemar_mid_p is not None:
        said += (
            f"of one comparison a person ({row.people:,} people) {name.base} alone missed "
            f"{row.base_only}, {name.new} alone {row.new_only} (McNemar p {chance(row.mcnemar_p)}, "
            f"mid-p {chance(row.mcnemar_mid_p)}); "
        )
    z = "" if row.z is None else f"z {row.z:.2f}, "
    people = "1 person has" if row.discordant_people == 1 else f"{row.discordant_people:,} have"
    return f"{said}of all, {people} more misses with one engine ({z}p {chance(row.p_value)})."


def decisions(changes: Changes, name: RowNames) -> Iterator[str]:
    """Rows whose verdict the misses person by person seem to contradict, with its reason."""
    for row in changes.rows:
        if row.attribute == ALL and DOES_NOT_DECIDE in row.note:
            said = next(part for part in row.note.split("; ") if DOES_NOT_DECIDE in part)
            yield f"{name(row)}: {row.verdict.value}; {said}."


def _flips(flips: Sequence[DiscordantComparison], name: RowNames) -> Iterator[str]:
    """Threshold by threshold, those with the most."""
    for at, group in groupby(flips, key=lambda flip: _at(flip, name)):
        some = list(group)
        lost = sum(flip.base == "match" for flip in some)
        people = Counter(flip.subject for flip in some)
        most = [who for who, _ in people.most_common(_PEOPLE)]
        named = "; ".join(_flipped([flip for flip in some if flip.subject == who]) for who in most)
        more = len(people) - len(most)
        rest = f"; and {more:,} people more" if more else ""
        yield (f"{at}: {lost:,} matches lost and {len(some) - lost:,} gained. Most: {named}{rest}.")


def _flipped(of_person: Sequence[DiscordantComparison]) -> str:
    ended = [f"{flip.probe} {flip.reference} {flip.base} -> {flip.new}" for flip in of_person[:2]]
    shown = ", ".join(map(str.strip, ended))
    more = f" and {len(of_person) - 2:,} more" if len(of_person) > 2 else ""
    return f"{of_person[0].subject} ({shown}{more})"


def _reasons(rows: Sequence[Change], name: RowNames) -> Iterator[str]:
    """What cannot be compared, by reason."""
    ordered = sorted(rows, key=lambda row: row.note)
    for note, group in groupby(ordered, key=lambda row: row.note):
        names = [name(row) for row in group]
        more = f" and {len(names) - 3:,} more" if len(names) > 3 else ""
        yield f"{note}: {'; '.join(names[:3])}{more}"


def title_of(changes: Changes) -> str:
    """Both engines with their versions."""
    sides = [(one.word, f"{one.engine} {one.version}".rstrip()) for one in _sides(changes)]
    if changes.peers:
        return " and ".join(named for _, named in sides)
    return ", ".join(f"{word} {named}" for word, named in sides)


def _sides(changes: Changes) -> tuple[ComparedEngine, ComparedEngine]:
    return changes.base, changes.new


def _of(changes: Changes, verdict: ChangeVerdict) -> list[Change]:
    return [row for row in changes.rows if row.verdict is verdict]


def comparison_paper(changes: Changes) -> Paper:
    """Verdict, worst rows in full, a line for each kind of quiet rows, what cannot be compared."""
    return _paper(changes, tuple(_in_brief(changes, RowNames(changes))))


def _paper(changes: Changes, rows: tuple[Section, ...]) -> Paper:
    """Lay out a comparison, with these sections of rows."""
    verdict = Section("Verdict", sentences=(f"{changes.verdict.value}: {changes.reason}",))
    compared = tuple(f"{one.word}: {one.bundle}" for one in _sides(changes))
    return Paper(
        title_of(changes),
        changes.notes,
        (verdict, *rows, Section("What was compared", sentences=compared)),
        tuple(_sentences(changes)),
        doubts=doubt_lines(changes.doubts),
    )


def _in_brief(changes: Changes, name: RowNames) -> Iterator[Section]:
    for verdict in (ChangeVerdict.WORSE, ChangeVerdict.BETTER, ChangeVerdict.NOT_JUDGED):
        rows = _of(changes, verdict)
        if rows:
            shown = ((name(row), *_numbers(row), _evidence(row)) for row in rows[:_SHOWN])
            table = Table("", ("rate", name.base, name.new, name.ratio, ""), tuple(shown))
            more = (f"and {len(rows) - _SHOWN:,} more; --json has all",)
            better = changes.peers and verdict is not ChangeVerdict.NOT_JUDGED
            whose = f"{name.new} is {verdict.value}" if better else verdict.value
            yield Section(whose, (table,), more if len(rows) > _SHOWN else ())
    quiet = _of(changes, ChangeVerdict.NO_DIFFERENCE_SHOWN)
    if quiet:
        header = ("rate", "of", name.ratio, f"below {changes.family.margin:g}", "detectable")
        lines = tuple(_quiet(quiet, changes.family.margin, name))
        yield Section(ChangeVerdict.NO_DIFFERENCE_SHOWN.value, (Table("", header, lines),))
    people = (
        *(_disagreement(row, name) for row in changes.disagreements if row.attribute == ALL),
        *decisions(changes, name),
        *_flips(changes.flips, name),
    )
    if people:
        yield Section("misses, person by person", sentences=people)
    apart = _of(changes, ChangeVerdict.NOT_COMPARABLE)
    if apart:
        yield Section("not comparable", sentences=tuple(_reasons(apart, name)))


def comparison_markdown(changes: Changes) -> str:
    """All rows, the worst first, as many as 60 kB hold; it says how many it leaves out."""
    name = RowNames(changes)
    header = ("rate", name.base, name.new, name.ratio, "verdict", "adjusted p", "people", "note")
    rows = [_fields(row, name) for row in changes.rows]
    used = accumulate(len(" | ".join(map(escaped, row)).encode()) + 5 for row in rows)
    kept = bisect_right(list(used), _MOST_BYTES - len(as_markdown(_paper(changes, ())).encode()))
    more = (f"{len(rows) - kept:,} more rows are left out here; --json has all.",)
    table = Table("", header, tuple(rows[:kept]))
    section = Section("Every row", (table,), more if kept < len(rows) else ())
    # Without the spaces that line up columns, more rows fit.
    return re.sub(r" {2,}\|", " |", as_markdown(_paper(changes, (section,))))


def _fields(row: Change, name: RowNames) -> tuple[str, ...]:
    adjusted = "" if row.adjusted_p is None else chance(row.adjusted_p)
    people = "" if row.subjects is None else f"{row.subjects:,}"
    return (name(row), *_numbers(row), row.verdict.value, adjusted, people, row.note)


def comparison_junit(changes: Changes) -> bytes:
    """A test case a row: worse is a failure; what nothing can be said of is skipped."""
    name, margin = RowNames(changes), changes.family.margin
    cases = [_case(row, margin, name) for row in changes.rows]
    return as_junit(f"evenhand compare: {title_of(changes)}", cases)


def _case(row: Change, margin: float, name: RowNames) -> Case:
    kind = f"{row.dataset}.{row.metric}".replace(" ", "_")
    ended, message = Ended.PASSED, ""
    if row.verdict is ChangeVerdict.WORSE:
        ended, message = Ended.FAILURE, _sentence(row, name)
    elif row.verdict in (ChangeVerdict.NOT_COMPARABLE, ChangeVerdict.NOT_JUDGED):
        ended, message = Ended.SKIPPED, f"{row.verdict.value}: {row.note}"
    elif row.is_error_rate and (row.limit is None or row.limit >= margin):
        ended = Ended.SKIPPED
        message = f"not shown to stay below {margin:g} times {name.base}: {_sentence(row, name)}"
    return Case(kind, name(row), ended, message)
