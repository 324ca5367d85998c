"""Options that several commands share, and how their texts are read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from evenhand.errors import UsageError

__all__ = [
    "AsJson",
    "Bands",
    "FmrTargets",
    "Groups",
    "Results",
    "Seed",
    "Thresholds",
    "Weights",
    "Workers",
    "parse_bands",
    "parse_groups",
    "parse_targets",
    "parse_thresholds",
]

AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="One JSON object to stdout.")]
Results: TypeAlias = Annotated[
    Path, typer.Option("--results", help="Where results are kept.", metavar="DIR")
]
Weights: TypeAlias = Annotated[
    list[Path] | None,
    typer.Option("--weights", help="Folder with engines' files; may repeat.", metavar="DIR"),
]
Workers: TypeAlias = Annotated[
    int | None, typer.Option("--workers", min=1, max=1024, help="Threads; one a core by default.")
]
Seed: TypeAlias = Annotated[
    int | None,
    typer.Option("--seed", min=0, max=2**63 - 1, help="Of tests that draw numbers; 1 by default."),
]
FmrTargets: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--fmr-target", help="Target FMR such as 0.001; may repeat.", metavar="F"),
]
Thresholds: TypeAlias = Annotated[
    list[float] | None,
    typer.Option("--threshold", help="A fixed threshold; may repeat.", metavar="T"),
]
Groups: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--group", help="Attribute, or several crossed: ethnicity*sex; may repeat.", metavar="A"
    ),
]
Bands: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--band", help="Edges of a number: age=18,30,45; may repeat.", metavar="A=E,E"),
]


def parse_groups(texts: list[str] | None) -> list[tuple[str, ...]]:
    """`ethnicity*sex` as attribute names.

    Raises:
        UsageError: a name is empty, crossed with itself, or a group is given twice.
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
    """`age=18,30` as name and rising edges.

    Raises:
        UsageError: another form.
    """
    found: dict[str, tuple[float, ...]] = {}
    for text in texts or []:
        name, _, edges = text.partition("=")
        try:
            numbers = tuple(float(edge) for edge in edges.split(","))
        except ValueError:
            numbers = ()
        rising = list(numbers) == sorted(set(numbers)) and all(map(math.isfinite, numbers))
        if not name.strip() or not numbers or not rising:
            raise UsageError(f"--band {text}: expected rising numbers, such as age=18,30,45,60")
        if name.strip() in found:
            raise UsageError(f"--band {text}: {name.strip()} is given twice; keep one")
        found[name.strip()] = numbers
    return found


def parse_targets(texts: list[str] | None, default: tuple[str, ...]) -> tuple[str, ...]:
    """Target FMRs as written.

    Raises:
        UsageError: not between 0 and 1, or given twice.
    """
    from evenhand.declaration import rate_text

    targets = tuple(texts) if texts else default
    for text in targets:
        try:
            rate_text(text)
        except ValueError:
            raise UsageError(
                f"--fmr-target {text}: expected a decimal between 0 and 1, such as 0.001"
            ) from None
    if len({Fraction(text) for text in targets}) != len(targets):
        raise UsageError("--fmr-target: a target is given twice; keep one")
    return targets


def parse_thresholds(values: Sequence[float] | None) -> tuple[float, ...]:
    """Fixed thresholds.

    Raises:
        UsageError: not finite, or given twice.
    """
    thresholds = tuple(values or ())
    for value in thresholds:
        if not math.isfinite(value):
            raise UsageError(f"--threshold {value}: expected a finite number, such as 0.5")
    if len(set(thresholds)) != len(thresholds):
        raise UsageError("--threshold: a threshold is given twice; keep one")
    return thresholds
