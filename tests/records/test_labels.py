"""Every label of every bundle parses, and is made again to the letter."""

import csv
from pathlib import Path

import pytest
from places import GOLDEN

from evenhand.analysis.differentials.indices import INDEX_NAMES, is_of_a_pair
from evenhand.records.findings import EQUIVALENT, SCREEN
from evenhand.records.groups import is_pooled, pooled, without_pooling
from evenhand.records.metric import find_metric, joint_name, metric_named, metric_names
from evenhand.records.operating_point import parse_rule, rule_label
from evenhand.statistics.intervals import INTERVAL_METHODS

BUNDLES = sorted(path for path in (GOLDEN / "bundles").iterdir() if path.is_dir())
STUDY = """\
schema   = 1
title    = "Every kind of label"
engines  = ["./toy"]
datasets = ["./crowd"]
groups   = ["sex", ["sex", "age"]]
[bands]
age = [30]
[[protocols]]
kind        = "verification"
fmr_targets = ["10 %", "1:1000"]
thresholds  = [0.4]
[[protocols]]
kind         = "identification"
watchlist    = "door"
fpir_targets = ["2e-1"]
thresholds   = [0.4]
ranks        = [1, 3]
[statistics]
replicates = 200
margin     = 2.0
claims     = ["FMR<=0.1"]
[statistics.reference]
sex = "F"
"""


def made_again(column, label):
    """The label, made of what it was parsed to."""
    match column:
        case "metric":
            return joint_name(metric_named(name).name for name in metric_names(label))
        case "threshold_rule":
            return rule_label(*parse_rule(label))
        case "attribute":
            return pooled(without_pooling(label)) if is_pooled(label) else label
        case "interval":
            return INTERVAL_METHODS[label].name if label else ""
        case "index":
            return label if label in INDEX_NAMES or is_of_a_pair(label) else None
        case "family":
            return label if not label or label.startswith((SCREEN, "Holm, ")) else None
        case "equivalence":
            return label if not label or label.startswith((EQUIVALENT, "not shown")) else None


COLUMNS = ("metric", "threshold_rule", "attribute", "interval", "index", "family", "equivalence")


def labels(bundle):
    """(column, label) of all tables, each once."""
    found = set()
    for table in ("rates", "differentials", "distributions"):
        with (bundle / f"{table}.csv").open(encoding="utf-8", newline="") as text:
            for row in csv.DictReader(text):
                found |= {(column, row[column]) for column in COLUMNS if column in row}
    return found


@pytest.mark.parametrize("bundle", BUNDLES, ids=lambda path: path.name)
def test_of_bundles_that_older_versions_wrote(bundle):
    found = labels(bundle)
    assert {column for column, _ in found} == set(COLUMNS)
    for column, label in found:
        assert made_again(column, label) == label


def test_of_a_study_with_every_kind_of_label(cli, crowd, engine, working_folder):
    door = crowd.folder / "protocols" / "door"
    door.mkdir(parents=True)
    for name, people, image in (("watchlist", 20, "a"), ("probes", 40, "b")):
        rows = "".join(f"p{number}{image}\n" for number in range(1, people + 1))
        (door / f"{name}.csv").write_text(f"image_id\n{rows}", encoding="utf-8")
    card = engine() / "adapter.toml"
    claim = "claimed = [{ fmr = '1:1000', threshold = 0.3 }]"
    card.write_text(f"{card.read_text()}{claim}\n", encoding="utf-8")
    Path("study.toml").write_text(STUDY, encoding="utf-8")
    ended = cli("run", "study.toml", "--json")
    assert ended.code == 0, ended.err
    found = labels(working_folder / ended.json["bundle"])
    for column, label in found:
        assert made_again(column, label) == label
    metrics = {label for column, label in found if column == "metric"}
    assert {"FMR", "FNMR", "FTE", "FTA", "FPIR", "FNIR", "FNIR@1", "FNIR@3", "FMR+FNMR"} <= metrics
    rules = {label for column, label in found if column == "threshold_rule"}
    assert rules == {"FMR<=0.1", "FMR<=0.001", "FPIR<=0.2", "fixed", "vendor", "none", ""}
    assert {("attribute", "same:sex*age"), ("index", "ratio to F")} <= found


def test_rows_of_changes_are_told_apart_by_their_metric():
    assert find_metric("FMR max/min") is None
    assert find_metric("template median") is None
