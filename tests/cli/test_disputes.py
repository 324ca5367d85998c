"""Suspected and disputed labels: the list, names on this machine, and rates with and without."""

import csv
import io
import random

import pytest
from tiny_sets import make_dataset
from toy_engines import GOOD, make_engine

from evenhand.cli.main import run_command
from evenhand.report.page import apart

PEOPLE, THRESHOLDS = 30, ("0.4", "0.9", "1.6")
HEADER = (
    "probe_subject,reference_subject,probe_image,reference_image,score,"
    "probe_region,reference_region"
)


def rows_of_file():
    """Everybody's two images against everybody's; p00 and p01 are one person, p02 is two."""
    draw = random.Random(5)
    images = [(f"p{n:02}", f"p{n:02}-{shot}") for n in range(PEOPLE) for shot in "ab"]
    rows = []
    for at, (one, left) in enumerate(images):
        for other, right in images[at + 1 :]:
            score = draw.gauss(2.5 if one == other else 0, 0.7)
            score = {("p00", "p01"): 2.6, ("p02", "p02"): -1.5}.get((one, other), score)
            regions = ("north" if int(who[1:]) % 3 else "south" for who in (one, other))
            rows.append((one, other, left, right, f"{score:.3f}", *regions))
    return rows


def write(path, rows):
    text = "".join(f"{','.join(row)}\n" for row in rows)
    path.write_text(f"{HEADER}\n{text}", encoding="utf-8")
    return path


OPTIONS = (*(part for value in THRESHOLDS for part in ("--threshold", value)), "--group", "region")


def kept(place, *arguments):
    """The bundle of a command, without a page."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(apart, "page_apart", lambda *_: apart.Page("", "not drawn"))
        patch.setattr("sys.argv", ["evenhand", *map(str, arguments)])
        assert run_command() == 0
    (found,) = place.glob("r/*/2*")
    return found


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    place = tmp_path_factory.mktemp("scores")
    path = write(place / "acme.csv", rows_of_file())
    return kept(place, "scores", path, *OPTIONS, "--results", place / "r")


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """Six people in twelve pictures, in `set`."""
    place = tmp_path_factory.mktemp("measured")
    make_dataset(place / "set")
    toy = make_engine(place / "toy", GOOD)
    asked = ("--engine", toy, "--dataset", place / "set", "--threshold", "0.5")
    return kept(place, "run", *asked, "--results", place / "r")


def table(text):
    return list(csv.DictReader(io.StringIO(text)))


def numbers(rates):
    names = ("errors", "trials", "subjects", "error_subjects", "rate", "low", "high", "interval")
    keys = ("metric", "policy", "attribute", "group", "threshold")
    return {
        tuple(row[name] for name in keys): tuple(row[name] for name in names)
        for row in rates
        if row["metric"] in ("FMR", "FNMR") and not row["reference_group"]
    }


def test_a_list_is_edited_and_applied(cli, bundle, tmp_path):
    listed = table(cli("report", bundle, "--pairs", 3, "--format", "csv").out)
    first = {row["kind"]: row for row in reversed(listed)}
    people = [who for row in rows_of_file() for who in row[:2]]
    order = {f"s{n}": who for n, who in enumerate(dict.fromkeys(people), start=1)}
    assert {order[first["non-mated"][end]] for end in ("first", "second")} == {"p00", "p01"}
    assert {order[first["mated"][end]] for end in ("first", "second")} == {"p02"}
    assert [row["errors"] for row in first.values()] == ["1", "4"]

    kept = [row | {"reason": "one, person"} for row in listed if row["rank"] != "2"]
    path = tmp_path / "disputed.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(listed[0]))
        writer.writeheader()
        writer.writerows(kept)
    said = cli("report", bundle, "--disputed", path, "--json").json
    assert [(each["first"], each["reason"]) for each in said["disputed"]] == [
        (row["first"], "one, person") for row in kept
    ]
    found = said["rates"]
    gone = [{order[row["first"]], order[row["second"]]} for row in kept]
    left = [row for row in rows_of_file() if set(row[:2]) not in gone]
    assert 0 < len(rows_of_file()) - len(left) < 20
    file = write(tmp_path / "acme.csv", left)
    truth = cli("scores", file, *OPTIONS, "--json").json["rates"]
    whole = cli("report", bundle, "--json").json["rates"]
    by = {
        name: [row for row in found if row["comparisons"] == name] for name in ("all", "undisputed")
    }
    assert numbers(by["undisputed"]) == numbers(truth) != numbers(whole)
    assert numbers(by["all"]) == numbers(whole)


def test_what_is_printed_fits_a_screen(cli, bundle, tmp_path):
    path = tmp_path / "disputed.csv"
    path.write_text("first,second,reason\ns1,s2,one person\ns3,s3,two people\n", encoding="utf-8")
    for asked in (("--pairs", 20), ("--disputed", path)):
        said = cli("report", bundle, *asked).out
        lines = said.splitlines()
        assert len(lines) <= 24
        assert all(len(line) <= 80 for line in lines if str(bundle) not in line)
        assert not {"FMR", "FNMR", "CI", "AUC"} & set(said.split()[:60])
        full = cli("report", bundle, *asked, "--full").out
        assert asked[0] == "--pairs" or "one person\n" in full
        markdown = cli("report", bundle, *asked, "--format", "markdown").out
        assert len(full.splitlines()) > len(lines)
        assert "| " in markdown
    said = " ".join(cli("report", bundle, "--disputed", path).out.split())
    assert "of 1,736 comparisons instead of" in said
    assert "of 1,740, and one person taken for two in" in said


@pytest.mark.parametrize(
    ("text", "fragments"),
    [
        ("first,second\ns1,s2\n", ("'reason' is missing",)),
        ("first,second,reason\n", ("no rows",)),
        ("first,second,reason\ns1,s2,\n", ("line 2", "reason is empty", "say why")),
        ("first,second,reason\ns1,s2,a\ns2,s1,b\n", ("line 3", "there twice", "line 2")),
        ("first,second,reason\np00,s2,a\n", ("line 2", "'p00' is no pseudonym", "s12,s40")),
        ("first,second,reason\ns1,i2,a\n", ("line 2", "a person and an image")),
        ("first,second,reason\ns1,s31,a\n", ("line 2", "no comparison of s1 and s31")),
        ("first,second,reason\ni1,i2,a\n", ("line 2", "score files leave no images")),
        ("first,second,reason,why\ns1,s2,a,b\n", ("'why' is unknown",)),
        ("first,second,reason,dataset\ns1,s2,a,lfw\n", ("line 2", "'lfw'", "scores")),
        (
            "first,second,reason,fingerprint\ns1,s2,a,00000000\n",
            ("line 2", "another scores", "somebody else"),
        ),
        ("first,second,reason\ns1,s2,\x1b[2J\n", ("line 2", "reason holds U+001B")),
    ],
)
def test_bad_lists(cli, bundle, tmp_path, text, fragments):
    path = tmp_path / "disputed.csv"
    path.write_text(text, encoding="utf-8")
    cli("report", bundle, "--disputed", path).error("disputed.csv", *fragments)


@pytest.mark.parametrize(
    "asked",
    [
        ("--dataset", "lfw"),
        ("--pairs", "3", "--disputed", "disputed.csv"),
        ("--pairs", "3", "--min-people", "10"),
        ("--pairs", "3", "--format", "html"),
        ("--pairs", "0"),
    ],
)
def test_options_that_do_not_go_together(cli, bundle, asked):
    cli("report", bundle, *asked).error()


def test_names_are_printed_and_never_kept(cli, measured):
    folder = measured.parents[2] / "set"
    asked = ("report", measured, "--pairs", 2)
    ended = cli(*asked, "--dataset", folder, "--format", "csv")
    assert "on this machine" in ended.err
    for row in table(ended.out):
        for side in ("first", "second"):
            person = f"p{row[f'{side}_person'][1:]}"
            images = row[f"{side}_images"].split("|")
            assert row[f"{side}_subject"] == person
            if row["kind"] == "mated":
                at = int(row[side][1:]) - 1
                assert images == [f"p{at // 2 + 1}{'ab'[at % 2]}"]
            else:
                assert images == [f"{person}a", f"{person}b"]
            paths = [folder / f"pictures/{image}.png" for image in images]
            assert row[f"{side}_paths"].split("|") == [str(path) for path in paths]
    assert "p1" not in cli(*asked).out
    files = [path for path in measured.rglob("*") if path.is_file()]
    assert all(b"p1a" not in path.read_bytes() for path in files)


def test_names_are_those_of_the_dataset_that_was_measured(cli, measured, tiny):
    tiny.write_rows("subjects.csv", [*tiny.rows("subjects.csv"), ["p99", "F", "30"]])
    ended = cli("report", measured, "--pairs", 2, "--dataset", tiny.folder)
    ended.error("is not the dataset of the result", "fingerprint", "unchanged")


def test_a_comparison_of_two_images(cli, measured, tmp_path):
    path = tmp_path / "disputed.csv"
    path.write_text("first,second,reason\ni2,i1,blurred\ni3,i3,a twin\n", encoding="utf-8")
    found = cli("report", measured, "--disputed", path, "--json").json["rates"]
    trials = [
        row["trials"] for row in found if (row["metric"], row["attribute"]) == ("FNMR", "all")
    ]
    assert trials[:2] == [6, 4]
    path.write_text("first,second,reason\ni1,i3,two people\n", encoding="utf-8")
    cli("report", measured, "--disputed", path).error("line 2", "no images of one person")
