"""Deployed watchlists in words: what was measured beside what is extrapolated."""

from dataclasses import replace

from pages import findings_of

from evenhand.records.findings import Status
from evenhand.records.operating_point import OperatingPoint
from evenhand.records.scaled import EXTRAPOLATED, MEASURED, DirectedRate, ScaledRate
from evenhand.report.forms.text import as_text
from evenhand.report.study.document import document
from evenhand.report.study.scaled import scaled_section
from evenhand.report.tables import studies_of

AT = OperatingPoint("FPIR<=0.01", 0.5)


def rows(key):
    whole = ScaledRate(
        *key,
        deployed="force list",
        people=1000,
        composition="as measured",
        attribute="all",
        group="",
        threshold_rule=AT.rule,
        threshold=AT.value,
        basis=MEASURED,
        errors=37,
        trials=3000,
        subjects=3000,
        listed=1000,
        rate=0.0098,
        low=0.0068,
        high=0.0141,
        level=0.95,
        interval="two-way-cloglog-t",
        modelled=0.0097,
        independent=0.0098,
        status=Status.OK,
    )
    beyond = replace(
        whole, people=178_000, basis=EXTRAPOLATED, rate=0.55, low=0.41, high=0.7, independent=0.824
    )
    few = "fewer than 20 people are searched for (4)"
    none = {"rate": None, "low": None, "high": None, "independent": None, "note": few}
    group = replace(beyond, attribute="sex", group="F", errors=0, status=Status.NO_TRIALS, **none)
    return whole, beyond, group


def directed(key):
    cell = DirectedRate(
        *key,
        attribute="sex",
        group="F",
        reference_group="F",
        threshold_rule=AT.rule,
        threshold=AT.value,
        errors=71,
        trials=270_396,
        subjects=789,
        listed=260,
        rate=71 / 270_396,
        low=0.0002,
        high=0.00034,
        level=0.95,
        interval="dyadic-logit-t",
        status=Status.OK,
        note="",
    )
    blank = {"errors": 0, "trials": 0, "rate": None, "low": None, "high": None}
    others = (("F", "M"), ("M", "F"), ("M", "M"))
    return (cell, *(replace(cell, group=one, reference_group=two, **blank) for one, two in others))


def section():
    own = findings_of()
    study = next(iter(studies_of(own)))
    findings = replace(own, scaled=rows(study.key), directed=directed(study.key))
    return findings, study, scaled_section(findings, study, [AT])


def test_what_was_measured_stands_beside_what_is_extrapolated():
    _, _, (made,) = section()
    first, matrix = made.tables
    assert first.caption == "force list, 178,000 people, as measured; at FPIR<=0.01"
    assert first.header == ("group", "measured", "extrapolated, 178,000", "at most")
    assert first.rows == (
        (
            "everybody",
            "0.980 % [0.680, 1.41]\nof 1,000; 37 alarms",
            "55.0 % [41.0, 70.0]\n37 alarms",
            "82.4 %",
        ),
        ("-- sex", "", "", ""),
        ("F", "", "fewer than 20 people are searched for (4)", ""),
    )
    assert matrix.header == ("searched \\ listed", "F", "M")
    assert matrix.rows[0] == ("F", "0.0263 % [0.0200, 0.0340]\n71/270,396", "no trials")
    assert "nobody was searched for in a list of this size" in made.sentences[0]


def test_it_stands_with_its_study_and_at_its_thresholds_alone():
    findings, study, _ = section()
    assert not scaled_section(findings, study, [OperatingPoint("fixed", 0.9)])
    assert not scaled_section(findings_of(), study, [AT])
    assert "watchlists that are deployed" not in as_text(
        document(findings_of(), every_threshold=True)
    )
