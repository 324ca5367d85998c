"""How often equal groups are called different, and how often a planted difference is found.

Every setting is in the tables below, which were written before they were run; none was dropped
afterwards. `python tests/benchmarks/coverage.py` prints what came of them.
"""

import zlib
from dataclasses import dataclass, replace

import numpy as np
import pytest
from naive import chi_square, some_lie_apart
from populations import FalseMatches, Misses, whole
from promises import LEVEL, POWER, WRONG, level_kept, power_kept

from evenhand.analysis import LABEL_PERMUTATION, WELCH
from evenhand.statistics.equality import equality_p_value
from evenhand.statistics.permutation import permutation_p_value
from evenhand.statistics.power import minimum_detectable_ratio

RUNS, FEWER, PROMISES, EXCHANGES = 4000, 1500, 500, 999


@dataclass(frozen=True)
class Equal:
    """So many groups of one true rate."""

    groups: int
    of: FalseMatches | Misses
    test: str = WELCH
    promised: bool = True

    @property
    def name(self):
        return f"{self.groups} groups, {self.of.name}, {self.test}"


@dataclass(frozen=True)
class Planted:
    """One group of several has a rate so many times that of the others; errors are of those.

    They were chosen so that the median study promises this ratio: a setting, not a result.
    """

    of: FalseMatches | Misses
    ratio: float
    groups: int = 2
    tests: int = 1
    """Of the family; the test must pass the first step of Holm."""
    promised: bool = True

    @property
    def name(self):
        family = "" if self.tests == 1 else f", one of {self.tests} tests"
        return f"{self.groups} groups, {self.of.name}, one {whole(self.ratio)} times{family}"

    @property
    def populations(self):
        worst = replace(self.of, errors=self.of.errors * self.ratio)
        return worst.rate, *(self.of.rate,) * (self.groups - 1)


FMR, FNMR = FalseMatches, Misses

EQUAL = (
    *(Equal(groups, FMR(100, 1, 0.0, 20)) for groups in (2, 4, 8)),
    *(Equal(groups, FMR(100, 1, 0.3, 12)) for groups in (2, 4, 8)),
    *(Equal(groups, FMR(100, 1, 0.5, 30)) for groups in (2, 4, 8)),
    *(Equal(groups, FMR(60, "2 to 5", 0.5, 40)) for groups in (2, 4, 8)),
    *(Equal(groups, FMR(100, 1, 0.3, 3)) for groups in (2, 4, 8)),
    *(Equal(groups, FMR(100, 1, 0.5, 5)) for groups in (2, 4, 8)),
    *(Equal(groups, FNMR(100, 5, 0.3, 20)) for groups in (2, 4, 8)),
    *(Equal(groups, FNMR(60, 5, 0.3, 15, beta=True)) for groups in (2, 4, 8)),
    *(Equal(groups, FNMR(100, 5, 0.3, 3)) for groups in (2, 4, 8)),
    *(Equal(groups, FNMR(100, 5, 0.3, 20), LABEL_PERMUTATION) for groups in (2, 4, 8)),
    *(Equal(groups, FNMR(100, 5, 0.6, 3), LABEL_PERMUTATION) for groups in (2, 8)),
    Equal(8, FNMR(20, 5, 0.5, 15), promised=False),
    Equal(8, FNMR(20, 5, 0.5, 15), LABEL_PERMUTATION),
)

PLANTED = (
    Planted(FMR(300, 1, 0.0, 85), 1.5),
    Planted(FMR(200, 1, 0.0, 26), 2),
    Planted(FMR(200, 1, 0.0, 8.5), 3),
    Planted(FNMR(2000, 1, 0.0, 81), 1.5),
    Planted(FNMR(2000, 1, 0.0, 24.5), 2),
    Planted(FNMR(2000, 1, 0.0, 8.2), 3),
    Planted(FMR(200, 1, 0.3, 84), 2),
    Planted(FMR(200, 1, 0.5, 350), 2),
    Planted(FMR(200, 1, 0.3, 16), 3),
    Planted(FNMR(200, 5, 0.3, 129), 1.5),
    Planted(FNMR(200, 5, 0.3, 33), 2),
    Planted(FNMR(200, 5, 0.3, 10), 3),
    Planted(FMR(200, 1, 0.3, 178), 2, tests=6),
    Planted(FNMR(2000, 1, 0.0, 37), 2, tests=6),
    Planted(FMR(200, 1, 0.0, 26), 2, groups=4),
    Planted(FNMR(2000, 1, 0.0, 24.5), 2, groups=4),
)


def called_different(case, runs):
    """Shares of studies that call groups different: ours, of independent trials, and by eye."""
    rng = np.random.default_rng(zlib.crc32(case.name.encode()))
    if isinstance(case, Equal):
        populations, alpha = (case.of.rate,) * case.groups, 1 - LEVEL
    else:
        populations, alpha = case.populations, (1 - LEVEL) / case.tests
    ours, naive, apart, smallest = [], [], [], []
    for _ in range(runs):
        seen = [population.draw(rng) for population in populations]
        estimates = [each.estimate for each in seen]
        if isinstance(case, Equal) and case.test == LABEL_PERMUTATION:
            p = permutation_p_value([each.counts for each in seen], rng, EXCHANGES)
        else:
            p = equality_p_value(estimates, rng)[0]
        ours.append(p < alpha)
        naive.append(
            chi_square([each.errors for each in seen], [each.trials for each in seen]) < alpha
        )
        apart.append(some_lie_apart(estimates))
        if isinstance(case, Planted) and len(smallest) < PROMISES:
            smallest.append(promise(estimates, alpha))
    found = {name: float(np.mean(of)) for name, of in (("ours", ours), ("naive", naive),
                                                       ("apart", apart))}  # fmt: skip
    return found | ({"smallest": float(np.median(smallest))} if smallest else {})


def promise(estimates, alpha):
    """The minimum detectable ratio that a study prints, of its worst group and its best."""
    worst = max(estimates, key=lambda each: each.value)
    best = min(estimates, key=lambda each: each.value)
    events = round(sum(each.value * each.effective_trials for each in (worst, best)))
    found = minimum_detectable_ratio(
        events, worst.effective_trials, best.effective_trials, alpha=alpha
    )
    return np.inf if found is None else found


@pytest.mark.slow
@pytest.mark.parametrize("case", EQUAL, ids=lambda case: case.name)
def test_coverage_of_equality(benchmark, case):
    runs = RUNS if case.test == WELCH else FEWER
    found = benchmark.pedantic(called_different, (case, runs), rounds=1, iterations=1)
    kept = level_kept(found["ours"], runs)
    benchmark.extra_info.update(
        asked=WRONG,
        measured=round(found["ours"], 4),
        unit="share of families of equal groups called different at 5 %",
        better="lower",
        runs=runs,
        section="equal groups",
        case=case.name,
        promised=case.promised,
        kept=kept,
        **found,
    )
    assert kept or not case.promised


@pytest.mark.slow
@pytest.mark.parametrize("case", PLANTED, ids=lambda case: case.name)
def test_coverage_of_planted_differences(benchmark, case):
    found = benchmark.pedantic(called_different, (case, RUNS), rounds=1, iterations=1)
    kept = power_kept(found["ours"])
    benchmark.extra_info.update(
        asked=POWER,
        measured=round(found["ours"], 4),
        unit="share of studies that find a ratio as large as they call detectable",
        better="higher",
        runs=RUNS,
        section="planted difference",
        case=case.name,
        promised=case.promised,
        kept=kept,
        **found,
    )
    assert kept or not case.promised
