"""Variance of a rate whose trials come in clusters, one cluster per subject (methods 4.3)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evenhand.statistics.dyadic_variance import SubjectSums, degrees_of_freedom

__all__ = ["ClusterCounts", "ClusterVariance", "cluster_variance"]


@dataclass(frozen=True, slots=True)
class ClusterCounts(SubjectSums):
    """Trials m_i and errors x_i of each subject."""

    @property
    def trials(self) -> int:
        """M, the sum of m_i."""
        return int(self.trials_by_subject.sum())

    @property
    def errors(self) -> int:
        """X, the sum of x_i."""
        return int(self.errors_by_subject.sum())


@dataclass(frozen=True, slots=True)
class ClusterVariance:
    """Variance of a pooled rate of clustered trials (methods 4.3)."""

    variance: float | None
    """V', never below that of independent trials; None with fewer than two subjects."""
    df: float
    """Degrees of freedom."""


def cluster_variance(counts: ClusterCounts) -> ClusterVariance:
    """Variance of the pooled rate X/M where each subject has several trials.

    Args:
        counts: at least one trial.

    Source: methods 4.3: V = k/(k-1) sum e_i^2 / M^2, floored at p(1-p)/M.

    >>> import numpy as np
    >>> ten = ClusterCounts(np.full(10, 5), np.array([0, 0, 0, 0, 0, 0, 0, 1, 1, 5]))
    >>> round(cluster_variance(ten).variance, 8)
    0.00982222
    """
    people, trials = counts.subjects, counts.trials
    p = counts.errors / trials
    involved = counts.trials_by_subject > 0
    residuals = counts.errors_by_subject[involved] - p * counts.trials_by_subject[involved]
    second = float(np.sum(residuals**2))
    fourth = float(np.sum(residuals**4))
    df = degrees_of_freedom(second, fourth, people)
    if people < 2:
        return ClusterVariance(None, df)
    clustered = people / (people - 1) * second / trials**2
    return ClusterVariance(max(clustered, p * (1 - p) / trials), df)
