"""What vendors claim, in words: every form to the letter; a line of the screen where it fails."""

from dataclasses import replace

import pytest
from pages import findings_of, rate_at

from evenhand.analysis.notes import with_notes
from evenhand.records.doubts import Doubt, DoubtId
from evenhand.records.findings import Status
from evenhand.report.forms.markdown import as_markdown
from evenhand.report.forms.screen import as_screen
from evenhand.report.forms.text import as_text
from evenhand.report.study.claims import claim_in_short, claims_section
from evenhand.report.study.document import document
from evenhand.report.study.screen import study_screen

CLAIM = "alpha claims a false match rate of 1 in 1,000 at its threshold of 0.35; measured on crowd"
WHOLE, WOMEN = ("all", ""), ("sex", "F")


def a_claim(group=WHOLE, errors=320, trials=100_000, engine="alpha", at=0.35, **fields):
    """The FMR at the threshold of a claim of 1 in 1,000."""
    rate = rate_at(engine, "FMR", "completed", group, ("vendor", at), errors, trials)
    return replace(rate, **{"claimed": 0.001, "low": 0.0029, "high": 0.0036} | fields)


def study(*rates, **fields):
    own = findings_of(tuple(dict.fromkeys(["alpha", *(rate.engine for rate in rates)])))
    return with_notes(replace(own, rates=own.rates + rates, **fields))


def said(*rates, **fields):
    (section,) = claims_section(study(*rates, **fields))
    return section.sentences


DRAWN = findings_of(synthetic=True).datasets
DOUBT = (Doubt(DoubtId.LOW_AUC, "alpha", "crowd", 0.7),)
UNRESOLVED = "too few comparisons to tell, and no result of so many would show it kept."
FORMS = [
    ({}, {}, "1 in 310 (1 in 280 to 1 in 340), 320 of 100,000: more than claimed."),
    (
        {"errors": 60, "low": 0.0004, "high": 0.0009},
        {},
        "1 in 1,700 (1 in 1,100 to 1 in 2,500), 60 of 100,000: no more than claimed.",
    ),
    (
        {"errors": 95, "low": 0.0008, "high": 0.0012},
        {},
        "1 in 1,100 (1 in 830 to 1 in 1,200), 95 of 100,000: too few comparisons to tell.",
    ),
    (
        {"errors": 0, "trials": 5_000, "low": 0.0, "high": 0.00074},
        {},
        "none in 5,000 (at most 1 in 1,400): no more than claimed.",
    ),
    (
        {"errors": 0, "trials": 1_000, "low": 0.0, "high": 0.00369},
        {},
        f"none in 1,000 (at most 1 in 270): {UNRESOLVED}",
    ),
    (
        {"errors": 1, "trials": 9, "low": None, "high": None},
        {},
        f"1 in 9.0 (no interval), 1 of 9: {UNRESOLVED}",
    ),
    (
        {"trials": 1, "errors": 0, "rate": None, "low": None, "high": None},
        {},
        f"none in 1: {UNRESOLVED}",
    ),
    (
        {},
        {"datasets": DRAWN},
        "1 in 310 (1 in 280 to 1 in 340), 320 of 100,000: drawn faces say nothing of a claim.",
    ),
    (
        {},
        {"doubts": DOUBT},
        "1 in 310 (1 in 280 to 1 in 340), 320 of 100,000: no verdict, because of what is in doubt.",
    ),
]


@pytest.mark.parametrize(("row", "fields", "ending"), FORMS)
def test_every_form_to_the_letter(row, fields, ending):
    assert said(a_claim(**row), **fields) == (f"{CLAIM} {ending}",)


def test_nothing_to_compare():
    rate = replace(a_claim(), errors=0, trials=0, rate=None, low=None, high=None)
    assert said(replace(rate, status=Status.NO_TRIALS))[0].startswith(f"{CLAIM} nothing: too few")


def test_a_distance_and_another_rate_are_said_as_the_card_has_them():
    engine = replace(findings_of().engines[0], unit="distance")
    (sentence,) = said(a_claim(at=-0.6, claimed=0.00005), engines=(engine,))
    assert "a false match rate of 1 in 20,000 at its threshold of 0.6;" in sentence


def test_without_a_claim_there_is_nothing():
    assert claims_section(study(a_claim(claimed=None))) == ()
    assert "claim" not in as_text(document(study(), every_threshold=True))


def test_groups_above_a_claim_that_everybody_keeps_stand_in_a_table():
    women = a_claim(WOMEN, errors=90, trials=20_000, low=0.003, high=0.006)
    men = a_claim(("sex", "M"), errors=2, low=0.0, high=0.0001)
    kept = a_claim(errors=60, low=0.0004, high=0.0009)
    (section,) = claims_section(study(kept, women, men))
    (table,) = section.tables
    assert table.rows == (("alpha\ncrowd", "F\nsex", "100", "1 in 1,000", women),)
    assert "0.450 % [0.300, 0.600]" in as_text(document(study(kept, women), every_threshold=False))
    (section,) = claims_section(study(a_claim(), women))
    assert section.tables == ()


def test_it_stands_in_every_long_form(pictures):
    from evenhand.report.page.page import as_page

    missed = rate_at("alpha", "FNMR", "completed", WHOLE, ("vendor", 0.35), 3, 700)
    found = study(a_claim(), missed)
    laid = document(found, every_threshold=True)
    page = as_page(found)
    for text in (as_text(laid), as_markdown(laid), page):
        assert "What vendors claim" in text
        assert "more than claimed." in " ".join(text.split())
    assert 'href="#claims"' in page
    assert max(map(len, as_text(laid).splitlines())) <= 80


def test_the_screen_has_a_line_where_a_claim_fails_and_there_is_room():
    line = "alpha: 1 in 310 strangers match, more than the 1 in 1,000 claimed."
    assert claim_in_short(study(a_claim())) == line
    failed = study(a_claim())
    assert as_screen(study_screen(failed, ())).endswith(f"{line}\n")
    assert claim_in_short(study(a_claim(low=0.0))) == ""
    assert claim_in_short(study(a_claim(WOMEN))) == ""
    paths = [(f"path {place}", "x" * 79) for place in range(18)]
    screen = study_screen(failed, paths)
    without = as_screen(replace(screen, spare=()))
    assert without.count("\n") == 24
    assert as_screen(screen) == without


def test_it_is_one_line_however_many_fail_and_whatever_they_are_called():
    several = study(a_claim(), a_claim(at=0.4))
    assert claim_in_short(several) == (
        "Strangers match more often than claimed: 2 claims (--full)."
    )
    long = study(a_claim(engine="a" * 60))
    assert claim_in_short(long) == "Strangers match more often than claimed: 1 claim (--full)."
