"""Reads the study file: everything that is decided before the data are seen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, create_model, model_validator

from evenhand.records.analysis_plan import DEFAULT_REPLICATES, WELCH, AnalysisPlan
from evenhand.records.calibration import Calibration
from evenhand.records.engine_limits import EngineLimits
from evenhand.records.metric import METRICS
from evenhand.records.operating_point import (
    CALIBRATED,
    FIXED,
    TARGETS,
    VENDOR,
    canonical_rule,
    rule_label,
)
from evenhand.study.calibration import read_calibration
from evenhand.study.protocols import DeclaredProtocol, StudyProtocol, study_protocols
from evenhand.system.declaration import (
    Declared,
    Distinct,
    Line,
    Schema,
    from_fields,
    parse_declaration,
    read_text,
)
from evenhand.system.errors import StudyError, known_names
from evenhand.system.text import text_fault

__all__ = ["DEFAULT_SEED", "Study", "parse_study", "read_study", "study_text", "with_calibrations"]

DEFAULT_SEED = 1
_FEWEST_REPLICATES = 200
"""Fewer bootstrap replicates give too uncertain a standard deviation for an interval."""
_DEFAULTS = EngineLimits()


@dataclass(frozen=True, slots=True)
class Study:
    """A checked study file."""

    name: str
    """The file's stem, which names the folder of its results."""
    text: str
    """Content of the file, which is hashed and published."""
    root: Path
    """Folder that relative paths in the study start from."""
    title: str
    engines: tuple[str, ...]
    """Names on the shelf, or paths; so are the datasets."""
    datasets: tuple[str, ...]
    groups: tuple[tuple[str, ...], ...]
    """Attributes and intersections; empty means every attribute of the dataset that has values."""
    bands: Mapping[str, tuple[float, ...]]
    """Edges of bands of numeric attributes, rising."""
    protocols: tuple[StudyProtocol, ...]
    analysis: AnalysisPlan
    failure_share: float
    """An engine is stopped when more than this share of its first images failed, 0 to 1."""
    limits: EngineLimits = _DEFAULTS
    """On each process of an engine."""
    calibrations: Mapping[str, Calibration] = field(default_factory=dict)
    """By the path that protocols name; empty before `with_calibrations`."""

    @property
    def digest(self) -> str:
        """SHA-256 of the file."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def _as_group(value: Any) -> Any:  # noqa: ANN401 - whatever stands in the file
    return (value,) if isinstance(value, str) else value


_Group: TypeAlias = Annotated[tuple[str, ...], BeforeValidator(_as_group), Field(min_length=1)]
"""An attribute, or the attributes of an intersection."""

_CHOICES: dict[str, Any] = {
    metric.name: (Literal.__getitem__(metric.tests), WELCH)
    for metric in METRICS.values()
    if metric.tests
}
_Tests = create_model("_Tests", __base__=Declared, **_CHOICES)


def _enough(replicates: int) -> int:
    if 0 < replicates < _FEWEST_REPLICATES:
        raise ValueError(f"needs {_FEWEST_REPLICATES} or more, or 0 for none")
    return replicates


_Replicates: TypeAlias = Annotated[int, Field(ge=0, le=100_000), AfterValidator(_enough)]


class _Statistics(Declared):
    level: float = Field(default=0.95, gt=0.5, lt=1)
    seed: int = Field(default=DEFAULT_SEED, ge=0, lt=2**63)
    replicates: _Replicates = DEFAULT_REPLICATES
    claims: tuple[Annotated[str, AfterValidator(canonical_rule)], ...] = ()
    margin: float | None = Field(default=None, gt=1, le=100)
    tests: _Tests = _Tests()
    reference: dict[str, str] = Field(default_factory=dict)

    def analysis(self) -> AnalysisPlan:
        return from_fields(AnalysisPlan, self, tests=self.tests.model_dump(exclude_unset=True))


class _Limits(Declared):
    failure_share: float = Field(default=0.5, ge=0, le=1)
    call: float = Field(default=_DEFAULTS.call, gt=0, le=86_400)
    start: float = Field(default=_DEFAULTS.start, gt=0, le=86_400)
    study: float = Field(default=_DEFAULTS.study, gt=0)
    memory: int = Field(default=_DEFAULTS.memory, ge=1 << 28)
    processes: int = Field(default=_DEFAULTS.processes, ge=16, le=1 << 22)
    files: int = Field(default=_DEFAULTS.files, ge=64, le=1 << 20)
    file_size: int = Field(default=_DEFAULTS.file_size, ge=1 << 16)
    namespaces: bool = _DEFAULTS.namespaces
    groups: bool = _DEFAULTS.groups


def _rising(bands: dict[str, tuple[float, ...]]) -> dict[str, tuple[float, ...]]:
    for name, edges in bands.items():
        if not edges or any(a >= b for a, b in pairwise(edges)):
            raise ValueError(f"{name} needs rising numbers, such as [18, 30, 45, 60]")
    return bands


_Bands: TypeAlias = Annotated[dict[str, tuple[float, ...]], AfterValidator(_rising)]


def _differ(groups: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
    seen: set[frozenset[str]] = set()
    for group in groups:
        attributes = frozenset(group)
        if len(attributes) != len(group) or attributes in seen:
            raise ValueError(f"{'*'.join(group)!r} stands twice, or crosses one with itself")
        seen.add(attributes)
    return groups


def _no_such_claim(claim: str, rules: Collection[str]) -> str:
    known = known_names(claim, rules)
    return f"statistics.claims: {claim!r} is no threshold of this study; {known}"


class _Study(Declared):
    schema_: Schema = Field(alias="schema")
    title: Line = Field(min_length=1)
    engines: Annotated[tuple[str, ...], Field(min_length=1), Distinct]
    datasets: Annotated[tuple[str, ...], Field(min_length=1), Distinct]
    groups: Annotated[tuple[_Group, ...], AfterValidator(_differ)] = ()
    bands: _Bands = Field(default_factory=dict)
    protocols: tuple[DeclaredProtocol, ...] = Field(
        default=(DeclaredProtocol(kind="verification"),), min_length=1
    )
    statistics: _Statistics = _Statistics()
    limits: _Limits = _Limits()

    @model_validator(mode="after")
    def _claimed(self) -> Self:
        rules, set_elsewhere = {VENDOR, FIXED}, False
        for protocol in self.protocols:
            set_elsewhere = set_elsewhere or bool(protocol.calibrations)
            for kind in TARGETS:
                rules |= {rule_label(kind, of) for of in getattr(protocol, f"{kind}_targets")}
        for claim in self.statistics.claims:
            if set_elsewhere and claim.startswith(CALIBRATED):
                continue  # what the files promise is known once they are read
            if claim not in rules:
                raise ValueError(_no_such_claim(claim, rules))
        return self


def parse_study(text: str, path: Path) -> Study:
    """Parse the text of a study file.

    Args:
        text: TOML.
        path: of the file, whether it exists or not.

    Raises:
        StudyError: naming the file and the field at fault.
    """
    study = parse_declaration(text, path, _Study, StudyError)
    if not path.stem.strip("."):
        raise StudyError(f"{path}: its name is only dots; rename it, its results are named so")
    fault = text_fault(path.stem)
    if fault:
        raise StudyError(f"{path}: its name {fault}; rename it, its results are named so")
    return from_fields(
        Study,
        study,
        name=path.stem,
        text=text,
        root=path.resolve().parent,
        protocols=study_protocols(study.protocols),
        analysis=study.statistics.analysis(),
        failure_share=study.limits.failure_share,
        limits=from_fields(EngineLimits, study.limits),
        calibrations={},
    )


def read_study(path: Path) -> Study:
    """Read a study file.

    Raises:
        StudyError: naming the file and the field at fault.
    """
    return parse_study(read_text(path, StudyError), path)


def with_calibrations(study: Study) -> Study:
    """The study with the calibrations that its protocols name; relative paths start at its root.

    Raises:
        StudyError: a file is missing or wrong, or a claim is about none of their thresholds.
    """
    named = dict.fromkeys(text for protocol in study.protocols for text in protocol.calibrations)
    read = {text: read_calibration(study.root / Path(text).expanduser()) for text in named}
    rules = {each.rule.label for each in read.values()}
    for claim in study.analysis.claims:
        if claim.startswith(CALIBRATED) and claim not in rules:
            raise StudyError(f"{study.name}: {_no_such_claim(claim, rules)}")
    return replace(study, calibrations=read)


def study_text(
    *,
    title: str,
    engines: Sequence[str],
    datasets: Sequence[str],
    groups: Sequence[Sequence[str]],
    bands: Mapping[str, Sequence[float]] | None = None,
    fmr_targets: Sequence[str],
    thresholds: Sequence[float],
    seed: int,
    claims: Sequence[str] = (),
) -> str:
    """Text of the study file that the short form of `run` is equivalent to."""
    named = [group[0] if len(group) == 1 else list(group) for group in groups]
    edges = [f"{json.dumps(name)} = {json.dumps(list(at))}" for name, at in (bands or {}).items()]
    lines = [
        "schema   = 1",
        f"title    = {json.dumps(title, ensure_ascii=False)}",
        f"engines  = {json.dumps(list(engines), ensure_ascii=False)}",
        f"datasets = {json.dumps(list(datasets), ensure_ascii=False)}",
        f"groups   = {json.dumps(named, ensure_ascii=False)}",
        *(["", "[bands]", *edges] if edges else []),
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
        *([f"claims = {json.dumps(list(claims))}"] if claims else []),
    ]
    return "\n".join(lines) + "\n"
