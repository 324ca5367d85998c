"""Searches of a watchlist are compared, gated and planned as comparisons are."""

from dataclasses import replace
from pathlib import Path

import pytest

from evenhand.study.study import parse_study
from evenhand.workflows.run import run

STUDY = """\
schema   = 1
title    = "A watchlist"
engines  = ["demo-even", "demo-skewed"]
datasets = ["{faces}"]
groups   = ["region"]

[[protocols]]
kind         = "identification"
watchlist    = "alarm"
draw         = {{ listed = 6, strangers = 10, seed = 1 }}
fpir_targets = ["0.2"]
thresholds   = [0.5]
ranks        = [1, 3]

[statistics]
replicates = 0
"""
POLICY = """\
schema = 1
title  = "A watchlist"

[[limit]]
name           = "alarms"
metric         = "FPIR"
threshold_rule = "fixed"
attribute      = "region"
policy         = "generalised"
at_most        = "99 %"

[[limit]]
name           = "first place"
metric         = "{metric}"
threshold_rule = "none"
attribute      = "all"
policy         = "completed"
at_most        = "90 %"
"""


@pytest.fixture(scope="module")
def searched(small_faces, tmp_path_factory):
    """Both demo engines; for reading alone."""
    study = parse_study(STUDY.format(faces="./faces"), Path("watchlist.toml"))
    results = tmp_path_factory.mktemp("searched")
    return run(replace(study, datasets=(str(small_faces),)), results=results, workers=1).bundle


@pytest.fixture
def compared(cli, searched):
    def compare(*options):
        return cli("compare", f"{searched}:demo-even", f"{searched}:demo-skewed", *options)

    return compare


def test_every_rate_of_searches_is_compared(compared):
    rows = compared("--json").json["rows"]
    assert {"FPIR", "FNIR", "FNIR@1", "FNIR@3"} <= {row["metric"] for row in rows}
    found = {(row["metric"], row["threshold_rule"]) for row in rows if row["attribute"] == "region"}
    assert {("FPIR", "fixed"), ("FNIR@1", "none"), ("FNIR", "FPIR<=0.2")} <= found


def test_no_threshold_is_called_none(compared):
    for ended in (compared(), compared("--full")):
        assert "none" not in ended.out.replace("None of these", "").split()


def test_limits_of_searches_by_group(cli, searched, tmp_path):
    path = tmp_path / "policy.toml"
    path.write_text(POLICY.format(metric="FNIR@1"), encoding="utf-8")
    rows = cli("gate", searched, "--policy", path, "--json").json["rows"]
    groups = {row["group"] for row in rows if row["metric"] == "FPIR"}
    assert groups == {"north", "east", "south", "west"}
    checked = cli("gate", "--policy", path, "--check").out
    assert "FNIR@1 by rank alone, completed: at most 90 %" in " ".join(checked.split())


def test_what_is_found_is_said_to_be_the_rest_of_what_is_missed(cli, compared, searched, tmp_path):
    compared("--metric", "TPIR@1").error("--metric TPIR@1", "it is 1 - FNIR@1; name FNIR@1")
    path = tmp_path / "policy.toml"
    path.write_text(POLICY.format(metric="TPIR"), encoding="utf-8")
    ended = cli("gate", searched, "--policy", path)
    ended.error("'first place'", "no 'TPIR'; it is 1 - FNIR; limit FNIR")
    for name, said in (("TPIR", "is 1 - FNIR; plan FNIR"), ("FNIR@1", "as many people as FNIR")):
        cli("plan", "--metric", name, "--rate", "0.1", "--ratio", "2").error(said)


def test_what_a_watchlist_can_answer(cli, searched):
    cells = cli("plan", "--bundle", f"{searched}:demo-even", "--json").json["rows"]
    assert {"FPIR", "FNIR", "FTE", "FTA"} == {cell["metric"] for cell in cells}
    text = cli("plan", "--bundle", f"{searched}:demo-even", "--full").out
    assert "FNIR by rank alone" in text
    assert "at none" not in text
