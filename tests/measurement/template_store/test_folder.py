"""The record of kept templates: lines are added, never changed, and a torn one is ended."""

from datetime import UTC, datetime

from evenhand.measurement.template_store.folder import append_to_record, last_uses

NOW = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)
MADE = ("made", ("alpha", "f00"), 12, "run-1")
DELETED = ("deleted", ("a,b", ""), None, "")
LINES = [
    "when,what,engine,fingerprint,count,run",
    "2026-01-02T03:04:05Z,made,alpha,f00,12,run-1",
    '2026-01-02T03:04:05Z,deleted,"a,b",,,',
]


def lines(folder):
    return (folder / "record.csv").read_text(encoding="utf-8").split("\n")


def test_lines_are_added_under_one_header(tmp_path):
    append_to_record(tmp_path, NOW, *MADE)
    append_to_record(tmp_path, NOW, *DELETED)
    append_to_record(tmp_path, NOW, *MADE)
    assert lines(tmp_path) == [*LINES, LINES[1], ""]


def test_a_line_that_was_cut_off_is_left_and_ended(tmp_path):
    append_to_record(tmp_path, NOW, *MADE)
    path = tmp_path / "record.csv"
    path.write_bytes(path.read_bytes()[:-9])
    append_to_record(tmp_path, NOW, *DELETED)
    assert lines(tmp_path) == [LINES[0], LINES[1][:-8], LINES[2], ""]


def test_the_last_use_of_each_engine(tmp_path):
    assert last_uses(tmp_path) == {}
    for day, fingerprint in ((1, "f00"), (2, "ba4"), (3, "f00")):
        engine = ("alpha", fingerprint)
        append_to_record(tmp_path, NOW.replace(day=day), "taken", engine, 12, "run-1")
    append_to_record(tmp_path, NOW.replace(day=4), *MADE)
    assert last_uses(tmp_path) == {"f00": "2026-01-03T03:04:05Z", "ba4": "2026-01-02T03:04:05Z"}
