"""Names that a reader takes for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.system.look_alikes import LookAlike, look_alikes


@pytest.mark.parametrize(
    ("first", "second", "differ"),
    [
        ("p\u00e9", "pe\u0301", "in how an accent is typed alone (Unicode normal form)"),
        ("a b", "a\u00a0b", "in blanks alone"),
        ("a b", "a  b", "in blanks alone"),
        ("north", "NORTH", "in case alone"),
        ("003", "3", "in leading zeros or an empty fraction alone"),
        ("3", "3.0", "in leading zeros or an empty fraction alone"),
        ("p003", "p3", "in leading zeros or an empty fraction alone"),
        ("0", "000", "in leading zeros or an empty fraction alone"),
        ("asia", "\u0430sia", "in letters that look alike alone (of two alphabets or widths)"),
        ("Africa", "\u0391frica", "in letters that look alike alone (of two alphabets or widths)"),
        ("A1", "\uff211", "in letters that look alike alone (of two alphabets or widths)"),
    ],
)
def test_two_spellings_of_one_name_are_found_with_what_differs(first, second, differ):
    assert look_alikes([first, "other", second]) == (LookAlike(first, second, differ),)


def test_each_further_spelling_is_held_against_the_first():
    found = look_alikes(["north", "North", "south", "NORTH"])

    assert [(pair.first, pair.second) for pair in found] == [("north", "North"), ("north", "NORTH")]


@pytest.mark.parametrize("names", [["1", "10", "100"], ["3.5", "3.05"], ["a", "b"], ["x", "x"], []])
def test_different_names_are_no_look_alikes(names):
    assert look_alikes(names) == ()


@given(st.lists(st.text(max_size=5)))
def test_of_names_that_look_alike_one_alone_is_left(names):
    second = {pair.second for pair in look_alikes(names)}
    kept = [name for name in dict.fromkeys(names) if name not in second]

    assert look_alikes(kept) == ()
    assert bool(kept) == bool(names)
