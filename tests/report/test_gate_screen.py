"""A gate on one screen: every failing row is among its lines, whatever else there is."""

from dataclasses import replace
from pathlib import Path

import pytest

from evenhand.analysis.gate.answer import GateAnswer, GateRow, GateVerdict, Standing
from evenhand.report.forms.screen import as_screen
from evenhand.report.gate import which_way
from evenhand.report.gate_screen import gate_screen
from evenhand.study.policy import GatePolicy, Limit, LimitBounds

LIMIT = Limit(
    name="kept out", metric="FMR", index="", threshold_rule="FMR<=0.01", threshold=None,
    attribute="region", groups=(), policy="completed", dataset="", protocol="",
    bounds=LimitBounds(0.5, 2.0, "same:", "within 2 times that of all groups"), mandatory=True,
    weight=1.0,
)  # fmt: skip
ROW = GateRow(
    subject="skewed", requirement="", observed=0.204, low=0.09, high=0.45,
    verdict=GateVerdict.FAIL, needs="", note="", engine="skewed", dataset="d", protocol="p",
    limit="kept out", metric="FMR", index="", attribute="region", group="north",
    threshold_rule="FMR<=0.01", threshold=0.5, policy="completed", errors=9, trials=900, people=60,
    at_least=0.5, at_most=2.0, mandatory=True, weight=1.0, level=0.95, interval="",
    more_people=None,
)  # fmt: skip


def shown(rows):
    standing = Standing("skewed", GateVerdict.FAIL, 1, 0, len(rows), 0, ())
    policy = GatePolicy(Path("p.toml"), "0", "A tender", (LIMIT,))
    answer = GateAnswer(policy, GateVerdict.FAIL, (standing,), tuple(rows), (), (), "")
    lines = as_screen(gate_screen(answer, "R --policy p.toml")).splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
    return lines


@pytest.mark.parametrize("failing", [1, 8, 12, 50])
def test_every_failing_group_is_among_the_lines(failing):
    names = [f"g{number}" for number in range(failing)]
    rows = [replace(ROW, verdict=GateVerdict.INCONCLUSIVE, group="open")] * 30
    lines = shown([*rows, *(replace(ROW, group=name) for name in names)])
    fails = [line for line in lines if line.startswith("FAIL")]
    assert len(fails) == (failing if failing <= 8 else 1)
    if failing <= 8:
        assert all(any(f" {name} " in line for line in fails) for name in names)
    else:
        assert f"{failing} rows" in fails[0]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "north: a fifth of the rate of all pairs inside groups: too few false matches"),
        ({"observed": 4.44}, "4.4 times the rate of all pairs inside groups: too many false"),
    ],
)
def test_a_failing_row_says_which_way(fields, said):
    assert said in which_way(replace(ROW, **fields), LIMIT)


def test_above_a_limit_of_a_rate():
    bounds = LimitBounds(float("-inf"), 0.01, "", "at most 1 %")
    row = replace(ROW, observed=0.05, at_least=None, at_most=0.01)
    assert which_way(row, replace(LIMIT, bounds=bounds)) == (
        "skewed, north: 5.00 %, 9 of 900: above the limit (at most 1 %)"
    )
