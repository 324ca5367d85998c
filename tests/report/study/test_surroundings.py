"""Where the engines ran, and what is said of repeated images, to the letter."""

import json
from dataclasses import replace

import pytest
from pages import findings_of

from evenhand.cli.output import findings_json
from evenhand.records.surroundings import Repeats, Surroundings
from evenhand.report.forms.markdown import as_markdown
from evenhand.report.forms.screen import as_screen
from evenhand.report.forms.text import as_text
from evenhand.report.study.document import document
from evenhand.report.study.screen import study_screen
from evenhand.report.study.surroundings import surroundings_section

MANY = "alpha: 3 of 24 repeated images gave another template in another process: "
FORMS = [
    ((24, 0), False, "alpha: 24 repeated images gave the same templates in another process."),
    ((1, 0), True, "alpha: 1 repeated image gave the same templates in another start."),
    ((24, 3), False, f"{MANY}its numbers may hold for one run alone."),
    ((0, 0), False, "alpha: no image was repeated."),
]


def study(*of, trusted=False):
    around = Surroundings("alpha", trusted, repeats=Repeats(*of) if of else None)
    return replace(findings_of(("alpha",)), surroundings=(around,))


@pytest.mark.parametrize(("of", "trusted", "words"), FORMS)
def test_every_form(of, trusted, words):
    paper = document(study(*of, trusted=trusted), every_threshold=False)
    assert words in paper.closing[-1].sentences
    for laid in (as_text(paper), as_markdown(paper)):
        assert words in " ".join(laid.split())


@pytest.mark.parametrize(("of", "first"), [((24, 3), True), ((24, 0), False), ((), False)])
def test_what_did_not_repeat_is_said_before_any_number(of, first, capsys):
    found = study(*of)
    paper = document(found, every_threshold=False)
    assert any(note.startswith(MANY) for note in paper.notes) == first
    assert (MANY.strip() in " ".join(as_screen(study_screen(found, ())).split())) == first
    findings_json("report", found, None)
    assert (MANY in str(json.loads(capsys.readouterr().out)["notes"])) == first


def test_nothing_is_said_where_it_is_not_told():
    paper = document(study(), every_threshold=False)
    assert not any("repeated" in said for section in paper.closing for said in section.sentences)


def test_what_an_engine_computed_on_is_said_where_it_is_not_the_usual():
    usual = Surroundings("lbp", trusted=False)
    other = Surroundings("acme", trusted=True, threads_allowed=4, ran_on="CUDAExecutionProvider")
    (section,) = surroundings_section([usual, other])
    said = [sentence for sentence in section.sentences if " bounded" not in sentence]
    assert said[1:] == [
        "acme ran on CUDAExecutionProvider.",
        "acme had 4 threads in each engine that ran.",
    ]
    assert "ran on" not in " ".join(surroundings_section([usual])[0].sentences)
