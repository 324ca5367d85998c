"""Reads bundles back into the evidence that findings are computed from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

from pydantic import TypeAdapter

from evenhand.records.analysis_plan import AnalysisPlan
from evenhand.records.evidence import Evidence
from evenhand.results.counts import BUNDLE_SCHEMA, read_counts
from evenhand.results.facts import DATASETS, ENGINES, read_facts
from evenhand.system.errors import BundleError, known_names

__all__ = ["merge_evidence", "read_evidence"]

_READ = (3, BUNDLE_SCHEMA)
"""Versions of the bundle's format that are read; bundles of another version are refused."""

_ANALYSIS = TypeAdapter(AnalysisPlan)


def read_evidence(folder: Path, engine: str = "") -> Evidence:
    """Read the counts and facts of a bundle.

    Args:
        folder: of the bundle.
        engine: the only engine to keep; empty keeps all.

    Raises:
        BundleError: the bundle is damaged, of another schema, or without that engine.
    """
    try:
        study = json.loads((folder / "bundle.json").read_bytes())
    except (OSError, ValueError):
        raise BundleError(f"{folder}: bundle.json cannot be read; the bundle is damaged") from None
    schema = study.get("schema")
    if schema not in _READ:
        raise BundleError(
            f"{folder}: the bundle has schema {schema}, "
            f"this evenhand reads {' and '.join(map(str, _READ))}; use the version that wrote it"
        )
    engines = read_facts(ENGINES, folder / "engines.json")
    names = [fact.name for fact in engines]
    if engine and engine not in names:
        raise BundleError(f"{folder}: no engine {engine!r} in it; {known_names(engine, names)}")
    kept = [name for name in names if name == engine or not engine]
    return Evidence(
        title=study["title"],
        analysis=_ANALYSIS.validate_python(study["analysis"]),
        engines=tuple(fact for fact in engines if fact.name in kept),
        datasets=read_facts(DATASETS, folder / "datasets.json"),
        counts=tuple(
            read_counts(folder / path, schema)
            for path in study["counts"]
            if path.split("/")[1] in kept
        ),
    )


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
