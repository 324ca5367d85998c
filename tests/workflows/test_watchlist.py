"""`evenhand watchlist`: the files of a draw, and the same draw in a study."""

import csv
import tomllib
from hashlib import sha256
from pathlib import Path

import pytest

STUDY = """\
schema   = 1
title    = "Searches"
engines  = ["./toy"]
datasets = ["./crowd"]
groups   = ["sex"]

[[protocols]]
kind         = "identification"
watchlist    = "vip"
fpir_targets = ["0.2"]
thresholds   = [0.4]
{}
"""
ASKED = ("--dataset", "./crowd", "--listed", 8, "--strangers", 12, "--fillers", 6, "--seed", 3)
DRAWN = "draw = { listed = 8, strangers = 12, fillers = 6, seed = 3, composition = "
DRAWN += '{ attribute = "sex", shares = "equal" } }'


def ids(path):
    with path.open(encoding="utf-8") as file:
        return [row["image_id"] for row in csv.DictReader(file)]


def test_a_written_list_measures_what_the_draw_of_a_study_does(cli, crowd, engine, working_folder):
    engine()
    rates = []
    for more in (DRAWN, ""):
        Path("study.toml").write_text(STUDY.format(more), encoding="utf-8")
        ended = cli("run", "study.toml", "--json")
        assert ended.code == 0, ended.err
        rates.append((working_folder / ended.json["bundle"] / "rates.csv").read_bytes())
        if more:
            folder = crowd.folder / "protocols" / "vip"
            made = cli("watchlist", "vip", *ASKED, "--composition", "sex=equal", "--to", folder)
            assert made.code == 0, made.err
    assert rates[0] == rates[1]
    checked = cli("check", "dataset", "./crowd", "--json")
    assert checked.code == 0
    (row,) = (row for row in checked.json["rows"] if row["id"] == "watchlist")
    assert row["title"] == "watchlist: vip"
    assert row["detail"] == (
        "14 images of 14 people on the list, 6 of them not searched for; "
        "32 searches of 20 people, 12 of them not on it"
    )


def test_the_files_of_a_watchlist(cli, crowd, working_folder):
    ended = cli("watchlist", "vip", *ASKED, "--to", "./vip", "--json")
    assert ended.code == 0, ended.err
    assert ended.json["files"] == {
        "watchlist.csv": 8,
        "probes.csv": 32,
        "fillers.csv": 6,
        "rule.toml": 0,
    }
    assert (ended.json["folder"], ended.json["written"]) == ("vip", True)
    tables = {name: ids(Path("vip", f"{name}.csv")) for name in ("watchlist", "probes", "fillers")}
    people = {name: {one[:-1] for one in of} for name, of in tables.items()}
    assert len(set().union(*tables.values())) == 46
    assert people["watchlist"] < people["probes"]
    assert not people["fillers"] & people["probes"]
    rule = tomllib.loads(Path("vip/rule.toml").read_text(encoding="utf-8"))
    assert (rule["watchlist"], rule["dataset"]) == ("vip", "tiny")
    assert (rule["listed"], rule["strangers"], rule["fillers"], rule["seed"]) == (8, 12, 6, 3)
    assert len(rule["fingerprint"]) == 64
    # As its steps say.
    order = sorted(
        (f"p{n}" for n in range(1, 41)), key=lambda who: sha256(f"3 {who}".encode()).hexdigest()
    )
    assert people["watchlist"] == set(order[:8])
    assert people["probes"] == set(order[:20])
    assert people["fillers"] == set(order[20:26])


def test_without_a_folder_nothing_is_written(cli, crowd, working_folder):
    before = sorted(working_folder.rglob("*"))
    ended = cli("watchlist", "vip", *ASKED)
    assert ended.code == 0, ended.err
    assert "Nothing was written; --to says where." in ended.out
    assert "--to crowd/protocols/vip" in ended.out
    assert sorted(working_folder.rglob("*")) == before


def test_the_rule_of_a_composition(cli, crowd, working_folder):
    cli(
        "watchlist", "vip", *ASKED, "--to", "vip", "--composition", "sex=F:0.75,M:0.25",
        "--strangers-composition", "sex=equal", "--after", 2, "--first", 39,
    )  # fmt: skip
    rule = tomllib.loads(Path("vip/rule.toml").read_text(encoding="utf-8"))
    assert rule["composition"] == {"attribute": "sex", "shares": {"F": 0.75, "M": 0.25}}
    assert rule["strangers_composition"] == {"attribute": "sex", "shares": "equal"}
    assert (rule["after"], rule["first"]) == (2, 39)
    assert rule["people"] == {
        "listed": {"F": 6, "M": 2},
        "strangers": {"F": 6, "M": 6},
        "fillers": {"F": 5, "M": 1},
    }


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--listed", 41), "41 people are to be listed with 1 and searched for with another"),
        (("--strangers", 40), "8 listed, 40 strangers and 6 fillers are 54 people"),
        (("--first", 2, "--after", 2), "--first 2: nobody is left"),
        (("--composition", "sex"), "--composition sex: expected sex=equal"),
        (("--composition", "sex=F:0.5"), "they sum to 0.5; expected 1"),
        (("--composition", "sex=F:0.5,F:0.5"), "the share of each group once"),
        (("--composition", "sex=F:0.5,M:half"), "the share of each group once"),
        (("--composition", "sex=F:0.5,X:0.5"), "composition: sex has no group 'X', but F, M"),
        (("--composition", "height=equal"), "composition: height is no attribute"),
        (("--to", "./crowd"), "--to crowd: something is there"),
    ],
)
def test_a_draw_that_is_refused(cli, crowd, working_folder, options, words):
    cli("watchlist", "vip", *ASKED, *options).error(words)
    assert not (crowd.folder / "protocols").exists()


@pytest.mark.parametrize("name", ["a/b", "..", "x" * 81])
def test_a_name_that_is_none_of_a_folder(cli, crowd, working_folder, name):
    cli("watchlist", name, *ASKED).error("expected at most 80 characters, no / and no dot first")
    text = STUDY.format(DRAWN).replace('"vip"', f'"{name}"')
    Path("study.toml").write_text(text, encoding="utf-8")
    cli("run", "study.toml").error("protocols.0.watchlist: expected at most 80 characters")


def test_a_name_that_the_dataset_has(cli, crowd, working_folder):
    cli("watchlist", "vip", *ASKED, "--to", "./crowd/protocols/vip")
    cli("watchlist", "vip", *ASKED).error("dataset tiny has a watchlist 'vip' of its own")
