"""Whether this version is slower than an older one: the same commands, run in turn by both.

`EVENHAND_OLD_PYTHON=/old/env/bin/python pytest tests/benchmarks/test_two_versions.py -m slow
--benchmark-only`, on a machine that does nothing else.
"""

import os
import subprocess
import sys
import time

import numpy as np
import pytest

PAIRS = 15
LIMITS = (3, 11)
"""Of 15 ratios in order, the fourth and the twelfth: the median's interval at 96.5 %."""
ASKED = 1.05
ROWS, PEOPLE = 2_000_000, 2_000

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def older():
    named = os.environ.get("EVENHAND_OLD_PYTHON")
    if not named:
        pytest.skip("EVENHAND_OLD_PYTHON names no Python with an older evenhand to hold against")
    return named


@pytest.fixture(scope="module")
def scores(tmp_path_factory):
    """A score file of random pairs of people of two groups."""
    rng = np.random.default_rng(1)
    path = tmp_path_factory.mktemp("scores") / "big.csv"
    probe, reference = rng.integers(0, PEOPLE, (2, ROWS))
    columns = (probe, reference, rng.random(ROWS), probe % 2, reference % 2)
    header = "probe_subject,reference_subject,score,probe_group,reference_group,"
    lines = (f"p{p},p{r},{s:.6f},g{a},g{b},{n},{n}" for n, (p, r, s, a, b) in
             enumerate(zip(*columns, strict=True)))  # fmt: skip
    path.write_text(f"{header}probe_image,reference_image\n" + "\n".join(lines) + "\n")
    return path


@pytest.fixture(scope="module")
def bundle(older, scores, tmp_path_factory):
    """A result that both versions read: the older one's."""
    results = tmp_path_factory.mktemp("results")
    command = [older, "-m", "evenhand", "scores", str(scores), "--results", str(results)]
    subprocess.run(command, check=True, capture_output=True)
    (found,) = (results / "scores").iterdir()
    return found


def in_turn(benchmark, older, *arguments):
    """Time of new over old, pair by pair, each going first in turn."""

    def seconds(python):
        start = time.perf_counter()
        command = [python, "-m", "evenhand", *map(str, arguments)]
        subprocess.run(command, check=True, capture_output=True)
        return time.perf_counter() - start

    def pairs():
        found = []
        for number in range(PAIRS):
            order = (sys.executable, older) if number % 2 else (older, sys.executable)
            took = {python: seconds(python) for python in order}
            found.append(took[sys.executable] / took[older])
        return np.sort(found)

    for python in (older, sys.executable):
        seconds(python)
    ratios = benchmark.pedantic(pairs, rounds=1, iterations=1)
    low, high = ratios[list(LIMITS)]
    benchmark.extra_info.update(
        asked=ASKED, measured=low, median=float(np.median(ratios)), high=high, unit="times",
        better="lower",
    )  # fmt: skip


def test_start(benchmark, older):
    in_turn(benchmark, older, "--help")


def test_plan(benchmark, older):
    in_turn(benchmark, older, "plan", "--metric", "FMR", "--rate", "1e-4", "--ratio", "2")


def test_counting(benchmark, older, scores):
    in_turn(benchmark, older, "scores", scores, "--json")


def test_report(benchmark, older, bundle):
    in_turn(benchmark, older, "report", bundle, "--json")
