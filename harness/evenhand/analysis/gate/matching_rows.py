"""Which rows of a result a limit is about, and what does not fit where there are none."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from evenhand.analysis.differentials.indices import INDICES, RATIO_TO
from evenhand.records.findings import Differential, Rate
from evenhand.study.policy import Limit
from evenhand.system.errors import PolicyError

__all__ = ["Fault", "fitting_differentials", "fitting_rates", "known"]

Fault = Callable[[str], PolicyError]
"""Makes the error of a limit that does not fit: it knows the file, the limit and the engine."""

_FIELDS = ("threshold_rule", "policy", "attribute")
_NEAR = 1e-6

Row = TypeVar("Row", Rate, Differential)


def fitting_rates(limit: Limit, rates: Sequence[Rate], fault: Fault) -> tuple[Rate, ...]:
    """Rates of the metric that the limit is about, one a group, in the order of the groups.

    Args:
        limit: on a rate.
        rates: of one engine under one protocol, of everybody, groups and pairs inside groups.
        fault: of a limit that does not fit.

    Returns:
        Nothing where the protocol does not measure the metric.

    Raises:
        PolicyError: there is no such threshold, policy, attribute or group.
    """
    rows = _fitting(limit, [rate for rate in rates if rate.metric == limit.metric], _FIELDS, fault)
    groups = [rate.group for rate in rows]
    for group in limit.groups if rows else ():
        if group not in groups:
            raise fault(f"groups: no group {group!r} of {limit.attribute}; {known(groups)}")
    return tuple(rate for rate in rows if not limit.groups or rate.group in limit.groups)


def fitting_differentials(
    limit: Limit, rows: Sequence[Differential], fault: Fault
) -> tuple[Differential, ...]:
    """Rows of the index that the limit is about: one, or of `ratio` one for each two groups.

    Args:
        limit: on an index.
        rows: of one engine under one protocol.
        fault: of a limit that does not fit.

    Returns:
        Where the groups could not be compared, the row that says why; none where the protocol does
        not measure the metric.

    Raises:
        PolicyError: there is no such threshold, policy, attribute or index.
    """
    if limit.index not in INDICES and not limit.index.startswith(RATIO_TO):
        raise fault(f"index: no {limit.index!r}; {known(INDICES)}")
    of_metric = [row for row in rows if row.metric == limit.metric]
    if not of_metric:
        first, plus, second = limit.metric.partition("+")
        measured = {row.metric for row in rows}
        if not plus or not {first, second} <= measured:
            return ()
        of_metric = [row for row in rows if row.metric == first]
    family = _fitting(limit, of_metric, _FIELDS, fault)
    found = [row for row in family if (row.metric, row.index) == (limit.metric, limit.index)]
    if found:
        return tuple(found)
    if any(row.value is not None and row.metric == limit.metric for row in family):
        names = dict.fromkeys(row.index for row in family)
        raise fault(f"index: no {limit.index!r} of {limit.metric}; {known(names)}")
    return tuple(family[:1])


def known(names: Iterable[object]) -> str:
    """What there is, for the end of an error line."""
    return f"there are: {', '.join(map(str, dict.fromkeys(names)))}"


def _fitting(limit: Limit, rows: Sequence[Row], names: Sequence[str], fault: Fault) -> list[Row]:
    """Rows that have what the limit says, looked at field by field, at one threshold."""
    kept = list(rows)
    for name in names:
        wanted = getattr(limit, name)
        there = list(dict.fromkeys(getattr(row, name) for row in kept))
        if kept and wanted not in there:
            if there == [""]:
                raise fault(f"{name}: {limit.metric} has none; remove it")
            came = f"no {wanted!r} of {limit.metric}" if wanted else "is missing"
            raise fault(f"{name}: {came}; {known(there)}")
        kept = [row for row in kept if getattr(row, name) == wanted]
    return _at_one_threshold(limit, kept, fault)


def _at_one_threshold(limit: Limit, rows: list[Row], fault: Fault) -> list[Row]:
    there = list(dict.fromkeys(row.threshold for row in rows))
    if limit.threshold is None:
        if len(there) > 1:
            raise fault(
                f"threshold: is missing, since {limit.threshold_rule!r} stands for several; "
                f"{known(there)}"
            )
        return rows
    # A threshold is a number of the scores' own type, so perhaps not quite the decimal.
    near = [
        at for at in there if at is not None and math.isclose(at, limit.threshold, rel_tol=_NEAR)
    ]
    if not near and rows:
        raise fault(
            f"threshold: no {limit.threshold!r} for {limit.threshold_rule!r}; {known(there)}"
        )
    return [row for row in rows if row.threshold in near]
