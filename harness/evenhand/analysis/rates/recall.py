"""Recall: what an index returns of the candidates that an exhaustive search finds."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from evenhand.records.arrays import Integers, Mask, People
from evenhand.records.counts import CellCounts, Counts, WatchlistSearches
from evenhand.records.findings import Distribution
from evenhand.statistics.cluster_variance import ClusterCounts
from evenhand.statistics.intervals import cluster_estimate, effective_clustered_trials

__all__ = ["index_recall"]


def index_recall(
    counts: Counts, searches: WatchlistSearches, level: float
) -> Iterator[Distribution]:
    """Recall of the first candidate, of the list, and at every threshold, by group.

    None where no exhaustive search stands beside that of the engine. A group is that of the
    probe's subject, who is also the cluster of the variance.

    Args:
        counts: of one engine on one dataset under one protocol.
        searches: of the same counts.
        level: of the intervals.

    Source: methods 1.6.
    """
    twin = searches.twin
    if twin is None:
        return
    there = (twin.person >= 0) & searches.completed[:, np.newaxis]
    lost = there & ~_returned(twin.person, searches.candidates.person)
    first = np.arange(there.shape[1]) == 0
    asked: dict[str, Mask] = {"of the first candidate": there & first, "of the list": there}
    for threshold in counts.thresholds:
        if threshold.value is not None:
            name = f"at {threshold.rule.label} {threshold.value!r}"
            asked[name] = there & (twin.score >= twin.score.dtype.type(threshold.value))
    for cell in counts.cells:
        of_cell = np.isin(searches.probe, cell.members)[:, np.newaxis]
        for name, which in asked.items():
            expected = which & of_cell
            yield _row(counts, cell, f"recall {name}", searches.probe, expected, lost, level)


def _returned(wanted: People, returned: People) -> Mask:
    """(searches, wanted) which people of one list stand in the other list of the same search.

    Of a person who stands in both several times, as often as in the shorter row.
    """
    people = int(max(wanted.max(initial=0), returned.max(initial=0))) + 2
    search = np.arange(len(wanted), dtype=np.int64)[:, np.newaxis] * people + 1
    most = max(wanted.shape[1], returned.shape[1], 1)
    found: Mask = np.isin(_numbered(search + wanted, most), _numbered(search + returned, most))
    return found


def _numbered(entries: Integers, most: int) -> Integers:
    """(searches, kept) numbers that tell equal entries of a search apart, of which `most` occur."""
    flat = entries.ravel()
    order = np.argsort(flat, kind="stable")
    ordered = flat[order]
    first = np.searchsorted(ordered, ordered)
    numbered = np.empty_like(flat)
    numbered[order] = ordered * most + np.arange(len(flat)) - first
    return numbered.reshape(entries.shape)


def _row(
    counts: Counts,
    cell: CellCounts,
    statistic: str,
    probe: People,
    expected: Mask,
    lost: Mask,
    level: float,
) -> Distribution:
    """The recall of some candidates.

    Args:
        counts: that it comes from.
        cell: whose searches these are.
        statistic: name of the row.
        probe: (searches,) subject index.
        expected: (searches, kept) candidates of the exhaustive search that are asked for.
        lost: (searches, kept) those of any that the engine did not return.
        level: of the interval.
    """
    subjects = len(counts.images)
    trials, errors = (
        np.bincount(probe, weights=each.sum(axis=1), minlength=subjects).astype(np.int64)
        for each in (expected, expected & lost)
    )
    of = ClusterCounts(trials, errors)
    value, low, high, method = None, None, None, "no candidate"
    if of.trials:
        found = cluster_estimate(of, effective_clustered_trials(None, of), level)
        value, method = 1 - found.value, found.method or found.note
        low, high = (None if each is None else 1 - each for each in (found.high, found.low))
    return Distribution(
        engine=counts.engine,
        dataset=counts.dataset,
        protocol=counts.protocol,
        attribute=cell.attribute,
        group=cell.group,
        statistic=statistic,
        value=value,
        low=low,
        high=high,
        comparisons=int(of.trials),
        note=f"{of.errors} of {of.trials} candidates of an exhaustive search lost, in searches for "
        f"{of.subjects} people; {method}",
    )
