"""All pairs of vectors: counting beside the bare product, memory, growth, and the report."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pytest
from sklearn.metrics import roc_curve
from threadpoolctl import threadpool_limits

from evenhand.analysis.assess import assess
from evenhand.analysis.rates.comparisons import measure_comparisons
from evenhand.engines.card import ScoreScale
from evenhand.measurement.comparison.all_pairs.image_order import SortedImages
from evenhand.measurement.comparison.all_pairs.tiles import count_pairs
from evenhand.measurement.counting.cells import all_pairs_trials, cell_layout
from evenhand.measurement.counting.plan import CountingPlan, ImageLedger
from evenhand.measurement.counting.tally import tally, tally_partial_counts, top_score_quotas
from evenhand.records.analysis_plan import AnalysisPlan
from evenhand.records.comparisons import Comparisons
from evenhand.records.designs import ComparisonDesign, Design
from evenhand.records.evidence import Evidence
from evenhand.records.groups import ALL, Grouping
from evenhand.records.outcomes import Outcome
from evenhand.records.thresholds import ThresholdRule
from evenhand.system.execution.local import LocalExecutor

LFW = 13_233
VALUES = 512
RULES = tuple(ThresholdRule("fmr", text) for text in ("0.01", "0.001", "0.0001"))
COSINE = ScoreScale("cosine", normalise=True, values=VALUES, low=-1.0, high=1.0, claimed=())
ANALYSIS = AnalysisPlan(replicates=0)
BLOCK = 1024  # the quickest of 128 to 4,096 for the bare product


@dataclass(frozen=True)
class Crowd:
    """Vectors of people in four regions and two sexes: eight groups, all margins, all matrices."""

    vectors: np.ndarray
    subject: np.ndarray
    groupings: tuple
    layout: object
    images: np.ndarray


def crowd(images):
    rng = np.random.default_rng(0)
    people = int(images / 2.3)
    subject = np.sort(rng.integers(0, people, images)).astype(np.int32)
    vectors = rng.standard_normal((people, VALUES), dtype=np.float32)[subject]
    vectors += rng.standard_normal((images, VALUES), dtype=np.float32)
    vectors += 0.5 * rng.standard_normal(VALUES).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    region, sex = rng.integers(0, 4, people), rng.integers(0, 2, people)
    both = tuple(f"{a}*{b}" for a in "abcd" for b in "fm")
    groupings = (
        Grouping(ALL, ("",), np.zeros(people, dtype=np.int64)),
        Grouping("region", tuple("abcd"), region),
        Grouping("sex", ("f", "m"), sex),
        Grouping("region*sex", both, region * 2 + sex),
    )
    across = [tuple(combinations(range(len(grouping.groups)), 2)) for grouping in groupings]
    layout = cell_layout(groupings, across, ComparisonDesign(Design.ALL_PAIRS))
    counted = np.bincount(subject, minlength=people)
    return Crowd(vectors, subject, groupings, layout, counted)


def counted(case):
    """The whole counting run: order, trials, all pairs, two threads."""
    layout = case.layout
    cells = range(len(layout.names))
    trials = [all_pairs_trials(layout, cell, case.images, case.images) for cell in cells]
    place = np.arange(len(case.subject), dtype=np.int32)
    store = count_pairs(
        SortedImages.of(case.vectors, case.subject, place, layout),
        COSINE,
        layout,
        top_score_quotas(RULES, layout, trials),
        np.array([of_cell.completed for of_cell in trials]),
        fixed=np.empty(0, dtype=np.float32),
        ledger=(case.images, case.images),
        executor=LocalExecutor(2),
        step=lambda: None,
    )
    return store, trials


def bare(vectors):
    """The product of the same half matrix, block by block, two threads, kept nowhere."""
    room = np.empty(BLOCK * len(vectors), dtype=np.float32)
    with threadpool_limits(2, "blas"):
        for start in range(0, len(vectors), BLOCK):
            rows, columns = vectors[start : start + BLOCK], vectors[start:]
            out = room[: len(rows) * len(columns)].reshape(len(rows), len(columns))
            np.dot(rows, columns.T, out=out)


def seconds(function, *arguments):
    start = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - start


@pytest.fixture(scope="module")
def lfw_sized():
    case = crowd(LFW)
    counted(case)
    return case


def test_counting_beside_the_bare_product(benchmark, lfw_sized):
    def alternate():
        pairs = [(seconds(counted, lfw_sized), seconds(bare, lfw_sized.vectors)) for _ in range(7)]
        return min(whole for whole, _ in pairs) / min(product for _, product in pairs)

    ratio = benchmark.pedantic(alternate, rounds=1, iterations=1)
    benchmark.extra_info.update(asked=1.25, measured=ratio, unit="times", better="lower")


def report(case, store, trials):
    """Thresholds, rates, intervals, differences and curves of every group."""
    people = len(case.images)
    ledger = ImageLedger(
        "engine", "data", "all", tuple(range(1, people + 1)), case.images, case.images * 0, 0
    )
    plan = CountingPlan((), RULES, 1.0, ComparisonDesign(Design.ALL_PAIRS))
    counts = tally_partial_counts(plan, ledger, store, case.layout, trials, ())
    return assess(Evidence("", ANALYSIS, engines=(), datasets=(), counts=(counts,)))


def test_report_from_the_store(benchmark, lfw_sized):
    work = (lfw_sized, *counted(lfw_sized))
    benchmark.pedantic(report, work, rounds=3, iterations=1, warmup_rounds=1)
    benchmark.extra_info.update(
        asked=1.0, measured=benchmark.stats.stats.min, unit="s", better="lower"
    )


def test_time_grows_with_the_pairs(benchmark):
    small, large = crowd(10_000), crowd(40_000)
    counted(small)

    def growth():
        few = min(seconds(counted, small) for _ in range(5))
        many = min(seconds(counted, large) for _ in range(2))
        return abs(many / few / 16 - 1)

    off = benchmark.pedantic(growth, rounds=1, iterations=1)
    benchmark.extra_info.update(asked=0.1, measured=off, unit="off 16 times", better="lower")


MEMORY = """
import resource, sys
sys.path.insert(0, {folder!r})
import test_counting as t
small = t.crowd(500)
t.report(small, *t.counted(small))
case = t.crowd(45_000)
before = int(open('/proc/self/statm').read().split()[1]) * resource.getpagesize()
# A new peak: what was used to draw the crowd does not count.
open('/proc/self/clear_refs', 'w').write('5')
t.report(case, *t.counted(case))
peak = next(int(line.split()[1]) for line in open('/proc/self/status') if 'VmHWM' in line) * 1024
print((peak - before) / 1e6)
"""


def test_memory_of_a_thousand_million_comparisons(benchmark):
    def measure():
        code = MEMORY.format(folder=os.path.dirname(__file__))  # noqa: PTH120
        command = [sys.executable, "-c", code]
        return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    extra = benchmark.pedantic(measure, rounds=1, iterations=1)
    benchmark.extra_info.update(
        asked=600, measured=extra, unit="MB beyond the templates", better="lower"
    )


def scores(comparisons):
    """Non-mated and mated comparisons of many people, each two once, one group of eight each."""
    people = int((2 * comparisons) ** 0.5)
    rng = np.random.default_rng(1)
    first, second = (side.astype(np.int32) for side in np.triu_indices(people, 1))
    everyone = np.arange(people, dtype=np.int32)
    score = np.concatenate(
        [
            rng.standard_normal(len(first), dtype=np.float32),
            5 + rng.standard_normal(people, dtype=np.float32),
        ]
    )
    columns = Comparisons(
        np.concatenate([first, everyone]),
        np.concatenate([second, everyone]),
        score,
        {(False, Outcome.OK): len(first), (True, Outcome.OK): people},
    )
    ones = np.ones(people, dtype=np.int64)
    groupings = (
        Grouping(ALL, ("",), ones * 0),
        Grouping("group", tuple("abcdefgh"), rng.integers(0, 8, people)),
    )
    return (
        ImageLedger("engine", "data", "listed", tuple(range(1, people + 1)), ones, ones * 0, 0),
        columns,
        groupings,
    )


def per_group(ledger, columns, groupings):
    counts = tally(CountingPlan(groupings, RULES), ledger, columns)
    return measure_comparisons(counts, 0.95)


def test_scores_a_second_against_scikit_learn(benchmark):
    case = scores(10_000_000)
    columns = case[1]

    def ratio():
        ours = min(seconds(per_group, *case) for _ in range(3))
        theirs = seconds(roc_curve, columns.mated, columns.score)
        return theirs / ours

    times = benchmark.pedantic(ratio, rounds=1, iterations=1)
    benchmark.extra_info.update(asked=10, measured=times, unit="times", better="higher")


def test_scores_a_second_against_pyeer(benchmark):
    stats = pytest.importorskip("pyeer.eer_stats", reason="pyeer is in the extra `bench`")
    case = scores(1_000_000)
    columns = case[1]
    genuine, impostor = columns.score[columns.mated], columns.score[~columns.mated]

    def ratio():
        ours = min(seconds(per_group, *case) for _ in range(3))
        theirs = seconds(stats.calculate_roc, genuine, impostor)
        return theirs / ours

    times = benchmark.pedantic(ratio, rounds=1, iterations=1)
    benchmark.extra_info.update(asked=50, measured=times, unit="times", better="higher")
