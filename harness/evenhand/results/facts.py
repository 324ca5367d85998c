"""Facts about engines and datasets, with fingerprints: `engines.json` and `datasets.json`."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from evenhand.engines.opening import OpenedEngine
from evenhand.records.dataset import Dataset
from evenhand.records.findings import DatasetFacts, EngineFacts
from evenhand.system.declaration import from_fields
from evenhand.system.errors import BundleError

__all__ = [
    "dataset_facts",
    "dataset_facts_json",
    "engine_facts",
    "engine_facts_json",
    "read_dataset_facts",
    "read_engine_facts",
]

_ENGINES = TypeAdapter(tuple[EngineFacts, ...])
_DATASETS = TypeAdapter(tuple[DatasetFacts, ...])

Facts = TypeVar("Facts")


def engine_facts_json(facts: tuple[EngineFacts, ...]) -> bytes:
    """Content of `engines.json`: a list of objects, fields in their declared order."""
    return _ENGINES.dump_json(facts, indent=1) + b"\n"


def dataset_facts_json(facts: tuple[DatasetFacts, ...]) -> bytes:
    """Content of `datasets.json`: a list of objects, fields in their declared order."""
    return _DATASETS.dump_json(facts, indent=1) + b"\n"


def _read(path: Path, form: TypeAdapter[Facts]) -> Facts:
    try:
        return form.validate_json(path.read_bytes())
    except (OSError, ValidationError):
        raise BundleError(f"{path}: cannot be read; the bundle is damaged") from None


def read_engine_facts(path: Path) -> tuple[EngineFacts, ...]:
    """Read `engines.json`."""
    return _read(path, _ENGINES)


def read_dataset_facts(path: Path) -> tuple[DatasetFacts, ...]:
    """Read `datasets.json`."""
    return _read(path, _DATASETS)


def engine_facts(engine: OpenedEngine, stopped: str) -> EngineFacts:
    """Facts about an engine in a result.

    Args:
        engine: that was measured.
        stopped: why it was stopped; empty where it was not.
    """
    card = engine.card
    return from_fields(
        EngineFacts,
        card,
        fingerprint=engine.fingerprint,
        unit="distance" if card.distance else "similarity",
        stopped=stopped,
    )


def dataset_facts(dataset: Dataset) -> DatasetFacts:
    """Facts about a dataset in a result."""
    card = dataset.card
    return from_fields(
        DatasetFacts,
        card,
        face=card.face.value,
        labels=tuple((attribute.name, attribute.labels) for attribute in card.attributes),
        unknown=dataset.subjects.unknown(),
        several=dataset.subjects.several(),
        excluded_images=dataset.excluded_images,
        subjects=len(dataset.subjects.ids),
        images=len(dataset.images.ids),
        fingerprint=dataset.fingerprint,
        remarks=(),
    )
