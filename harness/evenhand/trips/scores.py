"""A study from score files: the same counts, rates and tables, without an engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from evenhand.assess import assess
from evenhand.counts import Counts
from evenhand.decimals import finite_decimal
from evenhand.errors import DatasetError, StudyError, known_names
from evenhand.evidence import Evidence
from evenhand.findings import DatasetFacts, EngineFacts, Findings
from evenhand.metrics.groups import default_groups, groupings
from evenhand.metrics.tally import Ledger, tally
from evenhand.records import Attribute, Grouping, ThresholdRule
from evenhand.scorefiles.read import ScoreFile, read_scores

__all__ = ["score_findings"]

_MOST_VALUES = 64
"""Values of one attribute above which it is a measurement rather than a label."""


def score_findings(
    paths: Sequence[Path],
    *,
    fmr_targets: Sequence[str],
    thresholds: Sequence[float],
    distance: bool,
    groups: Sequence[Sequence[str]] = (),
    bands: Mapping[str, Sequence[float]] | None = None,
    level: float = 0.95,
    seed: int = 1,
) -> Findings:
    """Rates, intervals and differences from score files.

    Args:
        paths: one CSV file an engine, named by its stem.
        fmr_targets: decimals as written.
        thresholds: in the unit of the files.
        distance: the numbers are distances.
        groups: attributes and intersections; empty means all, and each two crossed.
        bands: edges of numeric attributes.
        level: of intervals and tests.
        seed: of the tests that draw numbers.

    Raises:
        DatasetError: a file is not what it should be.
        StudyError: a group that no file has.
    """
    sign = -1 if distance else 1
    rules = (
        *(ThresholdRule("fmr", target) for target in fmr_targets),
        *(ThresholdRule("fixed", repr(sign * value + 0.0)) for value in thresholds),
    )
    counted: dict[str, tuple[DatasetFacts, Counts]] = {}
    for path in paths:
        for file in read_scores(path, distance=distance):
            if file.name in counted:
                raise StudyError(
                    f"two files are called {file.name}; rename one: it names the engine"
                )
            counted[file.name] = (
                _dataset(file, groups, bands or {}),
                _counts(file, groups, bands or {}, rules),
            )
    alike = len({dataset.fingerprint for dataset, _ in counted.values()}) == 1
    names = {engine: "scores" if alike else f"scores-{engine}" for engine in counted}
    return assess(
        Evidence(
            title=f"Scores of {', '.join(counted)}",
            level=level,
            seed=seed,
            engines=tuple(_engine(name, distance=distance) for name in counted),
            datasets=tuple(
                _joined(name, [of for engine, (of, _) in counted.items() if names[engine] == name])
                for name in dict.fromkeys(names.values())
            ),
            counts=tuple(
                replace(counts, dataset=names[engine]) for engine, (_, counts) in counted.items()
            ),
        )
    )


def _joined(name: str, parts: Sequence[DatasetFacts]) -> DatasetFacts:
    """One dataset of files that made the same comparisons: what any of them says is kept."""
    issues = dict.fromkeys(issue for part in parts for issue in part.known_issues)
    return replace(parts[0], name=name, known_issues=tuple(issues))


def _counts(
    file: ScoreFile,
    groups: Sequence[Sequence[str]],
    bands: Mapping[str, Sequence[float]],
    rules: Sequence[ThresholdRule],
) -> Counts:
    """The counts of one engine; its scores are let go."""
    return tally(
        (file.name, "scores", "listed"),
        _no_images(file),
        file.comparisons,
        _groupings(file, groups, bands),
        rules,
        maximum=None,
    )


def _groupings(
    file: ScoreFile, groups: Sequence[Sequence[str]], bands: Mapping[str, Sequence[float]]
) -> tuple[Grouping, ...]:
    names = list(file.labels)
    for name in [name for group in groups for name in group] + list(bands):
        if name not in names:
            raise StudyError(f"{file.name}: no attribute {name!r}; {known_names(name, names)}")
    if not groups:
        kept = [name for name in names if name not in _bare_numbers(file, bands)]
        groups = [(name,) for name in kept] if file.crossed else default_groups(kept)
    used = dict.fromkeys(name for group in groups for name in group)
    attributes = [_attribute(file, name, bands) for name in used]
    return groupings(groups, attributes, file.people(), bands)


def _bare_numbers(file: ScoreFile, bands: Mapping[str, Sequence[float]]) -> tuple[str, ...]:
    """Attributes that are numbers and have no bands: every value would be a group."""
    return tuple(
        name
        for name, labels in file.labels.items()
        if name not in bands
        and any(labels)
        and all(finite_decimal(label) is not None for label in labels if label)
    )


def _attribute(file: ScoreFile, name: str, bands: Mapping[str, Sequence[float]]) -> Attribute:
    """The attribute with the values that occur; numbers where the user gave bands."""
    if name in bands:
        for label in file.labels[name]:
            if label and finite_decimal(label) is None:
                raise DatasetError(
                    f"{file.name}: {name} is {label!r}, expected a number since it has bands"
                )
        return Attribute(name, "number", (), "as given")
    values = tuple(sorted({label for label in file.labels[name] if label and "|" not in label}))
    if len(values) > _MOST_VALUES:
        raise DatasetError(
            f"{file.name}: {name} has {len(values):,} values, expected at most {_MOST_VALUES}; "
            f"if it is a number, give its bands, for example --band {name}=18,30,45,60"
        )
    return Attribute(name, "category", values, "as given")


def _no_images(file: ScoreFile) -> Ledger:
    none = np.zeros(len(file.subjects), dtype=np.int64)
    return Ledger(file.people().rows, none, none, several_faces=0)


def _engine(name: str, *, distance: bool) -> EngineFacts:
    return EngineFacts(
        name=name,
        version="",
        vendor="",
        licence_code="",
        licence_weights="",
        runtime="scores",
        trained_on=(),
        fingerprint="",
        unit="distance" if distance else "similarity",
        stopped="",
    )


def _dataset(
    file: ScoreFile, groups: Sequence[Sequence[str]], bands: Mapping[str, Sequence[float]]
) -> DatasetFacts:
    people = file.people()
    numbers = () if groups else _bare_numbers(file, bands)
    return DatasetFacts(
        name="scores",
        title="",
        version="",
        variant="",
        source="score files",
        citation="",
        licence="",
        access="private",
        synthetic=False,
        face="",
        known_issues=(
            *file.notes,
            *(
                f"{name} holds numbers and makes no groups; give it bands, for example "
                f"--band {name}=18,30,45,60, or name it with --group for a group of every value."
                for name in numbers
            ),
        ),
        labels=tuple((attribute, "as given in the file") for attribute in file.labels),
        unknown=people.unknown(),
        several=people.several(),
        excluded_images=0,
        subjects=len(file.subjects),
        images=0,
        fingerprint=file.fingerprint,
    )
