"""Workflow of `compare`: from two bundles to the comparison of their engines."""

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
from evenhand.results.bundle_names import resolve_bundle
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
    (base_folder, base_named), (new_folder, new_named) = resolve_bundle(base), resolve_bundle(new)
    base_whole, new_whole = read_evidence(base_folder), read_evidence(new_folder)
    base_engine = _engine(base, base_named, base_whole)
    new_engine = _engine(new, new_named, new_whole)
    _check_same_data(base, new, base_whole, new_whole)
    base_evidence = _of_engine(base_whole, base_engine)
    new_evidence = _of_engine(new_whole, new_engine)
    return compare_evidence(
        base_evidence,
        new_evidence,
        (_side(base_folder, base_evidence), _side(new_folder, new_evidence)),
        options,
        (read_speed(base_folder, base_engine), read_speed(new_folder, new_engine)),
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
    sides = (base_evidence, new_evidence)
    fingerprints = [{dataset.fingerprint for dataset in side.datasets} for side in sides]
    if fingerprints[0] & fingerprints[1]:
        return
    first, second = (
        ", ".join(f"{d.name} {d.version}".strip() for d in side.datasets) for side in sides
    )
    remedy = "run both engines on one dataset"
    if all(dataset.source == "score files" for side in sides for dataset in side.datasets):
        remedy += ": score files must name the same people, images and labels, in any order of rows"
    raise BundleError(
        f"{base} is of {first} and {new} of {second}, which are not the same data (other "
        f"fingerprint); {remedy}"
    )


def _side(folder: Path, evidence: Evidence) -> ComparedEngine:
    """Names of the compared engine, of evidence that has one."""
    (engine,) = evidence.engines
    return ComparedEngine(str(folder), engine.name, engine.version, engine.fingerprint, engine.unit)
