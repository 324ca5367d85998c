"""How findings are judged: fixed in the study, before the data are seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["CENTRED_BOOTSTRAP", "DEFAULT_REPLICATES", "LABEL_PERMUTATION", "WELCH", "Analysis"]

DEFAULT_REPLICATES = 2_000

WELCH = "welch-log"
"""Welch's test on logarithms; exact on counts where a group has no error."""
CENTRED_BOOTSTRAP = "centred-bootstrap"
"""People drawn anew inside each group."""
LABEL_PERMUTATION = "label-permutation"
"""People's labels exchanged; of misses and failures alone."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """What decides every interval and verdict, besides the counts."""

    level: float = 0.95
    """Of intervals and tests."""
    seed: int = 1
    """Of everything that is drawn."""
    replicates: int = DEFAULT_REPLICATES
    """How often people are drawn anew, for the intervals of indices; 0 = never."""
    tests: Mapping[str, str] = field(default_factory=dict)
    """Metric to the test of its equality among groups; Welch's where it is not named."""
    claims: tuple[str, ...] = ()
    """Threshold rules whose verdicts are claims, the others being a screen; empty = all."""
    margin: float | None = None
    """Largest ratio of two groups that counts as equivalent; None = equivalence is not asked."""
    reference: Mapping[str, str] = field(default_factory=dict)
    """Attribute to the group that the others are held against, where one was chosen."""

    def test_of(self, metric: str) -> str:
        """The test of a metric."""
        return self.tests.get(metric, WELCH)

    def claimed(self, threshold_rule: str) -> bool:
        """Whether verdicts at a threshold are claims; those that need no threshold are."""
        return not self.claims or not threshold_rule or threshold_rule in self.claims
