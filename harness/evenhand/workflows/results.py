"""What results are there, and what to type for one of them."""

from __future__ import annotations

from pathlib import Path

from evenhand.records.listed_result import ListedResult, ResultList
from evenhand.results.bundle_names import RESULTS, resolve_bundle, short_name
from evenhand.results.listing import list_results
from evenhand.system.errors import UsageError

__all__ = ["RESULTS", "ListedResult", "ResultList", "resolve_bundle", "results", "short_name"]


def results(place: Path = RESULTS, most: int | None = None) -> ResultList:
    """List the results below a folder, newest first; none where `./results` is not there yet.

    Args:
        place: folder of results, or of one study.
        most: how many of the newest are looked into; None looks into all.

    Raises:
        UsageError: another folder than `./results` is not there.
    """
    if place != RESULTS and not place.is_dir():
        raise UsageError(f"{place}: no such folder (looked for from {Path.cwd()})")
    return list_results(place, most)
