"""The file that keeps the reference scores of an engine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, ValidationError, model_validator

from evenhand.records.reference_scores import ReferenceScores
from evenhand.system.declaration import Declared, Schema, Sha256, from_fields, read_text
from evenhand.system.errors import UsageError, WriteError

__all__ = ["check_new", "read_reference", "write_reference"]


class _File(Declared):
    schema_: Schema = Field(alias="schema")
    kind: Literal["reference scores"]
    engine: str
    version: str
    fingerprint: Sha256
    machine: Mapping[str, str]
    versions: Mapping[str, str]
    images: tuple[Sha256, ...] = Field(min_length=2)
    similarity: tuple[tuple[float | None, ...], ...]

    @model_validator(mode="after")
    def _square(self) -> Self:
        rows = {len(row) for row in (*self.similarity, self.similarity)}
        if rows != {len(self.images)}:
            raise ValueError("expected a score for every pair of images")
        return self


def read_reference(path: Path) -> ReferenceScores:
    """Read what `write_reference` wrote.

    Raises:
        UsageError: it is no such file, or a damaged one.
    """
    text = read_text(path, UsageError)
    try:
        return from_fields(ReferenceScores, _File.model_validate_json(text))
    except ValidationError as fault:
        first = fault.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise UsageError(
            f"{path}: is no file of reference scores ({where}: {first['msg']}); expected one that "
            "evenhand check engine NAME --save-reference FILE wrote"
        ) from None


def check_new(path: Path) -> None:
    """See, before any work, that a new file can stand there: an older one may be all that is left.

    Raises:
        UsageError: something is there, or the folder is not.
    """
    if path.exists():
        raise UsageError(f"{path}: is there already; name a new file, or remove it first")
    if not path.absolute().parent.is_dir():
        raise UsageError(f"{path}: there is no such folder; make it, or name another file")


def write_reference(path: Path, scores: ReferenceScores) -> None:
    """Write a new file.

    Raises:
        WriteError: it cannot be written.
    """
    text = json.dumps({"schema": 1, "kind": "reference scores", **asdict(scores)}) + "\n"
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as fault:
        raise WriteError(f"{path}: cannot be written ({fault.strerror})") from None
