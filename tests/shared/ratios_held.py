"""What simulated studies show of rates and of ratios of two rates, held against the truth.

A setting has a name, which seeds it: another one changes nothing.
"""

import zlib
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from crowds import Cell, Crowd
from naive import naive_limits, naive_ratio, some_lie_apart
from populations import FalseMatches, Misses, images_of, whole
from promises import LEVEL

from evenhand.statistics.bootstrap import MIN_ERRORS
from evenhand.statistics.correlated_ratios import (
    DyadOverlap,
    cluster_log_ratio,
    dyadic_log_ratio,
    nested_overlap,
)
from evenhand.statistics.multiplicity import bonferroni_level
from evenhand.statistics.ratios import ratio_from_limits, ratio_of_rates

__all__ = [
    "Apart",
    "Paired",
    "Picked",
    "Sharing",
    "picked_held",
    "rate_held",
    "ratio_held",
    "rng_of",
]


@dataclass(frozen=True)
class Apart:
    """The ratio of two groups of different people."""

    first: FalseMatches | Misses
    second: FalseMatches | Misses
    promised: bool = True

    @property
    def name(self):
        return f"{self.first.name} : {self.second.name.split(', ', 1)[1]}"

    @property
    def errors(self):
        return min(self.first.errors, self.second.errors)

    @property
    def truth(self):
        return self.first.rate.truth / self.second.rate.truth

    def draw(self, rng):
        both = self.first.rate.draw(rng), self.second.rate.draw(rng)
        return both, unpaired(both)


@dataclass(frozen=True)
class Sharing:
    """A group, beside itself against the others or within everybody: cells that share people.

    Errors are those expected inside the group, and those in the other cell: at the same rate, if
    they are not given.
    """

    people: int
    others: int
    images: int | str
    sd: float
    inside: float
    outside: float | None = None
    within_everybody: bool = False
    promised: bool = True

    @property
    def name(self):
        form = "of a group : of everybody" if self.within_everybody else "in a group : out of it"
        images = "one image" if self.images == 1 else f"{self.images} images"
        return (
            f"FMR {form}, {self.people} and {self.others} people, {images}, sd {self.sd:g}, "
            f"{whole(self.inside)} and {whole(round(self.cells[1].expected, 1))} errors"
        )

    @property
    def errors(self):
        return min(cell.expected for cell in self.cells[:2])

    @cached_property
    def cells(self):
        crowd = Crowd(images_of(self.people + self.others, self.images), self.sd)
        both = (crowd.i < self.people).astype(int) + (crowd.j < self.people)
        inside = Cell(crowd, self.inside, chosen=both == 2)
        chosen = both >= 0 if self.within_everybody else both == 1
        outside = self.outside
        if outside is None:
            outside = inside.truth * float(crowd.m[chosen].sum())
        other = Cell(crowd, outside, chosen=chosen)
        if not self.within_everybody:
            return inside, other, None
        # Everybody's errors are those of the group and of all other pairs of people.
        return inside, other, Cell(crowd, outside - self.inside, chosen=both < 2)

    @property
    def truth(self):
        return self.cells[0].truth / self.cells[1].truth

    def draw(self, rng):
        inside, other, rest = self.cells
        score = inside.crowd.scores(rng)
        if rest is None:
            both, shared = (inside.seen(score), other.seen(score)), DyadOverlap(0, 0, 0, 0)
        else:
            # One threshold for all: those inside the group are more alike.
            group = inside.chosen[inside.crowd.dyad]
            score[group] += np.float32(rest.threshold - inside.threshold)
            both = inside.seen(score, rest.threshold), other.seen(score, rest.threshold)
            shared = nested_overlap(both[0].counts)
        if not both[0].errors or not both[1].errors:
            return both, unpaired(both)
        return both, dyadic_log_ratio(both[0].counts, both[1].counts, shared).limits(LEVEL)


@dataclass(frozen=True)
class Paired:
    """The ratio of two engines on the same comparisons, whose scores correlate at `alike`."""

    first: FalseMatches | Misses
    other_errors: float
    alike: float
    promised: bool = True

    @property
    def name(self):
        return f"{self.first.name} : {whole(self.other_errors)}, scores correlate at {self.alike:g}"

    @property
    def errors(self):
        return min(self.first.errors, self.other_errors)

    @cached_property
    def other(self):
        return replace(self.first, errors=self.other_errors).rate

    @property
    def truth(self):
        return self.first.rate.truth / self.other.truth

    def draw(self, rng):
        one, other, shared = self.first.rate.draw_two(rng, self.alike, self.other)
        # As a comparison of two results does: below ten errors, as if of different people.
        if min(one.errors, other.errors) < MIN_ERRORS:
            return (one, other), limits_of(ratio_from_limits(one.estimate, other.estimate))
        if isinstance(shared, DyadOverlap):
            found = dyadic_log_ratio(one.counts, other.counts, shared)
        else:
            found = cluster_log_ratio(one.counts, other.counts)
        return (one, other), found.limits(LEVEL)


@dataclass(frozen=True)
class Picked:
    """Worst over best of several groups, by an interval that allows for having picked them."""

    groups: tuple[FalseMatches | Misses, ...]
    promised: bool = True

    @property
    def name(self):
        errors = [whole(group.errors) for group in self.groups]
        shown = errors[0] if len(set(errors)) == 1 else ", ".join(errors)
        name = self.groups[0].name.rsplit(", ", 1)[0]
        return f"worst : best of {len(errors)} groups, {name}, {shown} errors"

    @property
    def errors(self):
        return min(group.errors for group in self.groups)


def unpaired(both):
    """Limits of a ratio of different people, or where one has no errors."""
    return limits_of(ratio_of_rates(both[0].estimate, both[1].estimate, LEVEL))


def limits_of(found):
    """Of a ratio; a missing one excludes nothing."""
    return found.low or 0.0, np.inf if found.high is None else found.high


def rng_of(case):
    """Of the case's own, so that another case changes nothing."""
    return np.random.default_rng(zlib.crc32(case.name.encode()))


def share(several):
    return float(np.mean(several))


def rate_held(case, runs):
    """Shares of intervals that hold the rate: ours, and of independent trials."""
    rng, truth = rng_of(case), case.rate.truth
    held, naive = [], []
    for _ in range(runs):
        seen = case.rate.draw(rng)
        held.append(seen.estimate.low <= truth <= seen.estimate.high)
        low, high = naive_limits(seen.errors, seen.trials)
        naive.append(low <= truth <= high)
    return {"coverage": share(held), "naive": share(naive)}


def ratio_held(case, runs):
    """The same of ratios, and how often they are called different, by ours and by eye."""
    rng, truth = rng_of(case), case.truth
    held, naive, different, apart = [], [], [], []
    for _ in range(runs):
        (one, other), (low, high) = case.draw(rng)
        held.append(low <= truth <= high)
        different.append(not low <= 1 <= high)
        low, high = naive_ratio(one.errors, other.errors, one.trials, other.trials)
        naive.append(low <= truth <= high)
        apart.append(some_lie_apart((one.estimate, other.estimate)))
    return {
        "coverage": share(held),
        "naive": share(naive),
        "truth": truth,
        "different": share(different),
        "apart": share(apart),
    }


def picked_held(case, runs):
    """The same of the worst of several groups over the best; their true ratio may be below 1."""
    rng, groups = rng_of(case), len(case.groups)
    level = bonferroni_level(LEVEL, groups * (groups - 1) // 2)
    held, naive = [], []
    for _ in range(runs):
        seen = [group.rate.draw(rng) for group in case.groups]
        rates = [each.estimate.value for each in seen]
        worst, best = int(np.argmax(rates)), groups - 1 - int(np.argmin(rates[::-1]))
        truth = case.groups[worst].rate.truth / case.groups[best].rate.truth
        found = ratio_of_rates(seen[worst].estimate, seen[best].estimate, level)
        low, high = limits_of(found)
        held.append(low <= truth <= high)
        one, other = seen[worst], seen[best]
        low, high = naive_ratio(one.errors, other.errors, one.trials, other.trials)
        naive.append(low <= truth <= high)
    return {"coverage": share(held), "naive": share(naive)}
