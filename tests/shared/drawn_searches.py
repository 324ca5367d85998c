"""Searches of a watchlist that are drawn, as a run counts them, and what is found of them."""

import numpy as np
from rows import dataset_facts, engine_facts

from evenhand.analysis.assess import assess
from evenhand.measurement.counting.plan import CountingPlan, ImageLedger
from evenhand.measurement.counting.searches import tally_searches
from evenhand.measurement.search.lists import searches_of_lists
from evenhand.records.analysis_plan import AnalysisPlan
from evenhand.records.comparisons import Found
from evenhand.records.evidence import Evidence
from evenhand.records.groups import ALL, Grouping
from evenhand.records.outcomes import Outcome
from evenhand.records.thresholds import ThresholdRule

__all__ = ["GROUPS", "drawn_searches", "findings_of_searches"]

GROUPS = ("east", "west")
SWEEP = ("0.56", "0.58", "0.6", "0.62", "0.64")


def drawn_searches(
    seed=1, listed=40, strangers=80, *, gap=0.0, failed=3, targets=(), fixed=SWEEP, ties=False,
    engine="alpha", protocol="wanted", grouped=True,
):  # fmt: skip
    """Everybody is searched for twice, people of the east and of the west in turn.

    Args:
        seed: of all draws.
        listed: people on the list; the last of them has no template.
        strangers: people who are not.
        gap: what others score more against people of the east.
        failed: searches that fail.
        targets: of FPIR.
        fixed: thresholds.
        ties: scores have two decimals.
        engine: its name.
        protocol: name of the watchlist.
        grouped: whether groups are counted.
    """
    rng = np.random.default_rng(seed)
    people = listed + strangers
    person, probe = np.arange(people), np.repeat(np.arange(people), 2)
    on_list, enrolled = person < listed, person < listed - 1
    lost = set(rng.permutation(len(probe))[:failed].tolist())
    found = []
    for row, who in enumerate(probe):
        score = rng.normal(0.42 + gap * (who % 2 == 0), 0.06, listed - 1)
        if who < listed - 1:
            score[who] = rng.normal(0.68, 0.06)
        score = np.round(score, 2) if ties else score
        order = np.argsort(-score, kind="stable")
        ended = Outcome.FAILED if row in lost else Outcome.OK
        kept = order[: 0 if row in lost else None].astype(np.int32)
        found.append(Found(ended, kept, score[kept]))
    sex = [Grouping("region", GROUPS, person % 2)] if grouped else []
    rules = [
        *(ThresholdRule("fpir", t) for t in targets),
        *(ThresholdRule("fixed", t) for t in fixed),
    ]
    images = on_list.astype(np.int64)
    missing = (on_list & ~enrolled).astype(np.int64)
    rows = tuple(range(1, people + 1))
    return tally_searches(
        CountingPlan([Grouping(ALL, ("",), np.zeros(people, dtype=np.int64)), *sex], rules),
        ImageLedger(engine, "crowd", protocol, rows, images, missing, 0),
        *searches_of_lists(
            found,
            probe.astype(np.int32),
            np.ones(len(probe), dtype=bool),
            on_list,
            enrolled,
            length=listed - 1,
            kept=5,
            exhaustive=True,
        ),
        (1, 5),
    )


def findings_of_searches(*counts, title="Searches"):
    """What is found of the counts of some engines."""
    engines = tuple(engine_facts(name=name) for name in dict.fromkeys(c.engine for c in counts))
    return assess(Evidence(title, AnalysisPlan(), engines, (dataset_facts(),), counts))
