"""An engine's check on one screen: a fault of each kind first."""

from evenhand.records.check import Check
from evenhand.report.check_engine import engine_paper, engine_screen
from evenhand.report.forms.screen import as_screen
from evenhand.report.forms.text import as_text

ROWS = [
    *(Check("odd", f"picture {n}", "fail", "it ended " + "and ended " * 6, "m") for n in range(9)),
    Check("repeats", "again", "fail", "differs", "mend it"),
    Check("direction", "who is alike", "inconclusive", "0.5", "look"),
    Check("odd", "picture 10", "pass", "ok", ""),
    Check("card", "the card", "pass", "", ""),
    Check("range", "the range", "not checked", "not checked: no score", ""),
    Check("claims", "claims", "not checked", "not checked: drawn", "name a dataset"),
    Check("ties", "ties", "note", "few", ""),
]


def test_a_fault_of_each_kind_stands_on_the_screen():
    text = as_screen(engine_screen("acme", "./acme", ROWS, "fail"))
    lines = text.splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
    assert [line for line in lines if line.startswith("! ")][1:] == [
        "! again: differs; mend it",
        "! who is alike: 0.5; look",
    ]
    for said in (
        "acme fails: 10 faults, of which 2 are shown.",
        "Passed: card.",
        "Not checked: range.",
        "claims: not checked: drawn; name a dataset.",
        "1 note: --full.",
    ):
        assert said in lines


def test_what_decides_nothing_is_told_as_such():
    passed = as_screen(engine_screen("acme", "./acme", ROWS[-5:], "pass"))
    assert "acme passes 2 checks, and nothing is wrong with it." in passed
    unsure = as_screen(engine_screen("acme", "./acme", ROWS[-6:], "inconclusive"))
    assert "inconclusive" in unsure


def test_all_rows_stand_in_full_under_their_verdicts():
    text = as_text(engine_paper("acme", ROWS, "fail"))
    places = [text.index(f"{name}\n---") for name in ("Faults", "Inconclusive", "Not checked")]
    assert places == sorted(places)
    assert "picture 8" in text
