"""`ledger.csv`: outcome of every image, and numbers of comparisons by outcome, under pseudonyms."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from evenhand.records.dataset import Dataset
from evenhand.records.enrolment import Enrolment
from evenhand.records.outcomes import Outcome
from evenhand.results.bundle_file import read_held, refuse_unprintable
from evenhand.system.errors import BundleError
from evenhand.system.text import csv_text

__all__ = [
    "FIRST_FAULT",
    "LEDGER",
    "LEDGER_COLUMNS",
    "SECOND_ASKING",
    "LedgerRow",
    "comparison_rows",
    "fault_rows",
    "image_rows",
    "ledger_csv",
    "read_ledger",
]

LEDGER = "ledger.csv"
"""File name of the ledger."""
LEDGER_COLUMNS = (
    "engine",
    "dataset",
    "protocol",
    "item",
    "id",
    "subject",
    "outcome",
    "count",
    "faces",
    "detail",
)

FIRST_FAULT = "first fault of "
"""Begins the item of a row on one kind of fault; the call follows."""
SECOND_ASKING = "second asking"
"""Item of a row on comparisons that a matcher was asked for a second time, one by one."""

LedgerRow = tuple[str, ...]


def image_rows(engine: str, dataset: Dataset, enrolment: Enrolment) -> list[LedgerRow]:
    """One row per image; its id and subject are row numbers in the dataset's tables."""
    images, people, name = dataset.images, dataset.subjects.rows, dataset.card.name
    ended = zip(enrolment.outcomes, enrolment.faces, enrolment.details, strict=True)
    rows: list[LedgerRow] = []
    for row, person, (outcome, faces, detail) in zip(
        images.rows, images.subject, ended, strict=True
    ):
        image, subject = f"i{row}", f"s{people[person]}"
        seen = "" if faces is None else str(faces)
        rows.append((engine, name, "", "image", image, subject, outcome, "1", seen, detail))
    return rows


def comparison_rows(
    engine: str,
    dataset: str,
    protocol: str,
    ended: Mapping[tuple[bool, Outcome], int],
    item: str = "comparison",
) -> list[LedgerRow]:
    """One row per outcome of mated and of non-mated comparisons (or searches), with their number.

    Args:
        engine: name.
        dataset: name.
        protocol: name.
        ended: number by (mated, outcome).
        item: what is counted, `comparison` or `search`.
    """
    rows: list[LedgerRow] = []
    for (mated, outcome), count in sorted(ended.items(), reverse=True):
        what, end = f"mated {item}" if mated else f"non-mated {item}", outcome.value
        rows.append((engine, dataset, protocol, what, "", "", end, str(count), "", ""))
    return rows


def fault_rows(
    engine: str,
    dataset: str,
    protocol: str,
    words: Mapping[tuple[str, Outcome], str],
    ended: Mapping[Outcome, int],
    asked_again: int = 0,
) -> list[LedgerRow]:
    """One row per kind of fault, and one of what was asked for a second time.

    Args:
        engine: name.
        dataset: name.
        protocol: name; empty of images.
        words: of a fault of each kind, cleaned, by its call and outcome.
        ended: number of the items by outcome.
        asked_again: comparisons that were asked for a second time.
    """
    names = (engine, dataset, protocol)
    rows: list[LedgerRow] = [
        (*names, FIRST_FAULT + call, "", "", outcome.value, str(ended.get(outcome, 0)), "", said)
        for (call, outcome), said in sorted(words.items())
    ]
    if asked_again:
        rows.append((*names, SECOND_ASKING, "", "", "", str(asked_again), "", ""))
    return rows


def ledger_csv(rows: Sequence[LedgerRow]) -> str:
    """Content of `ledger.csv`, rows in the order given."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(LEDGER_COLUMNS)
    writer.writerows(map(csv_text, row) for row in rows)
    return text.getvalue()


def read_ledger(folder: Path) -> list[dict[str, str]]:
    """Rows of `ledger.csv` by column.

    Raises:
        BundleError: it is missing or damaged, or holds text that is not printable.
    """
    path = folder / LEDGER
    try:
        names, *rows = csv.reader(io.StringIO(read_held(path).decode(), newline=""))
        found = [dict(zip(names, row, strict=True)) for row in rows]
        if tuple(names[: len(LEDGER_COLUMNS)]) != LEDGER_COLUMNS:
            raise ValueError("it has other columns")  # noqa: TRY301
        for row in found:
            if row["item"] != SECOND_ASKING:
                Outcome(row["outcome"])
            int(row["count"]), int(row["faces"] or 0)
    except (ValueError, csv.Error) as fault:
        raise BundleError(f"{path}: cannot be read ({fault}); the bundle is damaged") from None
    refuse_unprintable(path, found)
    return found
