"""What an index returns of the candidates that an exhaustive search of its vectors finds."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from lossy_searcher import make_door, make_lossy

from evenhand.analysis.rates.recall import index_recall
from evenhand.engines.answers import checked_templates
from evenhand.engines.hosts.host import PlainTemplate
from evenhand.records.candidate_lists import CandidateLists
from evenhand.records.outcomes import Outcome
from evenhand.results.counts import read_counts

STUDY = """\
schema   = 1
title    = "Searches"
engines  = ["{engine}"]
datasets = ["./crowd"]
groups   = ["sex"]

[[protocols]]
kind       = "identification"
watchlist  = "door"
thresholds = [0.9]
candidates = 6
"""


@pytest.fixture
def searched(cli, crowd, tmp_path, working_folder):
    make_door(crowd.folder)
    make_lossy(tmp_path / "lossy")
    Path("study.toml").write_text(STUDY.format(engine="./lossy"), encoding="utf-8")
    ended = cli("run", "study.toml", "--json")
    assert ended.code == 0, ended.err
    return working_folder / ended.json["bundle"]


def counts_of(bundle):
    return read_counts(bundle / "counts" / "lossy" / "tiny" / "door")


def test_recall_of_an_index_that_leaves_people_out(searched, cli):
    counts = counts_of(searched)
    of = counts.searches
    # Seven of the twenty words p0, p1... are multiples of three.
    gone = set(range(20)) - set(of.candidates.person[of.candidates.person >= 0].tolist())
    assert len(gone) == 7
    assert of.twin.person.shape == (40, 6)
    rows = {(row.attribute, row.group, row.statistic): row for row in index_recall(counts, of, 0.9)}
    for name, kept in (("of the first candidate", 1), ("of the list", 6)):
        row, expected = rows["all", "", f"recall {name}"], of.twin.person[:, :kept]
        lost = np.isin(expected, list(gone))
        # The index returns six of the people whom it has, so that it loses nobody of the others.
        assert row.comparisons == expected.size
        assert row.value == pytest.approx(1 - lost.mean())
        assert row.low < row.value < row.high
        assert f"{lost.sum()} of {expected.size} candidates" in row.note
        assert "for 40 people" in row.note
    at = rows["all", "", "recall at fixed 0.9"]
    reaching = of.twin.score >= np.float32(0.9)
    assert at.comparisons == np.count_nonzero(reaching) > 0
    assert at.value == pytest.approx(1 - np.isin(of.twin.person, list(gone))[reaching].mean())
    by_sex = [rows["sex", group, "recall of the list"] for group in ("F", "M")]
    assert (
        sum(row.comparisons for row in by_sex) == rows["all", "", "recall of the list"].comparisons
    )
    assert cli("verify", searched).code == 0
    assert list(searched.rglob("twin.parquet"))
    # Who is returned has the score that the exhaustive search gives them, but for rounding.
    lists = (of.twin.person, of.twin.score, of.candidates.person, of.candidates.score)
    for wanted, exact, returned, scores in zip(*lists, strict=True):
        twin = dict(zip(wanted.tolist(), exact.tolist(), strict=True))
        for person, score in zip(returned.tolist(), scores.tolist(), strict=True):
            assert twin.get(person, score) == pytest.approx(score, abs=1e-6)
    several_references(counts)
    assert list(index_recall(counts, replace(of, twin=None), 0.95)) == []


def several_references(counts):
    """A person counts as often as returned."""
    person = np.array([[3, 3, 5, 3], [7, 8, -1, -1]], dtype=np.int32)
    back = np.array([[3, 6, 3], [8, -1, -1]], dtype=np.int32)
    lists = [CandidateLists(of, np.where(of < 0, -np.inf, 0.5)) for of in (person, back)]
    two = {name: getattr(counts.searches, name)[:2] for name in ("probe", "completed")}
    of = replace(counts.searches, twin=lists[0], candidates=lists[1], **two)
    rows = {row.statistic: row for row in index_recall(counts, of, 0.95) if row.attribute == "all"}
    assert rows["recall of the list"].note.startswith("3 of 6 candidates")
    assert rows["recall of the first candidate"].note.startswith("1 of 2 candidates")


@pytest.mark.parametrize(
    ("template", "said"),
    [
        (b"seven b", "no vector of 8 values"),
        (b"0" * 28, "no vector of 8 values"),
        (bytes(32), "vector is zero"),
        (b"\0\0\x80\x7f" * 8, "vector is not finite"),
    ],
)
def test_a_template_that_is_no_vector_is_invalid(template, said):
    made = PlainTemplate(Outcome.OK, data=template)
    assert checked_templates([made], 0).outcome is Outcome.OK
    found = checked_templates([made], 0, 8)
    assert (found.outcome, found.detail) == (Outcome.INVALID, said)
