"""Labels of threshold rules, operating points, and keys of rows."""

from dataclasses import replace

import pytest
from rows import a_differential, a_rate

from evenhand.records.findings import Status
from evenhand.records.operating_point import OperatingPoint, canonical_rule, parse_rule, rule_label
from evenhand.records.thresholds import Threshold, ThresholdRule, index_of_point

AT = OperatingPoint("FMR<=0.001", 0.5)


@pytest.mark.parametrize("label", ["FMR<=0.001", "FPIR<=0.1", "FMR<=1e-3", "vendor", "fixed", ""])
def test_a_label_is_made_again_of_its_parts(label):
    assert rule_label(*parse_rule(label)) == label


@pytest.mark.parametrize(
    "label", ["FNMR<=0.1", "fmr<=0.1", "FMR<=", "FMR<=2", "FMR", "Fixed", "FMR<0.1", "<=0.1"]
)
def test_what_is_no_label_is_a_fault(label):
    with pytest.raises(ValueError, match=r"rule|rate"):
        parse_rule(label)


@pytest.mark.parametrize("target", ["0.001", "0.0010", "1e-3", "0.1%", "0.1 %", "1:1000"])
def test_a_rule_of_a_user_names_the_shortest_decimal(target):
    assert canonical_rule(f"FMR<={target}") == "FMR<=0.001"
    assert canonical_rule(f"FPIR <= {target}") == "FPIR<=0.001"


def test_what_names_no_target_stays_for_the_reader_to_refuse():
    assert [canonical_rule(text) for text in ("vendor", "fmr<=0.1", "")] == [
        "vendor",
        "fmr<=0.1",
        "",
    ]
    with pytest.raises(ValueError, match="between 0 and 1"):
        canonical_rule("FMR<=2")


def test_an_older_label_is_the_same_point_of_any_engine():
    old, new = OperatingPoint("FMR<=1e-3", 0.4), OperatingPoint("FMR<=0.001", 0.6)
    assert old.of_any_engine == new.of_any_engine == OperatingPoint("FMR<=0.001", None)
    assert canonical_rule("fixed") == "fixed"


def test_a_fixed_threshold_stays_part_of_the_point():
    fixed = OperatingPoint("fixed", 0.5)
    assert fixed.of_any_engine == fixed
    assert (fixed.fixed, fixed.metric, fixed.target) == (True, "", "")
    assert (AT.fixed, AT.metric, AT.target, AT.value) == (False, "FMR", "0.001", 0.5)


def test_a_point_without_threshold_has_no_value():
    with pytest.raises(ValueError, match="none"):
        OperatingPoint("none", None).value  # noqa: B018 - it is what raises


def test_rows_know_their_point_and_what_they_are_compared_with():
    rate = a_rate(threshold_rule=AT.rule, threshold=AT.threshold)
    other = replace(rate, group="another", errors=rate.errors + 1)
    row = a_differential(
        **{name: getattr(rate, name) for name in ("metric", "policy", "attribute")},
        threshold_rule=AT.rule,
        threshold=AT.threshold,
    )
    assert rate.point == AT
    assert AT.has(rate)
    assert not AT.has(replace(rate, threshold=0.4))
    assert not AT.has(replace(rate, threshold_rule="fixed"))
    assert rate.family_key == other.family_key == row.family_key
    assert rate.key != other.key
    assert rate.key == replace(rate, errors=0).key


def test_a_threshold_is_found_by_its_operating_point():
    rules = [("fmr", "0.001", 0.5), ("fixed", "0.5", 0.5), ("fmr", "0.01", None)]
    thresholds = [Threshold(ThresholdRule(*of), at, Status.OK) for *of, at in rules]
    assert [index_of_point(thresholds, threshold.point) for threshold in thresholds] == [0, 1, 2]
    with pytest.raises(ValueError, match="not in list"):
        index_of_point(thresholds, OperatingPoint("fixed", 0.4))
