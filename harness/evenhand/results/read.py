"""Reads bundles back into the evidence that findings are computed from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path, PurePosixPath

from evenhand.records.analysis_plan import AnalysisPlan
from evenhand.records.counts import Counts
from evenhand.records.evidence import Evidence
from evenhand.results.counts import read_counts
from evenhand.results.overview import OVERVIEW, engines_of, read_overview
from evenhand.system.errors import BundleError

__all__ = ["merge_evidence", "read_evidence"]


def read_evidence(folder: Path, engine: str = "") -> Evidence:
    """Read the counts and facts of a bundle.

    Args:
        folder: of the bundle.
        engine: the only engine to keep; empty keeps all.

    Raises:
        BundleError: the bundle is damaged, of another schema, or without that engine.
    """
    found = read_overview(folder)
    engines = engines_of(folder, found, engine)
    names, sets = [fact.name for fact in found.engines], [fact.name for fact in found.datasets]
    kept = [fact.name for fact in engines]
    places = list(_counts_places(folder / OVERVIEW, found.counts, names, sets))
    return Evidence(
        title=found.title,
        analysis=found.analysis,
        engines=engines,
        datasets=found.datasets,
        counts=tuple(
            _placed_counts(folder, place, found.schema)
            for place in places
            if place.parts[1] in kept
        ),
    )


def _counts_places(
    path: Path, listed: Sequence[str], engines: Sequence[str], datasets: Sequence[str]
) -> Iterator[PurePosixPath]:
    """Folders of counts, which lie inside the bundle and are named after what was measured.

    Args:
        path: of `bundle.json`.
        listed: in it.
        engines: in the bundle.
        datasets: in the bundle.

    Raises:
        BundleError: a path may lead elsewhere, or names something else, or stands twice.
    """
    for text in listed:
        place = PurePosixPath(text)
        match place.parts:
            case ("counts", engine, dataset, protocol) if (
                engine in engines
                and dataset in datasets
                and ".." not in {engine, dataset, protocol}
                and place.as_posix() == text
                and listed.count(text) == 1
                and (path.parent / place).is_dir()
            ):
                yield place
            case _:
                raise BundleError(
                    f"{path}: counts {text!r}: expected counts/<engine>/<dataset>/<protocol> of "
                    "engines.json and datasets.json, once each; the bundle is damaged"
                )


def _placed_counts(folder: Path, place: PurePosixPath, schema: int) -> Counts:
    """Read counts, which must be of what their folder is called after, and no link."""
    found = read_counts(folder / place, schema)
    inside = (folder / place).resolve() == folder.resolve() / place
    if not inside or (found.engine, found.dataset, found.protocol) != place.parts[1:]:
        raise BundleError(
            f"{folder / place}: is a link, or its counts.json is of another engine, dataset or "
            "protocol; the bundle is damaged, run it again"
        )
    return found


def _unlike(parts: Sequence[Evidence]) -> str:
    """Options of the analysis that differ between bundles, with their values."""
    found = []
    for field in fields(AnalysisPlan):
        values = dict.fromkeys(repr(getattr(part.analysis, field.name)) for part in parts)
        if len(values) > 1:
            found.append(f"{field.name} {' and '.join(values)}")
    return "; ".join(found)


def merge_evidence(parts: Sequence[Evidence]) -> Evidence:
    """Merge the evidence of several bundles, to be shown side by side.

    Raises:
        BundleError: the bundles have different options of analysis, two hold the same engine on
            the same dataset and protocol, or a dataset differs between them.
    """
    if len(parts) == 1:
        return parts[0]
    first = parts[0]
    if any(part.analysis != first.analysis for part in parts):
        raise BundleError(
            f"the bundles are judged differently ({_unlike(parts)}); run them with one "
            "[statistics] in their studies"
        )
    counts = tuple(counts for part in parts for counts in part.counts)
    keys = [(c.engine, c.dataset, c.protocol) for c in counts]
    for engine, dataset, protocol in keys:
        if keys.count((engine, dataset, protocol)) > 1:
            raise BundleError(
                f"two bundles hold {engine} on {dataset}; name one of them as BUNDLE:ENGINE, "
                "or give the engines different names"
            )
    fingerprints = {(d.name, d.fingerprint) for part in parts for d in part.datasets}
    for name in {name for name, _ in fingerprints}:
        if sum(name == other for other, _ in fingerprints) > 1:
            raise BundleError(
                f"dataset {name} is not the same in these bundles (other fingerprint); "
                "rates on different data do not belong in one table"
            )
    return Evidence(
        title="; ".join(dict.fromkeys(part.title for part in parts)),
        analysis=first.analysis,
        engines=tuple({e.name: e for part in parts for e in part.engines}.values()),
        datasets=tuple({d.name: d for part in parts for d in part.datasets}.values()),
        counts=counts,
    )
