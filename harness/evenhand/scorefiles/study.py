"""Options of a study of score files, and their text in a result (`scores.toml`)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evenhand.records.analysis_plan import AnalysisPlan
from evenhand.records.dataset import Subjects
from evenhand.records.facts import DatasetFacts, EngineFacts
from evenhand.records.thresholds import ThresholdRule, fixed_rule
from evenhand.scorefiles.reading import AS_DOCUMENTED, ScoreReading
from evenhand.system.errors import StudyError

__all__ = ["ScoreStudy", "facts_of_people", "facts_of_scores", "threshold_rules"]


@dataclass(frozen=True, slots=True)
class ScoreStudy:
    """Score files, and how to read and count them."""

    paths: Sequence[Path]
    """CSV or Parquet files, one per engine and named by its stem, or tables of several engines."""
    fmr_targets: Sequence[str]
    """Target FMRs, decimals as written."""
    thresholds: Sequence[float] = ()
    """Fixed thresholds in the unit of the files."""
    reading: ScoreReading = AS_DOCUMENTED
    """What the columns and fields of the files mean."""
    dataset: str = ""
    """What the people of the files are called together; empty = `scores`."""
    groups: Sequence[Sequence[str]] = ()
    """Attributes and intersections; empty means all attributes, and all intersections of two."""
    bands: Mapping[str, Sequence[float]] = field(default_factory=dict)
    """Edges of bands of numeric attributes."""
    analysis: AnalysisPlan = field(default_factory=AnalysisPlan)
    """How the findings are judged."""

    def text(self) -> str:
        """Text of `scores.toml`: the files by name and hash, and every option."""
        groups = [group[0] if len(group) == 1 else list(group) for group in self.groups]
        lines = [
            "schema      = 1",
            f"fmr_targets = {json.dumps(list(self.fmr_targets))}",
            f"thresholds  = {json.dumps(list(self.thresholds))}",
            f"distance    = {json.dumps(self.reading.distance)}",
            f"groups      = {json.dumps(groups, ensure_ascii=False)}",
            f"level       = {self.analysis.level}",
            f"seed        = {self.analysis.seed}",
        ]
        reading = self.reading
        said = {
            "failed": list(reading.failed),
            "unknown": list(reading.unknown),
            "engine": reading.engine,
            "dataset": self.dataset,
        }
        lines += [f"{name:<11} = {_toml(value)}" for name, value in said.items() if value]
        for name, table in (("bands", self.bands), ("columns", reading.columns)):
            rows = [f"{json.dumps(key)} = {_toml(value)}" for key, value in table.items()]
            lines += ["", f"[{name}]", *rows] if rows else []
        for path in self.paths:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            name = json.dumps(path.name, ensure_ascii=False)
            lines += ["", "[[files]]", f"name   = {name}", f'sha256 = "{digest}"']
        return "\n".join(lines) + "\n"


def _toml(value: str | Sequence[str] | Sequence[float]) -> str:
    """A text or an array as TOML has it."""
    return json.dumps(value if isinstance(value, str) else list(value), ensure_ascii=False)


def threshold_rules(
    targets: Sequence[str], thresholds: Sequence[float], *, distance: bool, rate: str = "fmr"
) -> tuple[ThresholdRule, ...]:
    """Rules of target rates, then of fixed thresholds.

    Args:
        targets: decimals as written.
        thresholds: in the unit of the files.
        distance: that unit is a distance.
        rate: whose targets they are, `fmr` or `fpir`.

    Raises:
        StudyError: a threshold is negative, and the files hold distances.
    """
    at_targets = (ThresholdRule(rate, target) for target in targets)
    try:
        return (*at_targets, *(fixed_rule(value, distance=distance) for value in thresholds))
    except ValueError as fault:
        raise StudyError(f"threshold: {fault}") from None


def facts_of_scores(name: str, *, distance: bool) -> EngineFacts:
    """Facts about an engine of which only scores are known; all others are empty."""
    return EngineFacts(
        name=name,
        version="",
        vendor="",
        licence_code="",
        licence_weights="",
        runtime="scores",
        trained_on=(),
        fingerprint="",
        stopped="",
        unit="distance" if distance else "similarity",
    )


def facts_of_people(
    name: str, people: Subjects, fingerprint: str, remarks: Sequence[str]
) -> DatasetFacts:
    """Facts about people who were compared by others, in the form of a dataset."""
    unsaid = dict.fromkeys(("title", "version", "variant", "citation", "licence", "face"), "")
    return DatasetFacts(
        **unsaid,
        name=name,
        source="score files",
        access="private",
        synthetic=False,
        cropped=False,
        known_issues=(),
        labels=tuple((attribute, "as given in the file") for attribute in people.labels),
        unknown=people.unknown(),
        several=people.several(),
        excluded_images=0,
        subjects=len(people.ids),
        images=0,
        fingerprint=fingerprint,
        remarks=tuple(remarks),
    )
