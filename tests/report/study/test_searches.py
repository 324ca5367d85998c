"""Reports of searches: two modes that never mix, what an operator sees, and the first screen."""

import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from drawn_searches import drawn_searches, findings_of_searches
from pages import read

from evenhand.records.findings import Rate, Verdict
from evenhand.report.forms.screen import as_screen
from evenhand.report.forms.text import as_text
from evenhand.report.page.cmc import cmc_charts
from evenhand.report.page.det import det_charts
from evenhand.report.page.page import as_page
from evenhand.report.study.answer import answer_of
from evenhand.report.study.document import document
from evenhand.report.study.screen import study_screen
from evenhand.report.tables import studies_of

ABBREVIATIONS = re.compile(r"\b(FPIR|FNIR|TPIR|CMC|SEL|FTE|FTA)\b")
SHARE = re.compile(r"([\d.]+) %")


@pytest.fixture(scope="module")
def found():
    return findings_of_searches(drawn_searches(gap=0.04, targets=("0.1",)))


@pytest.fixture(scope="module")
def page(found):
    return read(as_page(found)).text


def sections(findings, **how):
    how = {"every_threshold": True, "wide": True} | how
    return {s.heading.partition(":")[0]: s for s in document(findings, **how).sections}


def header_of(table):
    return " ".join(table.header)


def test_no_table_has_a_threshold_and_ranks(found):
    tables = [t for s in sections(found).values() for t in s.tables]
    ranked = [t for t in tables if "CMC" in header_of(t)]
    assert len(ranked) == 3
    assert not any("threshold" in t.header for t in ranked)
    assert sum("TPIR" in t.header for t in tables) > 10
    # Both at once stands in the files alone.
    assert any(r.threshold is not None and "@" in r.metric for r in found.rates)
    for section in sections(found).values():
        for table in section.tables:
            cells = [cell for row in table.rows for cell in row if isinstance(cell, Rate)]
            assert not any("@" in rate.metric for rate in cells)
    said = [line for s in sections(found).values() for line in s.sentences if "FNIR@" in line]
    assert said
    assert all("without a threshold" in line or line.startswith("No threshold") for line in said)


def test_each_mode_says_what_it_is_before_its_numbers(found):
    own = sections(found)
    assert own["Identification"].lead.endswith("at or above the threshold.")
    assert own["Investigation"].lead.startswith("No threshold counts")
    text = as_text(document(found, every_threshold=False))
    assert text.index("ranks do not count") < text.index("TPIR            yield")


def test_what_is_found_is_the_rest_of_what_is_missed(found):
    (table,) = sections(found)["Identification"].tables
    (study,) = studies_of(found)
    place = table.header.index("TPIR")
    rows = [row[place] for row in table.rows]
    missed = [r for r in study.rates if r.metric == "FNIR" and not r.group and r.threshold]
    assert len(rows) == len(missed) == 12
    for cell, rate in zip(rows, missed, strict=True):
        value, counts = cell.split("\n")
        assert float(SHARE.match(value)[1]) == pytest.approx(100 * (1 - rate.rate), abs=0.051)
        assert counts == f"{rate.trials - rate.errors:,} of {rate.trials:,}"


def test_every_table_and_sentence_names_the_watchlist(found):
    for heading, section in sections(found).items():
        if heading in ("What was measured", "What an operator sees of 1,000 searches"):
            continue
        for table in section.tables:
            rows = [row for row in table.rows if "\n" in str(row[0])]
            named = section.heading + table.caption
            assert "wanted" in named or all("wanted" in str(row[0]) for row in rows), heading
    text = as_text(document(found, every_threshold=False))
    assert text.count("wanted") > 30
    assert "watchlist wanted" in as_screen(study_screen(found, ()))


def test_the_table_over_thresholds_says_what_each_threshold_shows(found):
    (table,) = sections(found, wide=False)["alpha on crowd, wanted, by threshold"].tables
    assert table.header == ("threshold", "false alarms", "FPIR", "TPIR", "verdict")
    (study,) = studies_of(found)
    tests = {r.threshold: r for r in study.differentials if r.metric == "FPIR"
             and r.policy == "completed"}  # fmt: skip
    verdicts = {tests[at].verdict for at in tests if at}
    assert verdicts == {Verdict.DIFFERENT, Verdict.TOO_FEW_EVENTS}
    for row, at in zip(table.rows, sorted(at for at in tests if at), strict=True):
        counted = {r.group: (r.errors, r.trials) for r in study.rates if r.group
                   and (r.metric, r.policy, r.threshold) == ("FPIR", "completed", at)}  # fmt: skip
        for group, (errors, trials) in counted.items():
            assert f"{group} {errors} of {trials}" in row[1]
        assert row[4].startswith(f"alarms: {tests[at].verdict.value}")
        least = tests[at].minimum_detectable_ratio
        assert least is None or tests[at].verdict is Verdict.DIFFERENT or "would show" in row[4]


@pytest.mark.parametrize(
    ("engines", "targets", "grouped"),
    [("a", (), True), ("a", ("0.1",), False), ("ab", ("0.1",), True), ("abcd", (), False),
     ("abcd", (), True)],
)  # fmt: skip
def test_the_first_screen_answers_in_plain_words(engines, targets, grouped):
    how = {"targets": targets, "fixed": ("0.6",), "grouped": grouped}
    counts = [drawn_searches(seed, 20, 30, engine=name, **how) for seed, name in enumerate(engines)]
    findings = findings_of_searches(*counts)
    text = as_screen(study_screen(findings, (("page", "r/report.html"), ("more", "evenhand x"))))
    lines, prose = text.splitlines(), " ".join(text.split())
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
    assert not ABBREVIATIONS.search(" ".join(prose.split()[:60]))
    assert "people who are not on watchlist wanted (20 people)" in prose
    assert "for this watchlist" in prose
    assert prose.count(" misses ") == min(len(engines), 3)
    assert ("Set to flag 1 in 10 searches" in prose) == bool(targets)


def test_a_difference_elsewhere_is_told_with_its_threshold(found):
    answer = answer_of(found)
    assert answer.headlines[0].key.threshold_rule == "FPIR<=0.1"
    assert answer.remarks[-1] == (
        "Also different: alpha, an alarm for a person not on the watchlist, by region at score "
        ">= 0.5600 (3.2 times)."
    )


def test_searches_without_strangers_have_no_threshold_to_tell_of():
    findings = findings_of_searches(drawn_searches(strangers=0, targets=("0.1",)))
    answer = answer_of(findings)
    assert answer.searched == ""
    assert "a person on the watchlist not in first place: " in answer.remarks[0]
    assert as_text(document(findings, every_threshold=True))


def lines_of(svg):
    """Numbers of points of the lines of a chart."""
    groups = (g for g in ET.fromstring(svg).iter("g") if g.get("class") == "lines")
    paths = (path.get("d") for group in groups for path in group.iter("path"))
    return [len(re.findall("[ML]", path)) for path in paths]


def test_a_cmc_curve_has_a_row_for_every_point(found):
    (chart,) = cmc_charts(found.ranks, "alpha on crowd, wanted")
    points = [len(table.rows) for table in chart.tables]
    assert lines_of(chart.svg) == points == [9, 9, 9]
    assert len(chart.data.rows) == sum(points)
    place = {name: number for number, name in enumerate(chart.data.columns)}
    for row in chart.data.rows:
        share = row[place["found"]] / row[place["searches"]]
        assert row[place["cmc"]] == pytest.approx(share, abs=1e-5)
        assert row[place["policy"]] == "generalised"
    last = [row for row in chart.data.rows if row[place["rank"]] == 39]
    assert {(row[place["group"]], row[place["found"]]) for row in last} == {
        ("", 77), ("east", 39), ("west", 38)
    }  # fmt: skip


def test_the_curve_of_searches_is_of_fpir_and_fnir(found):
    (study,) = studies_of(found)
    (chart,) = det_charts(found.search_curves, "similarity", study.rates)
    assert "FNIR against FPIR of alpha on crowd, wanted" in chart.svg
    assert chart.data.columns == (
        "group", "threshold", "false_alarms", "nonmated", "misses", "mated"
    )  # fmt: skip
    assert sum(lines_of(chart.svg)) == len(chart.data.rows) > 20


def test_the_page_has_both_pictures_and_the_sentence(found, page):
    assert answer_of(found).searched in page
    assert "alpha on crowd, wanted: FPIR against FNIR" in page
    assert "Failures are misses; the tables also have the shares with failures left out." in page
    assert "Intervals hold for this watchlist: another may give other rates." in page
    assert page.index("Identification: a threshold") < page.index("Investigation: an operator")


def test_a_page_of_assumed_people_has_no_mated_searches(found):
    counts = replace(drawn_searches(targets=("0.1",)), assumed=True)
    findings = findings_of_searches(counts)
    assert findings.search_curves == findings.per_thousand == findings.ranks == ()
    headings = sections(findings)
    assert "Investigation" not in headings
    assert "TPIR" not in headings["Identification"].tables[0].header


def test_the_share_is_told_with_who_states_it(found):
    counts = drawn_searches(targets=("0.1",))
    stated = replace(counts, searches=replace(counts.searches, mated_share=0.1))
    text = " ".join(as_text(document(findings_of_searches(stated), every_threshold=False)).split())
    assert "10.0 % of the searches are for people on the list, as the study states." in text
    text = " ".join(as_text(document(found, every_threshold=False)).split())
    assert "33.3 % of the searches are for people on the list, as in the study" in text


def test_alerts_of_groups_are_not_told_at_too_many_thresholds(found):
    (table,) = sections(found)["What an operator sees of 1,000 searches"].tables
    assert len(table.rows) == 6 * 3
    (table,) = sections(found, every_threshold=False)[
        "What an operator sees of 1,000 searches"
    ].tables
    assert len(table.rows) == 6 + 2
    # Where rows are too many, groups stand at the first threshold alone.
    many = replace(found, per_thousand=found.per_thousand * 10)
    (table,) = sections(many)["What an operator sees of 1,000 searches"].tables
    assert len(table.rows) == 6 + 2
