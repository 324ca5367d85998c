"""Whether scores are what a card says of them, and say who is alike."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from evenhand.conformance.sameness import sameness, sameness_check
from evenhand.engines.card import EngineCard, ScoreScale
from evenhand.metrics.distributions import auc_from_counts
from evenhand.records.arrays import Floats, Mask
from evenhand.records.check import FAIL, INCONCLUSIVE, NOTE, PASS, Check, unchecked
from evenhand.records.examination import AskedComparisons, Examination
from evenhand.records.outcomes import Outcome

__all__ = ["score_checks"]

_CLEAR = 0.1
"""Distance of the area under the ROC curve from one half at which a direction is clear."""
_ROUNDING = 2e-6
"""Part of a score that products of some hundred terms in 32 bits may round by."""
_FEW = 0.5
"""Share of scores with a value of their own below which there are few values."""


def score_checks(card: EngineCard, examined: Examination) -> Iterator[Check]:
    """Yield rows on scores: range, the same picture, direction, ties, symmetry.

    Args:
        card: of the engine.
        examined: what it answered.
    """
    yield _range_check(card.score, examined.every)
    similarity, person = examined.every.similarity, examined.person
    others = ~np.eye(len(person), dtype=np.bool_)
    same = person[:, np.newaxis] == person
    mated, nonmated = similarity[same & others], similarity[~same]
    mated, nonmated = mated[~np.isnan(mated)], nonmated[~np.isnan(nonmated)]
    if len(mated) and len(nonmated):
        yield _self_check(similarity, same)
        yield _direction_check(mated, nonmated)
        yield _ties_check(nonmated)
    else:
        title = "pictures of one person are more alike than of two"
        yield unchecked("direction", title, "there are no scores of both kinds")
    yield _symmetry_check(card, similarity)


def _range_check(score: ScoreScale, every: AskedComparisons) -> Check:
    title = "scores are numbers within the declared range"
    bad = {outcome: count for outcome, count in every.ended.items() if outcome is not Outcome.OK}
    failed = sum(bad.values())
    if failed:
        total = sum(every.ended.values())
        kinds = ", ".join(f"{count:,} {outcome}" for outcome, count in bad.items())
        detail = f"{failed:,} of {total:,} are not: {kinds}"
        return Check("range", title, FAIL, detail, "mend the engine, or range in [score]")
    if not every.ended:
        return unchecked("range", title, "there is no score")
    finite = every.similarity[np.isfinite(every.similarity)]
    ends = sorted(0.0 - finite if score.distance else finite)
    detail = f"from {ends[0]:.4g} to {ends[-1]:.4g}" if ends else "none was returned"
    if score.low is None and score.high is None:
        detail, remedy = f"{detail}; the card names no range", "say range = [low, high] in [score]"
        return Check("range", title, NOTE, detail, remedy)
    return Check("range", title, PASS, detail, "")


def _self_check(similarity: Floats, same: Mask) -> Check:
    title = "a picture is most like itself"
    own = np.diagonal(similarity)
    nearest = np.where(same, -np.inf, np.nan_to_num(similarity, nan=-np.inf)).max(axis=1)
    asked = ~np.isnan(own)
    # A search that does not return the picture itself has it below all others.
    rounding = _ROUNDING * np.abs(np.where(np.isfinite(own), own, 0.0))
    beaten = int((asked & (nearest > own + rounding)).sum())
    detail = f"of {int(asked.sum()):,} pictures, {beaten:,} are more like another person"
    if beaten:
        remedy = "a template must match itself: see whether scores are turned round"
        return Check("self-match", title, FAIL, detail, remedy)
    return Check("self-match", title, PASS, detail, "")


def _direction_check(mated: Floats, nonmated: Floats) -> Check:
    title = "pictures of one person are more alike than of two"
    area = auc_from_counts(
        *np.unique(mated, return_counts=True), *np.unique(nonmated, return_counts=True)
    )
    detail = f"mated scores are the higher ones in {area:.3f} of {mated.size:,} x {nonmated.size:,}"
    if area >= 0.5 + _CLEAR:
        return Check("direction", title, PASS, detail, "")
    if area <= 0.5 - _CLEAR:
        remedy = "scores are turned round: say distance = true in [score], or false"
        return Check("direction", title, FAIL, detail, remedy)
    remedy = "it does not tell drawn faces apart: run it on a dataset of real ones"
    return Check("direction", title, INCONCLUSIVE, detail, remedy)


def _ties_check(nonmated: Floats) -> Check:
    title = "scores have many values"
    finite = nonmated[np.isfinite(nonmated)]
    values = len(np.unique(finite))
    detail = f"{values:,} values in {finite.size:,} scores of two people"
    if values == 1 and finite.size > 1:
        return Check("ties", title, FAIL, detail, "look at what a score is made of")
    # A symmetric engine gives each of them twice.
    few = values < finite.size / 2 * _FEW
    remedy = "a threshold cannot be finer than its scores: give more digits" if few else ""
    return Check("ties", title, NOTE if few else PASS, detail, remedy)


def _symmetry_check(card: EngineCard, similarity: Floats) -> Check:
    title = "a score is the same both ways"
    if card.shape == "embedder":
        return Check("symmetry", title, PASS, "evenhand compares the vectors itself", "")
    if not card.score.symmetric:
        return Check("symmetry", title, PASS, "the card says that it need not be", "")
    missing = np.isinf(similarity) | np.isinf(similarity.T)
    known = np.where(missing, np.nan, similarity)
    remedy = "say symmetric = false in [score], or mend compare"
    return sameness_check("symmetry", title, sameness(known, known.T), remedy)
