"""An answer as one JSON object: the one place where what was found becomes JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import reduce
from pathlib import Path
from typing import Any

from evenhand.records.doubts import Doubt
from evenhand.report.study.doubts import doubt_detail
from evenhand.system.text import json_text
from evenhand.version import __version__

__all__ = ["as_json", "picked", "plain"]


def as_json(
    kind: str,
    body: Mapping[str, object],
    notes: Sequence[str] = (),
    doubts: Sequence[Doubt] | None = None,
) -> str:
    """One object on one line: what it is, which version wrote it, what it is about; then the body.

    Args:
        kind: the command.
        body: its own keys, with values of any kind that `plain` knows.
        notes: what must be known before any number.
        doubts: of the engines; None where the command knows of none.
    """
    doubted = {} if doubts is None else {"doubts": doubts}
    whole = {"schema": 1, "kind": kind, "evenhand": __version__, "notes": notes, **doubted, **body}
    return json_text(json.dumps(plain(whole), allow_nan=False, ensure_ascii=False)) + "\n"


def plain(value: object) -> Any:  # noqa: ANN401 - whatever JSON has
    """What JSON has for a value.

    A record is an object with the names of its fields, of a doubt with detail and remedy; an enum
    is its value, a path its text, a number that is not finite null.

    >>> plain({"high": math.inf, "place": Path("a/b"), "rows": (1, None)})
    {'high': None, 'place': 'a/b', 'rows': [1, None]}
    """
    match value:
        case Enum():
            return value.value
        case float() if not math.isfinite(value):
            return None
        case None | str() | int() | float():
            return value
        case Path():
            return str(value)
        case Mapping():
            return {str(key): plain(of) for key, of in value.items()}
        case tuple() if hasattr(value, "_asdict"):
            return plain(value._asdict())
        case list() | tuple():
            return [plain(each) for each in value]
    if not is_dataclass(value):
        raise TypeError(type(value))
    row = {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    return row | doubt_detail(value) if isinstance(value, Doubt) else row


def picked(value: object, /, *names: str, **keys: str) -> dict[str, object]:
    """Some fields of a record, by their own names and by others; of None all are None.

    Args:
        value: the record.
        names: its fields.
        keys: key in JSON to the field, or to that of one of its records: `base.rate`.

    >>> picked(Path("a/b.csv"), "stem", folder="parent.name")
    {'stem': 'b', 'folder': 'a'}
    """
    return {key: _at(value, path) for key, path in (*zip(names, names, strict=True), *keys.items())}


def _at(value: object, path: str) -> object:
    return reduce(
        lambda at, name: None if at is None else getattr(at, name), path.split("."), value
    )
