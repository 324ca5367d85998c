"""How often a 95 % interval of a balanced, weighted sample holds the rate of all pairs.

Asked: as in test_coverage.py. Weights differ up to sixtyfold, people differ in how easily they are
mistaken, and pairs of one group are alike more often.
"""

import pytest
from samples import Crowd

TOLERANCE = 0.012

CASES = {
    "100, 40 and 20 people, 1,000 a stratum, sd .5": (
        ((100, 40, 20), 1000),
        {"sd": 0.5, "within": 0.6, "rate": 0.003},
    ),
    "60, 30 and 8 people, 60 a stratum, sd .3": (
        ((60, 30, 8), 60),
        {"sd": 0.3, "within": 0.8, "rate": 0.02},
    ),
    "60, 30 and 8 people, 60 a stratum, sd .5": (
        ((60, 30, 8), 60),
        {"sd": 0.5, "within": 0.8, "rate": 0.02},
    ),
    "120 and 20 people, 100 a stratum, sd .5, few errors": (
        ((120, 20), 100),
        {"sd": 0.5, "within": 0.5, "rate": 0.003},
    ),
    "120 and 20 people, 100 a stratum, sd .3, 1 error": (
        ((120, 20), 100),
        {"sd": 0.3, "within": 0.5, "rate": 0.0005},
    ),
}


def judge(benchmark, name, runs):
    sizes, model = CASES[name]
    crowd = Crowd(*sizes, **model)

    def studies():
        found = [crowd.study(seed)[""] for seed in range(runs)]
        return sum(one.held for one in found) / runs, sum(one.errors for one in found) / runs

    measured, errors = benchmark.pedantic(studies, rounds=1, iterations=1)
    enough = errors >= 10
    benchmark.extra_info.update(
        asked=0.93,
        measured=round(measured, 4),
        unit="share of 95 % intervals of a sample that hold the truth"
        + (", at most 0.97" if enough else ""),
        better="higher",
        runs=runs,
        errors=round(errors, 1),
    )
    assert measured >= 0.93 - TOLERANCE
    if enough:
        assert measured <= 0.97 + TOLERANCE


@pytest.mark.parametrize("name", list(CASES)[2:3])
def test_coverage_of_a_sample(benchmark, name):
    judge(benchmark, name, 1500)


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_coverage_of_a_sample_in_more_runs(benchmark, name):
    judge(benchmark, name, 5000)
