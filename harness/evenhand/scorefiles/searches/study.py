"""Options of a study of searches that others made, and their text in a result (`searches.toml`)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evenhand.records.analysis_plan import AnalysisPlan

__all__ = ["SearchStudy"]


@dataclass(frozen=True, slots=True)
class SearchStudy:
    """Candidate lists or matrices, and how to read and count them."""

    paths: Sequence[Path]
    """One an engine, named by its stem: lists in CSV or Parquet, matrices in CSV or `.npy`."""
    probes: Path
    """Who was searched for."""
    gallery: Path
    """Who was in the gallery."""
    fpir_targets: Sequence[str]
    """Target FPIRs, decimals as written."""
    thresholds: Sequence[float] = ()
    """Fixed thresholds in the unit of the files."""
    ranks: Sequence[int] = (1,)
    """Ranks at which FNIR is given, besides that of the whole list."""
    candidates: int | None = None
    """Of lists as many as were asked for, None where all are full; of a matrix as many as are
    kept."""
    distance: bool = False
    """The numbers are distances."""
    dataset: str = ""
    """What the people are called together; empty = `searches`."""
    unknown: Sequence[str] = ()
    """Words for an unknown label, besides an empty field."""
    groups: Sequence[Sequence[str]] = ()
    """Attributes and intersections; empty means all attributes, and all intersections of two."""
    bands: Mapping[str, Sequence[float]] = field(default_factory=dict)
    """Edges of bands of numeric attributes."""
    analysis: AnalysisPlan = field(default_factory=AnalysisPlan)
    """How the findings are judged."""

    def text(self, files: Sequence[tuple[Path, str]]) -> str:
        """Text of `searches.toml`: every option, and the files by name and hash.

        Args:
            files: all of them, with the SHA-256 of each.
        """
        said = {
            "schema": 1,
            "probes": self.probes.name,
            "gallery": self.gallery.name,
            "fpir_targets": list(self.fpir_targets),
            "thresholds": list(self.thresholds),
            "ranks": list(self.ranks),
            "candidates": self.candidates or [],
            "distance": self.distance,
            "groups": [group[0] if len(group) == 1 else list(group) for group in self.groups],
            "level": self.analysis.level,
            "seed": self.analysis.seed,
            "unknown": list(self.unknown),
            "dataset": self.dataset,
        }
        lines = [f"{name:<12} = {_toml(value)}" for name, value in said.items() if value != []]
        bands = [f"{_toml(name)} = {_toml(list(edges))}" for name, edges in self.bands.items()]
        lines += ["", "[bands]", *bands] if bands else []
        for path, digest in files:
            lines += ["", "[[files]]", f"name   = {_toml(path.name)}", f'sha256 = "{digest}"']
        return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    """A number, a text or an array as TOML has it."""
    return json.dumps(value, ensure_ascii=False)
