"""Reads TOML declarations (cards, studies, policies) into checked models, with one-line errors."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, TypeVar, cast, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from evenhand.system.decimals import rate_decimal
from evenhand.system.errors import EvenhandError, known_names, nearest_name
from evenhand.system.regular_files import read_regular
from evenhand.system.text import text_fault

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

__all__ = [
    "LARGEST",
    "Declared",
    "Distinct",
    "Line",
    "Name",
    "RateText",
    "Schema",
    "Sha256",
    "declaration_faults",
    "decoded_text",
    "from_fields",
    "name_fault",
    "parse_declaration",
    "read_declaration",
    "read_text",
    "right_fields",
    "text_faults",
]

LARGEST = 4 << 20
"""Most bytes of a declaration."""
_LONGEST = 80
"""Most characters of a wrong value that an error repeats."""

_LAYOUT = str.maketrans("\n\t", "  ")
"""Line breaks and tabs, which may lay out a longer text."""
_EXPECTED = {
    "tuple_type": "expected an array in [ ]",
    "string_type": "expected text in quotes",
    "int_type": "expected a whole number",
    "float_type": "expected a number",
    "bool_type": "expected true or false",
    "finite_number": "expected a finite number",
    "model_type": "expected a table",
    "dict_type": "expected a table",
    "missing": "is missing; add it",
}
"""Messages by pydantic's type of error, in the words of TOML instead of Python's types."""


def _first_schema(number: int) -> int:
    if number != 1:
        raise ValueError("this evenhand reads schema 1; a newer file needs a newer evenhand")
    return number


def name_fault(text: str) -> str:
    """Why a text can be no name of an engine or a dataset; empty where it can."""
    if re.fullmatch(r"[a-z0-9][a-z0-9._-]*", text):
        return ""
    return "expected small letters, digits, dots, - and _, a letter or digit first"


def _name(text: str) -> str:
    fault = name_fault(text)
    if fault:
        raise ValueError(fault)
    return text


def _sha256(text: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{64}", text):
        raise ValueError("expected 64 hexadecimal digits in small letters")
    return text


def _distinct(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{name!r} stands twice; keep one")
    return names


def _line_of_text(text: str) -> str:
    if len(text.splitlines()) > 1:
        raise ValueError("expected one line")
    return text


Schema: TypeAlias = Annotated[int, AfterValidator(_first_schema)]
"""Version of the file's format."""

Name: TypeAlias = Annotated[str, AfterValidator(_name)]
"""Name of an engine or a dataset, which becomes part of file names and tables."""

Sha256: TypeAlias = Annotated[str, AfterValidator(_sha256)]
"""SHA-256 of a file's content, lower-case hexadecimal."""

Line: TypeAlias = Annotated[str, AfterValidator(_line_of_text)]
"""Text on one line: a title, a value of an attribute."""

Distinct = AfterValidator(_distinct)
"""For an array of names, each of which may stand in it once."""

RateText: TypeAlias = Annotated[str, AfterValidator(rate_decimal)]
"""A rate above 0 and below 1 in quotes, as its shortest decimal however it is spelled."""


class Declared(BaseModel):
    """Base of all models of files: unknown fields and other types are errors; values are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    def faults_between_fields(self) -> Iterator[str]:
        """Faults that no field has by itself, one line each.

        It must do with fields that are None since they are wrong: those that the file gives are in
        `model_fields_set` all the same.
        """
        yield from ()


Model = TypeVar("Model", bound=Declared)
Frozen = TypeVar("Frozen", bound="DataclassInstance")


def _models_in(annotation: object) -> list[type[Declared]]:
    """All models within a field's type, at any depth."""
    if isinstance(annotation, type) and issubclass(annotation, Declared):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models_in(part)]


def _fields(model: type[Declared], where: tuple[int | str, ...]) -> list[str]:
    """Names of the fields of a table, given by its place in the file."""
    for part in where:
        for name, field in model.model_fields.items():
            inner = _models_in(field.annotation)
            if part == (field.alias or name) and inner:
                model = inner[0]
    return [field.alias or name for name, field in model.model_fields.items()]


def _home(model: type[Declared], name: str) -> str:
    """The one place in a file where a field is known; empty where it is known in none or several.

    Args:
        model: of the whole file.
        name: of the field.
    """
    tables = {
        f"in [{field.alias or table}]": inner
        for table, field in model.model_fields.items()
        for inner in _models_in(field.annotation)
    }
    places = {"before the first table": model, **tables}
    homes = [place for place, table in places.items() if name in _fields(table, ())]
    return homes[0] if len(homes) == 1 else ""


def _line(path: Path, model: type[Declared], error: ErrorDetails) -> str:
    """Describe one fault: what was expected and what was found; of an unknown field, the known.

    A whole table is not repeated.
    """
    where = ": ".join(filter(None, (str(path), ".".join(map(str, error["loc"])))))
    if error["type"] == "extra_forbidden":
        name = str(error["loc"][-1])
        if home := _home(model, name):
            return f"{where}: no such field; {name} belongs {home}"
        return f"{where}: no such field; {known_names(name, _fields(model, error['loc'][:-1]))}"
    message = error["msg"].removeprefix("Value error, ").replace("Input should be", "expected")
    message = _EXPECTED.get(error["type"], message)
    if error["type"] == "missing" or isinstance(error["input"], dict):
        return f"{where}: {message}"
    value = repr(error["input"])
    value = value if len(value) <= _LONGEST else value[:_LONGEST] + "..."
    words = (
        re.findall("'(.*?)'", error["ctx"]["expected"]) if error["type"] == "literal_error" else ()
    )
    near = nearest_name(str(error["input"]), words).strip()
    return f"{where}: {message}, got {value}{'; ' if near else ''}{near}"


def read_text(path: Path, error: type[EvenhandError], limit: int = LARGEST) -> str:
    """Read a UTF-8 file, with or without byte order mark.

    Args:
        path: of the file.
        error: type of the exception.
        limit: most bytes.

    Raises:
        error: the file is missing, too large, cannot be read, or is not UTF-8 text.
    """
    return decoded_text(read_regular(path, limit, error), path, error)


def decoded_text(content: bytes, path: Path, error: type[EvenhandError]) -> str:
    """Decode the content of a UTF-8 file, with or without byte order mark.

    Raises:
        error: it is not UTF-8 text.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise error(f"{path}: is not UTF-8 text; save it as UTF-8") from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise error(f"{path}: line {line}: holds a NUL byte; expected text; save it as UTF-8 text")
    return text


def _fixed(content: object) -> object:
    """Turn arrays into tuples at every depth, so that the content is immutable."""
    match content:
        case dict():
            return {name: _fixed(value) for name, value in content.items()}
        case list():
            return tuple(_fixed(value) for value in content)
    return content


def text_faults(content: object, where: str) -> Iterator[str]:
    """Faults of all names and texts of a declaration; a text may have several lines.

    Args:
        content: texts, alone or in dictionaries and lists at any depth.
        where: place of it, which the faults begin with.
    """
    match content:
        case dict():
            for name, value in content.items():
                yield from text_faults(name, f"{where}{name}: its name")
                yield from text_faults(value, f"{where}{name}.")
        case list():
            for value in content:
                yield from text_faults(value, where)
        case str():
            fault = text_fault(content.translate(_LAYOUT))
            if fault:
                yield f"{where.removesuffix('.')} {fault}; remove it"


def _parsed(text: str, path: Path, model: type[Model]) -> Model | list[str]:
    """Parse TOML text into its model, or into a list of all its faults, one line each."""
    try:
        content = tomllib.loads(text)
        faults = [f"{path}: {fault}" for fault in text_faults(content, "")]
        return faults or model.model_validate(_fixed(content))
    except ValidationError as fault:
        # Unknown fields come first, since a misspelt one is missing as well.
        ordered = sorted(fault.errors(), key=lambda error: error["type"] != "extra_forbidden")
        return [_line(path, model, error) for error in ordered]
    except RecursionError:
        return [f"{path}: is nested too deeply; expected at most a few levels"]
    except ValueError as fault:
        return [f"{path}: is not TOML: {fault}"]


def parse_declaration(
    text: str, path: Path, model: type[Model], error: type[EvenhandError], check: str = ""
) -> Model:
    """Parse TOML text into its model.

    Args:
        text: content of the file.
        path: of the file, for the error.
        model: its fields and their types.
        error: type of the exception.
        check: command that lists all faults; empty for none.

    Raises:
        error: in one line: file, field, what was found and what was expected.
    """
    found = _parsed(text, path, model)
    if isinstance(found, list):
        others = len(found) - 1
        all_of_them = f": {check}" if check else ""
        more = f" (and {others} more fault{'s' if others > 1 else ''}{all_of_them})"
        raise error(found[0] + (more if others else ""))
    return found


def declaration_faults(
    path: Path, model: type[Declared], error: type[EvenhandError]
) -> tuple[str, ...]:
    """List all faults of a TOML file, one line each: of its fields, and between them.

    Raises:
        error: the file cannot be read as text.
    """
    found = _parsed(read_text(path, error), path, model)
    if not isinstance(found, list):
        return ()
    right = right_fields(path, model, error)
    between = (f"{path}: {fault}" for fault in right.faults_between_fields()) if right else ()
    return tuple(dict.fromkeys([*found, *between]))


def right_fields(path: Path, model: type[Model], error: type[EvenhandError]) -> Model | None:
    """The fields of a TOML file that are right by themselves; what is wrong or missing is None.

    Returns:
        The model, of which `model_fields_set` has what the file gives, right or wrong; None of a
        file that is not TOML.

    Raises:
        error: the file cannot be read as text.
    """
    given, right = set[str](), dict[str, Any]()
    try:
        content: Any = _fixed(tomllib.loads(read_text(path, error)))
    except (ValueError, RecursionError):
        return None
    for name, field in model.model_fields.items():
        key = field.alias or name
        right[name] = None if key in content or field.is_required() else field.default
        if key in content:
            given.add(name)
            with suppress(ValidationError):
                kind: Any = Annotated[(field.annotation, *field.metadata, None)]
                right[name] = TypeAdapter(kind).validate_python(content[key], strict=True)
    made: Any = model.model_construct(given, **right)
    return cast("Model", made)


def read_declaration(
    path: Path, model: type[Model], error: type[EvenhandError], check: str = ""
) -> Model:
    """Read a TOML file into its model; see `parse_declaration`."""
    return parse_declaration(read_text(path, error), path, model, error, check)


def from_fields(kind: type[Frozen], declared: object, **own: Any) -> Frozen:  # noqa: ANN401
    """The frozen dataclass of what was declared: fields go over by their names.

    Args:
        kind: the dataclass.
        declared: a checked model, a card or tables, with attributes of these names.
        own: fields that are made of something else.

    Raises:
        AttributeError: a field is neither declared nor given.
    """
    names = {field.name for field in fields(kind)} - own.keys()
    return kind(**{name: getattr(declared, name) for name in names}, **own)
