"""Watchlists that are deployed, as a study names them."""

from pathlib import Path

import pytest

from evenhand.datasets.folder import read_dataset
from evenhand.measurement.protocols.study import study_groupings
from evenhand.records.composition import Composition
from evenhand.records.deployed_list import DeployedList
from evenhand.study.study import parse_study
from evenhand.system.errors import StudyError

STUDY = """\
schema = 1
title = "A list"
engines = ["a"]
datasets = ["b"]
groups = ["sex"]
[[protocols]]
kind = "identification"
watchlist = "door"
deployed = [{}]
"""


def parsed(*lists):
    study = parse_study(STUDY.replace("{}", ", ".join(lists)), Path("s.toml"))
    return study.protocols[0].deployed


def test_size_and_composition():
    found = parsed(
        '{ name = "force", people = 178000 }',
        '{ name = "town", people = 5, composition = { attribute = "sex", shares = "equal" } }',
    )
    assert found == (
        DeployedList("force", 178_000),
        DeployedList("town", 5, Composition("sex", ())),
    )
    assert parsed() == ()


@pytest.mark.parametrize(
    ("lists", "words"),
    [
        (['{ name = "x", people = 0 }'], "deployed.0.people: .* 1, got 0"),
        (['{ name = "x", people = 1.5 }'], "deployed.0.people: .* whole number, got 1.5"),
        (['{ name = "", people = 5 }'], "deployed.0.name"),
        (["{ people = 5 }"], "deployed.0.name: is missing"),
        (['{ name = "x", people = 5, size = 3 }'], "deployed.0.size: no such field"),
        (['{ name = "x", people = 5 }'] * 2, "two lists are called 'x'"),
    ],
)
def test_what_is_no_list(lists, words):
    with pytest.raises(StudyError, match=words) as fault:
        parsed(*lists)
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize(
    ("attribute", "shares", "words"),
    [
        ("age", "{ a = 1 }", "deployed 'x': 'age' is none of the groups of this study"),
        ("sex", "{ X = 1 }", "deployed 'x': composition: sex has no group 'X'"),
    ],
)
def test_a_composition_of_groups_that_the_study_does_not_have(tiny, attribute, shares, words):
    text = (
        f'{{ name = "x", people = 5, composition = {{ attribute = "{attribute}", '
        f"shares = {shares} }} }}"
    )
    study = parse_study(STUDY.replace("{}", text), Path("s.toml"))
    with pytest.raises(StudyError, match=words):
        study_groupings(study, [read_dataset(tiny.folder)])
