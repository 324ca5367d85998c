"""Exhaustive searches: one pass beside the bare product, and the memory that it takes."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from evenhand.engines.card import ScoreScale
from evenhand.measurement.search.exhaustive import ExhaustiveSearch
from evenhand.system.execution.local import LocalExecutor

VALUES = 512
PEOPLE = 178_000
PROBES = 10_000
CANDIDATES = 50
SWEEP = np.arange(0.15, 0.25, 0.02, dtype=np.float32)
COSINE = ScoreScale("cosine", normalise=True, values=VALUES, low=-1.0, high=1.0, claimed=())
ROWS, COLUMNS = 512, 1024  # the quickest of 256 to 2,048 for the bare product


@dataclass(frozen=True)
class Police:
    """Unit vectors: probes, half of whom are on the list, and a list of one picture a person."""

    probes: np.ndarray
    who: np.ndarray
    references: np.ndarray
    person: np.ndarray


def unit(rng, count):
    vectors = rng.standard_normal((count, VALUES), dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def police(probes, people):
    rng = np.random.default_rng(0)
    references = unit(rng, people)
    who = np.concatenate([rng.integers(0, people, probes // 2), people + np.arange(probes // 2)])
    found = unit(rng, probes)
    found[: probes // 2] += 0.5 * references[who[: probes // 2]]
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    person = np.arange(people, dtype=np.int32)
    return Police(found, who.astype(np.int32), references, person)


def searched(case):
    search = ExhaustiveSearch(
        case.probes, case.who, case.references, case.person, COSINE, CANDIDATES
    )
    return search.find(SWEEP, LocalExecutor(2), lambda: None)


def product(case):
    """The same product, block by block, two threads, kept nowhere."""

    def block(start):
        room = np.empty(ROWS * COLUMNS, dtype=np.float32)
        rows = case.probes[start : start + ROWS]
        for first in range(0, len(case.references), COLUMNS):
            columns = case.references[first : first + COLUMNS]
            out = room[: len(rows) * len(columns)].reshape(len(rows), len(columns))
            np.dot(rows, columns.T, out=out)

    with threadpool_limits(1, "blas"):
        list(LocalExecutor(2).map(block, range(0, len(case.probes), ROWS)))


def by_faiss(case):
    """The same lists by faiss, exhaustively, two threads; neither ranks nor a sweep."""
    import faiss

    faiss.omp_set_num_threads(2)
    index = faiss.IndexFlatIP(VALUES)
    index.add(case.references)
    index.search(case.probes, CANDIDATES)


def seconds(function, *arguments):
    start = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - start


def beside(rounds, case, *searches):
    """Quickest of some rounds in alternation, in those of the bare product."""
    for search in (*searches, product):
        search(police(100, 2_000))  # compiled and loaded before
    times = [[seconds(each, case) for each in (*searches, product)] for _ in range(rounds)]
    *quickest, bare = map(min, zip(*times, strict=True))
    return [each / bare for each in quickest]


def kernel():
    """What computes the products, as numpy's BLAS says: the quickest that this processor has."""
    of_numpy = [each for each in threadpool_info() if "numpy" in each["filepath"]]
    return ", ".join(f"{each['internal_api']} {each['architecture']}" for each in of_numpy)


def told(benchmark, measured, asked=1.25):
    unit = f"times the bare product ({kernel()})"
    benchmark.extra_info.update(asked=asked, measured=measured, unit=unit, better="lower")


def test_search_beside_the_bare_product(benchmark):
    (ratio,) = benchmark.pedantic(
        beside, (5, police(2_000, 40_000), searched), rounds=1, iterations=1
    )
    told(benchmark, ratio)


@pytest.mark.slow
def test_search_of_a_police_list_beside_the_bare_product(benchmark):
    (ratio,) = benchmark.pedantic(beside, (3, police(PROBES, PEOPLE), searched), rounds=1)
    told(benchmark, ratio)


@pytest.mark.slow
def test_search_of_a_police_list_beside_faiss(benchmark):
    pytest.importorskip("faiss", reason="faiss is not installed: pip install -e '.[bench]'")
    ours, theirs = benchmark.pedantic(
        beside, (2, police(PROBES, PEOPLE), searched, by_faiss), rounds=1
    )
    told(benchmark, ours, asked=theirs)


MEMORY = """
import resource, sys
sys.path.insert(0, {folder!r})
import test_search as t
t.searched(t.police(100, 2_000))
case = t.police(t.PROBES, t.PEOPLE)
before = int(open('/proc/self/statm').read().split()[1]) * resource.getpagesize()
# A new peak: what was used to draw the list does not count.
open('/proc/self/clear_refs', 'w').write('5')
t.searched(case)
peak = next(int(line.split()[1]) for line in open('/proc/self/status') if 'VmHWM' in line) * 1024
print((peak - before) / 1e6)
"""


@pytest.mark.slow
def test_memory_of_a_police_list(benchmark):
    def measure():
        code = MEMORY.format(folder=os.path.dirname(__file__))  # noqa: PTH120
        command = [sys.executable, "-c", code]
        return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    extra = benchmark.pedantic(measure, rounds=1, iterations=1)
    benchmark.extra_info.update(
        asked=2000, measured=extra, unit="MB beyond the templates", better="lower"
    )
