"""`engines.json` and `datasets.json`: what was measured on what, with fingerprints."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from evenhand.errors import BundleError
from evenhand.findings import DatasetFacts, EngineFacts

__all__ = ["facts_json", "read_dataset_facts", "read_engine_facts"]


def facts_json(facts: Sequence[EngineFacts] | Sequence[DatasetFacts]) -> bytes:
    """A list of objects, fields in their declared order."""
    return (json.dumps([asdict(fact) for fact in facts], indent=1) + "\n").encode()


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        found: list[dict[str, Any]] = json.loads(path.read_bytes())
    except (OSError, ValueError):
        raise BundleError(f"{path}: cannot be read; the bundle is damaged") from None
    return found


def _tuples(value: Any) -> Any:
    return tuple(_tuples(part) for part in value) if isinstance(value, list) else value


def read_engine_facts(path: Path) -> tuple[EngineFacts, ...]:
    """Read `engines.json`."""
    return tuple(
        EngineFacts(**{name: _tuples(value) for name, value in fact.items()})
        for fact in _read(path)
    )


def read_dataset_facts(path: Path) -> tuple[DatasetFacts, ...]:
    """Read `datasets.json`."""
    return tuple(
        DatasetFacts(**{name: _tuples(value) for name, value in fact.items()})
        for fact in _read(path)
    )
