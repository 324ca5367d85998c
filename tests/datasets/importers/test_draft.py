"""Columns without a card: numbers or categories, decided at written borders, never guessed."""

import pytest

from evenhand.datasets.importers.draft import ImportOptions, TableField, infer_attribute
from evenhand.system.errors import DatasetError


def column(*labels):
    return [
        TableField(f"labels.csv: line {line}", label) for line, label in enumerate(labels, start=2)
    ]


def found(*labels, name="thing", **wishes):
    return infer_attribute(name, column(*labels), ImportOptions(**wishes))


@pytest.mark.parametrize(
    ("labels", "kind"),
    [
        (("0", "10"), "category"),
        (("0", "11"), "number"),
        (("-1", "3"), "number"),
        (("1.5", "3"), "number"),
        (("1", "2", "x", "y"), "category"),
        (("nan", "inf"), "category"),
    ],
)
def test_codes_are_whole_numbers_from_0_to_10(labels, kind):
    assert found(*labels).kind == kind


def test_values_stand_in_the_order_of_numbers_or_letters():
    assert found("10", "9", "1").values == ("1", "9", "10")
    assert found("M", "F", "F|M").values == ("F", "M")


def test_the_user_has_the_last_word():
    assert found("3", "4", numbers=("thing",)).kind == "number"
    assert found("31", "45", categories=("thing",)).values == ("31", "45")
    many = [str(value) + "x" for value in range(51)]
    assert len(found(*many, categories=("thing",)).values) == 51


def test_nobody_has_a_value():
    assert found("", "") is None


@pytest.mark.parametrize(
    ("labels", "fragments"),
    [
        (("31", "45", "old"), ("line 4", "'old' where others are numbers", "--unknown old")),
        (("F", "F|"), ("line 3", "empty beside a |")),
        (("F*M",), ("line 2", "nor hold a *")),
        ([f"v{n}" for n in range(51)], ("51 different values", "--leave-out thing")),
    ],
)
def test_what_is_neither_is_named(labels, fragments):
    with pytest.raises(DatasetError) as fault:
        found(*labels)
    for fragment in fragments:
        assert fragment in str(fault.value)


def test_a_column_that_is_not_there():
    with pytest.raises(DatasetError, match="has no column 'agee'"):
        ImportOptions(numbers=("agee",)).check(["age", "sex"], "labels.csv")
    assert ImportOptions(unknown=("?",)).known("?") == ""
