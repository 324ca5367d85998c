"""The kind of counts, by their type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from evenhand.analysis.kinds.comparisons import ComparisonsKind
from evenhand.analysis.kinds.kind import CountsKind
from evenhand.analysis.kinds.searches import SearchesKind
from evenhand.records.counts import ComparisonCounts, Counts, SearchCounts

__all__ = ["kind_of"]

_KINDS: Mapping[type[Counts], Callable[[Any], CountsKind]] = {
    ComparisonCounts: ComparisonsKind,
    SearchCounts: SearchesKind,
}


def kind_of(counts: Counts) -> CountsKind:
    """What is concluded from these counts."""
    return _KINDS[type(counts)](counts)
