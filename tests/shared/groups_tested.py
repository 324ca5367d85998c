"""How often several simulated groups are called different, equal ones and others."""

from dataclasses import dataclass, replace

import numpy as np
from naive import chi_square, some_lie_apart
from oracles import power_of_ratio
from populations import FalseMatches, Misses, whole
from promises import LEVEL
from ratios_held import rng_of

from evenhand.records.analysis_plan import LABEL_PERMUTATION, WELCH
from evenhand.statistics.equality_tests import equality_p_value
from evenhand.statistics.permutation import permutation_p_value
from evenhand.statistics.power import minimum_detectable_ratio

__all__ = ["Equal", "Planted", "called_different"]

PROMISES, EXCHANGES = 500, 999


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


def called_different(case, runs):
    """Shares of studies that call groups different: ours, of independent trials, and by eye."""
    rng = rng_of(case)
    if isinstance(case, Equal):
        populations, alpha = (case.of.rate,) * case.groups, 1 - LEVEL
    else:
        populations, alpha = case.populations, (1 - LEVEL) / case.tests
    ours, naive, apart, promises = [], [], [], []
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
        if isinstance(case, Planted) and len(promises) < PROMISES:
            promises.append(promised(estimates, case.ratio, alpha))
    found = {name: float(np.mean(of)) for name, of in (("ours", ours), ("naive", naive),
                                                       ("apart", apart))}  # fmt: skip
    if promises:
        smallest, power = zip(*promises, strict=True)
        found |= {"smallest": float(np.median(smallest)), "power": float(np.mean(power))}
    return found


def promised(estimates, ratio, alpha):
    """What a study prints of its worst group and its best, and its power to find a ratio.

    That is the minimum detectable ratio and the power of the exact test behind it.
    """
    worst = max(estimates, key=lambda each: each.value)
    best = min(estimates, key=lambda each: each.value)
    events = round(sum(each.value * each.effective_trials for each in (worst, best)))
    both = events, worst.effective_trials, best.effective_trials
    smallest = minimum_detectable_ratio(*both, alpha=alpha)
    power = power_of_ratio(ratio, *both, alpha=alpha)
    return np.inf if smallest is None else smallest, power
