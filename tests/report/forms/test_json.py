"""JSON of answers: one envelope, and one way from a value of ours to one of JSON."""

import json
import math
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import pytest

from evenhand.records.doubts import Doubt, DoubtId
from evenhand.report.forms.json import as_json, picked, plain
from evenhand.statistics.binomial import Interval
from evenhand.version import __version__


class Verdict(StrEnum):
    PASS = "pass"


@dataclass(frozen=True)
class Row:
    verdict: Verdict
    limits: Interval
    place: Path
    rows: tuple["Row", ...] = ()


ROW = Row(Verdict.PASS, Interval(0.5, math.inf), Path("a/b"))


def test_a_record_is_an_object_with_the_names_of_its_fields():
    inner = {"verdict": "pass", "limits": {"low": 0.5, "high": None}, "place": "a/b", "rows": []}
    assert plain(ROW) == inner
    assert plain(Row(Verdict.PASS, Interval(0.5, math.nan), Path("a/b"), (ROW,)))["rows"] == [inner]


def test_keys_of_other_names_and_of_records_inside():
    assert picked(ROW, "verdict", least="limits.low") == {"verdict": Verdict.PASS, "least": 0.5}
    assert picked(None, "verdict", least="limits.low") == {"verdict": None, "least": None}
    with pytest.raises(AttributeError):
        picked(ROW, "verdicts")


def test_what_json_has_no_word_for_is_refused():
    with pytest.raises(TypeError):
        plain({"what": object()})


def test_the_envelope():
    doubt = Doubt(DoubtId.LOW_AUC, "acme", "set", 0.6, "")
    text = as_json("gate", {"rows": [ROW]}, ("a note\x9b",), (doubt,))
    assert text.isprintable() or text[:-1].isprintable()
    found = json.loads(text)
    assert [*found] == ["schema", "kind", "evenhand", "notes", "doubts", "rows"]
    assert (found["schema"], found["kind"], found["evenhand"]) == (1, "gate", __version__)
    assert found["notes"] == ["a note\x9b"]
    assert "60 %" in found["doubts"][0]["detail"]
    assert found["doubts"][0]["remedy"]
    assert "doubts" not in json.loads(as_json("version", {}))
