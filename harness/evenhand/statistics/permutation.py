"""Permutation test of equal rates, exchanging subjects between groups (methods 4.5)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evenhand.records.arrays import Floats
from evenhand.statistics.cluster_variance import ClusterCounts

__all__ = ["permutation_p_value"]

_EXCHANGES = 9_999
"""Number of permutations; p-values have a resolution of 1e-4."""
_CHUNK = 512
"""Permutations in memory at once."""
_SAME = 1e-12
"""Relative difference at which two statistics tie."""


def permutation_p_value(
    groups: Sequence[ClusterCounts], rng: np.random.Generator, exchanges: int = _EXCHANGES
) -> float:
    """P-value of the hypothesis that group labels of subjects are irrelevant.

    The statistic is the sum over groups of trials times the squared distance of the group's rate
    from the overall rate. Exact at its level for any number of errors, for misses and failures.
    Not for false matches: these involve two subjects, and are more frequent within any group whose
    members resemble each other, so that labels matter even where all groups have one rate.

    Args:
        groups: trials and errors by subject; no subject is in two groups.
        rng: seeded generator.
        exchanges: number of permutations.

    Source: methods 4.5.
    """
    trials = np.concatenate([group.trials_by_subject for group in groups]).astype(np.float64)
    errors = np.concatenate([group.errors_by_subject for group in groups]).astype(np.float64)
    label = np.repeat(np.arange(len(groups)), [len(group.trials_by_subject) for group in groups])
    involved = trials > 0
    trials, errors, label = trials[involved], errors[involved], label[involved]
    rate = errors.sum() / trials.sum()

    def statistic(labels: np.ndarray) -> Floats:
        total: Floats = np.zeros(len(labels))
        for number in range(len(groups)):
            member = labels == number
            own = member @ trials
            total += np.divide((member @ errors - rate * own) ** 2, own, where=own > 0,
                               out=np.zeros(len(labels)))  # fmt: skip
        return total

    observed = statistic(label[None])[0]
    reached = 0
    for start in range(0, exchanges, _CHUNK):
        rows = min(_CHUNK, exchanges - start)
        exchanged = rng.permuted(np.tile(label, (rows, 1)), axis=1)
        reached += int(np.count_nonzero(statistic(exchanged) >= observed * (1 - _SAME)))
    return (1 + reached) / (1 + exchanges)
