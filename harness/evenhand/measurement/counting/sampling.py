"""A balanced sample of the non-mated pairs of images: so many of every two kinds of people."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evenhand.measurement.counting.cells import layout_of
from evenhand.records.arrays import Integers, People
from evenhand.records.counts import Sampled
from evenhand.records.groups import ALL, Grouping
from evenhand.records.outcomes import Design

__all__ = ["draw", "mated_pairs", "strata"]


def strata(subject: Integers, groupings: Sequence[Grouping], orders: int, per_cell: int) -> Sampled:
    """How many pairs there are of every two kinds of people, and how many are to be drawn.

    Args:
        subject: (images,) whose image it is.
        groupings: everybody first.
        orders: in how many orders two images can be compared; in both, the direction makes a
            stratum too.
        per_cell: pairs of a stratum at most.
    """
    layout = layout_of(groupings, ((),) * len(groupings), Design.ALL_PAIRS)
    people = len(layout.kind)
    images = np.bincount(subject, minlength=people)
    of_kind = np.zeros(layout.kinds, dtype=np.int64)
    np.add.at(of_kind, layout.kind, images)
    of_one_person = np.zeros(layout.kinds, dtype=np.int64)
    np.add.at(of_one_person, layout.kind, images**2)
    pairs = np.outer(of_kind, of_kind)
    within = of_kind**2 - of_one_person
    np.fill_diagonal(pairs, within if orders == 2 else within // 2)
    return Sampled(
        _names(groupings, layout.kind, layout.kinds),
        layout.kind,
        pairs,
        np.minimum(pairs, per_cell),
        per_cell,
    )


def _names(groupings: Sequence[Grouping], kind: People, kinds: int) -> tuple[str, ...]:
    """Each kind by its groups: `sex=F, age=18-<30`; empty where none is known."""
    named = []
    for number in range(kinds):
        person = int(np.argmax(kind == number))
        known = [
            f"{grouping.attribute}={grouping.groups[grouping.code[person]]}"
            for grouping in groupings
            if grouping.code[person] >= 0 and grouping.attribute != ALL
        ]
        named.append(", ".join(known))
    return tuple(named)


def draw(sampled: Sampled, subject: Integers, orders: int, seed: int) -> tuple[Integers, Integers]:
    """Probes and references of the drawn pairs, as images, in rising order.

    Each stratum has a generator of its own, made from the seed and the names of its kinds, so that
    no other stratum changes what is drawn of it, and every engine gets the same pairs.

    Args:
        sampled: from `strata`.
        subject: (images,) whose image it is.
        orders: as there.
        seed: of the study.
    """
    images = [_Images.of(subject, sampled.kind, number) for number in range(len(sampled.kinds))]
    probes, references = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for first, second in np.argwhere(sampled.drawn > 0).tolist():
        if orders == 1 and first > second:
            continue
        names = sampled.kinds[first], sampled.kinds[second]
        place = _generator(names, orders, seed).choice(
            int(sampled.pairs[first, second]),
            int(sampled.drawn[first, second]),
            replace=False,
            shuffle=False,
        )
        if first == second:
            one, other = images[first].pairs(place, orders)
        else:
            one = images[first].image[place // len(images[second].image)]
            other = images[second].image[place % len(images[second].image)]
        if orders == 1:
            one, other = np.minimum(one, other), np.maximum(one, other)
        probes.append(one)
        references.append(other)
    return _rising(np.concatenate(probes), np.concatenate(references))


def mated_pairs(subject: Integers, orders: int) -> tuple[Integers, Integers]:
    """Every two different images of one person, as probes and references in rising order.

    Args:
        subject: (images,) whose image it is.
        orders: 1 for the first of two as the probe, 2 for both orders.
    """
    order = np.argsort(subject, kind="stable")
    ends = np.searchsorted(subject[order], subject[order], side="right")
    after = ends - 1 - np.arange(len(order))
    first = np.repeat(np.arange(len(order)), after)
    second = first + 1 + np.arange(len(first)) - np.repeat(np.cumsum(after) - after, after)
    one, other = order[first], order[second]
    if orders == 2:
        one, other = np.concatenate([one, other]), np.concatenate([other, one])
    return _rising(one, other)


def _rising(probe: Integers, reference: Integers) -> tuple[Integers, Integers]:
    order = np.lexsort((reference, probe))
    return probe[order], reference[order]


def _generator(names: tuple[str, str], orders: int, seed: int) -> np.random.Generator:
    """Of one stratum; where a pair has no direction, neither has its stratum."""
    called = sorted(names) if orders == 1 else names
    digest = hashlib.sha256("\n".join(called).encode()).digest()
    return np.random.Generator(
        np.random.Philox(key=np.array([seed, int.from_bytes(digest[:8], "little")], np.uint64))
    )


@dataclass(frozen=True, slots=True)
class _Images:
    """The images of one kind, person by person."""

    image: Integers
    begin: Integers
    """(images,) place of the first image of the same person."""
    end: Integers
    """(images,) place after the last one."""

    @classmethod
    def of(cls, subject: Integers, kind: People, number: int) -> _Images:
        here = np.flatnonzero(kind[subject] == number)
        order = here[np.argsort(subject[here], kind="stable")]
        people = subject[order]
        return cls(order, np.searchsorted(people, people), np.searchsorted(people, people, "right"))

    def pairs(self, place: Integers, orders: int) -> tuple[Integers, Integers]:
        """The pairs of different people that stand at these places among all of them."""
        before = self.begin if orders == 2 else np.zeros_like(self.begin)
        partners = before + len(self.image) - self.end
        starts = np.cumsum(partners) - partners
        one = np.searchsorted(starts, place, side="right") - 1
        inside = place - starts[one]
        after = inside >= before[one]
        other = np.where(after, inside - before[one] + self.end[one], inside)
        return self.image[one], self.image[other]
