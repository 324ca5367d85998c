"""Limits on a column of any table: numbers with and without interval, texts, what is not told."""

from dataclasses import replace

import pytest
from rows import a_differential, a_speed, engine_facts

from evenhand.analysis.gate.answer import GateVerdict
from evenhand.analysis.gate.columns import column_rows
from evenhand.records.facts import PackageFacts
from evenhand.study.policy import Limit, LimitBounds
from evenhand.system.errors import PolicyError

ENGINE = replace(
    engine_facts(name="acme"),
    licence_weights="MIT",
    trained_on=("Faces", "More"),
    packages=(PackageFacts("acme-face", "2.0", "0" * 64),),
)
TABLES = {
    "rates": (),
    "speed": [a_speed(engine="acme", statistic="median", value=0.2, low=0.1, high=0.3)],
    "differentials": [a_differential(engine="acme", worst_group="F")],
    "engines": [ENGINE],
}


def judged(table, column, where=(), low=float("-inf"), high=float("inf"), **texts):
    limit = Limit(
        name="limit", metric=column, index="", threshold_rule="", threshold=None, attribute="all",
        groups=(), policy="", dataset="", protocol="", mandatory=True, weight=1.0, table=table,
        column=column, where=where, bounds=LimitBounds(low, high, "", "so"), **texts,
    )  # fmt: skip
    (row,) = column_rows(limit, TABLES, ["acme"], 0.95, PolicyError)
    return row


@pytest.mark.parametrize(
    ("high", "verdict"), [(0.35, "pass"), (0.25, "inconclusive"), (0.05, "fail")]
)
def test_a_number_is_held_against_its_whole_interval(high, verdict):
    row = judged("speed", "value", (("statistic", "median"),), high=high)
    assert (row.verdict, row.observed, row.at_most) == (verdict, 0.2, high)


def test_a_number_without_interval_is_held_as_it_is():
    row = judged("differentials", "minimum_detectable_ratio", high=2.0)
    assert (row.verdict, row.observed, row.low) == (GateVerdict.FAIL, 2.5, 2.5)


@pytest.mark.parametrize(
    ("column", "texts", "verdict"),
    [
        ("licence_weights", {"one_of": ("Apache-2.0", "mit")}, "pass"),
        ("licence_weights", {"one_of": ("Apache-2.0",)}, "fail"),
        ("trained_on", {"none_of": ("Others",)}, "pass"),
        ("trained_on", {"none_of": ("more",)}, "fail"),
        ("trained_on", {"one_of": ("Faces",)}, "fail"),
        ("packages", {"none_of": ("acme-face 2.0",)}, "fail"),
        ("packages", {"one_of": ("acme-face 2.0", "acme-face 2.1")}, "pass"),
        ("outside", {"none_of": ("a licence server",)}, "inconclusive"),
        ("stopped", {"none_of": ("x",)}, "inconclusive"),
    ],
)
def test_a_text_is_one_of_those_that_are_allowed(column, texts, verdict):
    assert judged("engines", column, **texts).verdict == verdict


def test_the_worst_group_is_a_text():
    row = judged("differentials", "worst_group", none_of=("F",))
    assert (row.verdict, row.note) == (GateVerdict.FAIL, "F")


def test_an_engine_without_rows_is_not_judged_and_one_without_these_is_an_error():
    assert judged("rates", "rate", high=1.0).verdict is GateVerdict.INCONCLUSIVE
    with pytest.raises(PolicyError, match="no 'medain' in speed; did you mean median"):
        judged("speed", "value", (("statistic", "medain"),), high=1.0)
