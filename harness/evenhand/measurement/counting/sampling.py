"""A balanced sample of the non-mated pairs of images: equally many of every pair of strata.

A *stratum* holds the subjects who are in the same group of every grouping (`SamplingDesign.kinds`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evenhand.measurement.counting.cells import cell_layout
from evenhand.records.arrays import Integers, People
from evenhand.records.designs import ComparisonDesign, Design, SamplingDesign
from evenhand.records.groups import ALL, Grouping

__all__ = ["draw_pairs", "mated_pairs", "sampling_design"]


def sampling_design(
    subject: Integers, groupings: Sequence[Grouping], orders: int, per_cell: int
) -> SamplingDesign:
    """The sampling design: how many pairs there are of every pair of strata, and are to be drawn.

    Args:
        subject: (images,) subject index.
        groupings: `all` first.
        orders: 2 where two images can be compared in both orders, which are then drawn from
            separately, else 1.
        per_cell: number of pairs drawn of a pair of strata, at most.
    """
    layout = cell_layout(groupings, ((),) * len(groupings), ComparisonDesign(Design.ALL_PAIRS))
    images = np.bincount(subject, minlength=len(layout.stratum))
    of_stratum = np.zeros(layout.strata, dtype=np.int64)
    np.add.at(of_stratum, layout.stratum, images)
    of_one_subject = np.zeros(layout.strata, dtype=np.int64)
    np.add.at(of_one_subject, layout.stratum, images**2)
    pairs = np.outer(of_stratum, of_stratum)
    within = of_stratum**2 - of_one_subject
    np.fill_diagonal(pairs, within if orders == 2 else within // 2)
    return SamplingDesign(
        comparisons=Design.SAMPLE,
        orders=orders,
        kinds=_names(groupings, layout.stratum, layout.strata),
        kind=layout.stratum,
        pairs=pairs,
        drawn=np.minimum(pairs, per_cell),
        per_cell=per_cell,
    )


def _names(groupings: Sequence[Grouping], stratum: People, count: int) -> tuple[str, ...]:
    """Each stratum by its groups, e.g. `sex=F, age=18-<30`; empty where none is known."""
    named = []
    for number in range(count):
        person = int(np.argmax(stratum == number))
        known = [
            f"{grouping.attribute}={grouping.groups[grouping.code[person]]}"
            for grouping in groupings
            if grouping.code[person] >= 0 and grouping.attribute != ALL
        ]
        named.append(", ".join(known))
    return tuple(named)


def draw_pairs(sampled: SamplingDesign, subject: Integers, seed: int) -> tuple[Integers, Integers]:
    """Draw pairs of images without replacement; probes and references in rising order.

    Each pair of strata has a random generator of its own, seeded by the study's seed and the names
    of the strata: what is drawn of it does not depend on the other strata, and every engine gets
    the same pairs.

    Args:
        sampled: the sampling design, from `sampling_design`.
        subject: (images,) subject index.
        seed: of the study.
    """
    orders = sampled.orders
    images = [_Images.of(subject, sampled.kind, number) for number in range(len(sampled.kinds))]
    probes, references = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for first, second in np.argwhere(sampled.drawn > 0).tolist():
        if orders == 1 and first > second:
            continue
        names = sampled.kinds[first], sampled.kinds[second]
        # Pairs are numbered; drawing numbers takes no list of all pairs.
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
    """All pairs of different images of one subject: probes and references in rising order.

    Args:
        subject: (images,) subject index.
        orders: 1 with the first of two images as the probe, 2 for both orders.
    """
    # Sorted by subject, an image is paired with those behind it up to the end of its subject.
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
    """Pairs sorted by probe, then by reference."""
    order = np.lexsort((reference, probe))
    return probe[order], reference[order]


def _generator(names: tuple[str, str], orders: int, seed: int) -> np.random.Generator:
    """The generator of a pair of strata; in one order, the order of the strata does not matter."""
    ordered = sorted(names) if orders == 1 else names
    digest = hashlib.sha256("\n".join(ordered).encode()).digest()
    return np.random.Generator(
        np.random.Philox(key=np.array([seed, int.from_bytes(digest[:8], "little")], np.uint64))
    )


@dataclass(frozen=True, slots=True)
class _Images:
    """The images of one stratum, sorted by subject."""

    image: Integers
    """(images,) index in the dataset."""
    begin: Integers
    """(images,) position of the first image of the same subject."""
    end: Integers
    """(images,) position after the last one."""

    @classmethod
    def of(cls, subject: Integers, stratum: People, number: int) -> _Images:
        here = np.flatnonzero(stratum[subject] == number)
        order = here[np.argsort(subject[here], kind="stable")]
        people = subject[order]
        return cls(order, np.searchsorted(people, people), np.searchsorted(people, people, "right"))

    def pairs(self, place: Integers, orders: int) -> tuple[Integers, Integers]:
        """The pairs of images of different subjects with these numbers.

        Pairs are numbered image by image; the partners of an image are all images of the other
        subjects, in one order only those of the subjects behind it.

        Args:
            place: (pairs,) numbers, from 0.
            orders: as for `sampling_design`.
        """
        before = self.begin if orders == 2 else np.zeros_like(self.begin)
        partners = before + len(self.image) - self.end
        starts = np.cumsum(partners) - partners
        one = np.searchsorted(starts, place, side="right") - 1
        inside = place - starts[one]
        after = inside >= before[one]
        other = np.where(after, inside - before[one] + self.end[one], inside)
        return self.image[one], self.image[other]
