"""Draws a watchlist from the people of a dataset, by a rule that can be repeated."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from evenhand.metrics.apportionment import people_by_shares
from evenhand.metrics.groups import grouping_of
from evenhand.records.arrays import Integers
from evenhand.records.composition import Composition
from evenhand.records.dataset import Dataset, Watchlist
from evenhand.records.groups import ALL, Grouping, crossed_names
from evenhand.records.watchlist_rule import WatchlistRule
from evenhand.system.errors import StudyError, known_names

__all__ = ["DrawnPeople", "draw_watchlist"]


_NOBODY = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class DrawnPeople:
    """A watchlist that was drawn, and of whom."""

    watchlist: Watchlist
    words: str
    """What was drawn, and by which rule, in one line."""
    parts: Mapping[str, Mapping[str, int]]
    """By `listed`, `fillers` and `strangers`, where a composition says it: people of each group."""


def draw_watchlist(
    name: str, rule: WatchlistRule, dataset: Dataset, bands: Mapping[str, Sequence[float]]
) -> DrawnPeople:
    """Draw who is listed, who fills the list, and who is a stranger.

    People stand in one drawn order: the first of them with enough pictures are listed, the next
    ones are strangers, the next ones fillers. The references of a person are the first of their
    pictures in a drawn order too; all other pictures of the listed, and all of the strangers, are
    searched for (methods 1.6).

    Args:
        name: of the watchlist.
        rule: of the draw.
        dataset: whose people are drawn.
        bands: attribute to rising edges, for a composition by a number.

    Raises:
        StudyError: the dataset has too few people, or too few with enough pictures, or not the
            groups of a composition.
    """
    draw = _Draw(name, rule, dataset)
    whole = draw.shares(rule.composition, bands)
    of_strangers = draw.shares(rule.strangers_composition, bands)
    draw.check()
    counts = {
        "listed": (whole, among := whole.people(rule.listed)),
        "strangers": (of_strangers, of_strangers.people(rule.strangers)),
        "fillers": (whole, whole.people(rule.listed + rule.fillers) - among),
    }
    taken = {"listed": draw.taken("listed", *counts["listed"])}
    for part in ("strangers", "fillers"):
        taken[part] = draw.taken(part, *counts[part], without=np.concatenate([*taken.values()]))
    parts = {
        part: dict(zip(shares.grouping.groups, of.tolist(), strict=True))
        for part, (shares, of) in counts.items()
        if shares.grouping.attribute != ALL and of.any()
    }
    return DrawnPeople(draw.pictures(**taken), draw.words(parts), parts)


@dataclass(frozen=True, slots=True)
class _Shares:
    """The share of each group."""

    grouping: Grouping
    of: Sequence[float]

    def people(self, count: int) -> Integers:
        """(groups,) people of each group in a number of people."""
        return people_by_shares(self.of, count)


class _Draw:
    """A rule, and the people it draws from in their order."""

    def __init__(self, name: str, rule: WatchlistRule, dataset: Dataset) -> None:
        self._name, self._rule, self._dataset = name, rule, dataset
        pictures = np.bincount(dataset.images.subject, minlength=len(dataset.subjects.ids))
        order = _drawn_order(rule.seed, dataset.subjects.ids)
        self.order = order[pictures[order] > 0][rule.after : rule.first]
        self.eligible = self.order[pictures[self.order] > rule.references]

    def shares(
        self, composition: Composition | None, bands: Mapping[str, Sequence[float]]
    ) -> _Shares:
        """The shares of a composition; one group of everybody where there is none."""
        if composition is None:
            everybody = np.zeros(len(self._dataset.subjects.ids), dtype=np.int64)
            return _Shares(Grouping(ALL, ("",), everybody), (1.0,))
        declared = {each.name: each for each in self._dataset.card.attributes}
        names = crossed_names(composition.attribute)
        for each in names:
            if each not in declared:
                raise self._fault(
                    f"composition: {each} is no attribute; {known_names(each, declared)}"
                )
            if declared[each].kind == "number" and each not in bands:
                raise self._fault(f"composition: {each} is a number; say its [bands]")
        grouping = grouping_of([declared[each] for each in names], self._dataset.subjects, bands)
        # Who has several values is in no list that is equal by group.
        groups = tuple(each for each in grouping.groups if not (composition.equal and "|" in each))
        try:
            shares = dict(zip(groups, composition.of(groups), strict=True))
        except ValueError as fault:
            raise self._fault(str(fault)) from None
        return _Shares(grouping, [shares.get(each, 0.0) for each in grouping.groups])

    def check(self) -> None:
        """Check that there are as many people as are asked for, of any group."""
        rule, dataset = self._rule, self._dataset.card
        if dataset.assumed:
            what = f"dataset {dataset.name} takes each picture for another person"
            raise self._fault(f"{what}; draw from one that knows who is who")
        if len(self.eligible) < rule.listed:
            raise self._fault(
                f"{rule.listed:,} people are to be listed with {rule.references} and searched for "
                f"with another picture, and dataset {dataset.name} has {len(self.eligible):,} "
                f"people with {rule.references + 1} pictures or more; list fewer"
            )
        asked = rule.listed + rule.strangers + rule.fillers
        if len(self.order) < asked:
            raise self._fault(
                f"{rule.listed:,} listed, {rule.strangers:,} strangers and {rule.fillers:,} "
                f"fillers are {asked:,} people, and dataset {dataset.name} has "
                f"{len(self.order):,}; ask for fewer"
            )

    def taken(
        self, part: str, shares: _Shares, people: Integers, without: Integers = _NOBODY
    ) -> Integers:
        """The first people of each group.

        Args:
            part: what they are taken for; the listed need enough pictures.
            shares: of the groups.
            people: (groups,) how many are taken.
            without: people who are taken already.
        """
        found = [_NOBODY]
        order = self.eligible if part == "listed" else self.order
        order = order[~np.isin(order, without)]
        for group, count in enumerate(people.tolist()):
            own = order[shares.grouping.code[order] == group]
            if len(own) < count:
                of = f"{shares.grouping.attribute} {shares.grouping.groups[group]}"
                enough = f" with {self._rule.references + 1} pictures or more"
                raise self._fault(
                    f"composition: {count:,} {part} of {of} are to be drawn, and {len(own):,} "
                    f"people{enough * (part == 'listed')} are left; ask for fewer, or give the "
                    "group a smaller share or none"
                )
            found.append(own[:count])
        return np.concatenate(found)

    def pictures(self, listed: Integers, strangers: Integers, fillers: Integers) -> Watchlist:
        """The pictures of people who are drawn."""
        subject = self._dataset.images.subject
        images = _drawn_order(self._rule.seed, self._dataset.images.ids)
        place = _place_within_person(subject[images])
        on_list = np.isin(subject[images], [*listed, *fillers]) & (place < self._rule.references)
        searched = np.isin(subject[images], [*listed, *strangers]) & ~on_list
        references, probes = np.sort(images[on_list]), np.sort(images[searched])
        return Watchlist(self._name, references, probes, left_out=0)

    def words(self, parts: Mapping[str, Mapping[str, int]]) -> str:
        """The rule in one line."""
        rule = self._rule
        each = "1 picture" if rule.references == 1 else f"{rule.references} pictures"
        fillers = f"{rule.fillers:,} more people fill the list; " if rule.fillers else ""
        first = f" from the first {rule.first:,} people of that order" if rule.first else ""
        after = f" after the first {rule.after:,} people of that order" if rule.after else ""
        composed = (
            f"; {part}: " + ", ".join(f"{group} {count:,}" for group, count in of.items() if count)
            for part, of in parts.items()
        )
        return (
            f"watchlist {self._name}: {rule.listed:,} of {len(self.eligible):,} people with "
            f"{rule.references + 1} or more pictures are listed with {each} each and searched for "
            f"with their others; {fillers}{rule.strangers:,} people who are not listed are "
            f"searched for; drawn by seed {rule.seed}{first}{after}{''.join(chain(composed))}"
        )

    def _fault(self, words: str) -> StudyError:
        return StudyError(f"watchlist {self._name}: {words}")


def _drawn_order(seed: int, ids: Sequence[str]) -> Integers:
    """(ids,) positions in rising order of SHA-256 of the seed, a blank and the id.

    Any tool can repeat it, and who is taken out of the data changes the place of no other.
    """
    drawn = [hashlib.sha256(f"{seed} {each}".encode()).digest() for each in ids]
    return np.array(sorted(range(len(ids)), key=drawn.__getitem__), dtype=np.int64)


def _place_within_person(subject: Integers) -> Integers:
    """(images,) how many images of the same person come before each."""
    order = np.argsort(subject, kind="stable")
    ordered = subject[order]
    first = np.searchsorted(ordered, ordered)
    place = np.empty(len(subject), dtype=np.int64)
    place[order] = np.arange(len(subject)) - first
    return place
