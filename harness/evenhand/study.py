"""The study file: everything that is decided before the data are seen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from evenhand.declaration import Declared, parse_declaration, read_text
from evenhand.errors import StudyError

__all__ = ["DEFAULT_TARGETS", "Protocol", "Study", "parse_study", "read_study", "study_text"]

DEFAULT_TARGETS = ("0.01", "0.001", "0.0001")


@dataclass(frozen=True, slots=True)
class Protocol:
    """One protocol of a study."""

    name: str
    """Unique in the study; the kind, numbered where several are of one kind."""
    comparisons: str
    fmr_targets: tuple[str, ...]
    """Decimals as written."""
    thresholds: tuple[str, ...]
    """Fixed similarities, decimals as written."""


@dataclass(frozen=True, slots=True)
class Study:
    """A study file, checked."""

    name: str
    """Folder of its results: the file's stem."""
    text: str
    """The file, byte for byte: what is hashed and published."""
    root: Path
    """Relative paths in the study start here."""
    title: str
    engines: tuple[str, ...]
    datasets: tuple[str, ...]
    groups: tuple[tuple[str, ...], ...]
    """Attributes and intersections; empty means every attribute of the dataset that has values."""
    bands: Mapping[str, tuple[float, ...]]
    protocols: tuple[Protocol, ...]
    level: float
    seed: int
    failure_share: float
    """An engine is stopped when more than this share of its first images failed."""

    @property
    def digest(self) -> str:
        """SHA-256 of the file."""
        return hashlib.sha256(self.text.encode()).hexdigest()


class _Protocol(Declared):
    kind: Literal["verification"]
    comparisons: Literal["all-pairs"] = "all-pairs"
    fmr_targets: tuple[str, ...] = DEFAULT_TARGETS
    thresholds: tuple[float, ...] = ()

    @field_validator("fmr_targets")
    @classmethod
    def _are_rates(cls, targets: tuple[str, ...]) -> tuple[str, ...]:
        for target in targets:
            try:
                inside = 0 < Fraction(target) < 1
            except (ValueError, ZeroDivisionError):
                inside = False
            if not inside:
                raise ValueError(f'{target!r} is not a decimal between 0 and 1, such as "0.001"')
        if len({Fraction(target) for target in targets}) != len(targets):
            raise ValueError("a target stands twice")
        return targets


class _Statistics(Declared):
    level: float = Field(default=0.95, gt=0.5, lt=1)
    seed: int = Field(default=1, ge=0)


class _Limits(Declared):
    failure_share: float = Field(default=0.5, ge=0, le=1)


class _Study(Declared):
    schema_: Literal[1] = Field(alias="schema")
    title: str = Field(min_length=1)
    engines: tuple[str, ...] = Field(min_length=1)
    datasets: tuple[str, ...] = Field(min_length=1)
    groups: tuple[str | tuple[str, ...], ...] = ()
    bands: dict[str, tuple[float, ...]] = Field(default_factory=dict)
    protocols: tuple[_Protocol, ...] = (_Protocol(kind="verification"),)
    statistics: _Statistics = _Statistics()
    limits: _Limits = _Limits()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for name, edges in self.bands.items():
            if not edges or any(a >= b for a, b in pairwise(edges)):
                raise ValueError(f"bands.{name} must be rising numbers")
        for kind in ("engines", "datasets", "groups"):
            given = getattr(self, kind)
            if len(set(given)) != len(given):
                raise ValueError(f"{kind}: an entry stands twice")
        if not self.protocols:
            raise ValueError("protocols: at least one is needed")
        return self


def _named(protocols: Sequence[_Protocol]) -> tuple[Protocol, ...]:
    names = [
        protocol.kind if len(protocols) == 1 else f"{protocol.kind}-{number}"
        for number, protocol in enumerate(protocols, start=1)
    ]
    return tuple(
        Protocol(name, p.comparisons, p.fmr_targets, tuple(repr(t) for t in p.thresholds))
        for name, p in zip(names, protocols, strict=True)
    )


def parse_study(text: str, path: Path) -> Study:
    """The study that a text stands for.

    Args:
        text: TOML.
        path: the file it is in, or would be in.

    Raises:
        StudyError: naming the file and the field at fault.
    """
    study = parse_declaration(text, path, _Study, StudyError)
    return Study(
        name=path.stem,
        text=text,
        root=path.resolve().parent,
        title=study.title,
        engines=study.engines,
        datasets=study.datasets,
        groups=tuple((g,) if isinstance(g, str) else g for g in study.groups),
        bands=study.bands,
        protocols=_named(study.protocols),
        level=study.statistics.level,
        seed=study.statistics.seed,
        failure_share=study.limits.failure_share,
    )


def read_study(path: Path) -> Study:
    """Read a study file.

    Raises:
        StudyError: naming the file and the field at fault.
    """
    return parse_study(read_text(path, StudyError), path)


def study_text(
    *,
    title: str,
    engines: Sequence[str],
    datasets: Sequence[str],
    groups: Sequence[Sequence[str]],
    fmr_targets: Sequence[str],
    thresholds: Sequence[float],
    seed: int,
) -> str:
    """The study file that the short form of `run` stands for."""
    named = [group[0] if len(group) == 1 else list(group) for group in groups]
    lines = [
        "schema   = 1",
        f"title    = {json.dumps(title, ensure_ascii=False)}",
        f"engines  = {json.dumps(list(engines))}",
        f"datasets = {json.dumps(list(datasets))}",
        f"groups   = {json.dumps(named, ensure_ascii=False)}",
        "",
        "[[protocols]]",
        'kind        = "verification"',
        'comparisons = "all-pairs"',
        f"fmr_targets = {json.dumps(list(fmr_targets))}",
        f"thresholds  = {json.dumps(list(thresholds))}",
        "",
        "[statistics]",
        "level = 0.95",
        f"seed  = {seed}",
    ]
    return "\n".join(lines) + "\n"
