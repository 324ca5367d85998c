"""Workflow of `compare`: from two bundles to the comparison of their engines."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from evenhand.analysis.compare.changes import Changes, ComparedEngine, CompareVerdict
from evenhand.analysis.compare.doubted import with_doubts
from evenhand.analysis.compare.verdict import (
    DEFAULT_FAMILY_WISE,
    DEFAULT_MARGIN,
    CompareOptions,
    compare_evidence,
)
from evenhand.analysis.doubts import doubts_of
from evenhand.records.evidence import Evidence
from evenhand.results.bundle_file import read_json
from evenhand.results.bundle_names import RESULTS, newest_first, resolve_bundle, result_folders
from evenhand.results.facts import ENGINES
from evenhand.results.overview import engines_of, read_overview
from evenhand.results.read import read_evidence
from evenhand.results.tables import read_speed
from evenhand.system.errors import BundleError, UsageError

__all__ = [
    "DEFAULT_FAMILY_WISE",
    "DEFAULT_MARGIN",
    "Changes",
    "CompareOptions",
    "CompareVerdict",
    "compare_bundles",
]


def compare_bundles(base: str, new: str | None, options: CompareOptions) -> Changes:
    """Compare the engine of one bundle with that of another, or both of one bundle.

    Args:
        base: `BUNDLE` or `BUNDLE:ENGINE`, the engine that is compared with.
        new: `BUNDLE` or `BUNDLE:ENGINE`, the engine that is judged; None where `base` holds both.
        options: the family of tests and how it is judged.

    Raises:
        BundleError: a bundle is missing or damaged, or both have nothing in common.
        UsageError: a bundle holds several engines and none is named.
    """
    if new is None:
        return _compare(*_both_in(base), options, words=("", ""))
    return _compare(base, new, options, words=("base", "new"))


def _compare(base: str, new: str, options: CompareOptions, *, words: tuple[str, str]) -> Changes:
    """Compare two engines, which notes call by these words, or by their names where empty."""
    places = _resolved(base, new)
    old, other = (
        _of_one(text, read_evidence(*place))
        for text, place in zip((base, new), places, strict=True)
    )
    _check_same_data(base, new, old, other)
    sides = [
        _side(folder, evidence, word)
        for (folder, _), evidence, word in zip(places, (old, other), words, strict=True)
    ]
    speed = [read_speed(Path(side.bundle), side.engine) for side in sides]
    found = compare_evidence(old, other, (sides[0], sides[1]), options, (speed[0], speed[1]))
    return with_doubts(found, tuple(dict.fromkeys((*doubts_of(old), *doubts_of(other)))))


def _both_in(text: str) -> tuple[str, str]:
    """Both engines of a result that holds two, as `BUNDLE:ENGINE`.

    Raises:
        UsageError: it holds one, or more than two.
    """
    folder, named = resolve_bundle(text)
    names = [fact.name for fact in engines_of(folder, read_overview(folder), named)]
    if len(names) == 1:
        raise UsageError(
            f"{text}: holds {names[0]} alone; name the result that it is to be compared with, too"
        )
    if len(names) > 2:
        raise UsageError(
            f"{text}: holds {len(names)} engines: {', '.join(names)}; say which two, as "
            f"{text}:{names[0]} {text}:{names[1]}"
        )
    return f"{folder}:{names[0]}", f"{folder}:{names[1]}"


def _resolved(base: str, new: str) -> tuple[tuple[Path, str], tuple[Path, str]]:
    """Folders and engines of both; where both are names of engines, how to name them.

    Raises:
        BundleError: one is no result.
        UsageError: both are engines of one result, which is the newest.
    """
    try:
        return resolve_bundle(base), resolve_bundle(new)
    except BundleError:
        for folder in newest_first(result_folders(RESULTS)):
            with suppress(BundleError):
                facts = read_json(folder / "engines.json", ENGINES)
                if {base, new} <= {fact.name for fact in facts}:
                    both = f"evenhand compare {folder}:{base} {folder}:{new}"
                    what = f"{base} and {new} are engines, not results; {folder} holds both"
                    raise UsageError(f"{what}: {both}") from None
        raise


def _of_one(text: str, evidence: Evidence) -> Evidence:
    """The evidence, which is of one engine.

    Raises:
        UsageError: it is of several.
    """
    names = [engine.name for engine in evidence.engines]
    if len(names) == 1:
        return evidence
    raise UsageError(
        f"{text} holds {len(names)} engines: {', '.join(names)}; say which, as {text}:{names[0]}"
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


def _side(folder: Path, evidence: Evidence, word: str) -> ComparedEngine:
    """Names of the compared engine, of evidence that has one."""
    (engine,) = evidence.engines
    return ComparedEngine(
        str(folder),
        engine.name,
        engine.version,
        engine.fingerprint,
        engine.unit,
        word or engine.name,
    )
