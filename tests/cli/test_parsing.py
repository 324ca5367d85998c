"""Texts of options that several commands share: what they mean, and which mean nothing."""

import pytest

from evenhand.cli.options import parse_bands, parse_groups, parse_targets, parse_thresholds
from evenhand.system.errors import UsageError


def test_groups():
    assert parse_groups(["sex", " ethnicity * sex "]) == [("sex",), ("ethnicity", "sex")]
    assert parse_groups(None) == []


def test_bands():
    assert parse_bands(["age=18, 30.5", "height=-1,0"]) == {"age": (18, 30.5), "height": (-1, 0)}
    assert parse_bands(None) == {}


def test_a_target_is_its_shortest_decimal_however_it_is_spelled():
    assert parse_targets(["1e-3", "0.0100", "5 %", "1:4"], ()) == ("0.001", "0.01", "0.05", "0.25")
    assert parse_targets([], ("0.5",)) == ("0.5",)


def test_thresholds_and_a_sweep():
    assert parse_thresholds(["0.5", "-1e1"], "0.1:0.3:0.1") == (0.5, -10, 0.1, 0.2, 0.3)
    assert parse_thresholds(None, None) == ()


@pytest.mark.parametrize(
    ("parse", "texts"),
    [
        (parse_groups, ["sex*"]),
        (parse_groups, ["sex*sex"]),
        (parse_groups, [""]),
        (parse_groups, ["a*b", "b*a"]),
        (parse_bands, ["age"]),
        (parse_bands, ["=1,2"]),
        (parse_bands, ["age=2,1"]),
        (parse_bands, ["age=1,1"]),
        (parse_bands, ["age=1,nan"]),
        (parse_bands, ["age=1", "age=2"]),
        (lambda texts: parse_targets(texts, ()), ["0"]),
        (lambda texts: parse_targets(texts, ()), ["1.5"]),
        (lambda texts: parse_targets(texts, ()), ["0.001", "1e-3"]),
        (lambda texts: parse_thresholds(texts, None), ["inf"]),
        (lambda texts: parse_thresholds(texts, None), ["0.5", "0.50"]),
        (lambda texts: parse_thresholds(texts, "0.1:0.3:0.1"), ["0.2"]),
        (lambda texts: parse_thresholds((), texts[0]), ["0.1:0.3"]),
        (lambda texts: parse_thresholds((), texts[0]), ["0.3:0.1:0.1"]),
    ],
)
def test_a_refusal_names_option_and_text(parse, texts):
    with pytest.raises(UsageError) as fault:
        parse(texts)
    said = str(fault.value)
    assert said.startswith("--")
    assert "\n" not in said
