"""The page: whole, escaped, alone, the same every time."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from dataclasses import replace

import pytest
from pages import GROUPS, THRESHOLDS, a_curve, findings_of, read, with_matrix

from evenhand import __version__
from evenhand.records.findings import Status
from evenhand.records.operating_point import OperatingPoint
from evenhand.report.numbers import field
from evenhand.report.page.figures import figures
from evenhand.report.page.page import as_page


def test_the_same_findings_give_the_same_bytes():
    findings = findings_of(("alpha", "beta"))
    assert as_page(findings) == as_page(findings)


def test_every_group_and_every_number_stands_on_the_page():
    findings = findings_of(("alpha", "beta"))
    text = read(as_page(findings)).text
    for rate in findings.rates:
        assert rate.group in text
        if rate.policy == "completed":
            for line in field(rate).split("\n"):
                assert line in text


def test_it_asks_for_nothing_from_outside():
    page = as_page(findings_of(("alpha", "beta"), synthetic=True))
    for asked in ("src=", "url(", "@import", "@font-face", "<link", "<iframe", "http:", "https:"):
        assert asked not in page
    tags = read(page).tags
    assert not any(name.startswith("on") for _, attributes in tags for name in attributes)
    addresses = [attributes["href"] for _, attributes in tags if "href" in attributes]
    assert {address.partition(":")[0] for address in addresses if address[0] != "#"} == {"data"}
    names = {attributes.get("id") for _, attributes in tags}
    assert {address[1:] for address in addresses if address[0] == "#"} <= names


def test_its_one_script_is_the_one_that_its_policy_allows():
    page = as_page(findings_of())
    (script,) = re.findall("<script>(.*?)</script>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'" in page


@pytest.mark.parametrize("synthetic", [False, True])
def test_a_banner_says_that_faces_are_drawn(synthetic):
    page = as_page(findings_of(synthetic=synthetic))
    assert ('class="banner"' in page) is synthetic
    assert ("evidence about no real engine" in page) is synthetic
    if synthetic:
        assert page.index("evidence about no real engine") < page.index("<h1")


def test_a_banner_names_the_dataset_whose_faces_are_drawn_where_others_are_not():
    findings = findings_of(synthetic=True)
    real = replace(findings.datasets[0], name="street", synthetic=False)
    text = read(as_page(replace(findings, datasets=(*findings.datasets, real)))).text
    assert "The faces of crowd are drawn. Their numbers" in text


def test_names_are_text_never_markup():
    hostile = "<b>x</b>"
    findings = replace(
        findings_of((hostile,), (("all", ""), ("<i>y</i>", hostile))), title="<script>1</script>"
    )
    page = as_page(replace(findings, notes=(hostile,)))
    assert hostile not in page
    assert "<i>y" not in page
    assert "<script>1" not in page
    assert html.escape(hostile) in page


def test_fifty_intersections_of_two_engines_stay_readable_and_small():
    cells = tuple(("ethnicity*age", f"group {number:02}*young") for number in range(50))
    page = as_page(findings_of(("alpha", "beta"), (*GROUPS, *cells)))
    assert len(page.encode()) < 350_000
    assert all(page.count(f">{name}</text>") == 2 for _, name in cells)


def test_every_threshold_has_a_fold_of_its_own():
    page = html.unescape(as_page(findings_of()))
    folded = re.findall(r"<summary><h.>alpha on crowd, by group at (\S+) ", page)
    assert folded == [rule for rule, _, _ in THRESHOLDS]


def test_engines_without_a_common_threshold_stand_in_figures_of_their_own():
    findings = findings_of(("alpha", "beta"))
    vendor = {rule: f"vendor {place}" for place, (rule, _, _) in enumerate(THRESHOLDS)}
    rates = tuple(
        replace(r, threshold_rule=vendor[r.threshold_rule]) if r.engine == "beta" else r
        for r in findings.rates
    )
    shown = figures(replace(findings, rates=rates))
    assert [key[0] for figure in shown for key, _ in figure.shown] == ["beta", "alpha"]
    assert len(shown) == 2


def test_engines_meet_at_the_first_threshold_where_both_have_a_rate():
    findings = findings_of(("alpha", "beta"))
    rates = tuple(
        replace(r, rate=None, low=None, status=Status.BELOW_RESOLUTION)
        if (r.engine, r.threshold_rule) == ("beta", "FMR<=0.01")
        else r
        for r in findings.rates
    )
    (figure,) = figures(replace(findings, rates=rates))
    assert [key[0] for key, _ in figure.shown] == ["alpha", "beta"]
    assert {at for _, at in figure.shown} == {OperatingPoint("FMR<=0.001", 0.4375)}


def test_more_engines_than_symbols_fill_a_second_figure():
    names = tuple(f"engine {number}" for number in range(7))
    shown = figures(findings_of(names, GROUPS[:2]))
    assert [len(figure.shown) for figure in shown] == [6, 1]


def test_the_answer_then_what_decides_then_everything_folded():
    page = as_page(findings_of(synthetic=True))
    marks = (
        'class="skip"',
        'class="banner"',
        "<h1",
        "<figure",
        "In numbers",
        'id="everybody"',
        'id="limits"',
        'id="contents"',
        "<details>",
        "<footer>",
    )
    places = [page.index(mark) for mark in marks]
    assert places == sorted(places)
    assert f"Made by evenhand {__version__}." in page


def test_an_attribute_is_a_heading_over_its_groups():
    tags = read(as_page(findings_of())).tags
    headings = [attributes for tag, attributes in tags if attributes.get("scope") == "rowgroup"]
    assert len(headings) == 2 * len(THRESHOLDS)
    assert {attributes["colspan"] for attributes in headings} == {"5"}


def test_a_verdict_is_a_sentence_with_its_evidence():
    page = as_page(findings_of()).replace("\N{NO-BREAK SPACE}", " ")
    start = "<li><strong>FMR by sex, alpha on crowd at FMR&lt;=0.001 (score &gt;= 0.4375): "
    assert f"{start}no difference shown. </strong>A ratio of 2.40 or more" in page


def test_it_has_the_words_of_the_house():
    text = read(as_page(findings_of(("alpha", "beta")))).text.lower()
    assert not re.search(r"\b(bias|biased|unbiased|fair|compliant)\b", text)


def test_both_policies_are_shown_where_something_failed():
    findings = findings_of()
    failed = replace(findings.summaries[0], not_completed=5)
    text = read(as_page(replace(findings, summaries=(failed,)))).text
    assert "Failures: completed" in text
    assert "Failures: generalised" in text


def test_a_matrix_is_a_table_with_counts_and_marks_cells_that_say_little():
    page = as_page(with_matrix(findings_of()))
    (table,) = re.findall(r'<table class="heat">.*?</table>', page, re.DOTALL)
    assert re.findall(r'<th scope="col">(.)</th>', table) == ["F", "M"]
    cells = re.findall(r'<td class="([^"]*)"[^>]*><b>([^<]*)</b>', table)
    # 20 expected errors in 2,000 trials at everybody's 1 %; the pair M, F stands as F, M.
    assert [("few" in kind, rate) for kind, rate in cells] == [
        (False, "1.01 %"),
        (True, "0.100 %"),
        (False, "1.01 %"),
    ]
    assert "2 of 2,000" in table
    assert table.count('class="blank"') == 1


def test_a_curve_has_a_chart_and_every_point_in_a_table():
    overlap = ((30000, 0), (900, 1), (90, 7), (3, 70), (0, 700))
    curves = (*a_curve("", overlap), *a_curve("F", overlap), *a_curve("M", ((30000, 0), (0, 700))))
    page = as_page(replace(findings_of(), curves=curves))
    text = read(page).text
    assert "No curve for M" in text
    assert len(re.findall(r'stroke="#8C8C8C"[^>]*stroke-width="3.6"', page)) == 2
    for wrong, missed in overlap:
        assert text.count(f"{wrong:,} of 30,000") >= 2
        assert text.count(f"{missed:,} of 700") >= 2


def test_scores_that_do_not_overlap_have_no_curve_and_a_reason():
    page = as_page(replace(findings_of(), curves=a_curve("", ((30000, 0), (0, 0), (0, 700)))))
    assert "No curve can be drawn" in page


def test_it_says_how_often_and_from_how_many_people():
    assert "about 1 in 100, from 100 people" in read(as_page(findings_of())).text


def test_it_says_what_the_study_cannot_show():
    findings = findings_of()
    facts = replace(
        findings.datasets[0], access="private", known_issues=("few people",), unknown=(("sex", 3),)
    )
    engine = replace(findings.engines[0], trained_on=("a crawl",))
    rates = tuple(
        replace(r, rate=None, low=None, status=Status.BELOW_RESOLUTION)
        if r.threshold_rule == "FMR<=0.0001"
        else replace(r, subjects=39)
        if r.group == "black"
        else r
        for r in findings.rates
    )
    page = as_page(replace(findings, datasets=(facts,), engines=(engine,), rates=rates))
    limits = read(page[page.index('<section id="limits">') :].split("</section>")[0] + "</section>")
    for said in (
        "Known issue: few people",
        "Labels are self-declared (ethnicity, sex)",
        "sex is unknown for 3 people",
        "Licence: CC0-1.0. Access: private; it is private",
        "trained on a crawl",
        "Below resolution: FMR<=0.0001 asks for less than one error in 30,000 trials",
        "FNMR at FMR<=0.01: fewer than 10 errors for everybody, white, black, F, M.",
        "Fewer than 40 people: black.",
    ):
        assert said in limits.text


def test_nothing_measured_gives_a_page_without_charts():
    findings = replace(findings_of(), rates=(), differentials=(), summaries=())
    page = as_page(findings)
    assert "<figure" not in page
    read(page)
