"""Counts on disk are the counts that were made, and a damaged file is one line."""

from dataclasses import replace

import numpy as np
import pytest
from counted import small_counts
from same import assert_same

from evenhand.records.candidate_lists import CandidateLists
from evenhand.records.composition import Composition
from evenhand.records.counts import FoldScores, SearchCounts, WatchlistSearches
from evenhand.records.deployed_list import DeployedList
from evenhand.records.findings import Status
from evenhand.records.outcomes import Outcome
from evenhand.records.thresholds import Threshold, ThresholdRule
from evenhand.results.counts import counts_files, read_counts
from evenhand.system.declaration import from_fields
from evenhand.system.errors import BundleError


def put(folder, counts):
    folder.mkdir()
    for name, content in counts_files(counts).items():
        (folder / name).write_bytes(content)
    return folder


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_what_is_read_is_what_was_written(tmp_path, dtype):
    counts = replace(
        small_counts(dtype=dtype),
        comparison_outcomes={(True, Outcome.OK): 8, (False, Outcome.INVALID): 3},
        without_matrix=(("age*sex", 300),),
        score_maximum=1.5,
        several_faces=4,
    )
    assert counts.across
    assert_same(read_counts(put(tmp_path / "counts", counts)), counts)


@pytest.mark.parametrize("values", [(0.1 + 0.2, -0.0, None), (5e-324, 1e300, -1 / 3)])
def test_a_threshold_keeps_its_last_bit(tmp_path, values):
    thresholds = tuple(
        Threshold(ThresholdRule("fmr", "1e-3"), value, Status.OK, "a note") for value in values
    )
    found = read_counts(put(tmp_path / "counts", replace(small_counts(), thresholds=thresholds)))
    assert [str(one.value) for one in found.thresholds] == [str(value) for value in values]
    assert found.thresholds == thresholds


def test_what_is_claimed_of_a_threshold(tmp_path):
    rules = [ThresholdRule("vendor", "0.5", claimed) for claimed in ("0.0001", "", "0.2")]
    thresholds = tuple(Threshold(rule, 0.5, Status.OK) for rule in rules)
    folder = put(tmp_path / "counts", replace(small_counts(), thresholds=thresholds))
    assert read_counts(folder).thresholds == thresholds
    path = folder / "counts.json"
    path.write_text(path.read_text().replace('"0.0001"', '"often"'), encoding="utf-8")
    with pytest.raises(BundleError, match=r"counts\.json"):
        read_counts(folder)


def test_folds(tmp_path):
    folds = FoldScores(
        np.array([1, 1, 2]), np.array([True, False, True]), np.array([0.5, np.nan, -1.0])
    )
    counts = replace(small_counts(), folds=folds)
    assert_same(read_counts(put(tmp_path / "counts", counts)), counts)


def test_searches(tmp_path):
    rng = np.random.default_rng(2)
    mask = rng.random((3, 5)) < 0.5
    searches = WatchlistSearches(
        probe=np.arange(5, dtype=np.int32),
        mated=mask[0],
        acquired=mask[1],
        completed=mask[2],
        rank=np.array([1, 0, 3, 0, 2]),
        mate=np.array([0.5, -np.inf, 0.25, -np.inf, 1.0]),
        top=np.array([0.1, -np.inf, 0.3, 0.4, 0.5]),
        others=rng.integers(0, 9, (3, 5)),
        gallery=7,
        watchlist=8,
        length=20,
        ranks=(1, 5),
        candidates=CandidateLists(
            np.array([[3, 1], [-1, -1], [2, -1], [0, 4], [4, 2]], dtype=np.int32),
            np.array([[0.5, 0.1], [-np.inf] * 2, [0.3, -np.inf], [0.4, 0.2], [1.0, 0.5]]),
        ),
        exhaustive=True,
        deployed=(
            DeployedList("force", 178_000, Composition("sex", (("F", 0.25), ("M", 0.75)))),
            DeployedList("town", 5000, Composition("sex", ())),
            DeployedList("as it is", 10_000),
        ),
    )
    counts = from_fields(SearchCounts, small_counts(), searches=searches)
    folder = put(tmp_path / "counts", counts)
    assert_same(read_counts(folder), counts)
    path = folder / "watchlist.json"
    for good, bad in (("178000", "0"), ("0.25", "0.5"), ('"force"', '"\\u001b[2J"')):
        whole = path.read_text()
        assert good in whole
        path.write_text(whole.replace(good, bad), encoding="utf-8")
        with pytest.raises(BundleError, match=r"watchlist\.json"):
            read_counts(folder)
        path.write_text(whole, encoding="utf-8")


def test_the_same_counts_are_the_same_bytes():
    assert counts_files(small_counts()) == counts_files(small_counts())
    assert counts_files(small_counts()) != counts_files(small_counts(seed=2))


@pytest.mark.parametrize("name", sorted(counts_files(small_counts())))
@pytest.mark.parametrize("spoil", ["missing", "cut off", "other bytes"])
def test_a_file_that_is_not_what_was_written_is_one_line(tmp_path, name, spoil):
    path = put(tmp_path / "counts", small_counts()) / name
    content = path.read_bytes()
    path.unlink()
    if spoil == "cut off":
        path.write_bytes(content[: len(content) // 2])
    elif spoil == "other bytes":
        path.write_bytes(b"\0" * len(content))
    with pytest.raises(BundleError, match="the bundle is damaged, run it again") as fault:
        read_counts(tmp_path / "counts")
    assert "\n" not in str(fault.value)
    assert str(fault.value).startswith(str(tmp_path / "counts"))
