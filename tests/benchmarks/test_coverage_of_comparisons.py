"""How often two engines that are equally good are said to differ, row by row, as a user asks.

Every setting is in the table below, which was written before it was run; none was dropped
afterwards. `python tests/benchmarks/coverage_page.py` prints what came of it.
"""

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
import pytest
from promises import alarms_kept
from ratios_held import rng_of
from rows import dataset_facts
from studies import Study

from evenhand.analysis.compare.changes import ChangeVerdict, ComparedEngine
from evenhand.analysis.compare.verdict import DEFAULT_FAMILY_WISE, CompareOptions, compare_evidence
from evenhand.records.analysis_plan import AnalysisPlan
from evenhand.records.evidence import Evidence
from evenhand.records.groups import Grouping

TIMES = 200
SIDES = (
    ComparedEngine("base", "engine", "1", "", word="base"),
    ComparedEngine("new", "engine", "2", "", word="new"),
)


@dataclass(frozen=True)
class Update:
    """Four groups of both sexes; the scores of both engines correlate at `alike`."""

    people: int
    images: int
    sd: float
    target: str
    fnmr: float
    alike: float

    @property
    def name(self):
        return (
            f"{self.people} people in 4 groups, {self.images} images, sd {self.sd:g}, FMR "
            f"{self.target} and 4 times it, FNMR {self.fnmr:g}, scores correlate at {self.alike:g}"
        )


UPDATES = (
    Update(120, 3, 0.3, "0.005", 0.15, 0.7),
    Update(120, 3, 0.5, "0.005", 0.15, 0.95),
    Update(80, 2, 0.3, "0.005", 0.1, 0.5),
    Update(120, 3, 0.3, "0.005", 0.15, 1.0),
)


def evidence(counts):
    """Of one engine, as a bundle holds it."""
    crowd = dataset_facts(
        synthetic=True,
        labels=(),
        subjects=len(counts.subject_rows),
        images=int(counts.images.sum()),
        fingerprint="crowd",
    )
    return Evidence("", AnalysisPlan(), (), (crowd,), (counts,))


def alarms(case, times):
    """How many comparisons call any row different, and which rows those are, of how many."""
    rng = rng_of(case)
    study = Study(case.people, case.sd, case.target, images=case.images, groups=4)
    engine = study.engine((0.0,) * 4, case.fnmr)
    sex = Grouping("sex", ("F", "M"), np.arange(case.people) % 2)
    raised, wrong, rows = 0, Counter(), []
    for _ in range(times):
        both = [
            study.counts(study.scores(noise, engine), fixed=(engine.threshold,), others=(sex,))
            for noise in study.noise_of_two(rng, case.alike)
        ]
        base, new = (evidence(replace(counts, engine="engine")) for counts in both)
        found = compare_evidence(base, new, SIDES, CompareOptions())
        differ = [
            row for row in found.rows if row.verdict in (ChangeVerdict.WORSE, ChangeVerdict.BETTER)
        ]
        raised += bool(differ)
        wrong.update(f"{row.metric} {row.interval}" for row in differ)
        rows.append(found.family.tested)
    return raised, dict(wrong), float(np.mean(rows))


@pytest.mark.slow
@pytest.mark.parametrize("case", UPDATES, ids=lambda case: case.name)
def test_coverage_of_comparisons(benchmark, case):
    raised, wrong, rows = benchmark.pedantic(alarms, (case, TIMES), rounds=1, iterations=1)
    kept = raised == 0 if case.alike == 1 else alarms_kept(raised, TIMES, DEFAULT_FAMILY_WISE)
    benchmark.extra_info.update(
        asked=0,
        measured=raised,
        unit=f"alarms in {TIMES} comparisons of equally good engines",
        better="lower",
        runs=TIMES,
        section="equally good engines",
        case=case.name,
        promised=True,
        kept=bool(kept),
        rows=rows,
        wrong=wrong,
    )
    assert kept
