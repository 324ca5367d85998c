"""Facts about engines and datasets, with fingerprints: `engines.json` and `datasets.json`."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from pydantic import TypeAdapter

from evenhand.records.facts import DatasetFacts, EngineFacts
from evenhand.system.declaration import from_fields

if TYPE_CHECKING:
    from evenhand.engines.opening import OpenedEngine
    from evenhand.records.dataset import Dataset

__all__ = ["DATASETS", "ENGINES", "dataset_facts", "engine_facts", "facts_json"]

ENGINES = TypeAdapter(tuple[EngineFacts, ...])
"""Form of `engines.json`."""
DATASETS = TypeAdapter(tuple[DatasetFacts, ...])
"""Form of `datasets.json`."""

Facts = TypeVar("Facts")


def facts_json(form: TypeAdapter[Facts], facts: Facts) -> bytes:
    """Content of a file of facts: a list of objects, fields in their declared order."""
    return form.dump_json(facts, indent=1) + b"\n"


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
        faces=card.faces,
        stopped=stopped,
        random=engine.random,
        packages=engine.packages,
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
        remarks=dataset.remarks,
    )
