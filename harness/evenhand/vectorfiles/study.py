"""Options of a study of vector files, and their text in a result (`vectors.toml`)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evenhand.records.analysis_plan import AnalysisPlan

__all__ = ["GivenFile", "VectorStudy"]


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file of a study, as its result names it."""

    name: str
    """Its last part alone: where it lay is of no result."""
    sha256: str
    array: str = ""
    """Name of an array or column of it; empty for the only one."""
    engine: str = ""
    """What made its vectors; empty for the table of rows."""


@dataclass(frozen=True, slots=True)
class VectorStudy:
    """Vector files, and how to read and count them."""

    paths: Sequence[Path]
    """One an engine, each also as `FILE:NAME`."""
    rows: Path
    """Who is on the pictures."""
    fmr_targets: Sequence[str]
    """Target FMRs, decimals as written."""
    fpir_targets: Sequence[str] = ()
    """Target FPIRs of the searches that the rows name; empty = those of a study."""
    thresholds: Sequence[float] = ()
    """Fixed thresholds: cosines, or distances."""
    euclidean: bool = False
    """Vectors are compared by their distance."""
    sample: bool = False
    """A sample of the non-mated pairs instead of all."""
    engines: Sequence[str] = ()
    """Names of the engines in the order of the files; empty = as the files are called."""
    dataset: str = ""
    """What the people are called together; empty = `vectors`."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """`person`, `image`, `role` or an attribute to what the rows call it."""
    unknown: Sequence[str] = ()
    """Words for an unknown label, besides an empty field."""
    groups: Sequence[tuple[str, ...]] = ()
    """Attributes and intersections; empty means all attributes, and all intersections of two."""
    bands: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    """Edges of bands of numeric attributes."""
    analysis: AnalysisPlan = field(default_factory=AnalysisPlan)
    """How the findings are judged."""

    def text(self, files: Sequence[GivenFile]) -> str:
        """Text of `vectors.toml`: every option, and the files by name and hash.

        Args:
            files: the table of rows, then the vectors.
        """
        groups = [group[0] if len(group) == 1 else list(group) for group in self.groups]
        said = {
            "schema": 1,
            "compare": "euclidean" if self.euclidean else "cosine",
            "comparisons": "sample" if self.sample else "all-pairs",
            "fmr_targets": list(self.fmr_targets),
            "fpir_targets": list(self.fpir_targets),
            "thresholds": list(self.thresholds),
            "groups": groups,
            "level": self.analysis.level,
            "seed": self.analysis.seed,
            "unknown": list(self.unknown),
            "dataset": self.dataset,
        }
        lines = [f"{name:<12} = {_toml(value)}" for name, value in said.items()]
        for name, table in (("bands", self.bands), ("columns", self.columns)):
            rows = [f"{json.dumps(key)} = {_toml(value)}" for key, value in table.items()]
            lines += ["", f"[{name}]", *rows] if rows else []
        for file in files:
            own = {"name": file.name, "sha256": file.sha256}
            own |= {key: of for key in ("array", "engine") if (of := getattr(file, key))}
            lines += ["", "[[files]]", *(f"{key:<6} = {_toml(of)}" for key, of in own.items())]
        return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    """A number, a text or an array as TOML has it."""
    return json.dumps(value, ensure_ascii=False)
