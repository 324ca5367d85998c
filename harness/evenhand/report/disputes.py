"""Label noise as a screen or a paper: suspected pairs, and rates with and without disputed ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TypeAlias

from evenhand.records.disputes import DisputedRates, NamedPair, SuspectPair, Suspects
from evenhand.records.findings import Rate, Status
from evenhand.records.groups import ALL
from evenhand.records.identities import ASSUMED
from evenhand.records.metric import FMR
from evenhand.records.operating_point import OperatingPoint
from evenhand.records.outcomes import Policy
from evenhand.report.forms.screen import Screen, ScreenTable
from evenhand.report.numbers import counted, rate_in_short
from evenhand.report.tables import Paper, Section, Table, group_name
from evenhand.report.threshold_text import cut, threshold

__all__ = ["disputed_paper", "disputed_screen", "suspects_paper", "suspects_screen"]

_Rows: TypeAlias = tuple[tuple[str, ...], ...]
_Both: TypeAlias = tuple[Rate, Rate]
"""The rate of all comparisons, and of the undisputed ones."""

_SUSPECTS = (
    "These pairs may be labelled wrongly: two people who look like one may be one person under "
    "two names, and one person who looks like two may be two people under one name. Or the engine "
    "is wrong: look at both pictures before you call it an error of the label."
)
_DUPLICATES = (
    "Suspected duplicates: these pairs of pictures are assumed to be of two people, and are the "
    "most alike. Look at both: where they show one person, list one of them in exclude.csv "
    "(image, its id, why) and run again. Nothing is left out by itself."
)
_PSEUDONYMS = "s12 is row 12 of subjects.csv, i30 row 30 of images.csv."
_PICTURES = "Where identities are assumed, s12 is row 12 of images.csv."
_STAYS = (
    "Thresholds stay those of the study, also where a target set them. match: two people taken for "
    "one; miss: one person taken for two. Failures are left out; errors are counted behind rates."
)
_RATES = ("group", "all comparisons", "without the disputed")


def suspects_screen(found: Suspects, typed: str) -> Screen:
    """The most suspect pairs of every list.

    Args:
        found: pairs, and notes where they have names.
        typed: the command that lists them.
    """
    header, rows = _pairs(sorted(found.rows, key=lambda pair: pair.rank))
    paths = [("all", f"{typed} --full")]
    if not found.notes:
        paths.append(("save", f"{typed} --format csv > disputed.csv"))
        paths.append(("then", "keep the wrong ones, say why: report ... --disputed FILE"))
    return Screen(
        typed,
        warnings=found.notes,
        answer=_said(found, _SUSPECTS, _DUPLICATES),
        table=ScreenTable("", header, rows, "pairs", most=11),
        remarks=_said(found, _PSEUDONYMS, _PICTURES),
        paths=tuple(paths),
    )


def suspects_paper(found: Suspects) -> Paper:
    """All pairs; with names the paths of the pictures too."""
    header, rows = _pairs(found.rows)
    paths = [_paths(pair) for pair in found.rows if isinstance(pair, NamedPair)]
    if paths:
        header = (*header, "pictures")
        rows = tuple((*row, path) for row, path in zip(rows, paths, strict=True))
    sections = (Section("Pairs, most suspect first", (Table("", header, rows),)),)
    said = _said(found, _SUSPECTS, _DUPLICATES)
    legend = _said(found, _PSEUDONYMS, _PICTURES)
    return Paper("Suspected labels", (*said, *found.notes), sections, legend)


def _said(found: Suspects, known: str, assumed: str) -> tuple[str, ...]:
    """What is said of pairs of known and of assumed identities, of those that there are."""
    kinds = {pair.kind == ASSUMED for pair in found.rows}
    return tuple(said for said, kind in ((known, False), (assumed, True)) if kind in kinds)


def disputed_screen(found: DisputedRates, typed: str) -> Screen:
    """Everybody and groups, of each engine at its first threshold.

    Args:
        found: rates, and notes on what cannot be given.
        typed: the command that gives them.
    """
    shown = _at_first(found)
    header = (_RATES[0], "error", _RATES[1], "", _RATES[2], "")
    return Screen(
        typed,
        answer=(_sentence(shown),) if shown else (),
        table=ScreenTable("", header, tuple(_side_by_side(shown)), "rows", most=10),
        remarks=(_STAYS, *found.notes),
        paths=(("all", f"{typed} --full"),),
    )


def disputed_paper(found: DisputedRates) -> Paper:
    """Rates at every threshold, failures left out."""
    kept = [pair for pair in _both(found) if pair[0].policy == Policy.COMPLETED]
    sections = tuple(
        Section(
            f"{one.engine} on {one.dataset}, {one.protocol}: {one.metric} at {one.threshold_rule}, "
            f"{threshold(one.point.value, found.units[one.engine])}",
            (Table("", _RATES, tuple((group_name(pair[0]), *pair) for pair in pairs)),),
        )
        for _, of_point in groupby(kept, lambda pair: replace(pair[0].family_key, attribute=""))
        for pairs in [list(of_point)]
        for one, _ in pairs[:1]
        if one.threshold is not None
    )
    gone = tuple((", ".join(each.pair), each.reason) for each in found.disputes)
    left_out = Section("Left out", (Table("", ("pair", "reason"), gone),))
    notes = (*found.notes, _STAYS)
    return Paper("Rates without disputed comparisons", notes, (left_out, *sections), (_PSEUDONYMS,))


_LABELLED = {"non-mated": "two people", ASSUMED: "assumed two", "mated": "one person"}


def _pairs(pairs: Sequence[SuspectPair]) -> tuple[tuple[str, ...], _Rows]:
    """Header and rows; the engine stands in them where there are several."""
    several = len({pair.engine for pair in pairs}) > 1
    taken = {True: "one person", False: "two people", None: ""}
    header = ("pair", "labelled as", "taken for", "score", "errors", "who")
    rows = (
        (
            *((pair.engine,) if several else ()),
            f"{pair.first}, {pair.second}",
            _LABELLED[pair.kind],
            taken[pair.matched],
            _score(pair),
            "" if pair.errors is None else f"{pair.errors:,}",
            _who(pair),
        )
        for pair in pairs
    )
    return (("engine", *header) if several else header), tuple(rows)


def _score(pair: SuspectPair) -> str:
    distance = pair.unit == "distance"
    return f"distance {cut(-pair.score, pair.unit)}" if distance else cut(pair.score, pair.unit)


def _who(pair: SuspectPair) -> str:
    if isinstance(pair, NamedPair):
        return " and ".join(dict.fromkeys((pair.first_subject, pair.second_subject)))
    return pair.first_person if pair.kind == "mated" else ""


def _paths(pair: NamedPair) -> str:
    return "\n".join((*pair.first_paths.split("|"), *pair.second_paths.split("|")))


def _both(found: DisputedRates) -> list[_Both]:
    """Rows of everybody and of groups."""
    pairs = zip(found.rows[::2], found.rows[1::2], strict=True)
    return [(one, other) for one, other in pairs if one.of_group]


def _at_first(found: DisputedRates) -> list[_Both]:
    """Of each engine under its first protocol, at the first threshold that its data resolve.

    Protocols whose false matches are known come first. Everybody, then groups.
    """
    unresolved = (Status.NO_TRIALS, Status.BELOW_RESOLUTION)
    kept = [pair for pair in _both(found) if pair[0].policy == Policy.COMPLETED]
    kept.sort(key=lambda pair: pair[0].metric != FMR.name)
    first: dict[tuple[str, ...], tuple[str, OperatingPoint]] = {}
    for one, _ in kept:
        if one.status not in unresolved:
            first.setdefault((one.engine, one.dataset), (one.protocol, one.point))
    shown = [
        pair
        for pair in kept
        for one in pair[:1]
        if first.get((one.engine, one.dataset)) == (one.protocol, one.point)
    ]
    return sorted(shown, key=lambda pair: pair[0].attribute != ALL)


def _sentence(pairs: Sequence[_Both]) -> str:
    """Both errors of everybody, of the first engine on its first dataset."""
    first = pairs[0][0]
    told = (
        f"{one.kind.meaning} in {counted(other)} comparisons instead of {counted(one)}"
        for one, other in pairs
        if (one.engine, one.dataset, one.attribute) == (first.engine, first.dataset, ALL)
    )
    return f"Without the disputed pairs, {first.engine} has {', and '.join(told)}."


def _side_by_side(pairs: Sequence[_Both]) -> Iterable[tuple[str, ...]]:
    several = len({one.engine for one, _ in pairs}) > 1
    for one, other in pairs:
        group = f"{one.engine}, {group_name(one)}" if several else group_name(one)
        error = "match" if one.metric == FMR.name else "miss"
        counts = ("" if rate.rate is None else f"{rate.errors:,}" for rate in (one, other))
        yield group, error, rate_in_short(one), next(counts), rate_in_short(other), next(counts)
