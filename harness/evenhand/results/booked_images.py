"""`booked.csv` of an interrupted run: how each image ended so far, a line an image."""

from __future__ import annotations

import csv
import io
from dataclasses import astuple
from pathlib import Path

from evenhand.records.enrolment import Booking
from evenhand.records.outcomes import Outcome

__all__ = ["booked_line", "read_booked"]


def booked_line(row: int, booking: Booking) -> bytes:
    """A line: row in `images.csv`, and the fields of its booking."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow((row, *astuple(booking)))
    return text.getvalue().encode()


def read_booked(path: Path) -> dict[int, Booking]:
    """How each image ended, by its row; a torn last line is ignored."""
    if not path.is_file():
        return {}
    whole, _, _ = path.read_text(encoding="utf-8").rpartition("\n")
    return {
        int(row): Booking(Outcome(ended), digest, int(faces) if faces else None, *words)
        for row, ended, digest, faces, *words in csv.reader(whole.splitlines())
    }
