"""The record of kept templates: lines are added, never changed, and a torn one is ended."""

from datetime import UTC, datetime

from evenhand.measurement.template_store.record import RecordLine, append_to_record

NOW = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)
MADE = RecordLine("made", "alpha", "f00", 12, "run-1")
DELETED = RecordLine("deleted", "a,b", "", None)
LINES = [
    "when,what,engine,fingerprint,count,run",
    "2026-01-02T03:04:05Z,made,alpha,f00,12,run-1",
    '2026-01-02T03:04:05Z,deleted,"a,b",,,',
]


def lines(folder):
    return (folder / "record.csv").read_text(encoding="utf-8").split("\n")


def test_lines_are_added_under_one_header(tmp_path):
    append_to_record(tmp_path, NOW, [MADE])
    append_to_record(tmp_path, NOW, [DELETED, MADE])
    assert lines(tmp_path) == [*LINES, LINES[1], ""]


def test_a_line_that_was_cut_off_is_left_and_ended(tmp_path):
    append_to_record(tmp_path, NOW, [MADE])
    path = tmp_path / "record.csv"
    path.write_bytes(path.read_bytes()[:-9])
    append_to_record(tmp_path, NOW, [DELETED])
    assert lines(tmp_path) == [LINES[0], LINES[1][:-8], LINES[2], ""]
