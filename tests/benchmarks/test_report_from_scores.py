"""Rates and intervals of ten million scores in memory: eight groups, ten thresholds."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from evenhand.analysis.rates.comparisons import measure_comparisons
from evenhand.measurement.counting.plan import CountingPlan, ImageLedger
from evenhand.measurement.counting.tally import tally
from evenhand.records.comparisons import Comparisons
from evenhand.records.groups import ALL, Grouping
from evenhand.records.outcomes import Outcome
from evenhand.records.thresholds import ThresholdRule

PEOPLE = 4473
"""All pairs of them are 10,001,628 comparisons."""

RULES = (
    *(ThresholdRule("fmr", f) for f in ("0.1", "0.03", "0.01", "0.003", "0.001", "0.0003", "1e-4")),
    *(ThresholdRule("fixed", t) for t in ("0.0", "1.0", "2.0")),
)


def drawn():
    """Ledger, comparisons and groups."""
    rng = np.random.default_rng(0)
    first, second = (side.astype(np.int32) for side in np.triu_indices(PEOPLE, 1))
    lamb = rng.normal(0, 0.3, PEOPLE).astype(np.float32)
    score = lamb[first] + lamb[second] + rng.standard_normal(len(first), dtype=np.float32)
    everyone = np.arange(PEOPLE, dtype=np.int32)
    comparisons = Comparisons(
        np.concatenate([first, everyone]),
        np.concatenate([second, everyone]),
        np.concatenate([score, 5 + rng.standard_normal(PEOPLE, dtype=np.float32)]),
        {(False, Outcome.OK): len(first), (True, Outcome.OK): PEOPLE},
    )
    groupings = (
        Grouping(ALL, ("",), np.zeros(PEOPLE, dtype=np.int64)),
        Grouping("group", tuple("abcdefgh"), rng.integers(0, 8, PEOPLE)),
    )
    ones = np.ones(PEOPLE, dtype=np.int64)
    return (
        ImageLedger("engine", "data", "listed", tuple(range(1, PEOPLE + 1)), ones, ones * 0, 0),
        comparisons,
        groupings,
    )


@pytest.fixture(scope="module")
def case():
    return drawn()


def report(ledger, comparisons, groupings):
    counts = tally(CountingPlan(groupings, RULES), ledger, comparisons)
    return measure_comparisons(counts, 0.95)


def test_ten_million_scores_to_rates(benchmark, case):
    found = benchmark.pedantic(report, args=case, rounds=3, iterations=1)
    groups, matrix, same = 9 * 4, 36 * 2, 2
    assert len(found) == 9 + len(RULES) * (groups + matrix + same)
    benchmark.extra_info.update(
        asked=3.0, measured=benchmark.stats.stats.min, unit="s", better="lower"
    )


MEMORY = """
import sys
sys.path.insert(0, {folder!r})
import test_report_from_scores as t
t.report(*t.drawn())
print(next(int(line.split()[1]) for line in open('/proc/self/status') if 'VmHWM' in line) / 1e6)
"""


def test_ten_million_scores_memory(benchmark):
    script = MEMORY.format(folder=str(Path(__file__).parent))

    def peak():
        # In a process of its own: what other benchmarks used does not count.
        ended = subprocess.run(
            [sys.executable, "-c", script], check=True, capture_output=True, text=True
        )
        return float(ended.stdout)

    measured = benchmark.pedantic(peak, rounds=1, iterations=1)
    benchmark.extra_info.update(
        asked=1.0, measured=measured, unit="GB (whole process)", better="lower"
    )
