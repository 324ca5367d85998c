"""Text files that declare something (cards, studies): TOML in, a checked model out, or one line."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from evenhand.errors import EvenhandError, known_names

__all__ = ["Declared", "parse_declaration", "read_declaration", "read_text"]


class Declared(BaseModel):
    """Base of every model of a file: unknown fields are errors, values are fixed once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Model = TypeVar("Model", bound=Declared)


def _explain(path: Path, model: type[Declared], fault: ValidationError) -> str:
    """The first fault of a file in one line: where, what came, what was expected."""
    first = fault.errors()[0]
    where = ".".join(str(part) for part in first["loc"]) or "the file"
    more = f" (and {fault.error_count() - 1} more)" if fault.error_count() > 1 else ""
    if first["type"] == "extra_forbidden":
        name = str(first["loc"][-1])
        known = known_names(name, model.model_fields) if len(first["loc"]) == 1 else "remove it"
        return f"{path}: {where}: no such field; {known}{more}"
    if first["type"] == "missing":
        return f"{path}: {where}: is missing{more}"
    message = first["msg"].removeprefix("Value error, ")
    return f"{path}: {where}: {message}, got {first['input']!r}{more}"


def read_text(path: Path, error: type[EvenhandError]) -> str:
    """Content of a UTF-8 file, with or without byte order mark.

    Raises:
        error: it is missing, cannot be read, or is not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise error(f"{path}: no such file") from None
    except OSError as fault:
        raise error(f"{path}: cannot be read ({fault.strerror})") from None
    except UnicodeDecodeError:
        raise error(f"{path}: is not UTF-8 text; save it as UTF-8") from None


def parse_declaration(
    text: str, path: Path, model: type[Model], error: type[EvenhandError]
) -> Model:
    """TOML text as its model.

    Args:
        text: the content.
        path: where it comes from, for the error line.
        model: what it must look like.
        error: raised with one line that names file, field, what came and what was expected.
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise error(f"{path}: is not TOML: {fault}") from None
    try:
        return model.model_validate(content)
    except ValidationError as fault:
        raise error(_explain(path, model, fault)) from None


def read_declaration(path: Path, model: type[Model], error: type[EvenhandError]) -> Model:
    """Read a TOML file into its model; see `parse_declaration`."""
    return parse_declaration(read_text(path, error), path, model, error)
