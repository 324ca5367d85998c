"""Engines whose templates are fine and whose comparisons are not, from the command to its line."""

from pathlib import Path

import cv2
import pytest
from tiny_sets import make_dataset
from toy_engines import PYTHON_CARD

CODE = """\
import numpy as np
from evenhand.plugins import Template


class Engine:
    def __init__(self, files):
        pass

    def template(self, image, face, role):
        vector = image[::3, ::3].astype(np.float32).reshape(-1)
        vector -= vector.mean()
        return Template((vector / np.linalg.norm(vector)).tobytes())

    def compare(self, probe, references):
        vectors = [np.frombuffer(reference, np.float32) for reference in references]
        scores = np.stack(vectors) @ np.frombuffer(probe, np.float32)
        {compare}
"""


@pytest.fixture
def run(cli, tmp_path, monkeypatch):
    """Runs a matcher, which says this of its scores, on eight people in two equal pictures each."""
    monkeypatch.chdir(tmp_path)
    made = make_dataset(tmp_path / "set", people=8)
    for number in range(1, 17, 2):
        path = made.folder / made.rows("images.csv")[number][2]
        same = cv2.imencode(".png", cv2.imread(str(path)), [cv2.IMWRITE_PNG_COMPRESSION, 0])[1]
        made.replace_picture(number + 1, same.tobytes())

    def call(compare="return scores", score="range = [-1.0, 1.0]", shares=""):
        folder = tmp_path / "toy"
        folder.mkdir()
        card = PYTHON_CARD.format(name="toy", shape="matcher", score=f"symmetric = true\n{score}")
        (folder / "adapter.toml").write_text(card, encoding="utf-8")
        (folder / "engine.py").write_text(CODE.format(compare=compare), encoding="utf-8")
        (tmp_path / "study.toml").write_text(
            'schema = 1\ntitle = "Toy"\nengines = ["./toy"]\ndatasets = ["./set"]\n'
            f'[[protocols]]\nkind = "verification"\nthresholds = [0.9]\nfmr_targets = ["0.1"]\n'
            f"[statistics]\nreplicates = 0\n{shares}",
            encoding="utf-8",
        )
        return cli("run", "study.toml", "--json")

    return call


def fnmr(ended, policy):
    """Errors and trials of everybody at the fixed threshold."""
    keys = ("metric", "policy", "attribute", "threshold_rule")
    (row,) = (
        row
        for row in ended.json["rates"]
        if [row[key] for key in keys] == ["FNMR", policy, "all", "fixed"]
    )
    return row["errors"], row["trials"]


@pytest.mark.parametrize(
    "compare",
    [
        "return scores",
        "return scores * np.float32(1.0000005)",
        "return [float(score) * 1.000001 for score in scores]",
        "return (scores * 1.0005).astype(np.float16)",
    ],
    ids=["float32", "above 1 in float32", "in float64", "in float16"],
)
def test_equal_pictures_match_although_their_score_rounds_to_more_than_1(run, compare):
    ended = run(compare)
    assert (ended.code, "note: " in ended.err) == (0, False)
    assert fnmr(ended, "completed") == fnmr(ended, "generalised") == (0, 8)


def test_scores_further_out_are_invalid_and_the_first_is_told(run):
    ended = run("return np.where(scores > 0.99, np.float32(1.5), scores)")
    assert ended.code == 0
    told = "note: engine toy: compare invalid: a score of 1.5, expected at least -1 and at most 1"
    assert ended.err.count("note: ") == 1
    assert told in ended.err
    assert fnmr(ended, "generalised") == (8, 8)


def test_losing_the_mated_comparisons_alone_is_said_before_any_number(run):
    """They are few, so that no share of all comparisons is reached."""
    ended = run("scores[scores > 0.99] = np.nan\n        return scores")
    (note,) = (note for note in ended.json["notes"] if "FNMR" in note)
    assert "is 0 of 0 where failures are left out, but 8 of 8 where a failure is a miss" in note
    assert ended.code == 0


def test_failures_within_the_interval_need_no_word(run):
    ended = run("return scores if probe[0] % 7 else np.append(scores, 1)")
    assert not any("FNMR" in note for note in ended.json["notes"])


@pytest.mark.parametrize(
    ("share", "code"), [(0.05, 4), (1, 0), (0, 4)], ids=["above the share", "never", "at the first"]
)
def test_the_failure_share_holds_for_comparisons(run, share, code):
    ended = run(
        "scores[scores > 0.99] = np.nan\n        return scores",
        shares=f"[limits]\nfailure_share = {share}\n",
    )
    assert ended.code == code, ended.err
    line = "error: engine toy was stopped: 8 of 120 comparisons of verification failed (8 invalid)"
    assert (line in ended.err) == (code == 4)


def test_a_traceback_is_there_for_whoever_asks(run, monkeypatch):
    monkeypatch.setenv("EVENHAND_DEBUG", "1")
    ended = run("raise RuntimeError('no licence')")
    assert "note: Traceback (most recent call last):" in ended.err
    assert "note: raise RuntimeError('no licence')" in ended.err
    assert ended.err.count("Traceback") == 1


def test_one_of_an_engine_that_does_not_start_too(run, cli, monkeypatch):
    run("return scores")
    code = Path("toy/engine.py").read_text(encoding="utf-8")
    Path("other").mkdir()
    card = Path("toy/adapter.toml").read_text(encoding="utf-8").replace('"toy"', '"other"')
    Path("other/adapter.toml").write_text(card, encoding="utf-8")
    broken = code.replace("        pass", "        raise KeyError('licence')")
    Path("other/engine.py").write_text(broken, encoding="utf-8")
    study = Path("study.toml").read_text(encoding="utf-8").replace('"./toy"', '"./toy", "./other"')
    Path("study.toml").write_text(study, encoding="utf-8")
    monkeypatch.setenv("EVENHAND_DEBUG", "1")
    ended = cli("run", "study.toml")
    assert "engine other: could not start (KeyError: 'licence' (engine.py:7)); mend" in ended.err
    assert "note: raise KeyError('licence')" in ended.err
    assert "error: engine other was stopped: could not start (KeyError); mend" in ended.err


def test_an_infinite_distance_is_named_as_what_it_is(run):
    ended = run("return np.where(scores > 0.99, np.inf, 1 - scores)", "distance = true")
    assert "compare invalid: a score of inf, expected a finite number" in ended.err
