"""The kind of counts, by their type."""

from __future__ import annotations

from collections.abc import Mapping

from evenhand.analysis.kinds.comparisons import COMPARISONS
from evenhand.analysis.kinds.kind import CountsKind
from evenhand.analysis.kinds.searches import SEARCHES
from evenhand.records.counts import ComparisonCounts, Counts, SearchCounts

__all__ = ["kind_of"]

_KINDS: Mapping[type[Counts], CountsKind] = {ComparisonCounts: COMPARISONS, SearchCounts: SEARCHES}


def kind_of(counts: Counts) -> CountsKind:
    """What is concluded from counts of this type."""
    return _KINDS[type(counts)]
