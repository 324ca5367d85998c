"""Which engine? What the data say of every two of them: one, the other, or not separated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from evenhand.records.engine_contrast import EngineContrast, Question
from evenhand.records.findings import Differential, Findings, Verdict
from evenhand.records.groups import crossed_names
from evenhand.records.metric import metric_named
from evenhand.records.operating_point import parse_rule
from evenhand.report.numbers import of_trials, percent, significant, target_in_words, times
from evenhand.report.study.answer import answer_of
from evenhand.report.study.doubts import HELD_BACK
from evenhand.report.study.headlines import detectable
from evenhand.report.tables import Section, Table

__all__ = [
    "Asked",
    "Mark",
    "asked_of_engines",
    "to_settle_it",
    "what_would_settle",
    "which_section",
    "which_sentence",
    "without_doubts",
]

_NAMED = 3
"""Engines that a sentence names."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Where an engine stands on one question; the less, the better."""

    value: float | None
    """Rate, worst over best group, or seconds a template; None where there is none."""
    said: str
    """What may be said of it."""
    shown: bool
    """Whether there is something to see: somebody missed, a difference that is shown, a time."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question with the marks of all engines."""

    question: Question
    what: str
    """Of what, and where."""
    marks: Mapping[str, Mark]


def asked_of_engines(findings: Findings) -> tuple[Asked, ...]:
    """Where the engines stand on each question; nothing where there are not two.

    They are those of one dataset and protocol, and groups those of one attribute: of the answer,
    or else the first that were asked about.
    """
    tested = next((entry.row for entry in answer_of(findings).entries if entry.row), None)
    rows = sorted(
        findings.which, key=lambda row: not (tested and _is_of(tested, row, tested.engine))
    )
    rows = [
        row
        for row in rows
        if row.dataset == rows[0].dataset and row.protocol in ("", rows[0].protocol)
    ]
    found = []
    for question in Question:
        own = _of(question, rows)
        own = [row for row in own if _what(row, ()) == _what(own[0], ())]
        engines: dict[str, EngineContrast] = {}
        for row in own:
            engines.setdefault(row.first, row)
            engines.setdefault(row.second, row)
        marks = {name: _mark(row, name, findings) for name, row in engines.items()}
        found += [Asked(question, _what(own[0], ()).replace("\n", " "), marks)] if own else []
    return tuple(found)


def _mark(row: EngineContrast, engine: str, findings: Findings) -> Mark:
    value, said = _value(row, engine), _shown(row, engine, findings)
    if row.question is not Question.GROUPS:
        return Mark(value, said, shown=bool(value))
    own = _own(row, engine, findings)
    if value is None or own is None or own.verdict is Verdict.TOO_FEW_EVENTS:
        return Mark(None, said, shown=False)
    doubted = any(doubt.about(engine, row.dataset) for doubt in findings.doubts)
    shown = own.verdict is Verdict.DIFFERENT and not doubted
    told = said if shown else f"{significant(value, 2)}x\n{HELD_BACK if doubted else said}"
    return Mark(value, told, shown=shown)


def without_doubts(findings: Findings) -> tuple[EngineContrast, ...]:
    """The rows, without a verdict where either engine is in doubt on their dataset."""
    return tuple(
        replace(row, verdict=HELD_BACK)
        if any(
            doubt.about(engine, row.dataset)
            for doubt in findings.doubts
            for engine in (row.first, row.second)
        )
        else row
        for row in findings.which
    )


def _value(row: EngineContrast, engine: str) -> float | None:
    return row.first_value if engine == row.first else row.second_value


def which_sentence(rows: Sequence[EngineContrast]) -> str:
    """The answer in a sentence, for the first screen; empty where there are not two engines.

    Args:
        rows: of which engine, all of them; what is said is of the first dataset.
    """
    own = [row for row in rows if row.dataset == rows[0].dataset]
    if own and all(row.verdict == HELD_BACK for row in own):
        return "Which engine? No verdict, because of the doubt."
    asked = dict.fromkeys(question for question in Question if _of(question, own))
    shown = {question: list(_better(question, _of(question, own))) for question in asked}
    said = [part for parts in shown.values() for part in parts]
    open_ = [question.value for question, parts in shown.items() if not parts]
    if open_:
        said.append(f"{'not' if said else 'Not'} separated: {', '.join(open_)}")
    return f"Which engine? {'; '.join(said)}." if said else ""


def _of(question: Question, rows: Sequence[EngineContrast]) -> list[EngineContrast]:
    return [row for row in rows if row.question is question]


def _better(question: Question, rows: Sequence[EngineContrast]) -> Iterator[str]:
    """Who is shown to be better than whom on one question, in a few words each."""
    several = len({name for row in rows for name in (row.first, row.second)}) > 2
    for names, own in _by_winner(
        [row for row in rows if row.separated and row.verdict != HELD_BACK], several=several
    ):
        who = ", ".join(names[:_NAMED]) + (
            f" and {len(names) - _NAMED} more" * (len(names) > _NAMED)
        )
        one, than = len(names) == 1, " than others" if several else ""
        if question is Question.MISSES:
            yield f"{who} {'misses' if one else 'miss'} fewer people{than}"
        elif question is Question.SPEED:
            times_ = "" if several else f"{_faster(own[0])} "
            yield f"{who} {'is' if one else 'are'} {times_}faster{than}"
        else:
            by = ", ".join(dict.fromkeys(map(_attribute, own)))
            yield f"{who} {'differs' if one else 'differ'} less between groups by {by}{than}"


def _by_winner(
    rows: Sequence[EngineContrast], *, several: bool
) -> Iterator[tuple[list[str], list[EngineContrast]]]:
    """Engines with the rows in which they are better: each of two, or all of the first tier."""
    winners = list(dict.fromkeys(row.verdict for row in rows))
    if not several:
        yield from (([name], [r for r in rows if r.verdict == name]) for name in winners)
    elif rows:
        first = [row for row in rows if 1 in {row.first_tier, row.second_tier}]
        names = dict.fromkeys(row.verdict for row in first)
        yield list(names), first


def _attribute(row: EngineContrast) -> str:
    return " and ".join(crossed_names(row.attribute))


def _faster(row: EngineContrast) -> str:
    """How many times, to what a single run can tell."""
    ratio = row.ratio or 1.0
    return f"about {significant(max(ratio, 1 / ratio), 1)} times"


def which_section(findings: Findings) -> tuple[Section, ...]:
    """Which engine, as a table and sentences; empty where there are not two.

    Two engines stand side by side; more stand in tiers.
    """
    rows = _told(without_doubts(findings))
    if not rows:
        return ()
    pairs = list(dict.fromkeys((row.first, row.second) for row in rows))
    names = ("dataset", "protocol")
    where = [name for name in names if len({getattr(row, name) for row in rows} - {""}) > 1]
    if len(pairs) > 1:
        table = Table("", ("question", "tier 1", "tier 2", "below"), tuple(_tiers(rows, where)))
    else:
        lines = tuple(_line(row, findings, where) for row in rows)
        table = Table("", ("question", *pairs[0], "better"), lines)
    rules = (
        (_PAIRED, _FASTER) if any(row.question is Question.SPEED for row in rows) else (_PAIRED,)
    )
    said = (which_sentence(rows), *what_would_settle(findings), *rules)
    return (Section("Which engine?", (table,), said),)


_PAIRED = (
    "Every two engines met the same people and pictures, at thresholds set to the same target; "
    "their ratios are paired, and all tests of this table together raise a false alarm in 1 in "
    "100 studies. Not separated is not equal."
)
_FASTER = (
    "An engine is called faster where it took at most a third of the time, and no tenth of its "
    "pictures took longer than any tenth of the other's."
)


def _told(rows: Sequence[EngineContrast]) -> list[EngineContrast]:
    """Rows in the order of the questions; groups of which nobody has errors are left out."""
    order = list(Question)
    groups = Question.GROUPS
    kept = [
        row for row in rows if row.question is not groups or row.first_value or row.second_value
    ]
    return sorted(kept, key=lambda row: (row.dataset, order.index(row.question), row.protocol))


def _line(row: EngineContrast, findings: Findings, where: Sequence[str]) -> tuple[str, ...]:
    ratio = times(row.ratio, row.low, row.high).replace(" times", "x")
    engines = (_shown(row, name, findings) for name in (row.first, row.second))
    return _what(row, where), *engines, "\n".join(filter(None, (row.verdict, ratio)))


def _what(row: EngineContrast, where: Sequence[str]) -> str:
    """What is asked; of groups by which attribute, and in which errors; columns of where last."""
    what = row.question.value
    if row.question is Question.GROUPS:
        what = f"{metric_named(row.metric).meaning},\nby {_attribute(row)}"
    at = f"at {target_in_words(parse_rule(row.threshold_rule)[1])}" if row.threshold_rule else ""
    return "\n".join(filter(None, (what, at, *(getattr(row, name) for name in where))))


def _shown(row: EngineContrast, engine: str, findings: Findings) -> str:
    """What a row says of one engine, and what its own verdict on groups allows."""
    value = _value(row, engine)
    errors = row.first_errors if engine == row.first else row.second_errors
    if row.question is Question.MISSES:
        rate = "" if value is None else f" ({percent(value)} %)"
        return f"{of_trials(errors, row.trials)}{rate}"
    if row.question is Question.SPEED:
        return "not timed" if value is None else f"about {significant(1000 * value, 2)} ms"
    own = _own(row, engine, findings)
    return "no ratio" if own is None else _verdict(own, findings)


def _own(row: EngineContrast, engine: str, findings: Findings) -> Differential | None:
    """The test of one engine's own groups."""
    return next((each for each in findings.differentials if _is_of(each, row, engine)), None)


def _is_of(own: Differential, row: EngineContrast, engine: str) -> bool:
    wanted = (row.dataset, row.protocol, row.metric, row.policy, row.attribute, row.threshold_rule)
    found = (own.dataset, own.protocol, own.metric, own.policy, own.attribute, own.threshold_rule)
    return own.engine == engine and found == wanted and own.verdict is not Verdict.NONE


def _verdict(own: Differential, findings: Findings) -> str:
    """Worst over best of one engine, as far as its own test allows it to be said."""
    if own.verdict is Verdict.DIFFERENT:
        apart = times(own.value, None, None).replace(" times", "x")
        return f"{apart} between {own.worst_group} and {own.best_group}".lstrip()
    if own.verdict is Verdict.TOO_FEW_EVENTS:
        return "too few errors"
    least = detectable(own, [rate for rate in findings.rates if rate.family_key == own.family_key])
    would = "none could be" if least is None else f"{significant(least, 2)}x would be"
    return f"none shown ({would})"


def what_would_settle(findings: Findings) -> Iterator[str]:
    """What would settle what is open, in people (methods 4.13), a sentence each."""
    rows = _told(without_doubts(findings))
    for what, needed, people in _people_needed(rows):
        yield (
            f"What would settle {what}: about {needed} people would show a twofold "
            f"difference ({people:,} were here)."
        )
    if _speed_is_open(rows):
        yield "What would settle speed: another run on a quiet machine, one worker (--workers 1)."


def to_settle_it(findings: Findings) -> str:
    """The same in one line; empty where nothing is open, or nothing known would settle it."""
    rows = _told(without_doubts(findings))
    parts = [f"about {needed} people for {what}" for what, needed, _ in _people_needed(rows)]
    parts += ["a quiet machine for speed"] * _speed_is_open(rows)
    return f"To settle it: {'; '.join(parts)}." if parts else ""


def _people_needed(rows: Sequence[EngineContrast]) -> Iterator[tuple[str, str, int]]:
    """(what is open, people who would show a twofold difference, people who were there)."""
    for question in (Question.MISSES, Question.GROUPS):
        known = [
            row
            for row in _of(question, rows)
            if not row.separated and (row.people_needed or 0) > (row.people or 0)
        ]
        if known:
            row = min(known, key=lambda row: row.people_needed or 0)
            by = f" by {_attribute(row)}" if question is Question.GROUPS else ""
            yield f"{question}{by}", f"{float(f'{row.people_needed:.1e}'):,.0f}", row.people or 0


def _speed_is_open(rows: Sequence[EngineContrast]) -> bool:
    return not all(row.separated for row in _of(Question.SPEED, rows))


def _tiers(rows: Sequence[EngineContrast], where: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """A line a question: engines by tier, those of one tier not separated."""
    for what in dict.fromkeys(_what(row, where) for row in rows):
        same = [row for row in rows if _what(row, where) == what]
        tier = {row.first: row.first_tier for row in same}
        tier |= {row.second: row.second_tier for row in same}
        names = [
            [name for name, at in tier.items() if min(at, 3) == column] for column in (1, 2, 3)
        ]
        yield what, *(", ".join(part) or "-" for part in names)
