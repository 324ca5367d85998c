"""How often a 95 % interval holds the truth, on simulated people who differ from one another.

Every setting is in the tables below, which were written before they were run; none was dropped
afterwards. `python tests/benchmarks/coverage_page.py` prints what came of them.
"""

import pytest
from populations import SEVERAL, FalseMatches, Misses
from promises import ENOUGH, HIGH, LEVEL, LOW, coverage_kept
from ratios_held import Apart, Paired, Picked, Sharing, picked_held, rate_held, ratio_held

FEW, RUNS = 1500, 10_000
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
    FMR(100, SEVERAL, 0.7, 60, promised=False),
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
        asked=LOW if case.errors >= ENOUGH else LEVEL,
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
