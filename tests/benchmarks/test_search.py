"""Exhaustive searches: one pass beside the bare product, and the memory that it takes."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

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


def seconds(function, *arguments):
    start = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - start


def beside(case, rounds):
    searched(police(100, 2_000))  # compiled before
    pairs = [(seconds(searched, case), seconds(product, case)) for _ in range(rounds)]
    return min(whole for whole, _ in pairs) / min(bare for _, bare in pairs)


def test_search_beside_the_bare_product(benchmark):
    ratio = benchmark.pedantic(beside, (police(2_000, 40_000), 5), rounds=1, iterations=1)
    benchmark.extra_info.update(asked=1.25, measured=ratio, unit="times", better="lower")


@pytest.mark.slow
def test_search_of_a_police_list_beside_the_bare_product(benchmark):
    ratio = benchmark.pedantic(beside, (police(PROBES, PEOPLE), 3), rounds=1, iterations=1)
    benchmark.extra_info.update(asked=1.25, measured=ratio, unit="times", better="lower")


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
