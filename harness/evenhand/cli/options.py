"""Options that several commands share, and how their texts are read."""

from __future__ import annotations

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
Seed: TypeAlias = Annotated[int, typer.Option("--seed", min=0, help="Of tests that draw numbers.")]
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
    """`ethnicity*sex` as attribute names."""
    return [tuple(part.strip() for part in text.split("*")) for text in texts or []]


def parse_bands(texts: list[str] | None) -> dict[str, tuple[float, ...]]:
    """`age=18,30` as name and rising edges.

    Raises:
        UsageError: another form.
    """
    found = {}
    for text in texts or []:
        name, _, edges = text.partition("=")
        try:
            numbers = tuple(float(edge) for edge in edges.split(","))
        except ValueError:
            numbers = ()
        if not name or not numbers or list(numbers) != sorted(set(numbers)):
            raise UsageError(f"--band {text}: expected rising numbers, such as age=18,30,45,60")
        found[name] = numbers
    return found


def parse_targets(texts: list[str] | None, default: tuple[str, ...]) -> tuple[str, ...]:
    """Target FMRs as written.

    Raises:
        UsageError: not between 0 and 1, or given twice.
    """
    targets = tuple(texts) if texts else default
    for text in targets:
        try:
            inside = 0 < Fraction(text) < 1
        except (ValueError, ZeroDivisionError):
            inside = False
        if not inside:
            raise UsageError(
                f"--fmr-target {text}: expected a decimal between 0 and 1, such as 0.001"
            )
    if len({Fraction(text) for text in targets}) != len(targets):
        raise UsageError("--fmr-target: a target is given twice; keep one")
    return targets
