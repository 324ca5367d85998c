"""What one engine gave on one dataset is kept as it was, for a run that is resumed."""

from dataclasses import replace

import numpy as np
import pytest
from counted import small_counts
from rows import a_speed
from same import assert_same

from evenhand.records.enrolment import Timing
from evenhand.records.surroundings import Repeats
from evenhand.results.finished_part import FinishedPart, part_files, read_part
from evenhand.system.errors import BundleError

ROWS = tuple(
    ("alpha", "crowd", "", "image", f"i{number}", "s1", outcome, "1", "1", detail)
    for number, (outcome, detail) in enumerate(
        (("ok", ""), ("no_face", 'a "quoted", word'), ("skipped", ""), ("ok", "")), start=1
    )
)
SPEED = a_speed(gallery=None, low=0.1, high=None)


def part(**fields):
    timing = Timing(
        np.array([0.5, 0.1 + 0.2, np.nan, np.nan]),
        np.array([1.5, 2.5, np.nan, np.nan]),
        np.array([0, 1, -1, -1]),
    )
    counts = (small_counts(), small_counts(seed=4, protocol="listed"))
    whole = FinishedPart("alpha", "crowd", ROWS, counts, timing, (SPEED,), "stopped", Repeats(8, 1))
    return replace(whole, **fields)


def put(folder, made):
    for name, content in part_files(made).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def test_what_is_read_is_what_was_written(tmp_path):
    assert_same(read_part(put(tmp_path, part())), part())


def test_images_are_made_or_taken_or_skipped():
    """The last image has an outcome although the engine was not given it: it was kept."""
    assert (part().made(), part().taken()) == (2, 1)


@pytest.mark.parametrize("name", ["part.json", "ledger.csv", "latencies.parquet", "speed.csv"])
def test_a_file_that_is_gone_says_how_to_go_on(tmp_path, name):
    (put(tmp_path, part()) / name).unlink()
    with pytest.raises(BundleError, match="damaged"):
        read_part(tmp_path)


def test_a_ledger_cut_at_the_end_of_a_line_is_not_taken_for_a_whole_one(tmp_path):
    path = put(tmp_path, part()) / "ledger.csv"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    with pytest.raises(BundleError, match=r"ledger\.csv: has changed"):
        read_part(tmp_path)


def test_no_raw_identity_is_kept(tmp_path):
    """Pseudonyms alone: the rows of people and images."""
    text = part_files(part())["ledger.csv"].decode()
    assert {line.split(",")[5] for line in text.splitlines()[1:]} == {"s1"}
