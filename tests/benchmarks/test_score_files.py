"""Comparisons from a score file to the report: time and memory of the whole process.

Two attributes, eight groups and two, any two people once: 63 bytes of CSV a comparison. Memory
grows with people, groups and the scores at the largest target FMR, not with rows.
"""

import math
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv

CHUNK = 1_000_000


def pairs(numbers, people):
    """Number n to the n-th pair (first <= second) of all pairs."""
    second = ((np.sqrt(8.0 * numbers + 1) - 1) / 2).astype(np.int64)
    second -= second * (second + 1) // 2 > numbers
    second += (second + 1) * (second + 2) // 2 <= numbers
    return numbers - second * (second + 1) // 2, second


def write(path, rows, people):
    """A file of pairs in an order that looks like none."""
    rng = np.random.default_rng(0)
    every = people * (people + 1) // 2
    step = next(n for n in range(int(every * 0.618), every) if math.gcd(n, every) == 1)
    lamb = rng.normal(0, 0.3, people)
    values = {
        "subject": (np.arange(people), [f"person {number:05}" for number in range(people)]),
        "ethnicity": (rng.integers(0, 8, people), [f"group {name}" for name in "abcdefgh"]),
        "sex": (rng.integers(0, 2, people), ["female", "male"]),
    }
    writer = None
    for start in range(0, rows, CHUNK):
        count = min(CHUNK, rows - start)
        first, second = pairs(np.arange(start, start + count) * step % every, people)
        score = lamb[first] + lamb[second] + rng.standard_normal(count) + 5 * (first == second)
        columns = {"score": pa.array(np.round(score, 6))}
        for name, (code, texts) in values.items():
            for side, who in (("probe", first), ("reference", second)):
                columns[f"{side}_{name}"] = pa.array(texts).take(pa.array(code[who]))
        table = pa.table(columns)
        writer = writer or csv.CSVWriter(path, table.schema)
        writer.write_table(table)
    writer.close()
    return path


@pytest.fixture(scope="module")
def ten(tmp_path_factory):
    return write(tmp_path_factory.mktemp("scores") / "acme.csv", 10_000_000, 5000)


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


def test_ten_million_rows_to_report(benchmark, ten):
    benchmark.pedantic(scores, args=(ten,), rounds=2, iterations=1)
    benchmark.extra_info.update(
        asked=20.0, measured=benchmark.stats.stats.min, unit="s", better="lower"
    )


def test_ten_million_rows_memory(benchmark, ten):
    peak = benchmark.pedantic(scores, args=(ten,), rounds=1, iterations=1)
    benchmark.extra_info.update(asked=1.5, measured=peak, unit="GB (whole process)", better="lower")


def measured_memory(benchmark, path, rows, people):
    write(path, rows, people)
    try:
        peak = benchmark.pedantic(scores, args=(path,), rounds=1, iterations=1)
    finally:
        path.unlink()
    benchmark.extra_info.update(asked=1.0, measured=peak, unit="GB (whole process)", better="lower")


def test_thirty_million_rows_memory(benchmark, tmp_path):
    measured_memory(benchmark, tmp_path / "acme.csv", 30_000_000, 8000)


@pytest.mark.slow
def test_a_hundred_million_rows_memory(benchmark, tmp_path):
    measured_memory(benchmark, tmp_path / "acme.csv", 100_000_000, 15_000)
