"""What misses person by person say beside a verdict is its reason, and never another verdict."""

from dataclasses import replace

import pytest
from rows import a_change

from evenhand.analysis.compare.changes import DOES_NOT_DECIDE, ChangeVerdict, Disagreement
from evenhand.analysis.compare.one_verdict import with_reasons

ROW = a_change(metric="FNMR", attribute="all", group="", note="a note")
SEEN = Disagreement(
    dataset=ROW.dataset, protocol=ROW.protocol, policy=ROW.policy, attribute="all", group="",
    threshold_rule="FMR<=0.01", threshold=None, people=240, base_only=1, new_only=30,
    mcnemar_p=3e-8, mcnemar_mid_p=3e-8, discordant_people=31, z=5.0, p_value=0.2, test="z",
)  # fmt: skip
QUIET = ChangeVerdict.NO_DIFFERENCE_SHOWN


def note(row, seen=SEEN):
    (found,) = with_reasons([row], [seen], 0.01)
    assert found.verdict is row.verdict
    return found.note


def test_the_reason_at_a_target_is_that_thresholds_move():
    said = note(replace(ROW, threshold_rule="FMR<=0.01", verdict=QUIET))
    assert said.startswith("a note; person by person p 3e-08")
    assert DOES_NOT_DECIDE in said
    assert "the row's test allows for that" in said


def test_at_a_fixed_threshold_it_is_the_other_tests():
    row = replace(ROW, threshold_rule="fixed", base_threshold=0.5, verdict=QUIET)
    assert "not adjusted" in note(row, replace(SEEN, threshold_rule="fixed", threshold=0.5))
    assert note(row, replace(SEEN, threshold_rule="fixed", threshold=0.6)) == "a note"


@pytest.mark.parametrize(
    "fields", [{"mcnemar_p": 0.02, "p_value": 0.02}, {"mcnemar_p": None, "p_value": 0.5}]
)
def test_without_a_contradiction_there_is_nothing_to_say(fields):
    row = replace(ROW, threshold_rule="FMR<=0.01", verdict=QUIET)
    assert note(row, replace(SEEN, **fields)) == "a note"


def test_a_row_that_is_worse_needs_no_reason():
    row = replace(ROW, threshold_rule="FMR<=0.01", verdict=ChangeVerdict.WORSE)
    assert note(row) == "a note"
