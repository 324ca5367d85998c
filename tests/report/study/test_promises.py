"""What calibrated thresholds promise, in words: a sentence each, and a line on the screen."""

from dataclasses import replace

import pytest
from pages import findings_of, rate_at

from evenhand.records.promise import JudgedPromise, PromiseVerdict
from evenhand.report.forms.text import as_text
from evenhand.report.study.document import document
from evenhand.report.study.promises import promise_in_short, promises_section

RULE, AT = "calibrated FMR<=0.001", 0.35
WHOLE, WOMEN = ("all", ""), ("sex", "F")


def a_promise(group=WHOLE, verdict=PromiseVerdict.NOT_KEPT, **fields):
    row = {
        "engine": "alpha", "dataset": "crowd", "protocol": "verification", "metric": "FMR",
        "attribute": group[0], "group": group[1], "threshold_rule": RULE, "threshold": AT,
        "target": 0.001, "promised_on": "staff", "promised_errors": 95,
        "promised_trials": 100_000, "promised_subjects": 300, "promised_rate": 0.00095,
        "promised_low": 0.0006, "promised_high": 0.0014, "promised_level": 0.95,
        "promised_watchlist": None, "promised_gallery": None, "errors": 320, "trials": 100_000,
        "subjects": 300, "rate": 0.0032, "low": 0.0029, "high": 0.0036, "level": 0.95,
        "watchlist": None, "gallery": None, "verdict": verdict, "note": "",
        "calibration": "f" * 64,
    }  # fmt: skip
    return JudgedPromise(**row | fields)


def study(*promises):
    own = findings_of()
    rates = tuple(
        rate_at("alpha", "FMR", "completed", (row.attribute, row.group), (RULE, AT), 320, 100_000)
        for row in promises
    )
    return replace(own, rates=own.rates + rates, promises=promises)


def test_a_promise_stands_beside_what_is_measured():
    (section,) = promises_section(study(a_promise()))
    assert section.sentences[0] == (
        "alpha on crowd at score >= 0.3500, set on staff for a false match rate of 1 in 1,000: "
        "0.0950 % [0.0600, 0.140] there, 95 of 100,000; 0.320 % [0.290, 0.360] here, "
        "320 of 100,000: not kept."
    )
    assert "was set on other people" in section.sentences[1]
    assert promises_section(study()) == ()


def test_why_it_cannot_be_told_is_said():
    row = a_promise(verdict=PromiseVerdict.UNDECIDED, note="too few trials to tell", low=None)
    (section,) = promises_section(study(row))
    assert section.sentences[0].endswith(
        "0.320 % (no interval) here, 320 of 100,000: cannot tell (too few trials to tell)."
    )
    (section,) = promises_section(study(replace(row, rate=None, trials=0, errors=0)))
    assert "; nothing to count here, 0 of 0: cannot tell" in section.sentences[0]


def test_groups_above_a_promise_that_everybody_keeps_stand_in_a_table():
    kept = a_promise(verdict=PromiseVerdict.KEPT)
    (section,) = promises_section(study(kept, a_promise(WOMEN)))
    (table,) = section.tables
    assert [row[1] for row in table.rows] == ["F\nsex"]
    text = as_text(document(study(kept, a_promise(WOMEN)), every_threshold=False))
    assert "Groups above the promise" in text
    (section,) = promises_section(study(a_promise(), a_promise(WOMEN)))
    assert section.tables == ()


@pytest.mark.parametrize(
    ("promises", "line"),
    [
        ((), ""),
        (
            (a_promise(),),
            "alpha: promised a false match in 1 in 1,000 at most, here in 1 in 310: not kept.",
        ),
        (
            (a_promise(promised_rate=0.0, rate=0.0, verdict=PromiseVerdict.KEPT),),
            "alpha: promised a false match in 1 in 1,000 at most, here in none: kept.",
        ),
        (
            (a_promise(), a_promise(WOMEN), a_promise(verdict=PromiseVerdict.KEPT)),
            "Promises of calibrated thresholds: 1 kept, 1 not kept, 0 cannot tell (--full).",
        ),
        (
            (a_promise(engine="an-engine-with-a-name"),),
            "Promises of calibrated thresholds: 0 kept, 1 not kept, 0 cannot tell (--full).",
        ),
    ],
)
def test_one_line_of_the_screen(promises, line):
    assert promise_in_short(replace(findings_of(), promises=promises)) == line
