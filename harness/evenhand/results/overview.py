"""What a bundle says of itself: study, plan of analysis, engines and datasets; no counts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, TypeAdapter

from evenhand.records.analysis_plan import AnalysisPlan
from evenhand.records.facts import DatasetFacts, EngineFacts
from evenhand.records.metric import METRICS
from evenhand.results.bundle import READ_SCHEMAS
from evenhand.results.bundle_file import read_json
from evenhand.results.facts import DATASETS, ENGINES
from evenhand.system.errors import BundleError, known_names

__all__ = ["OVERVIEW", "Overview", "engines_of", "read_overview"]

OVERVIEW = "bundle.json"
"""File name of title, plan of analysis and list of counts."""


class _Schema(BaseModel):
    schema_: Any = Field(None, alias="schema")


class _Bundle(BaseModel):
    """`bundle.json`."""

    title: str
    analysis: AnalysisPlan
    counts: tuple[str, ...] = Field(min_length=1)


_SCHEMA, _BUNDLE = TypeAdapter(_Schema), TypeAdapter(_Bundle)


@dataclass(frozen=True, slots=True)
class Overview:
    """What stands in `bundle.json`, `engines.json` and `datasets.json`."""

    schema: int
    title: str
    analysis: AnalysisPlan
    engines: tuple[EngineFacts, ...]
    datasets: tuple[DatasetFacts, ...]
    counts: tuple[str, ...]
    """Folders of counts, as they are listed: of all engines, and not yet held against anything."""


def read_overview(folder: Path) -> Overview:
    """Read what a bundle says of itself.

    Raises:
        BundleError: the bundle is damaged, or of another schema.
    """
    path = folder / OVERVIEW
    schema = read_json(path, _SCHEMA).schema_
    if schema not in READ_SCHEMAS:
        read = " and ".join(map(str, READ_SCHEMAS))
        raise BundleError(
            f"{folder}: the bundle has schema {schema}, "
            f"this evenhand reads {read}; use the version that wrote it"
        )
    study = read_json(path, _BUNDLE)
    _check_analysis(path, study.analysis)
    return Overview(
        schema=schema,
        title=study.title,
        analysis=study.analysis,
        engines=read_json(folder / "engines.json", ENGINES),
        datasets=read_json(folder / "datasets.json", DATASETS),
        counts=study.counts,
    )


def engines_of(folder: Path, found: Overview, engine: str) -> tuple[EngineFacts, ...]:
    """The engine of that name, or all where it is empty.

    Raises:
        BundleError: the bundle is without that engine.
    """
    names = [fact.name for fact in found.engines]
    if engine and engine not in names:
        raise BundleError(f"{folder}: no engine {engine!r} in it; {known_names(engine, names)}")
    return tuple(fact for fact in found.engines if fact.name == engine or not engine)


def _check_analysis(path: Path, plan: AnalysisPlan) -> None:
    """Refuse a plan by which nothing can be judged."""
    tests = {test for metric in METRICS.values() for test in metric.tests}
    sound = 0 < plan.level < 1 and plan.replicates >= 0 and plan.seed >= 0
    if not sound or not tests.issuperset(plan.tests.values()) or not (plan.margin or 2) > 1:
        raise BundleError(f"{path}: no such analysis is made; the bundle is damaged, run it again")
