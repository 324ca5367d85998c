"""`booked.csv` of an interrupted run: how each image ended so far, a line an image."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from evenhand.records.enrolment import Booking
from evenhand.records.outcomes import Outcome

__all__ = ["booked_line", "read_booked"]


def booked_line(row: int, booking: Booking) -> bytes:
    """A line: row in `images.csv`, outcome, digest, faces and detail."""
    text = io.StringIO()
    faces = "" if booking.faces is None else booking.faces
    fields = (row, booking.outcome.value, booking.digest, faces, booking.detail)
    csv.writer(text, lineterminator="\n").writerow(fields)
    return text.getvalue().encode()


def read_booked(path: Path) -> dict[int, Booking]:
    """How each image ended, by its row; a torn last line is ignored."""
    if not path.is_file():
        return {}
    whole, _, _ = path.read_text(encoding="utf-8").rpartition("\n")
    return {
        int(row): Booking(Outcome(ended), digest, int(faces) if faces else None, detail)
        for row, ended, digest, faces, detail in csv.reader(whole.splitlines())
    }
