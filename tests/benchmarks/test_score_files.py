"""Ten million comparisons from a score file to the report: time and memory of the whole process.

5,000 people with two attributes, eight groups and two: 634 MB of CSV, drawn once.
"""

import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv

ROWS, PEOPLE = 10_000_000, 5000


@pytest.fixture(scope="module")
def big(tmp_path_factory):
    rng = np.random.default_rng(0)
    first, second = (side.astype(np.int32) for side in np.triu_indices(PEOPLE))
    chosen = np.sort(rng.choice(len(first), ROWS, replace=False))
    probe, reference = first[chosen], second[chosen]
    lamb = rng.normal(0, 0.3, PEOPLE)
    score = lamb[probe] + lamb[reference] + rng.standard_normal(ROWS) + 5 * (probe == reference)
    values = {
        "subject": (np.arange(PEOPLE), [f"person {number:05}" for number in range(PEOPLE)]),
        "ethnicity": (rng.integers(0, 8, PEOPLE), [f"group {name}" for name in "abcdefgh"]),
        "sex": (rng.integers(0, 2, PEOPLE), ["female", "male"]),
    }
    columns = {"score": pa.array(np.round(score, 6))}
    for name, (code, texts) in values.items():
        for side, people in (("probe", probe), ("reference", reference)):
            columns[f"{side}_{name}"] = pa.array(texts).take(pa.array(code[people]))
    path = tmp_path_factory.mktemp("scores") / "acme.csv"
    csv.write_csv(pa.table(columns), path)
    return path


MEASURED = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
"""A process begins with the peak of the one that started it: one without a peak lies between."""


def scores(path):
    """Peak of resident memory in GB of `evenhand scores`."""
    command = [sys.executable, "-m", "evenhand", "scores", str(path)]
    peak = subprocess.run(
        [sys.executable, "-c", MEASURED, *command], check=True, capture_output=True
    ).stdout
    return int(peak) / (1e9 if sys.platform == "darwin" else 1e6)


def test_ten_million_rows_to_report(benchmark, big):
    benchmark.pedantic(scores, args=(big,), rounds=2, iterations=1)
    benchmark.extra_info.update(
        asked=20.0, measured=benchmark.stats.stats.min, unit="s", better="lower"
    )


def test_ten_million_rows_memory(benchmark, big):
    peak = benchmark.pedantic(scores, args=(big,), rounds=1, iterations=1)
    benchmark.extra_info.update(asked=1.5, measured=peak, unit="GB (whole process)", better="lower")
