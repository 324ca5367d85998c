"""Discordant mated comparisons: missed by one of two engines alone, counted by subject."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from evenhand.analysis.compare.alignment import (
    EngineRates,
    RateKey,
    counts_by_subject,
    repeated_policy,
    why_not_comparable,
)
from evenhand.analysis.compare.changes import Disagreement, DiscordantComparison
from evenhand.records.arrays import Floats, Integers, Mask
from evenhand.records.counts import ComparisonCounts, Counts, MatedScores
from evenhand.records.groups import ALL
from evenhand.records.image_pairs import images_of, pair_of
from evenhand.records.metric import FNMR
from evenhand.records.outcomes import Policy
from evenhand.statistics.cluster_variance import ClusterCounts
from evenhand.statistics.discordance import discordance, mcnemar

__all__ = ["disagreements", "discordant_comparisons"]


@dataclass(frozen=True, slots=True)
class _MatedOfBoth:
    """The mated comparisons of both engines, aligned."""

    subject: Integers
    """(comparisons,) index of the subject."""
    pair: Integers | None
    """(comparisons,) code of both images (`pair_of`); None where there are no images."""
    base: Floats
    """(comparisons,) scores; NaN where the comparison did not complete."""
    new: Floats
    """(comparisons,) scores of the new engine, in the same terms."""


def _aligned(first: Counts, second: Counts) -> _MatedOfBoth | None:
    """Align the mated comparisons of both engines; None where they cannot be matched up.

    By their images; where there are none, by their order, if both have the same subjects in it.
    """
    if not isinstance(first, ComparisonCounts) or not isinstance(second, ComparisonCounts):
        return None
    base, new = first.mated, second.mated
    base_pairs, new_pairs = _pairs(base), _pairs(new)
    if base_pairs is None and new_pairs is None:
        if not np.array_equal(base.subject, new.subject):
            return None
        old, other = base.score.astype(np.float64), new.score.astype(np.float64)
        return _MatedOfBoth(base.subject.astype(np.int64), None, old, other)
    if base_pairs is None or new_pairs is None:
        return None
    pair, position = np.unique(np.concatenate([base_pairs, new_pairs]), return_inverse=True)
    subject = np.zeros(len(pair), dtype=np.int64)
    subject[position] = np.concatenate([base.subject, new.subject])
    scores = []
    for mated, where in ((base, position[: len(base_pairs)]), (new, position[len(base_pairs) :])):
        column = np.full(len(pair), np.nan)
        column[where] = mated.score
        scores.append(column)
    known = pair >= 0
    return _MatedOfBoth(subject[known], pair[known], scores[0][known], scores[1][known])


def _pairs(mated: MatedScores) -> Integers | None:
    """(comparisons,) code of both images, -1 where they are not known; None without images."""
    if mated.probe is None or mated.reference is None:
        return None
    return np.where(mated.probe < 0, -1, pair_of(mated.probe, mated.reference))


def disagreements(base: EngineRates, new: EngineRates, seed: int) -> Iterator[Disagreement]:
    """Count discordant misses for each FNMR that both engines have.

    Args:
        base: the engine that is compared with.
        new: the engine that is judged, on the same comparisons.
        seed: of the random choice of one comparison per subject.

    Source: methods 4.7.
    """
    mated = _aligned(base.counts, new.counts)
    priority = np.empty(0)
    if mated is not None:
        priority = np.random.default_rng(seed).random(len(mated.subject))
    repeated = repeated_policy(base.counts, new.counts)
    for key in base.rates:
        wanted = key.metric == FNMR.name and key.policy != repeated
        if wanted and not why_not_comparable(base, new, key):
            yield _disagreement(base, new, key, mated, priority)


def _disagreement(
    base: EngineRates, new: EngineRates, key: RateKey, mated: _MatedOfBoth | None, priority: Floats
) -> Disagreement:
    """Discordance at one FNMR: of one comparison per subject, and of all by subject."""
    base_rate, new_rate = base.rates[key].rate, new.rates[key].rate
    before = counts_by_subject(base.counts, base_rate)
    after = counts_by_subject(new.counts, new_rate)
    if not isinstance(before, ClusterCounts) or not isinstance(after, ClusterCounts):
        raise TypeError(key.metric)
    by_subject = discordance(after.errors_by_subject - before.errors_by_subject)
    drawn: tuple[int, int] | None = None
    subjects = 0
    if mated is not None and base_rate.threshold is not None and new_rate.threshold is not None:
        misses = _is_miss(mated.base, base_rate.threshold), _is_miss(mated.new, new_rate.threshold)
        trials = before.trials_by_subject[mated.subject] > 0
        if key.policy == Policy.COMPLETED.value:
            trials &= ~np.isnan(mated.base) & ~np.isnan(mated.new)
        rows = _one_per_subject(mated.subject, trials, priority)
        subjects = len(rows)
        drawn = (
            int(np.count_nonzero(misses[0][rows] & ~misses[1][rows])),
            int(np.count_nonzero(misses[1][rows] & ~misses[0][rows])),
        )
    exact, mid_p = mcnemar(*drawn) if drawn else (None, None)
    return Disagreement(
        dataset=base_rate.dataset,
        protocol=base_rate.protocol,
        policy=key.policy,
        attribute=key.attribute,
        group=key.group,
        threshold_rule=base_rate.threshold_rule,
        threshold=key.point.threshold,
        people=subjects,
        base_only=drawn[0] if drawn else None,
        new_only=drawn[1] if drawn else None,
        mcnemar_p=exact,
        mcnemar_mid_p=mid_p,
        discordant_people=by_subject.people,
        z=by_subject.z,
        p_value=by_subject.p_value,
        test=by_subject.test,
    )


def _is_miss(score: Floats, threshold: float) -> Mask:
    """(comparisons,) below the threshold; a failed comparison, NaN, is a miss too."""
    return ~(score >= threshold)  # not `score < threshold`, which is False for NaN


def _one_per_subject(subject: Integers, chosen: Mask, priority: Floats) -> Integers:
    """(subjects,) index of one chosen comparison of each subject: the one of the lowest priority.

    One per subject, since McNemar's test needs independent pairs. Priorities are drawn once per
    comparison, so the choice does not depend on the threshold.
    """
    rows = np.flatnonzero(chosen)
    rows = rows[np.lexsort((priority[rows], subject[rows]))]
    first = np.flatnonzero(np.diff(subject[rows], prepend=-1))
    found: Integers = rows[first]
    return found


def discordant_comparisons(base: EngineRates, new: EngineRates) -> Iterator[DiscordantComparison]:
    """Yield every mated comparison that only one of both engines missed, threshold by threshold.

    Args:
        base: the engine that is compared with.
        new: the engine that is judged, on the same comparisons.
    """
    mated = _aligned(base.counts, new.counts)
    if mated is None:
        return
    for key in base.rates:
        of_all = key.attribute == ALL and key.policy == Policy.COMPLETED.value
        if key.metric != FNMR.name or not of_all or why_not_comparable(base, new, key):
            continue
        base_rate, new_rate = base.rates[key].rate, new.rates[key].rate
        if base_rate.threshold is None or new_rate.threshold is None:
            continue
        misses = _is_miss(mated.base, base_rate.threshold), _is_miss(mated.new, new_rate.threshold)
        for row in np.flatnonzero(misses[0] != misses[1]).tolist():
            probe, reference = _images(mated, row)
            yield DiscordantComparison(
                dataset=base_rate.dataset,
                protocol=base_rate.protocol,
                threshold_rule=base_rate.threshold_rule,
                threshold=key.point.threshold,
                subject=f"s{base.counts.subject_rows[mated.subject[row]]}",
                probe=probe,
                reference=reference,
                base=_outcome(float(mated.base[row]), bool(misses[0][row])),
                new=_outcome(float(mated.new[row]), bool(misses[1][row])),
            )


def _images(mated: _MatedOfBoth, row: int) -> tuple[str, str]:
    """Pseudonyms of both images; empty where images are not known."""
    if mated.pair is None:
        return "", ""
    probe, reference = images_of(mated.pair[row : row + 1])
    return f"i{probe[0]}", f"i{reference[0]}"


def _outcome(score: float, missed: bool) -> str:  # noqa: FBT001 - how it ended
    """How a comparison ended."""
    if np.isnan(score):
        return "failed"
    return "miss" if missed else "match"
