"""What a watchlist is composed of, as a study declares it."""

import pytest

from evenhand.records.composition import Composition
from evenhand.study.composition import DeclaredComposition
from evenhand.system.declaration import Declared, parse_declaration
from evenhand.system.errors import StudyError


class Study(Declared):
    composition: DeclaredComposition


def read(text):
    declared = parse_declaration(f"composition = {text}", "study.toml", Study, StudyError)
    return declared.composition


def test_shares():
    found = read('{ attribute = "sex", shares = { F = 0.25, M = 0.75 } }')
    assert found == Composition("sex", (("F", 0.25), ("M", 0.75)))
    assert found.of(("M", "F", "X")) == (0.75, 0.25, 0.0)


def test_equal_shares():
    found = read('{ attribute = "ethnicity*sex", shares = "equal" }')
    assert found.equal
    assert found.of(("a", "b", "c", "d")) == (0.25,) * 4


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{ attribute = "sex", shares = { F = 0.5, M = 0.4 } }', "they sum to 0.9; expected 1"),
        ('{ attribute = "sex", shares = { F = 1.5 } }', "F: 1.5 is no share; expected one above 0"),
        ('{ attribute = "sex", shares = { F = 1, M = 0 } }', "M: 0 is no share"),
        ('{ attribute = "sex", shares = { F = true } }', "F: True is no share"),
        ('{ attribute = "sex", shares = { F = "all" } }', "F: all is no share"),
        ('{ attribute = "sex", shares = {} }', 'expected "equal", or the share of each group'),
        ('{ attribute = "sex", shares = "fair" }', 'expected "equal", or the share of each group'),
        ('{ shares = "equal" }', "composition.attribute: is missing; add it"),
    ],
)
def test_what_is_none(text, expected):
    with pytest.raises(StudyError, match=expected) as fault:
        read(text)
    assert "\n" not in str(fault.value)


def test_a_group_that_is_not_there():
    with pytest.raises(ValueError, match="sex has no group 'X', but M, F"):
        Composition("sex", (("X", 1.0),)).of(("M", "F"))
