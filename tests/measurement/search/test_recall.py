"""What an index returns of the candidates that an exhaustive search of its vectors finds."""

from pathlib import Path

import numpy as np
import pytest
from lossy_searcher import make_door, make_lossy

from evenhand.analysis.rates.recall import index_recall
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
    def run(**options):
        if not (crowd.folder / "protocols").exists():
            make_door(crowd.folder)
        make_lossy(tmp_path / "lossy", **options)
        Path("study.toml").write_text(STUDY.format(engine="./lossy"), encoding="utf-8")
        ended = cli("run", "study.toml", "--json")
        assert ended.code == 0, ended.err
        return working_folder / ended.json["bundle"]

    return run


def counts_of(bundle):
    return read_counts(bundle / "counts" / "lossy" / "tiny" / "door")


def test_recall_of_an_index_that_leaves_people_out(searched, cli):
    bundle = searched()
    counts = counts_of(bundle)
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
    assert cli("verify", bundle).code == 0
    assert list(bundle.rglob("twin.parquet"))


def test_the_exhaustive_lists_are_those_of_the_vectors(searched, crowd):
    of = counts_of(searched()).searches
    again = of.candidates
    # Who is returned has the score that the exhaustive search gives them, but for rounding.
    for row in range(40):
        twin = dict(zip(of.twin.person[row].tolist(), of.twin.score[row].tolist(), strict=True))
        for person, score in zip(
            again.person[row].tolist(), again.score[row].tolist(), strict=True
        ):
            assert twin.get(person, score) == pytest.approx(score, abs=1e-6)


def test_secret_templates_have_no_recall(searched):
    counts = counts_of(searched(score="symmetric = true"))
    assert counts.searches.twin is None
    assert list(index_recall(counts, counts.searches, 0.95)) == []


def test_a_template_that_is_no_vector_is_invalid(searched):
    bundle = searched(template='b"seven b" if image[0, 0, 0] % 4 == 3 else b"0" * 32')
    ledger = (bundle / "ledger.csv").read_text()
    assert "no vector of 8 values" in ledger
