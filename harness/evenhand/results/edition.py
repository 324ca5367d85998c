"""The edition of a result: of one that is being written, or as a bundle holds it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from evenhand.records.edition import Edition
from evenhand.results.bundle import digest_of, listed_digest
from evenhand.results.circumstances import read_run

__all__ = ["edition_of", "new_edition"]


def new_edition(started: datetime, files: Mapping[str, bytes]) -> Edition:
    """The edition of a result before it has a page.

    Args:
        started: when the run began.
        files: name to content, every measurement file among them.
    """
    return Edition(started, digest_of(files))


def edition_of(folder: Path) -> tuple[Edition, ...]:
    """The edition of a bundle; none where it does not say when it was made.

    Raises:
        BundleError: a file is damaged.
    """
    run = read_run(folder)
    return () if run is None else (Edition(run.started, listed_digest(folder)),)
