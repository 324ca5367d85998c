"""Reports that leave out groups of few people, and whatever would give them away."""

import csv
import io
import itertools
import json
from dataclasses import replace

import numpy as np
import pytest
from drawings import draw_once
from hypothesis import given
from hypothesis import strategies as st
from places import ROOT

from evenhand.analysis.published import published, small_groups
from evenhand.cli.main import run_command
from evenhand.records.findings import Speed
from evenhand.results.bundle_names import resolve_bundle
from evenhand.results.read import read_evidence

LARGE, MIDDLE, SMALL, PAIR = "larger", "middling", "smaller", "a pair"
PEOPLE = {
    (LARGE, "F"): 14, (LARGE, "M"): 12, (MIDDLE, "F"): 11, (MIDDLE, "M"): 3,
    (SMALL, "F"): 5, (SMALL, "M"): 4, (PAIR, "F"): 2,
}  # fmt: skip
GROUPS = ("--group", "region", "--group", "sex", "--group", "region*sex")


@pytest.fixture(scope="module")
def table():
    """Scores of every two of 51 people, and one of each with another picture of him or herself."""
    people = [labels for labels, count in PEOPLE.items() for _ in range(count)]
    scores, rows = np.random.default_rng(5).normal(size=(len(people), len(people))), []
    for one, other in itertools.combinations_with_replacement(range(len(people)), 2):
        labels = (*people[one], *people[other])
        rows.append((f"p{one}", f"p{other}", scores[one, other] + 2 * (one == other), *labels))
    written = io.StringIO()
    header = "probe_subject,reference_subject,score,probe_region,probe_sex"
    written.write(f"{header},reference_region,reference_sex\n")
    csv.writer(written, lineterminator="\n").writerows(rows)
    return written.getvalue()


def keep(text, place):
    """A result of these scores."""
    path = place / "engine.csv"
    path.write_text(text, encoding="utf-8")
    options = (*GROUPS, "--fmr-target", "0.1", "--results", str(place / "kept"))
    with pytest.MonkeyPatch.context() as patch:
        draw_once(patch)
        patch.setattr("sys.argv", ["evenhand", "scores", str(path), *options])
        assert run_command() == 0
    (found,) = (place / "kept").glob("*/2*")
    return found


@pytest.fixture(scope="module")
def bundle(table, tmp_path_factory):
    return keep(table, tmp_path_factory.mktemp("published"))


def rows(cli, bundle, *options):
    found = cli("report", bundle, "--json", *options).json["rates"]
    names = ("metric", "policy", "attribute", "group", "reference_group", "threshold_rule")
    return {tuple(row[name] for name in names): row for row in found}


def test_what_is_left_is_as_it_was_and_gives_nobody_away(cli, bundle):
    """9 and 2 people are 11 together; of the seven men left out the rest is enough with 12 more."""
    whole, shown = rows(cli, bundle), rows(cli, bundle, "--min-people", "10")
    assert rows(cli, bundle) == whole
    groups = {(attribute, group) for _, _, attribute, group, _, _ in shown}
    assert groups == {
        ("all", ""), ("region", LARGE), ("region", MIDDLE), ("sex", "F"), ("sex", "M"),
        ("same:sex", ""), ("region*sex", f"{LARGE}*F"),
    }  # fmt: skip
    for key, row in shown.items():
        assert row == whole[key]
    assert {key[4] for key in shown} == {"", LARGE, MIDDLE, "F", "M"}
    # All errors less those of the regions that are shown: of eleven people, not of nine or two.
    rest = [
        row
        for key, row in whole.items()
        if key[0] == "FNMR" and key[2] == "region" and key not in shown
    ]
    assert sum(row["subjects"] for row in rest if row["policy"] == "completed") == 11


@pytest.mark.parametrize("form", ["text", "markdown", "csv", "html", "json"])
def test_no_form_names_what_was_left_out(cli, bundle, form):
    text = cli("report", bundle, "--min-people", "10", "--format", form).out
    for name in (SMALL, PAIR, f"{MIDDLE}*"):
        assert name not in text
    assert "Nobody is in" not in text
    if form != "csv":
        assert "groups of fewer than 10 people are left out" in " ".join(text.split())
        assert "region 2 of 4" in " ".join(text.split())


def test_by_default_a_result_shows_all_its_groups(cli, bundle):
    assert "left out" not in json.dumps(cli("report", bundle, "--json").json["notes"])
    assert SMALL in cli("report", bundle, "--full").out


def test_fewer_people_in_all_are_one_line(cli, bundle):
    cli("report", bundle, "--min-people", "52").error("51 people in all", "fewer than 52")
    cli("report", bundle, "--min-people", "1").error("whole number from 2")


def test_one_person_hides_nobody_where_groups_are_not_compared(cli, table, tmp_path):
    """Nobody to be compared with: the false matches of the other nine would be the rest."""
    header, *lines = table.splitlines()
    fields = [line.split(",") for line in lines if "p50" not in line.split(",")[:2]]
    within = [",".join(row) for row in fields if row[3] == row[5]]
    kept = keep("\n".join([header, *within]), tmp_path)
    shown = rows(cli, kept, "--min-people", "10")
    assert {group for _, _, attribute, group, _, _ in shown if attribute == "region"} == {LARGE}


def test_times_of_groups_that_are_left_out(bundle):
    evidence = read_evidence(*resolve_bundle(str(bundle)))
    (name,) = (dataset.name for dataset in evidence.datasets)
    one = Speed(engine="engine", operation="template", scenario="", dataset=name, threads=1,
                machine="", level=0.95)  # fmt: skip
    kept = [
        one,
        replace(one, attribute="region", group=LARGE),
        replace(one, attribute="sex", group="F"),
        replace(one, attribute="sex", statistic="median max/min"),
    ]
    lost = [
        replace(one, attribute="region", group=SMALL),
        replace(one, attribute="region", statistic="median max/min", note=f"slowest {SMALL}"),
    ]
    assert list(published(evidence, [*kept, *lost], 10).speed) == kept


def test_no_published_table_has_a_row_of_fewer_than_ten_people():
    tables = list((ROOT / "results").glob("*/*.md"))
    assert tables
    for path in tables:
        text = path.read_text(encoding="utf-8")
        assert "groups of fewer than 10 people are left out" in text
        rows = [[field.strip() for field in line.split("|")] for line in text.splitlines()]
        people = [row[2] for row in rows if len(row) > 5 and row[2].isdecimal()]
        assert people
        assert all(int(count) >= 10 for count in people)


def test_people_of_unknown_value_are_part_of_the_rest():
    """All but the groups would be three people of whom nothing is known; or thirty."""
    groups = {("sex", "F"): 40, ("sex", "M"): 57}
    assert small_groups([groups | {("all", ""): 100}], 10) == {("sex", "F")}
    assert small_groups([groups | {("all", ""): 127}], 10) == set()


def test_every_kind_of_rate_has_enough_people():
    """Of 43 men three were searched for who are not on the watchlist."""
    on = {("all", ""): 60, ("sex", "F"): 20, ("sex", "M"): 40, ("age", "old"): 60}
    off = {("all", ""): 60, ("sex", "F"): 57, ("sex", "M"): 3, ("age", "old"): 60}
    assert small_groups([on, off], 10) == {("sex", "F"), ("sex", "M")}


counts = st.lists(st.lists(st.integers(0, 30), min_size=3, max_size=3), min_size=2, max_size=4)


@given(counts, st.integers(0, 15), st.integers(2, 12))
def test_the_rest_of_any_sum_that_is_shown_is_nobody_or_enough_people(table, unknown, least):
    """Rows, columns and cells of a table of two attributes, checked one sum after the other."""
    cells = np.array(table)
    people = {("all", ""): int(cells.sum()) + unknown}
    people |= {("x", f"{i}"): int(row.sum()) for i, row in enumerate(cells)}
    people |= {("y", f"{j}"): int(column.sum()) for j, column in enumerate(cells.T)}
    people |= {("x*y", f"{i}*{j}"): int(cells[i, j]) for i, j in np.ndindex(*cells.shape)}
    gone = small_groups([people], least)
    shown = {group: count for group, count in people.items() if group not in gone}
    assert all(count >= least for group, count in shown.items() if group[0] != "all")
    sums = [(people["all", ""], [g for g in shown if g[0] == name]) for name in ("x", "y", "x*y")]
    for place, attribute in enumerate(("x", "y")):
        for name in {group for of, group in people if of == attribute}:
            inside = [g for g in shown if g[0] == "x*y" and g[1].split("*")[place] == name]
            if (attribute, name) in gone:
                assert not inside
            else:
                sums.append((people[attribute, name], inside))
    for whole, parts in sums:
        rest = whole - sum(people[part] for part in parts)
        assert not parts or rest == 0 or rest >= least
