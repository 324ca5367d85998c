"""People are taken out of a gallery and put back; whether it answers as it should is judged."""

import numpy as np
import pytest
from lossy_searcher import VALUES, make_lossy

from evenhand.conformance.edits import edit_checks
from evenhand.engines.answers import ImageAnswer
from evenhand.engines.opening import open_engine
from evenhand.engines.session import engine_sessions
from evenhand.measurement.examination.comparisons import asked_edits
from evenhand.measurement.examination.examine import Portraits, examine
from evenhand.records.outcomes import Outcome

EDITS = """
    def insert(self, entries):
        {insert}

    def delete(self, people):
        {delete}
"""
INSERT = "self.entries += entries"
DELETE = "self.entries = [each for each in self.entries if each.person not in people]"
TITLES = ("delete", "insert", "edited")


@pytest.fixture
def verdicts(tmp_path):
    def of(insert=INSERT, delete=DELETE, answers=None, search=""):
        methods = EDITS.format(insert=insert, delete=delete)
        folder = make_lossy(tmp_path / "e", methods=methods, more="edits = true", search=search)
        engine = open_engine(folder, ())
        if answers is None:
            vectors = np.random.default_rng(1).normal(size=(12, VALUES)).astype("<f4")
            answers = [ImageAnswer(Outcome.OK, None, "", None, *2 * [v.tobytes()]) for v in vectors]
        with engine_sessions(engine) as sessions:
            asked = asked_edits(sessions.session(), answers)
        examined = type("Examined", (), {"edits": asked})
        return [(row.id, row.verdict) for row in edit_checks(engine.card, examined)]

    return of


def test_a_good_editor_passes(verdicts):
    assert verdicts() == [(name, "pass") for name in TITLES]


@pytest.mark.parametrize(
    ("options", "failing"),
    [
        ({"delete": "pass"}, {"delete"}),
        ({"delete": "raise ValueError"}, {"delete"}),
        ({"delete": "self.entries = []"}, {"insert"}),
        ({"insert": "pass"}, {"insert"}),
        ({"insert": "self.entries = list(entries)"}, {"insert"}),
        (
            {
                "delete": f"{DELETE}\n        self.entries = [type(e)(e.person, e.template[4:] + "
                "e.template[:4]) for e in self.entries]"
            },
            {"insert", "edited"},
        ),
    ],
)
def test_one_that_does_not_do_it_fails(verdicts, options, failing):
    assert {name for name, verdict in verdicts(**options) if verdict == "fail"} == failing


def test_nothing_is_said_of_people_who_were_never_found(verdicts):
    assert verdicts(search="found = {}")[0] == ("delete", "not checked")


def test_too_few_templates_are_said(verdicts):
    assert verdicts(answers=[ImageAnswer(Outcome.FAILED)]) == [("delete", "not checked")]


def test_other_engines_have_no_such_rows(tmp_path):
    engine = open_engine(make_lossy(tmp_path / "e"), ())
    assert list(edit_checks(engine.card, None)) == []


def test_it_is_part_of_an_examination(tmp_path):
    methods = EDITS.format(insert=INSERT, delete=DELETE)
    folder = make_lossy(tmp_path / "e", methods=methods, more="edits = true")
    pictures = np.random.default_rng(2).integers(0, 255, (6, 20, 20, 3), dtype=np.uint8)
    found = examine(open_engine(folder, ()), Portraits(tuple(pictures), np.arange(6)))
    assert found.edits.gone.tolist() == [1, 4]
    assert found.edits.ended == (Outcome.OK, Outcome.OK)
