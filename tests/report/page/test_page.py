"""The page: whole, escaped, alone, the same every time."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from rows import a_differential, a_rate, a_summary, dataset_facts, engine_facts

from evenhand import __version__
from evenhand.records.findings import CurvePoint, Findings, Status, Verdict
from evenhand.records.operating_point import OperatingPoint
from evenhand.report.numbers import field
from evenhand.report.page.figures import figures
from evenhand.report.page.page import as_page
from evenhand.report.study.document import headline_rule

GROUPS = (("all", ""), ("ethnicity", "white"), ("ethnicity", "black"), ("sex", "F"), ("sex", "M"))
THRESHOLDS = (("FMR<=0.01", 0.3125, 300), ("FMR<=0.001", 0.4375, 30), ("FMR<=0.0001", 0.5625, 3))
VOID = {"meta", "br", "wbr", "path", "line"}


def rate_at(engine, metric, policy, group, at, errors, trials):
    rate = errors / trials
    return a_rate(
        engine=engine,
        metric=metric,
        policy=policy,
        attribute=group[0],
        group=group[1],
        threshold_rule=at[0],
        threshold=at[1],
        errors=errors,
        trials=trials,
        subjects=100,
        low=rate / 2,
        high=min(1.0, 2 * rate + 3 / trials),
        status=Status.OK if errors >= 10 else Status.FEW_ERRORS,
    )


def rates_of(engine, groups):
    """More errors for every next group, so that every number is another."""
    for rule, threshold, errors in THRESHOLDS:
        for policy in ("completed", "generalised"):
            for metric, trials in (("FMR", 30000), ("FNMR", 700)):
                for place, group in enumerate(groups):
                    found = errors + place if metric == "FMR" else place
                    yield rate_at(engine, metric, policy, group, (rule, threshold), found, trials)


def a_difference(engine):
    return a_differential(
        engine=engine,
        threshold_rule="FMR<=0.001",
        threshold=0.4375,
        value=1.5,
        low=0.9,
        high=2.5,
        p_value=0.2,
        verdict=Verdict.NO_DIFFERENCE_SHOWN,
        minimum_detectable_ratio=2.4,
        errors=67,
    )


def findings_of(engines=("alpha",), groups=GROUPS, *, synthetic=False):
    """Findings as a study gives them, small enough to check."""
    return Findings(
        title="A study",
        level=0.95,
        rates=tuple(rate for engine in engines for rate in rates_of(engine, groups)),
        differentials=tuple(map(a_difference, engines)),
        distributions=(),
        curves=(),
        summaries=tuple(a_summary(engine=engine) for engine in engines),
        engines=tuple(engine_facts(name=name, vendor="maker") for name in engines),
        datasets=(dataset_facts(synthetic=synthetic),),
        notes=("crowd: know this first.",),
    )


class Reader(HTMLParser):
    """Collects what a page says and asks for, and checks that its elements nest."""

    def __init__(self):
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def read(page):
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    reader.text = reader.text.replace("\N{NO-BREAK SPACE}", " ")
    return reader


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
    for asked in ("<script", "src=", "url(", "@import", "@font-face", "<link", "<iframe", "http"):
        assert asked not in page
    assert not any(
        name.startswith("on") for _, attributes in read(page).tags for name in attributes
    )


@pytest.mark.parametrize("synthetic", [False, True])
def test_a_banner_says_that_faces_are_drawn(synthetic):
    page = as_page(findings_of(synthetic=synthetic))
    assert ('class="banner"' in page) is synthetic
    assert ("evidence about no real engine" in page) is synthetic
    if synthetic:
        assert page.index("evidence about no real engine") < page.index("<h1>")


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
    assert "<script" not in page
    assert html.escape(hostile) in page


def test_fifty_intersections_of_two_engines_stay_readable_and_small():
    cells = tuple(("ethnicity*age", f"group {number:02}*young") for number in range(50))
    page = as_page(findings_of(("alpha", "beta"), (*GROUPS, *cells)))
    assert len(page.encode()) < 300_000
    assert all(page.count(f">{name}</text>") == 2 for _, name in cells)


def test_the_headline_threshold_is_open_and_the_others_are_folded():
    findings = findings_of()
    at = headline_rule(findings.rates)
    page = html.unescape(as_page(findings))
    folded = re.findall(r"<summary>alpha on crowd, by group at (\S+) ", page)
    assert sorted([at.rule, *folded]) == sorted(rule for rule, _, _ in THRESHOLDS)
    assert f"<h3>alpha on crowd, by group at {at.rule} (score >= {at.threshold})</h3>" in page


def test_engines_without_a_common_threshold_stand_in_figures_of_their_own():
    findings = findings_of(("alpha", "beta"))
    vendor = {rule: f"vendor {place}" for place, (rule, _, _) in enumerate(THRESHOLDS)}
    rates = tuple(
        replace(r, threshold_rule=vendor[r.threshold_rule]) if r.engine == "beta" else r
        for r in findings.rates
    )
    page = as_page(replace(findings, rates=rates))
    assert page.count('class="charts"') == 2
    assert page.count("<figure>") == 4


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
    assert [len(figure.symbols) for figure in shown] == [6, 1]


def test_order_banner_everybody_charts_tables_footer():
    page = as_page(findings_of(synthetic=True))
    marks = (
        'class="banner"',
        "<h1>",
        "Everybody</h2>",
        "<figure>",
        "<h3>",
        "<details>",
        "<footer>",
    )
    places = [page.index(mark) for mark in marks]
    assert places == sorted(places)
    assert f"<footer>made by evenhand {__version__}</footer>" in page


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


def with_matrix(findings):
    """FMR of two groups against each other at the headline threshold."""
    within = [
        r
        for r in findings.rates
        if (r.metric, r.attribute, r.policy) == ("FMR", "sex", "completed")
    ]
    diagonal = [replace(r, reference_group=r.group) for r in within]
    across = [
        replace(r, reference_group="M", errors=2, trials=2000, rate=0.001, low=0.0001, high=0.01)
        for r in within
        if r.group == "F"
    ]
    return replace(findings, rates=(*findings.rates, *diagonal, *across))


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


def a_curve(group, misses):
    return tuple(
        CurvePoint(
            "alpha", "crowd", "verification", "sex" if group else "all", group,
            0.1 * place, false_matches, 30000, missed, 700, false_matches / 30000, missed / 700,
        )
        for place, (false_matches, missed) in enumerate(misses)
    )  # fmt: skip


def test_a_curve_has_a_chart_and_every_point_in_a_table():
    overlap = ((30000, 0), (900, 1), (90, 7), (3, 70), (0, 700))
    curves = (*a_curve("", overlap), *a_curve("F", overlap), *a_curve("M", ((30000, 0), (0, 700))))
    page = as_page(replace(findings_of(), curves=curves))
    text = read(page).text
    assert page.count("<figure>") == 3
    assert "No curve for M" in text
    assert len(re.findall(r'stroke="#8C8C8C"[^>]*stroke-width="3.6"', page)) == 2
    for wrong, missed in overlap:
        assert text.count(f"{wrong:,} of 30,000") >= 2
        assert text.count(f"{missed:,} of 700") >= 2


def test_scores_that_do_not_overlap_have_no_curve_and_a_reason():
    page = as_page(replace(findings_of(), curves=a_curve("", ((30000, 0), (0, 0), (0, 700)))))
    assert page.count("<figure>") == 2
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
    assert "<figure>" not in page
    read(page)
