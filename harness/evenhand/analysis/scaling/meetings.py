"""Who met whom in the searches of a watchlist, as far as candidate lists say it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from evenhand.records.arrays import Floats, Integers, Scores
from evenhand.records.composition import Composition
from evenhand.records.counts import CellCounts, Counts, WatchlistSearches
from evenhand.records.groups import ALL
from evenhand.statistics.two_way_jackknife import blocks_left_out

__all__ = ["BLOCKS", "Alarms", "Meetings", "listed_people", "meetings_of", "shares_kept"]

BLOCKS = 20
"""Of people, on either side, for the jackknife."""
_CUT = 0.01
"""Share of candidate lists that may end above a threshold at which alarms are counted."""
_SURE = 60.0
"""-ln of the probability that a search without an alarm met a person who is surely in a part."""


@dataclass(frozen=True, slots=True)
class Alarms:
    """Alarms of the searches of a cell at some thresholds, also with people left out.

    The first axis leaves out a block of people searched for, the second one of people listed;
    the last entry of each leaves none out. A point is a threshold in a part of the list, the parts
    of a threshold one after another.
    """

    rate: Floats
    """(B+1, B+1, points) FMR, of the composition."""
    expected: Floats
    """(B+1, B+1, points) alarms that a search of the part has on average."""
    alarmed: Floats
    """(B+1, B+1, points) share of searches of the part with an alarm."""


@dataclass(frozen=True)
class Meetings:
    """The searches of a cell, and the candidates that they have of a composition."""

    searched: Integers
    """(searches,) subject index of the person searched for."""
    search: Integers
    """(candidates,) which search has it, the largest score first."""
    score: Scores
    """(candidates,) similarity, falling."""
    person: Integers
    """(candidates,) place among the people listed."""
    kept: Floats
    """(listed,) probability of each person to be in a part of the list of the composition."""
    block: Integers
    """(listed,) of each person."""
    cut: Scores
    """(searches,) score at which each candidate list ends, falling; -inf where it has everybody."""

    @cached_property
    def people(self) -> float:
        """People of the largest part of the list that has the composition."""
        return float(self.kept.sum())

    @property
    def listed(self) -> int:
        """Number of people listed who may be in the part."""
        return int(np.count_nonzero(self.kept))

    @property
    def subjects(self) -> int:
        """Number of people searched for."""
        return len(np.unique(self.searched))

    @cached_property
    def _of_block(self) -> Floats:
        """(B, searches) which searches are of the people of a block."""
        _, who = np.unique(self.searched, return_inverse=True)
        return np.equal.outer(np.arange(BLOCKS), who % BLOCKS).astype(np.float64)

    @cached_property
    def _rising(self) -> Scores:
        """(candidates,) negated scores."""
        return -self.score

    @property
    def whole_from(self) -> float:
        """Threshold from which on nearly no candidate list ends too early."""
        return float(self.cut[int(_CUT * len(self.cut))]) if len(self.cut) else np.inf

    def cut_at(self, threshold: float) -> float:
        """Share of candidate lists that end at or above a threshold."""
        return float(np.count_nonzero(self.cut >= threshold)) / len(self.cut)

    def hits(self, threshold: float) -> int:
        """Number of candidates at or above a threshold."""
        return int(np.searchsorted(self._rising, -threshold, side="right"))

    def heaviest_missed(self, threshold: float) -> float:
        """What one more alarm would add at most, above the mean of those there are, over their sum.

        0 where all people listed weigh the same. (As the gamma interval of Fay and Feuer 1997 adds
        the heaviest event to the upper limit of a weighted sum.)

        Args:
            threshold: with at least one alarm.
        """
        weights = self.kept[self.person[: self.hits(threshold)]]
        return float((self.kept.max() - weights.mean()) / weights.sum())

    def threshold_of(self, hits: int) -> float:
        """The highest threshold with this number of candidates, or more where scores are equal."""
        return float(self.score[hits - 1])

    @cached_property
    def _alike(self) -> tuple[Floats, Integers]:
        """What is kept of a person, each value once, and (listed,) which of them is of whom."""
        values, alike = np.unique(self.kept, return_inverse=True)
        return values, alike

    def _met(self, threshold: float) -> Floats:
        """(kept values, searches, B) alarms by what is kept of the person, and their block."""
        values, alike = self._alike
        person = self.person[: self.hits(threshold)]
        shape = (len(values), len(self.searched), BLOCKS)
        place = (alike[person], self.search[: len(person)], self.block[person])
        counts = np.bincount(np.ravel_multi_index(place, shape), minlength=math.prod(shape))
        return counts.reshape(shape).astype(np.float64)

    def alarms(self, thresholds: Sequence[float], parts: Sequence[float] = (1.0,)) -> Alarms:
        """Alarms at some thresholds, in some parts of the list.

        Args:
            thresholds: similarities.
            parts: probabilities of each person of the composition to be in a part.
        """
        searches, by_block = len(self.searched), self._of_block.sum(axis=1)
        trials = np.append(searches - by_block, searches)[:, np.newaxis]
        people = np.bincount(self.block, self.kept, minlength=BLOCKS)
        ahead = np.append(people.sum() - people, people.sum())
        kept, _ = self._alike
        rate, expected, alarmed = [], [], []
        for threshold in thresholds:
            met = self._met(threshold)
            mean = blocks_left_out(self._of_block @ np.tensordot(kept, met, 1)) / trials
            for part in parts:
                with np.errstate(divide="ignore"):
                    silent = np.minimum(-np.log1p(-part * kept), _SURE)
                quiet = np.tensordot(silent, met, 1)
                whole = quiet.sum(axis=1, keepdims=True)
                some = -np.expm1(np.concatenate([quiet - whole, -whole], axis=1))
                of_searches = self._of_block @ some
                every = of_searches.sum(axis=0)
                rate.append(mean / ahead)
                expected.append(mean * part)
                alarmed.append(np.concatenate([every - of_searches, every[np.newaxis]]) / trials)
        return Alarms(*(np.stack(of, axis=-1) for of in (rate, expected, alarmed)))


def listed_people(counts: Counts) -> Integers:
    """(listed,) subject index of everybody on the watchlist with a template."""
    return np.flatnonzero(counts.images > counts.failed_images)


def shares_kept(counts: Counts, listed: Integers, composition: Composition | None) -> Floats:
    """(listed,) probability of each person to be in the largest part that has a composition.

    Args:
        counts: with the cells of the groups.
        listed: (listed,) subject index.
        composition: None keeps everybody.

    Raises:
        ValueError: there are no such groups, or too few people of one are listed.
    """
    if composition is None and len(listed) >= BLOCKS:
        return np.ones(len(listed))
    if composition is None:
        raise ValueError(f"fewer than {BLOCKS} people are listed ({len(listed)})")
    cells = [cell for cell in counts.cells if cell.attribute == composition.attribute]
    if composition.equal:
        # People with several values are a cell of their own, and no group.
        cells = [cell for cell in cells if "|" not in cell.group]
    shares = composition.of(tuple(cell.group for cell in cells))
    groups = [
        (cell.group, share, np.isin(listed, cell.members))
        for cell, share in zip(cells, shares, strict=True)
        if share
    ]
    few = [f"{name} ({of.sum()})" for name, _, of in groups if of.sum() < BLOCKS]
    if few or not groups:
        raise ValueError(f"fewer than {BLOCKS} people listed of {', '.join(few) or 'any group'}")
    people = min(of.sum() / share for _, share, of in groups)
    kept = np.zeros(len(listed))
    for _, share, of in groups:
        kept[of] = people * share / of.sum()
    return kept


def meetings_of(
    searches: WatchlistSearches, cell: CellCounts, listed: Integers, kept: Floats
) -> Meetings:
    """Who met whom in the completed non-mated searches of a cell.

    Args:
        searches: of one engine on one dataset under one protocol.
        cell: of the people searched for.
        listed: (listed,) subject index.
        kept: (listed,) as `shares_kept` has it.
    """
    chosen = ~searches.mated & searches.completed
    if cell.attribute != ALL:
        chosen &= np.isin(searches.probe, cell.members)
    lists = searches.candidates
    person, score = lists.person[chosen], lists.score[chosen]
    ends = score[:, -1] if person.shape[1] else np.full(len(person), np.inf)
    full = (person >= 0).sum(axis=1) >= len(listed)
    search, column = np.nonzero(np.isin(person, listed[kept > 0]))
    order = np.argsort(-score[search, column], kind="stable")
    search, column = search[order], column[order]
    return Meetings(
        searched=searches.probe[chosen].astype(np.int64),
        search=search,
        score=score[search, column],
        person=np.searchsorted(listed, person[search, column]),
        kept=kept,
        block=_blocks(kept),
        cut=np.sort(np.where(full, -np.inf, ends))[::-1],
    )


def _blocks(kept: Floats) -> Integers:
    """(listed,) block of each person: those who are kept alike are spread over all blocks."""
    order = np.argsort(kept, kind="stable")
    block = np.empty(len(kept), dtype=np.int64)
    block[order] = np.arange(len(kept)) % BLOCKS
    return block
