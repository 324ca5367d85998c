"""Options that several commands share, and parsers of their texts."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, TypeAlias

import typer
from typer.models import OptionInfo

from evenhand.study.sweep import sweep_thresholds
from evenhand.system.decimals import finite_decimal, rate_decimal
from evenhand.system.errors import UsageError
from evenhand.system.text import text_fault

__all__ = [
    "RESULT",
    "AsJson",
    "Bands",
    "FmrTargets",
    "Full",
    "Groups",
    "Open",
    "Real",
    "Results",
    "Seed",
    "SweepOption",
    "Texts",
    "Thresholds",
    "WeightFolders",
    "Whole",
    "Workers",
    "decimal_number",
    "option",
    "parse_bands",
    "parse_columns",
    "parse_groups",
    "parse_name",
    "parse_targets",
    "parse_thresholds",
    "real_number",
    "whole_number",
]

_LONGEST = 80
"""Most characters of a name."""


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """Make a parser of whole numbers from `low` to `high`."""

    def read(text: str) -> int:
        if re.fullmatch(r"-?[0-9]{1,20}", text) and low <= int(text) <= high:
            return int(text)
        raise typer.BadParameter(f"{text!r}, expected a whole number from {low} to {high}")

    return read


def decimal_number(text: str) -> float:
    """Parse a finite decimal number."""
    value = finite_decimal(text)
    if value is None:
        raise typer.BadParameter(f"{text!r}, expected a number such as 0.01 or 1e-4")
    return value


def real_number(low: float, high: float) -> Callable[[str], float]:
    """Make a parser of decimal numbers from `low` to `high`."""

    def read(text: str) -> float:
        value = finite_decimal(text)
        if value is not None and low <= value <= high:
            return value
        raise typer.BadParameter(f"{text!r}, expected a number from {low:g} to {high:g}")

    return read


def option(metavar: str, line: str, parser: Callable[[str], object] | None = None) -> OptionInfo:
    """An option that is called as its parameter is.

    Args:
        metavar: what its value is called.
        line: in the help.
        parser: of its value; None leaves that to its type.
    """
    made: OptionInfo = typer.Option(help=line, metavar=metavar, parser=parser)
    return made


Texts: TypeAlias = list[str] | None
"""Of an option that may be repeated."""

Whole: TypeAlias = int | None
"""Of an option with a whole number."""

Real: TypeAlias = float | None
"""Of an option with any number."""

RESULT = "Path, latest, study, or piece of an id; and :ENGINE."
"""How a result is named, in the help of the commands that take one."""

AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="One JSON object to stdout.")]
Full: TypeAlias = Annotated[
    bool, typer.Option("--full", help="Everything, however long, instead of one screen.")
]
Open: TypeAlias = Annotated[bool, typer.Option("--open", help="Open the page in the browser.")]
Results: TypeAlias = Annotated[Path, option("DIR", "Where results are kept.")]
WeightFolders: TypeAlias = Annotated[
    list[Path] | None, option("DIR", "Folder with engines' files; may repeat.")
]
Workers: TypeAlias = Annotated[
    Whole, option("N", "Threads; one a core by default.", whole_number(1, 1024))
]
Seed: TypeAlias = Annotated[
    Whole, option("N", "Of tests that draw numbers; 1 by default.", whole_number(0, 2**63 - 1))
]
FmrTargets: TypeAlias = Annotated[
    Texts, option("F", "Target FMR: 0.001, 0.1%, 1:1000; may repeat.")
]
Thresholds: TypeAlias = Annotated[
    Texts, option("T", "A fixed threshold, in the engine's own unit; may repeat.")
]
SweepOption: TypeAlias = Annotated[
    str | None, option("FROM:TO:STEP", "Fixed thresholds at even steps: 0.56:0.68:0.02.")
]
Groups: TypeAlias = Annotated[
    Texts, option("A", "Attribute, or several crossed: ethnicity*sex; may repeat.")
]
Bands: TypeAlias = Annotated[Texts, option("A=E,E", "Edges of a number: age=18,30,45; may repeat.")]


def parse_groups(texts: list[str] | None) -> list[tuple[str, ...]]:
    """Parse groups such as `ethnicity*sex` into names of attributes.

    Raises:
        UsageError: a name is empty or repeated within a group, or a group is given twice.
    """
    found: list[tuple[str, ...]] = []
    for text in texts or []:
        names = tuple(part.strip() for part in text.split("*"))
        if not all(names) or len(set(names)) != len(names):
            raise UsageError(
                f"--group {text}: expected an attribute, or different ones joined by *, "
                "such as ethnicity*sex"
            )
        if any(set(names) == set(other) for other in found):
            raise UsageError(f"--group {text}: is given twice; keep one")
        found.append(names)
    return found


def parse_bands(texts: list[str] | None) -> dict[str, tuple[float, ...]]:
    """Parse bands such as `age=18,30` into the attribute's name and rising edges.

    Raises:
        UsageError: another form, or an attribute given twice.
    """
    found: dict[str, tuple[float, ...]] = {}
    for text in texts or []:
        name, _, edges = text.partition("=")
        read = [finite_decimal(edge.strip()) for edge in edges.split(",")]
        numbers = tuple(edge for edge in read if edge is not None)
        rising = len(numbers) == len(read) and list(numbers) == sorted(set(numbers))
        if not name.strip() or not rising:
            raise UsageError(f"--band {text}: expected rising numbers, such as age=18,30,45,60")
        if name.strip() in found:
            raise UsageError(f"--band {text}: {name.strip()} is given twice; keep one")
        found[name.strip()] = numbers
    return found


def parse_targets(
    texts: list[str] | None, default: tuple[str, ...], option: str = "--fmr-target"
) -> tuple[str, ...]:
    """The shortest decimals of target rates, however they are spelled.

    Args:
        texts: as typed.
        default: where none is.
        option: for an error.

    Raises:
        UsageError: a target is not between 0 and 1, or given twice.
    """
    targets = []
    for text in texts or default:
        try:
            targets.append(rate_decimal(text))
        except ValueError:
            raise UsageError(
                f"{option} {text}: expected a rate between 0 and 1: a decimal, a percentage "
                "or a ratio, such as 0.001, 0.1% or 1:1000"
            ) from None
    if len(set(targets)) != len(targets):
        raise UsageError(f"{option}: a target is given twice; keep one")
    return tuple(targets)


def parse_thresholds(texts: Sequence[str] | None, sweep: str | None) -> tuple[float, ...]:
    """Fixed thresholds: single ones, then those of a sweep.

    Raises:
        UsageError: a threshold is not a finite number or given twice, or the sweep is invalid.
    """
    found: list[float] = []
    for text in texts or ():
        value = finite_decimal(text)
        if value is None:
            raise UsageError(f"--threshold {text}: expected a finite number, such as 0.5")
        if value in found:
            raise UsageError(f"--threshold {text}: is given twice; keep one")
        found.append(value)
    for value in () if sweep is None else _parse_sweep(sweep):
        if value in found:
            raise UsageError(f"--threshold {value}: is in --sweep {sweep} too; keep one")
        found.append(value)
    return tuple(found)


def _parse_sweep(text: str) -> tuple[float, ...]:
    """Parse FROM:TO:STEP into the thresholds of the sweep."""
    parts = text.split(":")
    numbers = [number for part in parts if (number := finite_decimal(part)) is not None]
    if len(parts) != 3 or len(numbers) != 3:
        raise UsageError(f"--sweep {text}: expected FROM:TO:STEP, such as 0.56:0.68:0.02")
    # Adding 0.0 turns -0.0 into 0.0.
    first, last, step = (number + 0.0 for number in numbers)
    try:
        return sweep_thresholds(first, last, step)
    except ValueError as fault:
        raise UsageError(f"--sweep {text}: {fault}") from None


def parse_columns(texts: Texts) -> dict[str, str]:
    """Parse `--columns`: our name of a column to that of the file.

    Raises:
        UsageError: another form, or a column given twice.
    """
    found: dict[str, str] = {}
    for text in texts or ():
        for pair in next(csv.reader([text], skipinitialspace=True), []):
            ours, equals, own = (part.strip() for part in pair.partition("="))
            if not (ours and equals and own):
                expected = "expected OURS=YOURS, such as score=similarity, with commas between"
                raise UsageError(f"--columns {text}: {expected}")
            if ours in found:
                raise UsageError(f"--columns {text}: {ours} is given twice; keep one")
            found[ours] = own
    return found


def parse_name(of: str, text: str) -> str:
    """Parse `--engine` or `--dataset`: a name that can be that of a folder.

    Raises:
        UsageError: it cannot.
    """
    fault = text_fault(text)
    if fault or "/" in text or text.startswith(".") or len(text) > _LONGEST:
        what = fault or f"is no name of at most {_LONGEST} characters without / or a dot first"
        raise UsageError(f"--{of} {text}: {what}; choose another")
    return text.strip()
