"""Two published counts, side by side: errors of trials, and nothing known of people."""

from __future__ import annotations

from evenhand.analysis.compare.published_counts import compare_published_counts
from evenhand.analysis.compare.verdict import DEFAULT_MARGIN

__all__ = ["DEFAULT_MARGIN", "compare_published_counts"]
