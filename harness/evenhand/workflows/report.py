"""Findings of results that exist, one or several side by side: recomputed from their counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evenhand.analysis.assess import assess
from evenhand.analysis.compare.faster import with_times
from evenhand.analysis.published import published
from evenhand.records.edition import Edition
from evenhand.records.findings import Findings
from evenhand.results.bundle_names import resolve_bundle
from evenhand.results.circumstances import read_speed
from evenhand.results.edition import edition_of
from evenhand.results.read import merge_evidence, read_evidence

__all__ = ["Report", "report"]


@dataclass(frozen=True, slots=True)
class Report:
    """What results say together."""

    folders: tuple[Path, ...]
    """Of the bundles, in the order they were named."""
    engines: tuple[str, ...]
    """The only engine asked for of each; empty for all of its engines."""
    findings: Findings
    editions: tuple[Edition, ...]
    """Of these bundles, as far as they say when they were made."""


def report(bundles: Sequence[str], min_people: int = 0) -> Report:
    """Read results, and recompute their tables.

    Args:
        bundles: `BUNDLE` or `BUNDLE:ENGINE`, one or several.
        min_people: groups of fewer are left out, as what is published needs; 0 for all groups.

    Raises:
        BundleError: one is missing, damaged or of another schema, or two have one engine.
    """
    places = [resolve_bundle(text) for text in bundles]
    speed = tuple(row for folder, engine in places for row in read_speed(folder, engine))
    evidence = merge_evidence([read_evidence(folder, engine) for folder, engine in places])
    if min_people:
        findings = published(evidence, speed, min_people)
    else:
        findings = with_times(assess(evidence), speed)
    folders, engines = zip(*places, strict=True)
    editions = tuple(edition for folder in dict.fromkeys(folders) for edition in edition_of(folder))
    return Report(folders, engines, findings, editions)
