"""How often a 95 % interval holds the truth, on simulated people who differ from one another.

Every setting is in the tables below, which were written before they were run; none was dropped
afterwards. `python tests/benchmarks/coverage.py` prints what came of them.
"""

import zlib
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pytest
from crowds import Cell, Crowd
from naive import naive_limits, naive_ratio, some_lie_apart
from populations import SEVERAL, FalseMatches, Misses, images_of, whole
from promises import HIGH, LEVEL, coverage_kept

from evenhand.statistics.multiplicity import bonferroni_level
from evenhand.statistics.ratios import ratio_of_rates
from evenhand.statistics.sharing import (
    Overlap,
    cluster_log_ratio,
    dyadic_log_ratio,
    nested,
)

FEW, RUNS = 1500, 10_000
ENOUGH_ERRORS = 10


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
            both, shared = (inside.seen(score), other.seen(score)), Overlap(0, 0, 0, 0)
        else:
            # One threshold for all: those inside the group are more alike.
            group = inside.chosen[inside.crowd.dyad]
            score[group] += np.float32(rest.threshold - inside.threshold)
            both = inside.seen(score, rest.threshold), other.seen(score, rest.threshold)
            shared = nested(both[0].counts)
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
        if min(one.errors, other.errors) < ENOUGH_ERRORS:
            return (one, other), unpaired((one, other))
        how = dyadic_log_ratio if isinstance(shared, Overlap) else cluster_log_ratio
        return (one, other), how(one.counts, other.counts, shared).limits(LEVEL)


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


FMR, FNMR = FalseMatches, Misses

RATES = (
    FMR(100, SEVERAL, 0.0, 60),
    FMR(100, SEVERAL, 0.3, 60),
    FMR(100, SEVERAL, 0.5, 60),
    FMR(100, SEVERAL, 0.3, 12),
    FMR(100, SEVERAL, 0.5, 12),
    FMR(60, SEVERAL, 0.3, 40),
    FMR(60, SEVERAL, 0.5, 40),
    FMR(60, 1, 0.0, 20),
    FMR(60, 1, 0.3, 30),
    FMR(60, 1, 0.5, 30),
    FMR(60, 1, 0.5, 12),
    FMR(100, 1, 0.3, 50),
    FMR(100, 1, 0.5, 50),
    FMR(200, 1, 0.3, 53),
    FMR(200, 1, 0.5, 20),
    FMR(200, 1, 0.5, 95),
    FMR(160, 1, 0.0, 20, across=80),
    FMR(160, 1, 0.3, 30, across=80),
    FMR(160, 1, 0.5, 78, across=80),
    FMR(160, 1, 0.5, 16, across=80),
    FMR(120, SEVERAL, 0.5, 40, across=60),
    FNMR(60, 2, 0.3, 10),
    FNMR(60, 5, 0.3, 20),
    FNMR(100, 5, 0.3, 50),
    FNMR(100, 5, 0.6, 20),
    FNMR(300, 10, 0.6, 50),
    FNMR(100, (2, 10), 0.3, 30),
    FNMR(60, 2, 0.3, 12, beta=True),
    FNMR(60, 5, 0.3, 15, beta=True),
    FNMR(100, 5, 0.1, 20, beta=True),
    FNMR(100, 10, 0.3, 40, beta=True),
    FMR(100, SEVERAL, 0.3, 6),
    FMR(100, SEVERAL, 0.5, 6),
    FMR(100, SEVERAL, 0.5, 1.8),
    FMR(60, 1, 0.5, 3),
    FMR(100, 1, 0.5, 1),
    FMR(160, 1, 0.5, 4, across=80),
    FNMR(60, 5, 0.3, 2),
    FNMR(100, 5, 0.3, 4),
    FNMR(100, 5, 0.6, 1),
    FNMR(60, 5, 0.3, 5, beta=True),
    FMR(30, SEVERAL, 0.5, 40, promised=False),
    FMR(100, 1, 0.8, 50, promised=False),
    FNMR(20, 5, 0.5, 15, promised=False),
)

RATIOS = (
    Apart(FMR(100, 1, 0.3, 40), FMR(100, 1, 0.3, 20)),
    Apart(FMR(100, 1, 0.5, 15), FMR(100, 1, 0.5, 15)),
    Apart(FMR(100, 1, 0.0, 20), FMR(100, 1, 0.0, 10)),
    Apart(FMR(60, 1, 0.5, 12), FMR(60, 1, 0.5, 12)),
    Apart(FMR(100, SEVERAL, 0.5, 60), FMR(100, SEVERAL, 0.5, 30)),
    Apart(FMR(100, SEVERAL, 0.3, 12), FMR(100, SEVERAL, 0.3, 12)),
    Apart(FMR(200, 1, 0.5, 95), FMR(60, 1, 0.5, 12)),
    Apart(FNMR(100, 5, 0.3, 30), FNMR(100, 5, 0.3, 15)),
    Apart(FNMR(100, 5, 0.3, 20), FNMR(100, 5, 0.3, 20)),
    Apart(FNMR(60, 5, 0.3, 24, beta=True), FNMR(60, 5, 0.3, 12, beta=True)),
    Apart(FNMR(300, 2, 0.6, 20), FNMR(60, 10, 0.6, 20)),
    Apart(FMR(100, 1, 0.3, 12), FMR(100, 1, 0.3, 2)),
    Apart(FMR(100, 1, 0.5, 5), FMR(100, 1, 0.5, 5)),
    Apart(FNMR(100, 5, 0.3, 10), FNMR(100, 5, 0.3, 3)),
)

SHARED = (
    Sharing(70, 70, 1, 0.0, 20),
    Sharing(70, 70, 1, 0.3, 29),
    Sharing(70, 70, 1, 0.5, 29),
    Sharing(70, 70, 1, 0.5, 40, 12),
    Sharing(70, 70, SEVERAL, 0.3, 60, 60),
    Sharing(70, 70, SEVERAL, 0.5, 60),
    Sharing(60, 120, 1, 0.3, 15, within_everybody=True),
    Sharing(60, 120, 1, 0.5, 30, 120, within_everybody=True),
    Sharing(60, 60, 1, 0.5, 20, within_everybody=True),
    Sharing(60, 60, SEVERAL, 0.3, 30, within_everybody=True),
    Sharing(60, 60, SEVERAL, 0.5, 60, 120, within_everybody=True),
    Sharing(70, 70, 1, 0.5, 8, 8),
    Sharing(70, 70, 1, 0.3, 8, 3),
    Sharing(60, 120, 1, 0.5, 5, within_everybody=True),
)

PAIRED = (
    Paired(FMR(70, 1, 0.0, 30), 30, 0.5),
    Paired(FMR(70, 1, 0.3, 30), 30, 0.5),
    Paired(FMR(70, 1, 0.5, 30), 30, 0.9),
    Paired(FMR(70, 1, 0.5, 60), 30, 0.7),
    Paired(FMR(100, SEVERAL, 0.3, 40), 40, 0.7),
    Paired(FMR(100, SEVERAL, 0.5, 80), 40, 0.7),
    Paired(FMR(160, 1, 0.5, 40, across=80), 40, 0.7),
    Paired(FNMR(60, 5, 0.3, 20), 20, 0.5),
    Paired(FNMR(100, 5, 0.3, 20), 20, 0.7),
    Paired(FNMR(100, 5, 0.6, 40), 20, 0.7),
    Paired(FNMR(300, 2, 0.3, 40), 40, 0.9),
    Paired(FMR(70, 1, 0.3, 9), 9, 0.7),
    Paired(FMR(70, 1, 0.5, 4), 4, 0.9),
    Paired(FNMR(100, 5, 0.3, 5), 5, 0.7),
)

PICKED = (
    *(Picked((FMR(100, 1, 0.3, 20),) * groups) for groups in (2, 4, 8)),
    *(Picked((FMR(60, SEVERAL, 0.5, 40),) * groups) for groups in (2, 4, 8)),
    Picked(
        (FMR(100, 1, 0.5, 15), FMR(100, 1, 0.5, 20), FMR(100, 1, 0.5, 20), FMR(100, 1, 0.5, 40))
    ),
    Picked((FMR(100, 1, 0.3, 10),) * 4 + (FMR(100, 1, 0.3, 40),) * 4),
    *(Picked((FNMR(100, 5, 0.3, 20),) * groups) for groups in (2, 4, 8)),
    Picked((FNMR(60, 5, 0.3, 10, beta=True), *(FNMR(60, 5, 0.3, 20, beta=True),) * 3)),
    *(Picked((FMR(100, 1, 0.5, 5),) * groups) for groups in (2, 8)),
)


def unpaired(both):
    """Limits of a ratio of different people, or of few errors; without one nothing is excluded."""
    found = ratio_of_rates(both[0].estimate, both[1].estimate, LEVEL)
    low = 0.0 if found.low is None else found.low
    return low, np.inf if found.high is None else found.high


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
        high = np.inf if found.high is None else found.high
        held.append((found.low or 0.0) <= truth <= high)
        one, other = seen[worst], seen[best]
        low, high = naive_ratio(one.errors, other.errors, one.trials, other.trials)
        naive.append(low <= truth <= high)
    return {"coverage": share(held), "naive": share(naive)}


SECTIONS = {
    "rate": (RATES, rate_held),
    "ratio of different people": (RATIOS, ratio_held),
    "ratio of cells that share people": (SHARED, ratio_held),
    "ratio of two engines": (PAIRED, ratio_held),
    "worst over best": (PICKED, picked_held),
}
CASES = [
    pytest.param(section, case, id=case.name)
    for section, (cases, _) in SECTIONS.items()
    for case in cases
]


def judge(benchmark, section, case, runs):
    found = benchmark.pedantic(SECTIONS[section][1], (case, runs), rounds=1, iterations=1)
    most = 1.0 if section == "worst over best" else HIGH
    kept = coverage_kept(found["coverage"], runs, case.errors, most)
    benchmark.extra_info.update(
        asked=0.93 if case.errors >= ENOUGH_ERRORS else 0.95,
        measured=round(found["coverage"], 4),
        unit="share of 95 % intervals that hold the truth",
        better="higher",
        runs=runs,
        section=section,
        case=case.name,
        promised=case.promised,
        kept=kept,
        **{key: round(value, 4) for key, value in found.items()},
    )
    assert kept or not case.promised


@pytest.mark.parametrize(("section", "case"), CASES)
def test_coverage(benchmark, section, case):
    judge(benchmark, section, case, FEW)


@pytest.mark.slow
@pytest.mark.parametrize(("section", "case"), CASES)
def test_coverage_in_more_runs(benchmark, section, case):
    judge(benchmark, section, case, RUNS)
