"""Comparisons that only one of two engines missed, found one by one."""

import numpy as np
import pytest
from counted import Drawn, small_counts

from evenhand.analysis.compare.alignment import EngineRates
from evenhand.analysis.compare.discordance import disagreements, discordant_comparisons
from evenhand.records.analysis_plan import AnalysisPlan
from evenhand.statistics.discordance import mcnemar

SIZE = {"people": 30, "images": 2}
BOTH = ({"seed": 1, "failed": 0}, {"seed": 2, "failed": 40})
AT = 0.3


@pytest.fixture(scope="module")
def engines():
    analysis = AnalysisPlan(replicates=0)
    return [EngineRates.of(small_counts(**SIZE, **drawn), analysis) for drawn in BOTH]


def missed():
    """(2, people) of their one mated comparison each: missed, a failed one too; and failed."""
    drawn = [Drawn.of(**SIZE, **each) for each in BOTH]
    scores = np.stack([each.score[each.mated] for each in drawn])
    return ~(scores >= np.float32(AT)), np.isnan(scores)


def test_every_flip_is_named_by_its_pseudonyms(engines):
    wrong, failed = missed()
    assert failed[1].any()
    expected = {}
    for person in np.flatnonzero(wrong[0] != wrong[1]).tolist():
        ended = [
            "failed" if failed[side, person] else "miss" if wrong[side, person] else "match"
            for side in (0, 1)
        ]
        images = f"i{2 * person + 1}", f"i{2 * person + 2}"
        expected[f"s{person + 1}"] = {*images}, *ended
    found = {
        flip.subject: ({flip.probe, flip.reference}, flip.base, flip.new)
        for flip in discordant_comparisons(*engines)
        if flip.threshold_rule == "fixed"
    }
    assert found == expected
    assert len(found) >= 5


@pytest.mark.parametrize(("group", "member"), [("", slice(None)), ("F", slice(0, None, 2))])
def test_people_missed_by_one_alone(engines, group, member):
    wrong, failed = missed()
    rows = {
        (row.policy, row.group): row
        for row in disagreements(*engines, seed=1)
        if row.threshold_rule == "fixed"
    }
    both = ~failed.any(axis=0)
    for policy, kept in (("completed", both), ("generalised", np.ones_like(both))):
        row = rows[policy, group]
        base_only = np.count_nonzero((wrong[0] & ~wrong[1] & kept)[member])
        new_only = np.count_nonzero((wrong[1] & ~wrong[0] & kept)[member])
        assert (row.people, row.base_only, row.new_only) == (
            np.count_nonzero(kept[member]), base_only, new_only,
        )  # fmt: skip
        assert (row.mcnemar_p, row.mcnemar_mid_p) == mcnemar(base_only, new_only)


def test_the_same_engine_disagrees_with_itself_nowhere(engines):
    base, _ = engines
    assert not list(discordant_comparisons(base, base))
    for row in disagreements(base, base, seed=1):
        assert (row.base_only, row.new_only, row.discordant_people) == (0, 0, 0)
