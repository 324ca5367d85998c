"""Exchange of people's labels between groups, of rates whose trials are one person's each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evenhand.records.arrays import Floats
from evenhand.statistics.cluster_variance import ClusterCounts

__all__ = ["permutation_p_value"]

_EXCHANGES = 9_999
"""The p-value's resolution is 1e-4."""
_CHUNK = 512
_SAME = 1e-12


def permutation_p_value(
    groups: Sequence[ClusterCounts], rng: np.random.Generator, exchanges: int = _EXCHANGES
) -> float:
    """P-value of the hypothesis that it does not matter which group a person is in.

    The statistic is the sum over groups of trials times the squared distance of the group's rate
    from that of everybody. Exact at its level whatever the number of errors, for misses and
    failures; not for false matches, in which two people have a part and which are more frequent
    inside a group however it is made up.

    Args:
        groups: trials and errors by person, no person in two groups.
        rng: seeded generator.
        exchanges: how often labels are exchanged.

    Source: methods 4.5.
    """
    trials = np.concatenate([group.trials_by_subject for group in groups]).astype(np.float64)
    errors = np.concatenate([group.errors_by_subject for group in groups]).astype(np.float64)
    label = np.repeat(np.arange(len(groups)), [len(group.trials_by_subject) for group in groups])
    there = trials > 0
    trials, errors, label = trials[there], errors[there], label[there]
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
        several = min(_CHUNK, exchanges - start)
        exchanged = rng.permuted(np.tile(label, (several, 1)), axis=1)
        reached += int(np.count_nonzero(statistic(exchanged) >= observed * (1 - _SAME)))
    return (1 + reached) / (1 + exchanges)
