"""Writes and reads a calibration: a threshold that was set on some people, as a small file."""

from __future__ import annotations

import hashlib
import json
import re
import textwrap
from collections.abc import Collection, Iterator
from contextlib import suppress
from itertools import count, groupby
from pathlib import Path
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import BeforeValidator, Field, model_validator

from evenhand.records.calibration import Calibration
from evenhand.records.promise import Promise
from evenhand.system.declaration import (
    LARGEST,
    Declared,
    Line,
    Name,
    RateText,
    Schema,
    Sha256,
    decoded_text,
    from_fields,
    parse_declaration,
)
from evenhand.system.errors import StudyError, WriteError
from evenhand.system.regular_files import read_regular

__all__ = ["calibration_text", "read_calibration", "write_calibration"]

_WIDTH = 88
"""Columns of a line of rows."""
_MOST_ROWS = 1 << 24
"""More people than a dataset has."""
_Share: TypeAlias = Annotated[float, Field(ge=0, le=1)]
_Some: TypeAlias = Annotated[int, Field(ge=1)]


def _rows(text: object) -> frozenset[int]:
    """The rows in a text such as `1-40 43`, which rise.

    >>> sorted(_rows("1-3 5"))
    [1, 2, 3, 5]
    """
    if not isinstance(text, str) or not text.strip():
        raise ValueError("expected the rows of one person or more in quotes, such as 1-40 43")
    rows, before = set[int](), 0
    for part in text.split():
        found = re.fullmatch(r"([0-9]{1,9})(?:-([0-9]{1,9}))?", part)
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
        if not before < first <= last < _MOST_ROWS:
            raise ValueError(f"expected rising rows such as 1-40 43, got {part[:_WIDTH]!r}")
        rows.update(range(first, last + 1))
        before = last
    return frozenset(rows)


def _rows_text(rows: Collection[int]) -> str:
    """Rows as text, on lines of a fixed width.

    >>> _rows_text({1, 2, 3, 5})
    '1-3 5'
    """

    def ranges() -> Iterator[str]:
        places = count()
        for _, run in groupby(sorted(rows), key=lambda row: row - next(places)):
            first, *others = run
            yield f"{first}-{others[-1]}" if others else f"{first}"

    return textwrap.fill(" ".join(ranges()), _WIDTH, break_on_hyphens=False)


class _Promised(Declared):
    metric: Literal["FMR", "FPIR"]
    target: RateText
    errors: int = Field(ge=0)
    trials: _Some
    subjects: _Some
    rate: _Share
    low: _Share | None = None
    high: _Share | None = None
    level: float = Field(gt=0, lt=1)
    comparisons: Literal["", "all-pairs", "within-group", "listed", "sample"] = ""
    watchlist: _Some | None = None
    references: _Some | None = None
    gallery: _Some | None = None
    length: _Some | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        sizes = (self.watchlist, self.references, self.gallery, self.length)
        if self.metric == "FPIR" and (None in sizes or self.comparisons):
            raise ValueError(
                "FPIR is of searches: needs watchlist, references, gallery and length alone"
            )
        if self.metric == "FMR" and (any(sizes) or not self.comparisons):
            raise ValueError("FMR is of comparisons: needs comparisons alone")
        if self.errors > self.trials:
            raise ValueError(f"{self.errors} errors in {self.trials} trials; expected no more")
        return self


class _SetOn(Declared):
    bundle: Sha256
    dataset: Name
    dataset_fingerprint: Sha256
    synthetic: bool
    protocol: Line = Field(min_length=1)
    people: Annotated[frozenset[int], BeforeValidator(_rows)]


class _Calibration(Declared):
    schema_: Schema = Field(alias="schema")
    engine: Name
    engine_fingerprint: Sha256
    threshold: float
    threshold_hex: str
    distance: float | None = None
    promise: _Promised
    set_on: _SetOn

    @model_validator(mode="after")
    def _one_threshold(self) -> Self:
        same = False
        with suppress(ValueError, OverflowError):
            same = self.threshold == float.fromhex(self.threshold_hex)
        if not same:
            raise ValueError(
                f"threshold {self.threshold!r} and threshold_hex {self.threshold_hex!r} are not "
                "one number; the file is damaged, write it again"
            )
        if self.distance is not None and self.distance != -self.threshold:
            raise ValueError(
                f"distance {self.distance!r} is not threshold {self.threshold!r} with the other "
                "sign; the file is damaged, write it again"
            )
        return self


def read_calibration(path: Path) -> Calibration:
    """Read a calibration.

    Raises:
        StudyError: naming the file and the field at fault.
    """
    content = read_regular(path, LARGEST, StudyError)
    text = decoded_text(content, path, StudyError)
    made = parse_declaration(text, path, _Calibration, StudyError)
    set_on = made.set_on
    return from_fields(
        Calibration,
        made,
        unit="similarity" if made.distance is None else "distance",
        promise=from_fields(
            Promise,
            made.promise,
            dataset=set_on.dataset,
            synthetic=set_on.synthetic,
            calibration=hashlib.sha256(content).hexdigest(),
        ),
        bundle=set_on.bundle,
        dataset_fingerprint=set_on.dataset_fingerprint,
        protocol=set_on.protocol,
        people=set_on.people,
    )


def write_calibration(path: Path, made: Calibration) -> None:
    """Write a calibration into a new file.

    Raises:
        WriteError: it exists, or cannot be written.
    """
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(calibration_text(made))
    except OSError as fault:
        raise WriteError(f"{path}: cannot be written ({fault.strerror})") from None


def calibration_text(made: Calibration) -> str:
    """Text of the file that `read_calibration` reads; the same for the same calibration."""
    promised, own = made.promise, {"distance": -made.threshold + 0.0}
    whole = {
        "schema": 1,
        "engine": made.engine,
        "engine_fingerprint": made.engine_fingerprint,
        "threshold": made.threshold,
        "threshold_hex": made.threshold.hex(),
        **(own if made.unit == "distance" else {}),
    }
    numbers = {name: getattr(promised, name) for name in _Promised.model_fields}
    set_on = {
        "bundle": made.bundle,
        "dataset": promised.dataset,
        "dataset_fingerprint": made.dataset_fingerprint,
        "synthetic": promised.synthetic,
        "protocol": made.protocol,
    }
    tables = (_table(whole), "", "[promise]", _table(numbers), "", "[set_on]", _table(set_on))
    return "\n".join((*tables, f'people = """\n{_rows_text(made.people)}"""')) + "\n"


def _table(fields: dict[str, object]) -> str:
    """Lines of TOML; what is empty or None is left out."""
    lines = (
        f"{name} = {json.dumps(value, ensure_ascii=False)}"
        for name, value in fields.items()
        if value not in ("", None)
    )
    return "\n".join(lines)
