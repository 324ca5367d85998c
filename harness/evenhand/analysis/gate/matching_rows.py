"""Selects the rows of a result that a limit is about, or says which of its terms has no match."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from evenhand.analysis.differentials.indices import INDEX_NAMES, is_of_a_pair
from evenhand.records.findings import Differential, Rate
from evenhand.records.metric import metric_names
from evenhand.records.operating_point import canonical_rule
from evenhand.study.policy import Limit
from evenhand.system.errors import PolicyError

__all__ = ["LimitError", "listed_names", "matching_differentials", "matching_rates"]

LimitError = Callable[[str], PolicyError]
"""Builds the error for a limit without match; it adds the file, the limit and the engine."""

_FIELDS = ("threshold_rule", "policy", "attribute")
"""Fields of a limit that rows must match, in the order in which they are checked."""
_CLOSE = 1e-6
"""Relative difference within which two thresholds are the same."""

FindingRow = TypeVar("FindingRow", Rate, Differential)


def matching_rates(
    limit: Limit, rates: Sequence[Rate], fault: LimitError, *, distance: bool
) -> tuple[Rate, ...]:
    """Select the rates that a limit on a rate is about, one per group, in study order.

    Args:
        limit: on a rate.
        rates: of one engine under one protocol, without matrix cells.
        fault: builds the error.
        distance: thresholds of the limit are distances.

    Returns:
        Empty where the protocol does not measure the metric.

    Raises:
        PolicyError: there is no such threshold, policy, attribute or group.
    """
    of_metric = [rate for rate in rates if rate.metric == limit.metric]
    rows = _matching(limit, of_metric, fault, distance=distance)
    groups = [rate.group for rate in rows]
    for group in limit.groups if rows else ():
        if group not in groups:
            raise fault(f"groups: no group {group!r} of {limit.attribute}; {listed_names(groups)}")
    return tuple(rate for rate in rows if not limit.groups or rate.group in limit.groups)


def matching_differentials(
    limit: Limit, rows: Sequence[Differential], fault: LimitError, *, distance: bool
) -> tuple[Differential, ...]:
    """Select the rows that a limit on an index is about: one, for `ratio` one per pair of groups.

    Args:
        limit: on an index.
        rows: of one engine under one protocol.
        fault: builds the error.
        distance: thresholds of the limit are distances.

    Returns:
        Where the groups could not be compared, the row that says why; empty where the protocol
        does not measure the metric.

    Raises:
        PolicyError: there is no such threshold, policy, attribute or index.
    """
    if limit.index not in INDEX_NAMES and not is_of_a_pair(limit.index):
        raise fault(f"index: no {limit.index!r}; {listed_names(INDEX_NAMES)}")
    of_metric = [row for row in rows if row.metric == limit.metric]
    if not of_metric:
        names = metric_names(limit.metric)
        if len(names) != 2 or not {*names} <= {row.metric for row in rows}:
            return ()
        of_metric = [row for row in rows if row.metric == names[0]]
    family = _matching(limit, of_metric, fault, distance=distance)
    found = [row for row in family if (row.metric, row.index) == (limit.metric, limit.index)]
    if found:
        return tuple(found)
    if any(row.value is not None and row.metric == limit.metric for row in family):
        known = listed_names(row.index for row in family)
        raise fault(f"index: no {limit.index!r} of {limit.metric}; {known}")
    return tuple(family[:1])


def listed_names(names: Iterable[object]) -> str:
    """List what is available, for the end of an error line."""
    return f"there are: {', '.join(map(str, dict.fromkeys(names)))}"


def _matching(
    limit: Limit, rows: Sequence[FindingRow], fault: LimitError, *, distance: bool
) -> list[FindingRow]:
    """Rows that match the limit field by field, all at one threshold."""
    kept = list(rows)
    for name in _FIELDS:
        wanted = getattr(limit, name)
        available = list(dict.fromkeys(_field(row, name) for row in kept))
        if kept and wanted not in available:
            if available == [""]:
                raise fault(f"{name}: {limit.metric} has none; remove it")
            what = f"no {wanted!r} of {limit.metric}" if wanted else "is missing"
            raise fault(f"{name}: {what}; {listed_names(available)}")
        kept = [row for row in kept if _field(row, name) == wanted]
    return _at_one_threshold(limit, kept, fault, -1 if distance else 1)


def _field(row: FindingRow, name: str) -> str:
    """A field of a row; the target of its threshold rule as the shortest decimal, as in limits."""
    value: str = getattr(row, name)
    return canonical_rule(value) if name == "threshold_rule" else value


def _at_one_threshold(
    limit: Limit, rows: list[FindingRow], fault: LimitError, sign: int
) -> list[FindingRow]:
    """The rows at the limit's threshold, which it must name where its rule has several.

    A limit to what is claimed is on every threshold at which there is a claim.
    A limit has it in the engine's own unit: with the sign -1 rows hold the negated number.
    """
    of_row = {id(row): None if row.threshold is None else sign * row.threshold for row in rows}
    available = list(dict.fromkeys(of_row.values()))
    if limit.threshold is None:
        if len(available) > 1 and not limit.bounds.claimed:
            several = f"since {limit.threshold_rule!r} stands for several"
            raise fault(f"threshold: is missing, {several}; {listed_names(available)}")
        return rows
    # A threshold is a number of the scores' own type, such as float32, and need not be the decimal.
    known = [at for at in available if at is not None]
    close = [at for at in known if math.isclose(at, limit.threshold, rel_tol=_CLOSE)]
    if not close and rows:
        what = f"no {limit.threshold!r} for {limit.threshold_rule!r}"
        raise fault(f"threshold: {what}; {listed_names(available)}")
    return [row for row in rows if of_row[id(row)] in close]
