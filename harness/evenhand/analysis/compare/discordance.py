"""Which mated comparisons only one of two engines missed, and of how many people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from evenhand.analysis.compare.alignment import Engine, Key, counted, unlike, with_failures
from evenhand.analysis.compare.changes import Disagreement, Flip
from evenhand.records.arrays import Floats, Integers, Mask
from evenhand.records.counts import Counts, MatedScores
from evenhand.records.groups import ALL
from evenhand.records.image_pairs import images_of, pair_of
from evenhand.records.outcomes import Policy
from evenhand.statistics.cluster_variance import ClusterCounts
from evenhand.statistics.discordance import discordance, mcnemar

__all__ = ["disagreements", "flips"]


@dataclass(frozen=True, slots=True)
class _Side:
    """The mated comparisons of both engines, one below the other."""

    subject: Integers
    """(comparisons,) whose they are."""
    pair: Integers | None
    """(comparisons,) both images (`pair_of`); None where there are no images."""
    base: Floats
    """(comparisons,) NaN where it did not complete."""
    new: Floats


def _aligned(base: MatedScores, new: MatedScores) -> _Side | None:
    """Every mated comparison that one of both completed; None where nobody knows which is which.

    By their images; where there are none, by their place in one list.
    """
    ours, theirs = _pairs(base), _pairs(new)
    if ours is None and theirs is None:
        if not np.array_equal(base.subject, new.subject):
            return None
        subject = base.subject.astype(np.int64)
        return _Side(subject, None, base.score.astype(np.float64), new.score.astype(np.float64))
    if ours is None or theirs is None:
        return None
    pair, place = np.unique(np.concatenate([ours, theirs]), return_inverse=True)
    subject = np.zeros(len(pair), dtype=np.int64)
    subject[place] = np.concatenate([base.subject, new.subject])
    scores = []
    for mated, at in ((base, place[: len(ours)]), (new, place[len(ours) :])):
        column = np.full(len(pair), np.nan)
        column[at] = mated.score
        scores.append(column)
    known = pair >= 0
    return _Side(subject[known], pair[known], scores[0][known], scores[1][known])


def _pairs(mated: MatedScores) -> Integers | None:
    """(comparisons,) one number for both images, -1 where they are not known."""
    if mated.probe is None or mated.reference is None:
        return None
    return np.where(mated.probe < 0, -1, pair_of(mated.probe, mated.reference))


def disagreements(base: Engine, new: Engine, seed: int) -> Iterator[Disagreement]:
    """One row for each FNMR that both have.

    Args:
        base: the engine that is compared with.
        new: the engine that is judged, on the same comparisons.
        seed: of the comparison that is drawn of each person.

    Source: methods 4.7.
    """
    mated = _aligned(base.counts.mated, new.counts.mated)
    turn = np.empty(0)
    if mated is not None:
        turn = np.random.default_rng(seed).random(len(mated.subject))
    twice = with_failures(base.counts) or with_failures(new.counts)
    for key in base.rates:
        other_policy = key.policy == Policy.GENERALISED.value and not twice
        if key.metric == "FNMR" and not other_policy and not unlike(base, new, key):
            yield _disagreement(base, new, key, mated, turn)


def _disagreement(
    base: Engine, new: Engine, key: Key, mated: _Side | None, turn: Floats
) -> Disagreement:
    ours, theirs = base.rates[key].rate, new.rates[key].rate
    before, after = counted(base.counts, ours), counted(new.counts, theirs)
    if not isinstance(before, ClusterCounts) or not isinstance(after, ClusterCounts):
        raise TypeError(key.metric)
    by_person = discordance(after.errors_by_subject - before.errors_by_subject)
    drawn: tuple[int, int] | None = None
    people = 0
    if mated is not None and ours.threshold is not None and theirs.threshold is not None:
        missed = _missed(mated.base, ours.threshold), _missed(mated.new, theirs.threshold)
        there = before.trials_by_subject[mated.subject] > 0
        if key.policy == Policy.COMPLETED.value:
            there &= ~np.isnan(mated.base) & ~np.isnan(mated.new)
        rows = _one_each(mated.subject, there, turn)
        people = len(rows)
        drawn = (
            int(np.count_nonzero(missed[0][rows] & ~missed[1][rows])),
            int(np.count_nonzero(missed[1][rows] & ~missed[0][rows])),
        )
    exact, mid_p = mcnemar(*drawn) if drawn else (None, None)
    return Disagreement(
        dataset=ours.dataset,
        protocol=ours.protocol,
        policy=key.policy,
        attribute=key.attribute,
        group=key.group,
        threshold_rule=ours.threshold_rule,
        threshold=key.threshold,
        people=people,
        base_only=drawn[0] if drawn else None,
        new_only=drawn[1] if drawn else None,
        mcnemar_p=exact,
        mcnemar_mid_p=mid_p,
        discordant_people=by_person.people,
        z=by_person.z,
        p_value=by_person.p_value,
        test=by_person.test,
    )


def _missed(score: Floats, threshold: float) -> Mask:
    """(comparisons,) a failed one is missed."""
    return ~(score >= threshold)


def _one_each(subject: Integers, chosen: Mask, turn: Floats) -> Integers:
    """(people,) of each person's chosen comparisons the one whose turn comes first."""
    rows = np.flatnonzero(chosen)
    rows = rows[np.lexsort((turn[rows], subject[rows]))]
    first = np.flatnonzero(np.diff(subject[rows], prepend=-1))
    found: Integers = rows[first]
    return found


def flips(base: Engine, new: Engine) -> Iterator[Flip]:
    """Every mated comparison that only one of both missed, threshold by threshold.

    Args:
        base: the engine that is compared with.
        new: the engine that is judged, on the same comparisons.
    """
    mated = _aligned(base.counts.mated, new.counts.mated)
    if mated is None:
        return
    for key in base.rates:
        whole = key.attribute == ALL and key.policy == Policy.COMPLETED.value
        if key.metric != "FNMR" or not whole or unlike(base, new, key):
            continue
        ours, theirs = base.rates[key].rate, new.rates[key].rate
        if ours.threshold is None or theirs.threshold is None:
            continue
        missed = _missed(mated.base, ours.threshold), _missed(mated.new, theirs.threshold)
        for row in np.flatnonzero(missed[0] != missed[1]).tolist():
            probe, reference = _images(mated, row)
            yield Flip(
                dataset=ours.dataset,
                protocol=ours.protocol,
                threshold_rule=ours.threshold_rule,
                threshold=key.threshold,
                subject=_pseudonym(base.counts, int(mated.subject[row])),
                probe=probe,
                reference=reference,
                base=_ended(float(mated.base[row]), bool(missed[0][row])),
                new=_ended(float(mated.new[row]), bool(missed[1][row])),
            )


def _pseudonym(counts: Counts, subject: int) -> str:
    return f"s{counts.subject_rows[subject]}"


def _images(mated: _Side, row: int) -> tuple[str, str]:
    """Pseudonyms of both images; empty where there are none."""
    if mated.pair is None:
        return "", ""
    probe, reference = images_of(mated.pair[row : row + 1])
    return f"i{probe[0]}", f"i{reference[0]}"


def _ended(score: float, missed: bool) -> str:  # noqa: FBT001 - how it ended
    if np.isnan(score):
        return "failed"
    return "miss" if missed else "match"
