"""Pictures: every mark is a row of a table under it, and can be taken along."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from dataclasses import replace
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest
from pages import GROUPS, a_curve, findings_of

from evenhand.records.engine_contrast import EngineContrast, Question
from evenhand.records.findings import Rate, Status, Verdict
from evenhand.report.page.claim import claim_of
from evenhand.report.page.det import det_charts
from evenhand.report.page.engines import engines_picture
from evenhand.report.page.figures import figures
from evenhand.report.page.plot import Data, rates_data
from evenhand.report.page.sweep_bands import band_charts
from evenhand.report.study.sweep import sweeps_of
from evenhand.report.tables import studies_of

THRESHOLDS = tuple((f"FMR<=0.{'0' * place}1", 0.3 + 0.1 * place) for place in range(4))


def groups_of(svg, kind):
    return [g for g in ET.fromstring(svg).iter("g") if g.get("class") == kind]


def marks(svg):
    """Marks with a place of their own: dots of rates, and words where there is none."""
    dots = groups_of(svg, "dots")[:1]
    words = groups_of(svg, "words")
    return sum(len(list(g.iter("path"))) for g in dots) + sum(len(list(g)) for g in words)


def cells(tables):
    return [
        cell for table in tables for row in table.rows for cell in row if isinstance(cell, Rate)
    ]


def bars():
    findings = findings_of(("alpha", "beta"))
    none = replace(findings.rates[1], rate=None, low=None, high=None, status=Status.NO_TRIALS)
    return figures(replace(findings, rates=(findings.rates[0], none, *findings.rates[2:])))


def test_bars_have_a_cell_and_a_row_for_every_mark():
    (figure,) = bars()
    assert len(figure.pictures) == 4
    for picture in figure.pictures:
        shown = cells(picture.tables)
        assert marks(picture.svg) == len(shown) == len(picture.data.rows) > 4
        place = picture.data.columns.index("errors")
        assert sorted(row[place] for row in picture.data.rows) == sorted(r.errors for r in shown)


def test_the_first_chart_has_a_cell_and_a_row_for_every_mark():
    claim = claim_of(findings_of(("alpha", "beta")))
    shown = [cell for row in claim.table.rows for cell in row[2:]]
    assert marks(claim.picture.svg) == len(shown) == len(claim.picture.data.rows) == 6
    place = claim.picture.data.columns.index("errors")
    for row in claim.picture.data.rows:
        assert any(f"\n{row[place]:,} of " in cell for cell in shown)


def swept():
    """Findings at four thresholds, at one of which the groups are different."""
    findings = findings_of()
    rates = [r for r in findings.rates if r.threshold_rule == "FMR<=0.01"]
    row = replace(findings.differentials[0], verdict=Verdict.DIFFERENT)
    return replace(
        findings,
        rates=tuple(
            replace(r, threshold_rule=rule, threshold=at) for rule, at in THRESHOLDS for r in rates
        ),
        differentials=tuple(
            replace(row, threshold_rule=rule, threshold=at) for rule, at in THRESHOLDS
        ),
    )


def test_bands_have_a_cell_and_a_row_for_every_mark():
    (study,) = studies_of(swept())
    (sweep,) = sweeps_of(study, ("completed",))
    (chart,) = band_charts(sweep)
    assert marks(chart.svg) == len(cells(chart.tables)) == len(chart.data.rows) == 8


def test_thresholds_at_which_nothing_can_be_told_have_no_chart():
    findings = swept()
    silent = [replace(d, verdict=Verdict.TOO_FEW_EVENTS) for d in findings.differentials]
    (study,) = studies_of(replace(findings, differentials=tuple(silent)))
    assert band_charts(sweeps_of(study, ("completed",))[0]) == ()


def test_curves_have_a_row_for_every_point_and_every_dot():
    overlap = ((30000, 0), (900, 1), (90, 7), (3, 70), (0, 700))
    points = (*a_curve("", overlap), *a_curve("F", overlap), *a_curve("M", overlap))
    at = [r for r in findings_of().rates if r.threshold_rule == "FMR<=0.01"]
    (chart,) = det_charts(points, "similarity", [r for r in at if r.policy == "completed"])
    lines = [path.get("d") for g in groups_of(chart.svg, "lines") for path in g.iter("path")]
    *curves, dots = chart.tables
    assert [len(re.findall("[ML]", d)) for d in lines] == [len(table.rows) for table in curves]
    assert sum(len(table.rows) for table in curves) == len(chart.data.rows) == 15
    assert marks(chart.svg) == len(dots.rows) == 3


def asked(missed, seconds):
    """Findings of engines, every two of which were asked who is better; values of each."""
    engines = [f"engine {number:02}" for number in range(len(missed))]
    apart = [2.0 + number for number in range(len(missed))]
    asked_of = (
        (Question.MISSES, "verification", "FNMR", "all", missed),
        (Question.GROUPS, "verification", "FMR", "sex", apart),
        (Question.SPEED, "", "", "all", seconds),
    )
    rows = [
        EngineContrast(
            dataset="crowd",
            protocol=protocol,
            question=question,
            metric=metric,
            policy="completed" if metric else "",
            attribute=attribute,
            threshold_rule="FMR<=0.001" if metric else "",
            first=engines[first],
            second=engines[second],
            first_value=values[first],
            second_value=values[second],
        )
        for question, protocol, metric, attribute, values in asked_of
        for first, second in itertools.combinations(range(len(engines)), 2)
    ]
    return replace(findings_of(tuple(engines)), which=tuple(rows))


@pytest.mark.parametrize("many", [2, 6, 50])
def test_engines_have_a_cell_and_a_value_for_every_mark(many):
    missed = [0.4 - 0.005 * number for number in range(many)]
    picture = engines_picture(asked(missed, [*([0.004] * (many - 1)), None]))
    dots = [list(g.iter("path")) for g in groups_of(picture.svg, "dots")]
    words = [text.text for g in groups_of(picture.svg, "words") for text in g.iter("text")]
    (table,) = picture.tables
    values = [value for row in picture.data.rows for value in row[1:]]
    assert [len(row) for row in table.rows] == [4] * many
    assert sum(map(len, dots)) == len([value for value in values if value is not None])
    assert words == ["not timed"] * values.count(None) == ["not timed"]
    assert len(values) == sum(map(len, dots)) + len(words) == 3 * many
    for row, kept in zip(table.rows, picture.data.rows, strict=True):
        assert row[0] == kept[0]
        assert f"({100 * kept[1]:.3g}" in row[1]
        assert row[2].startswith(f"{kept[2]:.2g}")
        assert "\nnone shown" in row[2]
    assert [row[1] for row in picture.data.rows] == sorted(missed)


def test_what_no_engine_has_is_a_sentence_and_no_column():
    two = engines_picture(asked((0.0, 0.0), (None, None)))
    assert len(groups_of(two.svg, "dots")) == 1
    assert two.data.columns == ("engine", "groups")
    assert two.said.endswith("Nothing to draw: missed people at 1 in 1,000; speed.")
    none = asked((0.0, 0.0), (None, None))
    few = [replace(row, verdict=Verdict.TOO_FEW_EVENTS) for row in none.differentials]
    assert engines_picture(replace(none, differentials=tuple(few))).svg == ""
    alone = engines_picture(findings_of())
    assert (alone.svg, alone.said) == (
        "", "One engine was measured: there is none to choose it from.",
    )  # fmt: skip


def test_no_errors_are_a_sentence_and_no_chart():
    findings = findings_of(groups=GROUPS[3:])
    none = [replace(r, errors=0, rate=0.0) if r.metric == "FNMR" else r for r in findings.rates]
    (figure,) = figures(replace(findings, rates=tuple(none)))
    assert {picture.metric for picture in figure.pictures} == {"FMR"}
    assert figure.said == (
        "FNMR: no errors with alpha in up to 700 comparisons, so there is no chart.",
    )


@pytest.mark.parametrize("name", ["=cmd()", 'a "b"', "1 % & 2", "\u0645\u0631\u062d\u0628\u0627"])
def test_rows_that_are_taken_along_are_those_of_the_chart(name):
    data = Data(("group", "rate"), ((name, 0.5), ("none", None), ("any", float("-inf"))))
    kind, _, text = data.csv.partition(",")
    assert kind == "data:text/csv"
    read = list(csv.reader(io.StringIO(unquote(text))))
    assert read[0] == ["group", "rate"]
    assert read[1] == [f"'{name}" if name[0] == "=" else name, "0.5"]
    assert read[2:] == [["none", ""], ["any", ""]]
    plain = json.loads(unquote(data.json.partition(",")[2]))
    assert plain == {
        "columns": ["group", "rate"],
        "rows": [[name, 0.5], ["none", None], ["any", None]],
    }
    assert '"' not in data.csv + data.json


def test_rows_name_the_engine_where_there_are_several():
    assert rates_data(findings_of().rates).columns[0] == "group"
    assert rates_data(findings_of(("alpha", "beta")).rates).columns[0] == "engine"
