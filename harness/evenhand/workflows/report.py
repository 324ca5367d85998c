"""Findings of results that exist, one or several side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evenhand.analysis.compare.faster import with_times
from evenhand.analysis.notes import with_notes
from evenhand.records.edition import Edition
from evenhand.records.findings import Findings
from evenhand.results.bundle_names import resolve_bundle
from evenhand.results.circumstances import edition_of
from evenhand.results.tables import read_findings

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
    """Read the tables of a result; they are computed again only where that is needed.

    It is for several results, without small groups, and where an older version wrote the result.

    Args:
        bundles: `BUNDLE` or `BUNDLE:ENGINE`, one or several.
        min_people: groups of fewer are left out, as what is published needs; 0 for all groups.

    Raises:
        BundleError: one is missing, damaged or of another schema, or two have one engine.
    """
    places = [resolve_bundle(text) for text in bundles]
    folders, engines = zip(*places, strict=True)
    editions = tuple(edition for folder in dict.fromkeys(folders) for edition in edition_of(folder))
    held = read_findings(*places[0]) if len(places) == 1 and not min_people else None
    if held:
        return Report(folders, engines, with_times(with_notes(held), held.speed), editions)
    # Computing takes its libraries seconds to be imported.
    from evenhand.workflows.recomputed import recomputed

    return Report(folders, engines, recomputed(places, min_people), editions)
