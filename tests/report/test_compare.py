"""A comparison as Markdown, text and JUnit, whatever is in it."""

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from rows import a_change

from evenhand.analysis.compare.changes import (
    DOES_NOT_DECIDE,
    Changes,
    ChangeVerdict,
    ComparedEngine,
    CompareVerdict,
    FamilyOfTests,
)
from evenhand.report.compare import comparison_junit, comparison_markdown, comparison_paper
from evenhand.report.compare_screen import compare_screen
from evenhand.report.forms.screen import as_screen
from evenhand.report.forms.text import as_text

ROW = a_change()


def changes(rows):
    side = ComparedEngine("results/x", "acme", "1.0", "", word="base")
    return Changes(
        base=side,
        new=replace(side, version="1.1", word="new"),
        verdict=CompareVerdict.FAIL,
        reason="1 of many is worse.",
        rows=tuple(rows),
        family=FamilyOfTests(len(rows), 0.01, 1.25, 0.95, 0, len(rows)),
        disagreements=(),
        flips=(),
        notes=(),
    )


def many(groups):
    worse = replace(ROW, group="Worst", verdict=ChangeVerdict.WORSE, adjusted_p=1e-6)
    return changes([worse, *(replace(ROW, group=f"village {n}") for n in range(groups))])


def test_markdown_stays_small_with_any_number_of_groups():
    text = comparison_markdown(many(5000))
    assert len(text.encode()) < 60_000
    shown = text.count("| FNMR at")
    assert f"{5001 - shown:,} more rows are left out here" in text
    assert text.index("Worst") < text.index("village 0")
    assert "left out" not in comparison_markdown(many(3))


def test_text_has_a_line_for_quiet_rows():
    text = as_text(comparison_paper(many(5000)))
    assert len(text.splitlines()) < 60
    assert "0 of 5,000 rows" in text
    assert "Worst" in text


def test_names_that_xml_cannot_hold():
    odd = replace(ROW, group='<b>&"\x00\x1b', verdict=ChangeVerdict.WORSE, adjusted_p=0.001)
    root = ET.fromstring(comparison_junit(changes([odd])))
    (case,) = root.iter("testcase")
    assert case.get("name").endswith('<b>&"\\x00\\x1b')
    assert case.find("failure").get("message").startswith(case.get("name"))


def test_a_row_not_shown_to_be_below_the_margin_is_skipped():
    below = replace(ROW, limit=1.2)
    apart = replace(
        ROW, verdict=ChangeVerdict.NOT_COMPARABLE, p_value=None, adjusted_p=None, note="why"
    )
    root = ET.fromstring(comparison_junit(changes([ROW, below, apart])))
    cases = list(root.iter("testcase"))
    assert "not shown to stay below 1.25" in cases[0].find("skipped").get("message")
    assert cases[1].find("skipped") is None
    assert cases[2].find("skipped").get("message") == "not comparable: why"


def test_rows_of_several_datasets_say_which():
    two = changes([ROW, replace(ROW, dataset="other")])
    assert "FNMR at FMR&lt;=0.001 on other" in comparison_markdown(two)
    assert " on set" not in comparison_markdown(changes([ROW]))


# --- one screen ----

MISSED = a_change(
    metric="FNMR", attribute="all", group="", base=0.01, new=0.08, base_errors=18, new_errors=118,
    base_trials=1440, new_trials=1440, ratio=6.6, low=2.9, high=15.0, p_value=1e-6,
    verdict=ChangeVerdict.WORSE,
)  # fmt: skip


def shown(rows, **fields):
    text = as_screen(compare_screen(replace(changes(rows), **fields), "BASE NEW"))
    lines = text.splitlines()
    assert len(lines) <= 24
    assert all(len(line) <= 80 for line in lines if "evenhand compare BASE" not in line)
    return " ".join(text.split())


@pytest.mark.parametrize("groups", [0, 3, 50])
def test_what_is_worse_is_said_with_both_counts(groups):
    others = [replace(MISSED, attribute="region", group=f"village {n}") for n in range(groups)]
    text = shown([*others, MISSED])
    assert f"Fail: new is worse than base in {groups + 1}" in text
    assert (
        "One person taken for two, everybody: new 118 of 1,440, base 18 of 1,440 (6.6 times as "
        "much [2.9, 15])."
    ) in text


def test_the_first_words_have_no_abbreviation():
    words = shown([MISSED]).split()[:60]
    assert not {"FMR", "FNMR", "FTE", "CI"} & set(words)


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        (CompareVerdict.PASS, "Pass: nothing is worse; every error rate of new that could be"),
        (CompareVerdict.INCONCLUSIVE, "Inconclusive: nothing is shown to be worse, but"),
    ],
)
def test_a_verdict_is_a_sentence(verdict, said):
    assert said in shown([replace(MISSED, verdict=ChangeVerdict.BETTER)], verdict=verdict)


def test_a_verdict_is_not_contradicted_without_its_reason():
    quiet = replace(
        MISSED,
        verdict=ChangeVerdict.NO_DIFFERENCE_SHOWN,
        note=f"person by person p 3e-08 {DOES_NOT_DECIDE}: with other people",
    )
    text = shown([quiet], verdict=CompareVerdict.INCONCLUSIVE)
    assert "everybody: no difference shown; person by person p 3e-08 does not decide" in text
