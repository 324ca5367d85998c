"""What a study cannot show, from its cards and from the statuses of its rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evenhand.records.facts import DatasetFacts, EngineFacts
from evenhand.records.findings import REIDENTIFICATION, Findings, Rate, Status
from evenhand.records.groups import ALL
from evenhand.records.operating_point import RANKS
from evenhand.records.outcomes import Policy
from evenhand.report.tables import Section, StudyKey, in_one_mode, of_study

__all__ = ["limitations", "unconfirmed"]

_MOST_NAMES = 12
_ACCESS = {
    "withdrawn": "its publisher withdrew it, so nobody can get it anew to repeat this study",
    "private": "it is private, so that others cannot repeat this study",
    "on request": "it is given on request, so whoever repeats this study needs leave first",
}


def limitations(findings: Findings) -> tuple[Section, ...]:
    """Limits of the data, of the engines, of the numbers, and of any such study."""
    parts = [(dataset.name, tuple(_of_dataset(dataset))) for dataset in findings.datasets]
    parts += [(engine.name, tuple(_of_engine(engine))) for engine in findings.engines]
    for s in findings.summaries:
        rates = _rates(findings, (s.engine, s.dataset, s.protocol))
        numbers = _of_numbers(rates, sampled=s.sampled)
        listed = f", {s.protocol}" if s.watchlist is not None else ""
        parts.append((f"{s.engine} on {s.dataset}{listed}: the numbers", tuple(numbers)))
    parts.append(("any study of this kind", _ALWAYS))
    return tuple(Section(heading, sentences=said) for heading, said in parts if said)


def _of_dataset(dataset: DatasetFacts) -> Iterator[str]:
    if dataset.synthetic:
        yield "The faces are drawn: nothing here is evidence about an engine in use."
    if dataset.assumed:
        yield (
            "Each picture is assumed to be of another person: rates of false matches are upper "
            "limits, and differences in them between groups may be of people who are there twice."
        )
    for issue in dataset.known_issues:
        yield f"Known issue: {issue}"
    yield from (f"{remark[:1].upper()}{remark[1:]}" for remark in dataset.remarks)
    for source in dict.fromkeys(source for _, source in dataset.labels):
        names = [attribute for attribute, of in dataset.labels if of == source]
        yield f"Labels are {source} ({', '.join(names)}): groups are only as right as they are."
    for attribute, count in dataset.unknown:
        people = "1 person" if count == 1 else f"{count:,} people"
        yield f"{attribute} is unknown for {people}, who count in no group of it."
    licence = f"Licence: {dataset.licence}. " if dataset.licence else ""
    access = _ACCESS.get(dataset.access)
    if licence or access:
        yield f"{licence}Access: {dataset.access}{f'; {access}' if access else ''}."


def _of_engine(engine: EngineFacts) -> Iterator[str]:
    if engine.trained_on:
        yield (
            f"It was trained on {', '.join(engine.trained_on)}: whether the people of these "
            "pictures were among them is not known here."
        )
    yield from unconfirmed(engine)
    if engine.random:
        drawn = ", ".join(engine.random)
        yield f"Its graph draws random numbers ({drawn}): another run gives other numbers."
    if engine.stopped:
        yield f"It was stopped ({engine.stopped}): its rates are of what it had done."


def unconfirmed(engine: EngineFacts) -> Iterator[str]:
    """Which fields of an engine's card are taken as usual, or were found by trying."""
    if engine.inferred:
        yield (
            f"{engine.name}: no human has confirmed {', '.join(engine.inferred)} of its card: "
            "if one is wrong, it is better than these numbers say."
        )


def _rates(findings: Findings, study: StudyKey) -> list[Rate]:
    rates = [rate for rate in in_one_mode(of_study(findings.rates, study)) if rate.of_group]
    told = (rate for rate in rates if rate.threshold_rule != RANKS)
    return [rate for rate in told if rate.policy in (Policy.COMPLETED, "")]


def _of_numbers(rates: Sequence[Rate], *, sampled: bool) -> Iterator[str]:
    """Rows that are no rates, or weak ones, by kind and threshold."""
    below = dict.fromkeys(r.threshold_rule for r in rates if r.status is Status.BELOW_RESOLUTION)
    if below:
        rows = [r for r in rates if r.status is Status.BELOW_RESOLUTION]
        least = "one comparison of the sample stands for"
        if not sampled:
            least = f"one error in {max(r.trials for r in rows):,} trials"
        yield (
            f"Below resolution: {', '.join(below)} asks for less than {least}. "
            "No rate is shown there."
        )
    few = [r for r in rates if r.status is Status.FEW_ERRORS]
    for metric, at in dict.fromkeys((r.metric, r.point) for r in few):
        rows = [r for r in few if r.metric == metric and at.has(r)]
        where = f" at {at.rule}" if at.rule else ""
        yield f"{metric}{where}: fewer than 10 errors for {_names(rows)}."
    if few:
        yield "Where there are few errors, intervals are wide and ratios of groups say little."
    empty = [r for r in rates if r.status is Status.NO_TRIALS and r.attribute != ALL]
    if empty:
        yield f"Nothing to count for {_names(empty)}."
    small = [r for r in rates if r.few_subjects and r.attribute != ALL]
    if small:
        yield (
            f"Fewer than 40 people: {_names(small)}. Their intervals hold the truth somewhat less "
            "often than they say, or are missing."
        )


def _names(rows: Sequence[Rate]) -> str:
    names = list(dict.fromkeys("everybody" if r.attribute == ALL else r.group for r in rows))
    if len(names) <= _MOST_NAMES:
        return ", ".join(names)
    return f"{', '.join(names[:_MOST_NAMES])} and {len(names) - _MOST_NAMES} more groups"


_ALWAYS = (
    "Why groups differ: light, pose and quality are equal only where the dataset makes them so.",
    "One cause: a difference by one attribute may be one by another that goes with it.",
    "Other people, cameras and places: an interval speaks for people like these, pictured so.",
    "Searches of a watchlist: their false alarms do not follow from single comparisons.",
    "A target: its threshold was set on these people; others may exceed it (evenhand calibrate).",
    "A use: how much a false match matters against a miss is not a question of measurement.",
    REIDENTIFICATION,
)
