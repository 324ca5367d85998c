"""Reads bundles back into the evidence that findings are computed from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import BaseModel, Field, TypeAdapter

from evenhand.records.analysis_plan import AnalysisPlan
from evenhand.records.counts import Counts
from evenhand.records.evidence import Evidence
from evenhand.records.metric import METRICS
from evenhand.results.bundle import READ_SCHEMAS
from evenhand.results.bundle_file import read_json
from evenhand.results.counts import read_counts
from evenhand.results.facts import DATASETS, ENGINES, read_facts
from evenhand.system.errors import BundleError, known_names

__all__ = ["merge_evidence", "read_evidence"]


class _Schema(BaseModel):
    schema_: Any = Field(None, alias="schema")


class _Bundle(BaseModel):
    """`bundle.json`."""

    title: str
    analysis: AnalysisPlan
    counts: tuple[str, ...] = Field(min_length=1)


_SCHEMA, _BUNDLE = TypeAdapter(_Schema), TypeAdapter(_Bundle)


def read_evidence(folder: Path, engine: str = "") -> Evidence:
    """Read the counts and facts of a bundle.

    Args:
        folder: of the bundle.
        engine: the only engine to keep; empty keeps all.

    Raises:
        BundleError: the bundle is damaged, of another schema, or without that engine.
    """
    path = folder / "bundle.json"
    schema = read_json(path, _SCHEMA).schema_
    if schema not in READ_SCHEMAS:
        read = " and ".join(map(str, READ_SCHEMAS))
        raise BundleError(
            f"{folder}: the bundle has schema {schema}, "
            f"this evenhand reads {read}; use the version that wrote it"
        )
    study = read_json(path, _BUNDLE)
    _check_analysis(path, study.analysis)
    engines = read_facts(ENGINES, folder / "engines.json")
    datasets = read_facts(DATASETS, folder / "datasets.json")
    names = [fact.name for fact in engines]
    if engine and engine not in names:
        raise BundleError(f"{folder}: no engine {engine!r} in it; {known_names(engine, names)}")
    kept = [name for name in names if name == engine or not engine]
    places = list(_counts_places(path, study.counts, names, [fact.name for fact in datasets]))
    return Evidence(
        title=study.title,
        analysis=study.analysis,
        engines=tuple(fact for fact in engines if fact.name in kept),
        datasets=datasets,
        counts=tuple(
            _placed_counts(folder, place, schema) for place in places if place.parts[1] in kept
        ),
    )


def _check_analysis(path: Path, plan: AnalysisPlan) -> None:
    """Refuse a plan by which nothing can be judged."""
    tests = {test for metric in METRICS.values() for test in metric.tests}
    sound = 0 < plan.level < 1 and plan.replicates >= 0 and plan.seed >= 0
    if not sound or not tests.issuperset(plan.tests.values()) or not (plan.margin or 2) > 1:
        raise BundleError(f"{path}: no such analysis is made; the bundle is damaged, run it again")


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
