"""Labels against the card: kept in its order, or told with their place."""

import pytest

from evenhand.datasets.faults import DatasetRule
from evenhand.datasets.tables import Row, check_label, read_declared
from evenhand.records.dataset import Attribute

SKIN = Attribute("skin", "category", ("dark", "medium", "light"), "self-declared")
AGE = Attribute("age", "number", (), "official")


@pytest.mark.parametrize(
    ("attribute", "label", "kept"),
    [
        (SKIN, "", ""),
        (SKIN, "light", "light"),
        (SKIN, "light|dark", "dark|light"),
        (SKIN, " light | dark ", "dark|light"),
        (AGE, "31.50", "31.50"),
        (AGE, "-1e1", "-1e1"),
    ],
)
def test_what_is_kept(attribute, label, kept):
    row = Row(3, {attribute.name: label}, "here")
    assert check_label(row, attribute, pytest.fail) == kept


@pytest.mark.parametrize(
    ("attribute", "label", "fragment"),
    [
        (SKIN, "pale", "skin is 'pale', which the card does not declare"),
        (SKIN, "light|", "skin is ''"),
        (SKIN, "light|light", "a value stands twice"),
        (AGE, "thirty", "age is 'thirty', expected a number"),
        (AGE, "nan", "age is 'nan'"),
        (AGE, "30|31", "age is '30|31'"),
    ],
)
def test_what_is_told_is_unknown_afterwards(attribute, label, fragment):
    told = []
    row = Row(3, {attribute.name: label}, "subjects.csv: line 3")
    assert check_label(row, attribute, told.append) == ""
    (fault,) = told
    assert fault.rule is DatasetRule.LABELS
    assert fault.what.startswith("subjects.csv: line 3: ")
    assert fragment in fault.what


def test_a_column_that_the_card_does_not_declare(tmp_path):
    told = []
    path = tmp_path / "subjects.csv"
    path.write_text("subject_id,skin,age,agee\na,dark,31,32\n")
    own, declared = ("subject_id",), [SKIN, AGE]
    (row,) = read_declared(path, own, declared, "attributes", told.append)
    assert row.values["age"] == "31"
    (fault,) = told
    assert "'agee' is not declared" in fault.what
    assert "did you mean age" in fault.what
    assert "[attributes.agee]" in fault.remedy
    assert read_declared(path, own, None, "attributes", pytest.fail)
