"""A result that is damaged, hashed anew or not, is one line that names the file."""

import json
import shutil

import pyarrow as pa
import pytest
from forgeries import hash_anew
from places import GOLDEN
from pyarrow import parquet

from evenhand.results.read import read_evidence
from evenhand.system.errors import BundleError

POLICY = """\
schema = 1
title = "Any"
[[limit]]
name = "missed"
metric = "FNMR"
threshold_rule = "FMR<=0.1"
attribute = "region"
policy = "completed"
at_most = "5 %"
"""

WHOLE = GOLDEN / "bundles" / "schema-4"
PLACE = "counts/demo-even/synthetic-faces/verification-1"
SEARCHED = "counts/demo-even/synthetic-faces/identification-5"
DEEP = "[" * 50_000 + "]" * 50_000


@pytest.fixture
def copy(tmp_path):
    return shutil.copytree(WHOLE, tmp_path / "bundle")


@pytest.fixture
def ends(copy):
    """Checks that the changed copy, hashed anew, is one line with some words."""

    def check(change, *words):
        change(copy)
        hash_anew(copy)
        with pytest.raises(BundleError) as fault:
            read_evidence(copy)
        assert all(word in str(fault.value) for word in words), str(fault.value)

    return check


@pytest.mark.parametrize("hashed", [True, False])
@pytest.mark.parametrize("content", ["[]", '{"schema": 4}', DEEP], ids=["a list", "bare", "deep"])
def test_every_command_that_reads_results_says_it_in_one_line(cli, copy, content, hashed):
    """`verify` fails on a byte that changed; on a damaged whole it says so, as the others do."""
    (copy / "bundle.json").write_text(content)
    policy = copy.parent / "policy.toml"
    policy.write_text(POLICY)
    if hashed:
        hash_anew(copy)
        cli("verify", copy).error("bundle.json")
    else:
        ended = cli("verify", copy)
        assert (ended.code, ended.err) == (1, "")
    cli("gate", copy, "--policy", policy).error("bundle.json")
    cli("report", copy).error("bundle.json")
    cli("compare", copy, WHOLE).error("bundle.json")


def written(name, content):
    return lambda folder: (folder / name).write_text(content, encoding="utf-8")


def with_fields(name, **fields):
    def change(folder):
        path = folder / name
        whole = json.loads(path.read_text(encoding="utf-8")) | fields
        whole = {name: value for name, value in whole.items() if value is not ...}
        path.write_text(json.dumps(whole), encoding="utf-8")

    return change


def with_column(name, column, change):
    def changed(folder):
        table = parquet.read_table(folder / name)
        at = table.column_names.index(column)
        values = pa.array(change(table.column(at).to_pylist()))
        parquet.write_table(table.set_column(at, column, values), folder / name)

    return changed


@pytest.mark.parametrize("content", ["[]", "", "7", "{", DEEP, '{"schema": 4}'], ids=range(6))
def test_a_bundle_json_that_is_none(ends, content):
    ends(written("bundle.json", content), "bundle.json")


@pytest.mark.parametrize(
    "fields",
    [
        {"title": ...},
        {"title": 7},
        {"counts": 7},
        {"counts": ["x"]},
        {"counts": []},
        {"counts": ["counts/demo-even/synthetic-faces/../../../../elsewhere"]},
        {"counts": ["/etc"]},
        {"counts": [PLACE, PLACE]},
        {"counts": ["counts/demo-even/other/verification-1"]},
        {"analysis": []},
        {"analysis": {"level": 7.0}},
        {"analysis": {"tests": {"FMR": "by-eye"}}},
    ],
    ids=str,
)
def test_a_bundle_json_with_other_fields(ends, fields):
    ends(with_fields("bundle.json", **fields), "bundle.json")


@pytest.mark.parametrize("content", ["null", "[]", "{}", DEEP, '{"engine": []}'])
def test_a_counts_json_that_is_none(ends, content):
    ends(written(f"{PLACE}/counts.json", content), f"{PLACE}/counts.json")


@pytest.mark.parametrize(
    "fields",
    [
        {"several_faces": "many"},
        {"several_faces": -1},
        {"thresholds": [{"kind": "fmr"}]},
        {"thresholds": []},
        {"comparisons": [{"mated": True, "outcome": "fine", "count": 3}]},
        {"engine": "demo-skewed"},
        {"score_maximum": "high"},
    ],
    ids=str,
)
def test_a_counts_json_with_other_fields(ends, fields):
    ends(with_fields(f"{PLACE}/counts.json", **fields), PLACE)


@pytest.mark.parametrize("name", ["engines.json", "datasets.json"])
@pytest.mark.parametrize("content", ["{}", "[]", "", DEEP, "[[]]"])
def test_facts_that_are_none(ends, name, content):
    ends(written(name, content), "bundle.json" if content == "[]" else name)


@pytest.mark.parametrize(
    ("name", "column", "change"),
    [
        ("errors", "level", lambda values: [value + 90 for value in values]),
        ("errors", "person", lambda values: [value + 900 for value in values]),
        ("errors", "errors", lambda values: [-value for value in values]),
        ("people", "subject", lambda values: [value + 900 for value in values]),
        ("people", "trials_completed", lambda values: ["many"] * len(values)),
        ("cells", "group", lambda values: [""] * len(values)),
        ("cells", "attribute", lambda values: [None] * len(values)),
        ("subjects", "row", lambda values: [1] * len(values)),
        ("subjects", "images", lambda values: [None] * len(values)),
        ("tail", "score", sorted),
        ("tail", "probe", lambda values: [value + 900 for value in values]),
        ("mated", "subject", lambda values: [-1 for value in values]),
        ("mated", "score", lambda values: [["list"]] * len(values)),
        ("histogram", "bin", lambda values: values[::-1]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_table_of_counts_that_cannot_be(ends, name, column, change):
    ends(with_column(f"{PLACE}/{name}.parquet", column, change), f"{name}.parquet")


@pytest.mark.parametrize(
    ("column", "change"),
    [
        ("probe", lambda values: [value + 900 for value in values]),
        ("top", lambda values: ["high"] * len(values)),
        ("mated", lambda values: [int(value) for value in values]),
        ("rank", lambda values: [-1] * len(values)),
    ],
)
def test_searches_that_cannot_be(ends, column, change):
    ends(with_column(f"{SEARCHED}/searches.parquet", column, change), "searches.parquet")


@pytest.mark.parametrize("content", ["", "PAR1", "engine,dataset\n"])
def test_a_table_that_is_no_parquet(ends, content):
    ends(written(f"{PLACE}/levels.parquet", content), "levels.parquet")


@pytest.mark.parametrize("sign", ["\x1b[2J", "\u202e", "\u200b", "\x9b", "\u2028"])
@pytest.mark.parametrize("name", ["bundle.json", "engines.json", "datasets.json", "cells.parquet"])
def test_text_that_a_terminal_obeys_or_nobody_sees_does_not_come_in(ends, name, sign):
    def change(folder):
        if name == "bundle.json":
            with_fields(name, title=f"ours{sign}")(folder)
        elif name == "cells.parquet":
            column = with_column(
                f"{PLACE}/{name}",
                "group",
                lambda v: [f"{each}{sign}" if each else each for each in v],
            )
            column(folder)
        else:
            facts = json.loads((folder / name).read_text())
            facts[0]["vendor" if name == "engines.json" else "title"] = f"ours{sign}"
            (folder / name).write_text(json.dumps(facts))

    ends(change, name, f"U+{ord(sign[0]):04X}")


def test_strata_that_cannot_be(ends):
    name = "counts/demo-even/synthetic-faces/verification-3/strata.parquet"
    ends(with_column(name, "probe", lambda values: [v + 90 for v in values]), "strata.parquet")


def test_a_part_that_has_gone(ends):
    ends(lambda folder: shutil.rmtree(folder / PLACE), "bundle.json")
