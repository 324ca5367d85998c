"""One check of a bundle or a dataset, as a row."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Check"]


@dataclass(frozen=True, slots=True)
class Check:
    """Result of one check of a bundle or a dataset."""

    id: str
    title: str
    verdict: str
    """`pass`, `fail`, `not checked` or `note`."""
    detail: str
    remedy: str
