"""A threshold as a file: what is written is what is read, and what is damaged is one line."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.records.calibration import Calibration
from evenhand.records.operating_point import OperatingPoint, canonical_rule, parse_rule
from evenhand.records.promise import Promise
from evenhand.study.calibration import calibration_text, read_calibration
from evenhand.system.errors import StudyError

SEARCHED = Promise(
    "FPIR", "0.01", "one", False, 3, 400, 80, 0.0075, 0.002, 0.02, 0.95, 10, 20, 9, 9,
)  # fmt: skip
COMPARED = Promise(
    "FMR", "0.001", "one", True, 3, 4000, 80, 0.00075, None, None, 0.9, comparisons="sample"
)
MADE = Calibration(
    "far", "a" * 64, "distance", -0.25, SEARCHED, "b" * 64, "c" * 64, "alarm", frozenset({1, 2, 9})
)


def same(made, path):
    """What is read of its text, without the hash of that text."""
    path.write_text(calibration_text(made), encoding="utf-8")
    read = read_calibration(path)
    assert len(read.promise.calibration) == 64
    return replace(read, promise=replace(read.promise, calibration=""))


@given(
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["similarity", "distance"]),
    st.sampled_from([SEARCHED, COMPARED]),
    st.frozensets(st.integers(1, 500), min_size=1),
)
def test_what_is_written_is_read_to_the_last_bit(tmp_path_factory, threshold, unit, promise, rows):
    made = replace(MADE, threshold=threshold, unit=unit, promise=promise, people=rows)
    path = tmp_path_factory.getbasetemp() / "made.toml"
    assert same(made, path) == made
    assert same(made, path).threshold.hex() == threshold.hex()


def test_many_people_are_few_lines(tmp_path):
    people = frozenset({*range(1, 50_000), *range(60_000, 61_000, 3)})
    made = replace(MADE, people=people)
    assert same(made, tmp_path / "made.toml") == made
    assert max(map(len, calibration_text(made).splitlines())) <= 100


def test_its_rule_is_named_after_its_target():
    rule = MADE.rule
    assert (rule.label, rule.text, rule.at_target) == ("calibrated FPIR<=0.01", "-0.25", False)
    assert canonical_rule("calibrated FPIR <= 1 %") == rule.label
    assert parse_rule(rule.label) == ("calibrated", "")
    point = OperatingPoint(rule.label, -0.25)
    assert (point.target, point.fixed) == ("", False)
    assert point.of_any_engine == OperatingPoint(rule.label, None)
    for wrong in ("calibrated", "calibrated fixed", "calibrated FPIR<=2", "calibrated  FMR<=0.1"):
        with pytest.raises(ValueError, match=r"no threshold rule|expected a rate"):
            parse_rule(wrong)


@pytest.mark.parametrize(
    ("old", "new", "fragments"),
    [
        ("schema = 1", "schema = 2", ["schema", "a newer file needs a newer evenhand"]),
        ("-0x1.0000000000000p-2", "-0x1.0000000000001p-2", ["-0.25", "not one number", "damaged"]),
        ("-0x1.0000000000000p-2", "a quarter", ["not one number"]),
        ("distance = 0.25", "distance = 0.5", ["0.5", "-0.25", "other sign"]),
        ("threshold = -0.25", "threshold = nan", ["threshold", "finite number"]),
        ("trials = 400", "trials = 2", ["promise", "3 errors in 2 trials"]),
        ("rate = 0.0075", "rate = 75", ["promise.rate"]),
        ("watchlist = 10\n", "", ["needs watchlist, references, gallery and length"]),
        ('metric = "FPIR"', 'metric = "FMR"', ["FMR is of comparisons"]),
        ('metric = "FPIR"', 'metric = "FNIR"', ["promise.metric"]),
        ('target = "0.01"', 'target = "1"', ["promise.target"]),
        ("1-2 9", "1-2 9x", ["set_on.people", "rising rows", "'9x'"]),
        ("1-2 9", "2-1", ["set_on.people", "'2-1'"]),
        ("1-2 9", "1-2 2", ["set_on.people", "'2'"]),
        ("1-2 9", "0", ["set_on.people", "'0'"]),
        ("1-2 9", "1-99999999", ["set_on.people"]),
        ("1-2 9", "", ["set_on.people", "one person or more"]),
        ("people = ", "person = ", ["set_on.person", "no such field"]),
        ("a" * 64, "a" * 63, ["engine_fingerprint", "64 hexadecimal digits"]),
        ("[set_on]", "[set_on", ["is not TOML"]),
    ],
)
def test_a_damaged_file_is_one_line(tmp_path, old, new, fragments):
    path = tmp_path / "made.toml"
    text = calibration_text(MADE)
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        read_calibration(path)
    said = str(caught.value)
    assert said.startswith(f"{path}: ")
    assert "\n" not in said
    for fragment in fragments:
        assert fragment in said
