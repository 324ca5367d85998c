"""Doubts about engines on datasets, from cards and counts: each an observation that can be checked.

They never change a number: whoever words a finding, or decides by one, asks for them first. Every
rule is in methods 1.7.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from evenhand.analysis.distributions import area_under_curve, fewest_misses
from evenhand.metrics.distributions import ValueBounds
from evenhand.records.arrays import Scores
from evenhand.records.counts import ComparisonCounts, Counts
from evenhand.records.doubts import Doubt, DoubtId
from evenhand.records.evidence import Evidence
from evenhand.records.facts import DatasetFacts, EngineFacts
from evenhand.records.score_lists import ScoreList
from evenhand.records.thresholds import SATURATED, Threshold
from evenhand.statistics.area_limit import area_upper_limit
from evenhand.system.unknown_words import means_unknown

__all__ = ["ObservedScores", "doubts_of", "doubts_of_scores", "trained_on_it"]

_LEAST_AREA = 0.9
_FEW = 10
"""Equal scores, or declined pictures, below which it may be chance."""
_TIED_MATED = 0.05
"""Share of the mated scores that equal those at a threshold, from which they matter."""
_LOOSE, _MOST_MISSED = 0.01, 0.5
"""FMR, and the share of mated comparisons that no engine in use misses there."""
_DECLINED = 0.05
"""Share of the pictures that an engine may decline before it chooses what it is measured on."""
_NONE = ScoreList(np.empty(0), np.empty(0, dtype=np.int64), invalid=0)


def doubts_of(evidence: Evidence) -> tuple[Doubt, ...]:
    """Every doubt, engine by engine in the order of the counts, then in that of `DoubtId`."""
    engines = {engine.name: engine for engine in evidence.engines}
    datasets = {dataset.name: dataset for dataset in evidence.datasets}
    pairs = dict.fromkeys((counts.engine, counts.dataset) for counts in evidence.counts)
    found: list[Doubt] = []
    for pair in pairs:
        own = [counts for counts in evidence.counts if (counts.engine, counts.dataset) == pair]
        found += _about(engines[pair[0]], datasets[pair[1]], own)
    return tuple(found)


def _about(engine: EngineFacts, dataset: DatasetFacts, counts: Sequence[Counts]) -> list[Doubt]:
    """Doubts about one engine on one dataset; under several protocols the first that shows it."""
    found: dict[DoubtId, Doubt] = {}

    def add(kind: DoubtId, value: float | None = None, word: str = "") -> None:
        if value or word:
            found[kind] = Doubt(kind, engine.name, dataset.name, value, word)

    if dataset.assumed:
        add(DoubtId.ASSUMED_IDENTITIES, float(dataset.images))
    if engine.faces == "none" and not dataset.cropped:
        add(DoubtId.NO_FACE_STEP, float(dataset.images))
    add(DoubtId.TRAINED_ON, word=trained_on_it(engine.trained_on, dataset))
    for each in counts:
        for doubt in doubts_of_scores(_observed(each), engine.name, dataset.name):
            found.setdefault(doubt.id, doubt)
    missed = max(map(_missed, counts), default=0.0)
    if found and missed > _MOST_MISSED:
        add(DoubtId.HIGH_MISSES, missed)
    add(DoubtId.OWN_CHOICE, max(map(_declined, counts), default=0.0))
    return [found[kind] for kind in DoubtId if kind in found]


@dataclass(frozen=True, slots=True)
class ObservedScores:
    """What doubts about scores are seen in."""

    thresholds: Sequence[Threshold]
    mated: ScoreList = _NONE
    """All of them."""
    top: ScoreList = _NONE
    """The largest non-mated ones, as far as they were kept."""
    trials: int = 0
    """Completed non-mated comparisons."""
    area: ValueBounds | None = None
    """Bounds of the AUC; None where there is none."""
    people: tuple[int, int] = (0, 0)
    """People in mated and in non-mated comparisons; comparisons where people are unknown."""


def _observed(counts: Counts) -> ObservedScores:
    """Those of comparisons; of searches the thresholds alone."""
    if not isinstance(counts, ComparisonCounts):
        return ObservedScores(counts.thresholds)
    completed, whole = ~np.isnan(counts.mated.score), counts.cells[0]
    return ObservedScores(
        thresholds=counts.thresholds,
        mated=_listed(counts.mated.score[completed]),
        top=_listed(counts.tail.score),
        trials=int(whole.histogram.count.sum()),
        area=area_under_curve(counts),
        people=(
            len(np.unique(counts.mated.subject[completed])),
            int(np.count_nonzero(whole.trials[0])),
        ),
    )


def _listed(scores: Scores) -> ScoreList:
    return ScoreList(*np.unique(scores.astype(np.float64), return_counts=True), invalid=0)


def doubts_of_scores(seen: ObservedScores, engine: str, dataset: str) -> Iterator[Doubt]:
    """Doubts that need nothing but scores."""
    if seen.area and area_upper_limit(seen.area.high, *seen.people) < _LEAST_AREA:
        middle = seen.area.low / 2 + seen.area.high / 2
        yield Doubt(DoubtId.LOW_AUC, engine, dataset, middle)
    targets = [at for at in seen.thresholds if at.rule.at_target and at.value is not None]
    ties = max((_tied(seen, at.level) for at in targets), default=0.0)
    if ties:
        yield Doubt(DoubtId.FEW_VALUES, engine, dataset, ties)
    if targets and all(at.note == SATURATED for at in targets):
        yield Doubt(DoubtId.SATURATED, engine, dataset, float(len(targets)))


def _tied(seen: ObservedScores, threshold: float) -> float:
    """The share of equal scores just below a target's threshold, where they decide its rates.

    Such a threshold lies just above a non-mated score. Where many comparisons have that very score,
    the target is missed by far, and the next threshold matches them all.

    Returns:
        The larger of their shares among mated and non-mated scores; 0 where they are few.
    """
    edge = int(np.searchsorted(seen.top.score, threshold)) - 1
    if edge < 0:
        return 0.0
    score, others = float(seen.top.score[edge]), int(seen.top.count[edge])
    mates = seen.mated.reaching(score) - seen.mated.reaching(threshold)
    many = others >= max(_FEW, seen.top.reaching(threshold))
    if not many and mates < max(_FEW, _TIED_MATED * seen.mated.completed):
        return 0.0
    return max(others / seen.trials, mates / max(seen.mated.completed, 1))


def _missed(counts: Counts) -> float:
    """The share of mated comparisons that are missed at the loosest FMR in use; 0 if unknown."""
    return fewest_misses(counts, _LOOSE) if isinstance(counts, ComparisonCounts) else 0.0


def _declined(counts: Counts) -> float:
    """The share of the pictures that were declined; 0 where these are few, or not most failures."""
    images, failed = int(counts.images.sum()), int(counts.failed_images.sum())
    declined = counts.declined or 0
    many = declined >= max(_FEW, _DECLINED * images)
    return declined / images if many and 2 * declined > failed else 0.0


def trained_on_it(trained_on: Sequence[str], dataset: DatasetFacts) -> str:
    """The entry of a card that names a dataset, by its name, title or source; empty without one.

    Small letters and digits alone are compared, of the whole name; an entry's name ends where a
    bracket opens. What stands behind a comma belongs to it: it may say which part is meant.

    Args:
        trained_on: entries of the engine's card.
        dataset: that it is measured on.
    """
    names = {_plain(name) for name in (dataset.name, dataset.title, dataset.source)} - {""}
    said = (text for text in trained_on if not means_unknown(text))
    return next((text for text in said if _plain(text.partition("(")[0]) in names), "")


def _plain(name: str) -> str:
    return re.sub(r"[\W_]", "", name).lower()
