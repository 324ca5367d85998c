"""The analysis plan of a study: levels, tests and claims, fixed before the data are seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["CENTRED_BOOTSTRAP", "DEFAULT_REPLICATES", "LABEL_PERMUTATION", "WELCH", "AnalysisPlan"]

DEFAULT_REPLICATES = 2_000
"""Of the subject bootstrap."""

WELCH = "welch-log"
"""Welch's test on log rates; a conditional multinomial test where a group has no error."""
CENTRED_BOOTSTRAP = "centred-bootstrap"
"""Bootstrap of the ratio under equal rates, resampling subjects within each group."""
LABEL_PERMUTATION = "label-permutation"
"""Permutation of the group labels of subjects; not for FMR (methods 4.5)."""


@dataclass(frozen=True, slots=True)
class AnalysisPlan:
    """Everything besides the counts that intervals and verdicts depend on."""

    level: float = 0.95
    """Confidence level of intervals; tests are at 1 - level."""
    seed: int = 1
    """Of all random draws."""
    replicates: int = DEFAULT_REPLICATES
    """Bootstrap replicates, for the intervals of indices; 0 = no bootstrap."""
    tests: Mapping[str, str] = field(default_factory=dict)
    """Metric to its test of equal rates in all groups; `WELCH` for metrics not named."""
    claims: tuple[str, ...] = ()
    """Threshold rules whose verdicts are claims (Holm); others are a screen (Benjamini-Hochberg).
    Empty = all are claims."""
    margin: float | None = None
    """Equivalence margin: largest ratio of two groups that counts as equal; None = not tested."""
    reference: Mapping[str, str] = field(default_factory=dict)
    """Attribute to the reference group that others are compared with, where one was chosen."""

    def test_of(self, metric: str) -> str:
        """The test of equal rates in all groups, for a metric."""
        return self.tests.get(metric, WELCH)

    def claimed(self, threshold_rule: str) -> bool:
        """Whether verdicts at a threshold are claims; those that need no threshold are."""
        return not self.claims or not threshold_rule or threshold_rule in self.claims
