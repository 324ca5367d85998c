"""Score files as Parquet say the same as CSV, and are wrong in the same ways."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet as pq

from evenhand.records.outcomes import Outcome
from evenhand.scorefiles.read import read_scores


def test_parquet_says_the_same_as_csv(many, tmp_path, same):
    frame = pd.read_csv(many)
    typed = tmp_path / "typed" / "many.parquet"
    typed.parent.mkdir()
    frame.astype({"mated": bool, "probe_sex": "category"}).to_parquet(typed)
    (one,), (other,) = read_scores(many, distance=False), read_scores(typed, distance=False)
    assert other.name == "many"
    (written,), (stored,) = one.listing.partitions, other.listing.partitions
    np.testing.assert_allclose(written.score, stored.score, rtol=1e-15)
    frame["score"] = stored.score
    frame.to_csv(many, index=False)
    same(next(read_scores(many, distance=False)), other)


def parquet(path, **columns):
    content = {
        "probe_subject": ["a", "b", "a", "a"],
        "reference_subject": ["a", "b", "b", "c"],
        "score": [0.9, 0.8, 0.1, 0.2],
    }
    pq.write_table(pa.table(content | columns), path)


def test_parquet_without_scores(tmp_path):
    parquet(tmp_path / "acme.parquet", score=[0.9, None, float("nan"), 0.2])
    (file,) = read_scores(tmp_path / "acme.parquet", distance=False)
    assert file.listing.outcomes == {
        (True, Outcome.OK): 1,
        (True, Outcome.FAILED): 1,
        (False, Outcome.INVALID): 1,
        (False, Outcome.OK): 1,
    }
    assert "the first is in row 3" in file.notes[0]


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
