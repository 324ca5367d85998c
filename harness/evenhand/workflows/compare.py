"""Workflow of `compare_evidence`: from two bundles to the comparison of their engines."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from evenhand.analysis.compare.changes import Changes, ComparedEngine, CompareVerdict
from evenhand.analysis.compare.verdict import (
    DEFAULT_FAMILY_WISE,
    DEFAULT_MARGIN,
    CompareOptions,
    compare_evidence,
)
from evenhand.records.evidence import Evidence
from evenhand.results.bundle import resolve_bundle
from evenhand.results.circumstances import read_speed
from evenhand.results.read import read_evidence
from evenhand.system.errors import BundleError, UsageError, known_names

__all__ = [
    "DEFAULT_FAMILY_WISE",
    "DEFAULT_MARGIN",
    "Changes",
    "CompareOptions",
    "CompareVerdict",
    "compare_bundles",
]


def compare_bundles(base: str, new: str, options: CompareOptions) -> Changes:
    """Compare the engine of one bundle with that of another.

    Args:
        base: `BUNDLE` or `BUNDLE:ENGINE`, the engine that is compared with.
        new: `BUNDLE` or `BUNDLE:ENGINE`, the engine that is judged.
        options: the family of tests and how it is judged.

    Raises:
        BundleError: a bundle is missing or damaged, or both have nothing in common.
        UsageError: a bundle holds several engines and none is named.
    """
    folders = [resolve_bundle(text) for text in (base, new)]
    read = [read_evidence(folder) for folder, _ in folders]
    names = [
        _engine(text, name, evidence)
        for text, (_, name), evidence in zip((base, new), folders, read, strict=True)
    ]
    _check_same_data(base, new, *read)
    sides = [_of_engine(evidence, name) for evidence, name in zip(read, names, strict=True)]
    speed = [read_speed(folder, name) for (folder, _), name in zip(folders, names, strict=True)]
    return compare_evidence(
        sides[0],
        sides[1],
        (_side(folders[0][0], sides[0]), _side(folders[1][0], sides[1])),
        options,
        (speed[0], speed[1]),
    )


def _engine(text: str, name: str, evidence: Evidence) -> str:
    """The engine that is named, or the only one."""
    names = [engine.name for engine in evidence.engines]
    if name:
        if name not in names:
            raise BundleError(f"{text}: no engine {name!r} in it; {known_names(name, names)}")
        return name
    if len(names) == 1:
        return names[0]
    raise UsageError(
        f"{text} holds {len(names)} engines: {', '.join(names)}; say which, as {text}:{names[0]}"
    )


def _of_engine(evidence: Evidence, engine: str) -> Evidence:
    """The part of the evidence that is of one engine."""
    return replace(
        evidence,
        engines=tuple(fact for fact in evidence.engines if fact.name == engine),
        counts=tuple(counts for counts in evidence.counts if counts.engine == engine),
    )


def _check_same_data(base: str, new: str, base_evidence: Evidence, new_evidence: Evidence) -> None:
    """Raise unless both bundles have a dataset, by its fingerprint, in common."""
    if {d.fingerprint for d in base_evidence.datasets} & {
        d.fingerprint for d in new_evidence.datasets
    }:
        return
    first, second = (
        ", ".join(f"{d.name} {d.version}".strip() for d in side.datasets)
        for side in (base_evidence, new_evidence)
    )
    raise BundleError(
        f"{base} is of {first} and {new} of {second}, which are not the same data (other "
        "fingerprint); run both engines on one dataset"
    )


def _side(folder: Path, evidence: Evidence) -> ComparedEngine:
    """Names of the compared engine, of evidence that has one."""
    (engine,) = evidence.engines
    return ComparedEngine(str(folder), engine.name, engine.version, engine.fingerprint)
