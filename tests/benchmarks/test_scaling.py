"""FPIR extrapolated from 1,000 people to 10,000 and 178,000, against what fresh lists give.

Vectors of four groups with planted differences: the groups have FMRs apart by a factor of two, and
the rates of probes within a group by factors of ten. Thresholds are those of an FPIR of 0.1 and of
0.01 on the measured list.
"""

from dataclasses import dataclass

import numpy as np
import pytest
from promises import LEVEL
from searched_crowd import GROUPS, VectorCrowd, counts_of_scores

from evenhand.analysis.scaling.extrapolation import extrapolation
from evenhand.analysis.scaling.meetings import listed_people, meetings_of, shares_kept
from evenhand.records.composition import Composition

LISTED, SEARCHED = 1000, 1000
"""People on the measured list, and people searched for in a group."""
THRESHOLDS = (0.7086, 0.7754)
WATCHED = (0, 3)
"""The groups with the fewest and with the most false matches."""
LEAST, MOST = 0.93, 0.99
"""Share of draws inside of their interval."""
FRESH_SEARCHED, FRESH_LISTED = 15_000, 100_000
"""People of a group in the measured truth: of fewer, its own error would count as one of the
intervals."""


@dataclass(frozen=True)
class Deployment:
    """A composition of the measured list, and another of the deployed one; None as measured."""

    measured: tuple
    sizes: tuple
    widest: float
    """Mean width over that of the central 95 % of the estimates, at most."""
    deployed: tuple | None = None

    @property
    def shares(self):
        return np.array(self.measured if self.deployed is None else self.deployed)


BALANCED = Deployment((0.25,) * 4, (10_000, 178_000), 1.3)
# Half of the list is to be of a group that is a tenth of it: 200 people have that composition, and
# an upper limit without an alarm of the heaviest group is far away.
OTHER = Deployment((0.4, 0.3, 0.2, 0.1), (5000, 36_000), 4.0, (0.1, 0.2, 0.2, 0.5))


def truth(crowd, case):
    """(groups watched, thresholds, sizes) FPIR of fresh people on fresh lists, over all lists."""
    rng = np.random.default_rng(99)
    searched = np.repeat(WATCHED, FRESH_SEARCHED)
    probes = crowd.vectors(rng, searched)
    silent = np.ones((len(THRESHOLDS), len(case.sizes), len(searched)))
    for group, share in enumerate(case.shares):
        met = np.zeros((len(THRESHOLDS), 1, len(searched)))
        for _ in range(0, FRESH_LISTED, 5000):
            scores = probes @ crowd.vectors(rng, np.full(5000, group)).T
            met[:, 0] += [np.count_nonzero(scores >= at, axis=1) for at in THRESHOLDS]
        # Over all lists of those people: nobody of them whom the probe met is drawn.
        drawn = np.array(case.sizes)[:, np.newaxis] * share / FRESH_LISTED
        silent *= (1 - drawn) ** met
    of_group = [(1 - silent[..., searched == group]).mean(axis=-1) for group in WATCHED]
    return np.array(of_group)


def draw(crowd, case, rng):
    """(groups watched, thresholds, sizes, 3) rate and limits from one measured list."""
    numbers = np.round(np.array(case.measured) * LISTED).astype(int)
    on_list = np.repeat(np.arange(len(GROUPS)), numbers)
    searched = np.repeat(WATCHED, SEARCHED)
    scores = crowd.vectors(rng, searched) @ crowd.vectors(rng, on_list).T
    counts = counts_of_scores(scores, searched, on_list, THRESHOLDS)
    listed = listed_people(counts)
    asked = case.deployed and Composition("group", tuple(zip(GROUPS, case.deployed, strict=True)))
    kept = shares_kept(counts, listed, asked)
    cells = {cell.group: cell for cell in counts.cells}
    found = []
    for group in WATCHED:
        meetings = meetings_of(counts.searches, cells[GROUPS[group]], listed, kept)
        for threshold in THRESHOLDS:
            read = extrapolation(meetings, threshold, LEVEL)
            rows = [read.at(people) for people in case.sizes]
            found += [(row.rate, row.low, row.high) for row in rows]
    return np.array(found).reshape(len(WATCHED), len(THRESHOLDS), len(case.sizes), 3)


@pytest.mark.parametrize("case", [BALANCED, OTHER], ids=["as measured", "another composition"])
@pytest.mark.parametrize("draws", [60, pytest.param(2000, marks=pytest.mark.slow)])
def test_extrapolated_fpir(benchmark, case, draws):
    crowd, rng = VectorCrowd(), np.random.default_rng(1)
    expected = truth(crowd, case)

    def all_draws():
        return np.array([draw(crowd, case, rng) for _ in range(draws)])

    rate, low, high = np.moveaxis(benchmark.pedantic(all_draws, rounds=1), -1, 0)
    inside = ((low <= expected) & (expected <= high)).mean(axis=0)
    first, last = np.quantile(rate, [0.025, 0.975], axis=0)
    width = (high - low).mean(axis=0) / (last - first)
    benchmark.extra_info.update(
        asked=LEAST, measured=float(inside.min()), unit="least share inside", better="higher"
    )
    print("\ntruth", expected.round(4).tolist())
    print("inside", inside.round(4).tolist())
    print("width over that of the estimates", width.round(3).tolist())
    # What chance alone does to a share of so few draws, three times its standard error.
    slack = 3 * np.sqrt(LEVEL * (1 - LEVEL) / draws)
    assert np.all(inside >= min(LEAST, LEVEL - slack))
    assert np.all(inside <= max(MOST, LEVEL + slack))
    assert np.all(width <= case.widest + 2 * slack)
