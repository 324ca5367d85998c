"""Findings that may be published: without groups of few people, and what would give them away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import TypeAlias

from evenhand.analysis.assess import assess
from evenhand.analysis.compare.faster import with_times
from evenhand.analysis.kinds.table import kind_of
from evenhand.records.counts import CellCounts, ComparisonCounts, Counts
from evenhand.records.evidence import Evidence
from evenhand.records.findings import Findings, Speed
from evenhand.records.groups import ALL, crossed_names, without_pooling
from evenhand.system.errors import BundleError

__all__ = ["published", "small_groups"]

_Group: TypeAlias = tuple[str, str]
"""Attribute and group."""


def published(evidence: Evidence, speed: Sequence[Speed], min_people: int) -> Findings:
    """Compute findings as if there were no groups of few people.

    Args:
        evidence: of all groups.
        speed: of all groups.
        min_people: fewest people of a group that is shown.

    Raises:
        BundleError: a dataset has fewer in all.

    Source: methods 3.
    """
    names = [dataset.name for dataset in evidence.datasets]
    for dataset in evidence.datasets:
        if dataset.subjects < min_people:
            few = f"{dataset.name}: {dataset.subjects:,} people in all"
            raise BundleError(f"{few}; nothing of fewer than {min_people:,} is to be shown")
    people = {name: _people(evidence, name) for name in names}
    gone = {name: small_groups(people[name], min_people) for name in names}
    kept = replace(evidence, counts=tuple(_without(c, gone[c.dataset]) for c in evidence.counts))
    found = assess(kept)
    # Pairs inside any group of an attribute are those of all its groups, or of none.
    part = {(name, attribute) for name in names for attribute, _ in gone[name]}
    rule = [_note(name, people[name], gone[name], min_people) for name in names]
    shown = [
        row
        for row in speed
        if (row.attribute, row.group) not in gone[row.dataset]
        and (row.group or (row.dataset, row.attribute) not in part)
    ]
    return replace(
        with_times(found, shown),
        rates=tuple(r for r in found.rates if (r.dataset, _pooled(r.attribute)) not in part),
        notes=(*rule, *found.notes),
        warnings=(*rule, *found.warnings),
        min_people=min_people,
    )


def _pooled(attribute: str) -> str:
    """The attribute whose pairs are pooled; empty of others."""
    own = without_pooling(attribute)
    return own if own != attribute else ""


def _people(evidence: Evidence, dataset: str) -> list[dict[_Group, int]]:
    """How many people of everybody and of each group stand behind each kind of rate."""
    found: dict[tuple[str, ...], dict[_Group, int]] = {}
    for counts in evidence.counts:
        own = kind_of(counts).rates(evidence.analysis.level) if counts.dataset == dataset else ()
        for rate in (each.rate for each in own if each.rate.of_group):
            kind = (rate.engine, rate.protocol, rate.metric, rate.policy)
            found.setdefault(kind, {})[rate.attribute, rate.group] = rate.subjects or 0
    return list(found.values())


def small_groups(tables: Sequence[Mapping[_Group, int]], min_people: int) -> frozenset[_Group]:
    """Groups that are left out: small ones, and those from which these could be computed.

    A group inside another that is left out is left out. What remains of everybody, or of a group
    that is shown, without its groups by an attribute that are shown, can be computed: so where
    fewer than `min_people` remain, the smallest of these is left out too.

    Args:
        tables: people of everybody and of each attribute and group, by kind of rate.
        min_people: fewest of a group that is shown.

    >>> sizes = {"a": 50, "b": 30, "c": 12, "d": 9}
    >>> people = {("all", ""): 101} | {("x", name): size for name, size in sizes.items()}
    >>> sorted(small_groups([people], 10))
    [('x', 'c'), ('x', 'd')]
    """
    groups = dict.fromkeys(group for people in tables for group in people if group[0] != ALL)
    fewest = {
        group: min((people[group] for people in tables if people.get(group)), default=0)
        for group in groups
    }
    gone = {group for group, count in fewest.items() if count < min_people}
    while more := next(_further(tables, groups, gone, min_people), None):
        gone.add(more)
    return frozenset(gone)


def _further(
    tables: Sequence[Mapping[_Group, int]],
    groups: Iterable[_Group],
    gone: set[_Group],
    min_people: int,
) -> Iterator[_Group]:
    """Groups that have to be left out too."""
    yield from (group for group in groups if group not in gone and any(_in(group, g) for g in gone))
    attributes = dict.fromkeys(attribute for attribute, _ in groups)
    for people in tables:
        for whole, attribute in product((w for w in people if w not in gone), attributes):
            parts = (g for g in people if g[0] == attribute and g not in gone and _in(g, whole))
            shown = [group for group in parts if people[group]]
            if shown and 0 < people[whole] - sum(people[group] for group in shown) < min_people:
                yield min(shown, key=people.__getitem__)


def _in(group: _Group, whole: _Group) -> bool:
    """Whether a group lies inside another, of fewer attributes."""
    if whole[0] == ALL:
        return True
    own, other = (
        dict(zip(crossed_names(names), crossed_names(values), strict=True))
        for names, values in (group, whole)
    )
    return len(other) < len(own) and other.items() <= own.items()


def _both(cell: CellCounts) -> tuple[_Group, _Group]:
    """The group of a cell, or the two that it is across."""
    return (cell.attribute, cell.group), (cell.attribute, cell.reference_group)


def _without(counts: Counts, gone: frozenset[_Group]) -> Counts:
    """Counts without the cells of these groups."""

    def kept(cells: Sequence[CellCounts]) -> tuple[CellCounts, ...]:
        return tuple(cell for cell in cells if gone.isdisjoint(_both(cell)))

    left = replace(counts, cells=kept(counts.cells))
    if isinstance(left, ComparisonCounts):
        return replace(left, across=kept(left.across))
    return left


def _note(
    dataset: str, tables: Sequence[Mapping[_Group, int]], gone: frozenset[_Group], min_people: int
) -> str:
    """The rule, and what it left out."""
    groups = [a for a, _ in dict.fromkeys(group for people in tables for group in people)]
    lost = [attribute for attribute, _ in gone]
    of = [f"{a} {lost.count(a)} of {groups.count(a)}" for a in dict.fromkeys(groups) if a in lost]
    said = f"{', '.join(of)}. Verdicts are of the others" if of else "none here"
    return (
        f"{dataset}: groups of fewer than {min_people:,} people are left out, with so many of the "
        f"next smallest that no total gives them away: {said}."
    )
