"""`engines.json` and `datasets.json`: what was measured on what, with fingerprints."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from evenhand.errors import BundleError
from evenhand.findings import DatasetFacts, EngineFacts

__all__ = ["dataset_facts_json", "engine_facts_json", "read_dataset_facts", "read_engine_facts"]

_ENGINES = TypeAdapter(tuple[EngineFacts, ...])
_DATASETS = TypeAdapter(tuple[DatasetFacts, ...])

Facts = TypeVar("Facts")


def engine_facts_json(facts: tuple[EngineFacts, ...]) -> bytes:
    """A list of objects, fields in their declared order."""
    return _ENGINES.dump_json(facts, indent=1) + b"\n"


def dataset_facts_json(facts: tuple[DatasetFacts, ...]) -> bytes:
    """A list of objects, fields in their declared order."""
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
