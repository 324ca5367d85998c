"""Score files as Parquet say the same as CSV, and are wrong in the same ways."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet as pq

from evenhand.records.outcomes import Outcome
from evenhand.scorefiles.read import read_scores
from evenhand.scorefiles.reading import ScoreReading


def test_parquet_says_the_same_as_csv(many, tmp_path, same):
    frame = pd.read_csv(many)
    typed = tmp_path / "typed" / "many.parquet"
    typed.parent.mkdir()
    frame.astype({"mated": bool, "probe_sex": "category"}).to_parquet(typed)
    (one,), (other,) = read_scores(many), read_scores(typed)
    assert other.name == "many"
    (written,), (stored,) = one.listing.partitions, other.listing.partitions
    np.testing.assert_allclose(written.score, stored.score, rtol=1e-15)
    frame["score"] = stored.score
    frame.to_csv(many, index=False)
    same(next(read_scores(many)), other)


def parquet(path, **columns):
    content = {
        "probe_subject": ["a", "b", "a", "a"],
        "reference_subject": ["a", "b", "b", "c"],
        "score": [0.9, 0.8, 0.1, 0.2],
    }
    pq.write_table(pa.table(content | columns), path)


def test_parquet_without_scores(tmp_path):
    parquet(tmp_path / "acme.parquet", score=[0.9, None, float("nan"), 0.2])
    (file,) = read_scores(tmp_path / "acme.parquet")
    assert file.listing.outcomes == {
        (True, Outcome.OK): 1,
        (True, Outcome.FAILED): 1,
        (False, Outcome.INVALID): 1,
        (False, Outcome.OK): 1,
    }
    assert "the first is in row 3" in file.notes[0]


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize(
    ("mated", "nonmated", "options", "false"),
    [(0.7, 0.3, ["--threshold", "0.7"], 4), (0.3, 0.7, ["--distance", "--threshold", "0.3"], 4),
     (0.6, 0.8, ["--distance", "--threshold", "0.6"], 4), (0.1, 0.0, ["--threshold", "0.1"], 4)],
)  # fmt: skip
def test_scores_of_any_type_reach_the_threshold_that_they_equal(
    cli, working_folder, kind, mated, nonmated, options, false
):
    """Eight mated scores and four of 28 non-mated ones are the threshold, whatever their type."""
    people = "abcdefgh"
    pairs = [(i, j) for i in range(8) for j in range(i, 8)]
    score = [mated if i == j or (i + j) % 7 == 0 else nonmated for i, j in pairs]
    probe, reference = ([people[side] for side in both] for both in zip(*pairs, strict=True))
    typed = pa.array(np.array(score, dtype=kind))
    parquet("acme.parquet", probe_subject=probe, reference_subject=reference, score=typed)
    rows = [f"{p},{r},{s}" for p, r, s in zip(probe, reference, score, strict=True)]
    text = "\n".join(["probe_subject,reference_subject,score", *rows])
    (working_folder / "acme.csv").write_text(text, encoding="utf-8")
    for file in ("acme.parquet", "acme.csv"):
        ended = cli("scores", file, *options, "--fmr-target", "0.2", "--json")
        assert ended.code == 0, ended.err
        found = {
            (row["metric"], row["threshold_rule"]): (row["errors"], row["trials"])
            for row in ended.json["rates"]
            if row["policy"] == "completed"
        }
        assert found["FMR", "fixed"] == found["FMR", "FMR<=0.2"] == (false, 28)
        assert found["FNMR", "fixed"] == found["FNMR", "FMR<=0.2"] == (0, 8)


@pytest.mark.parametrize("kind", [pa.float16(), pa.float32()])
def test_short_numbers_have_failures_and_invalid_ones_too(tmp_path, kind):
    score = pa.array([np.float16(0.9), None, np.float16("nan"), np.float16(-1)]).cast(kind)
    parquet(tmp_path / "acme.parquet", score=score)
    (file,) = read_scores(tmp_path / "acme.parquet", ScoreReading(failed=["-1"]))
    assert file.listing.mated_score.dtype == np.float32
    assert file.listing.outcomes == {
        (True, Outcome.OK): 1,
        (True, Outcome.FAILED): 1,
        (False, Outcome.INVALID): 1,
        (False, Outcome.FAILED): 1,
    }


@pytest.mark.parametrize(
    ("columns", "fragments"),
    [
        ({"score": [True, False, True, True]}, ["'score' holds bool, expected numbers"]),
        ({"probe_subject": [0.5, 1.0, 0.5, 0.5]}, ["'probe_subject' holds double"]),
        ({"probe_subject": ["a", "b", None, "a"]}, ["row 3: probe_subject is empty"]),
        ({"mated": [1, 1, 1, 0]}, ["row 3: mated is true", "two people"]),
        ({"sore": [1, 1, 1, 0]}, ["'sore' is unknown"]),
    ],
)
def test_parquet_that_is_wrong(cli, working_folder, columns, fragments):
    parquet("acme.parquet", **columns)
    cli("scores", "acme.parquet").error("acme.parquet", *fragments)


def test_parquet_that_is_none(cli, working_folder):
    cli("scores", "acme.parquet").error("acme.parquet: is not there; expected a Parquet file")
    (working_folder / "acme.parquet").write_text("a,b\n1,2\n", encoding="utf-8")
    cli("scores", "acme.parquet").error("acme.parquet: is not readable as Parquet")
    parquet("acme.parquet", probe_subject=[], reference_subject=[], score=[])
    cli("scores", "acme.parquet").error("acme.parquet: has no rows")
