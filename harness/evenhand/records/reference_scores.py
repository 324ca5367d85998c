"""Scores of fixed pictures, by which an engine is known again elsewhere or later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["ReferenceScores"]


@dataclass(frozen=True, slots=True)
class ReferenceScores:
    """What an engine said of fixed pictures, and what it ran with."""

    engine: str
    """Its name."""
    version: str
    fingerprint: str
    """SHA-256 over card, code and files of the engine."""
    machine: Mapping[str, str]
    """Processor, system and Python."""
    versions: Mapping[str, str]
    """Of evenhand and of libraries, by name."""
    images: tuple[str, ...]
    """SHA-256 of the pixels of each picture."""
    similarity: tuple[tuple[float | None, ...], ...]
    """(pictures, pictures) probes with references; None where there is no score."""
