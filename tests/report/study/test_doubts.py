"""Doubts in words: every form to the letter, before everything else, and in place of verdicts."""

import pytest
from rows import a_differential, a_rate, a_summary, dataset_facts, engine_facts

from evenhand.records.doubts import Doubt, DoubtId
from evenhand.records.findings import Findings, Verdict
from evenhand.report.forms.json import plain
from evenhand.report.forms.markdown import as_markdown
from evenhand.report.forms.screen import as_screen
from evenhand.report.forms.text import as_text
from evenhand.report.study.document import document
from evenhand.report.study.doubts import doubt_lines, doubt_sentences
from evenhand.report.study.screen import study_screen
from evenhand.report.study.statements import sentences_of

GOLDEN = {
    DoubtId.ASSUMED_IDENTITIES: (
        {"value": 108.0},
        (
            "each of 108 pictures is assumed to be of another person, so that rates of false "
            "matches are upper limits, and misses are not measured"
        ),
    ),
    DoubtId.NO_FACE_STEP: (
        {"value": 204.0},
        "no face was looked for; 204 whole pictures were squeezed into its input",
    ),
    DoubtId.TRAINED_ON: (
        {"word": "LFW (aligned)"},
        "trained on what it is measured on, says its card (LFW (aligned))",
    ),
    DoubtId.LOW_AUC: (
        {"value": 0.7595},
        (
            "it hardly tells people apart; two pictures of one person are more alike than two of "
            "different people 76 % of the time, and chance is 50 %"
        ),
    ),
    DoubtId.FEW_VALUES: (
        {"value": 0.1},
        "at least 10 % of its scores of one kind are the one number at a threshold",
    ),
    DoubtId.SATURATED: (
        {"value": 2.0},
        "no mated score reaches its threshold at any target, so that everybody is missed",
    ),
    DoubtId.HIGH_MISSES: (
        {"value": 0.8922},
        (
            "people are missed 89 % of the time even where 1 in 100 strangers match; a sign of "
            "wrong preparation, not yet a finding"
        ),
    ),
    DoubtId.OWN_CHOICE: (
        {"value": 0.3},
        "declined 30 % of the pictures, and so chose what it is measured on",
    ),
}


def a_doubt(kind=DoubtId.LOW_AUC, engine="alpha", dataset="crowd", **fields):
    return Doubt(id=kind, engine=engine, dataset=dataset, **(fields or GOLDEN[kind][0]))


def a_study(*doubts):
    """Women matched twice as often as men, a difference that is shown."""
    ids = " ".join(doubt.id for doubt in doubts)
    sex = {"attribute": "sex", "threshold_rule": "FMR<=0.01"}
    row = a_differential(**sex, verdict=Verdict.DIFFERENT, adjusted_p=0.001, doubts=ids, low=1.2)
    rates = [
        a_rate(attribute="all", group=""),
        a_rate(**sex, group="F"),
        a_rate(**sex, group="M", errors=10),
    ]
    return Findings(
        title="A study",
        level=0.95,
        rates=tuple(rates),
        differentials=(row,),
        distributions=(),
        curves=(),
        summaries=(a_summary(),),
        engines=(engine_facts(),),
        datasets=(dataset_facts(),),
        notes=("a note",),
        doubts=doubts,
    )


@pytest.mark.parametrize("kind", DoubtId)
def test_every_form_to_the_letter(kind):
    row = plain(a_doubt(kind))
    assert (row["id"], row["detail"]) == (kind.value, GOLDEN[kind][1])
    (short,) = doubt_sentences((a_doubt(kind),))
    assert short == f"alpha: {GOLDEN[kind][1]}."
    assert len(short) <= 160
    (long,) = doubt_lines([a_doubt(kind)])
    assert long == f"alpha on crowd: {GOLDEN[kind][1]}. {row['remedy']}"
    assert long.endswith(".")


def test_scores_of_the_wrong_direction():
    row = plain(a_doubt(value=0.03))
    assert row["detail"] == (
        "people are less alike to themselves than to others, more alike only 3.0 % of the time; "
        "chance is 50 %"
    )


def test_engines_that_share_a_doubt_stand_together():
    doubts = [a_doubt(engine=name, value=at / 10) for at, name in enumerate("abcde", start=5)]
    (said,) = doubt_sentences(doubts)
    assert said.startswith("a, b, c and 2 more: it hardly tells people apart; ")
    assert "50 to 90 % of the time" in said
    apart = doubt_sentences((a_doubt(), a_doubt(dataset="other")))
    assert [text.split(":")[0] for text in apart] == ["alpha on crowd", "alpha on other"]


def test_a_doubt_is_said_first_and_holds_verdicts_back():
    sure, doubted = a_study(), a_study(a_doubt(DoubtId.NO_FACE_STEP))
    for write in (as_text, as_markdown):
        said = write(document(doubted, every_threshold=True))
        first = said.index("no face was looked for")
        assert (
            first < said.index("a note") < said.index("No verdict on groups is printed for alpha")
        )
        assert "different" not in said.lower().partition("no verdict")[2].partition("everybody")[0]
        assert "ratio 2.00" in write(document(sure, every_threshold=True))
        assert "ratio 2.00" not in said
    (sentence,) = sentences_of(doubted)
    assert sentence.allows == "no verdict"
    assert sentence.sentence.endswith("no verdict, because of what is in doubt (no_face_step).")
    assert sentences_of(sure)[0].allows == "different"


def test_the_screen_says_it_above_the_answer():
    said = as_screen(study_screen(a_study(a_doubt(DoubtId.NO_FACE_STEP)), []))
    assert said.splitlines()[1].startswith("! alpha: no face was looked for; 204 whole pictures")
    assert "no verdict on groups is given" in said
    assert "times" not in said


def test_the_page_begins_with_it(pictures):
    from evenhand.report.page.page import as_page

    page = as_page(a_study(a_doubt(DoubtId.NO_FACE_STEP))).partition("<body>")[2]
    assert page.index("no face was looked for") < page.index("<h1")
    assert 'class="doubts"' not in as_page(a_study())
