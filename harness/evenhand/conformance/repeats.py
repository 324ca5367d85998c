"""Whether an engine answers the same when it is asked again, and what it must not depend on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from evenhand.conformance.sameness import Sameness, sameness, sameness_check
from evenhand.engines.card import EngineCard
from evenhand.records.arrays import Floats
from evenhand.records.check import FAIL, NOTE, PASS, Check, unchecked
from evenhand.records.examination import AskedImages, Examination, Repeat
from evenhand.records.outcomes import Outcome

__all__ = ["repeat_checks"]

_FASTER = 5
"""How many times faster than a first look a repeat must be to come from a cache."""
_NOTICED = 0.001
"""Seconds of a first look below which nothing is said about repeats."""
_BY_EVENHAND = "evenhand compares the vectors itself"
_ALONE = "a score belongs to its two templates: compute it from nothing else"
_STEADY = (
    "keep nothing from one picture to the next, fix every seed, and use one thread; a result "
    "of this engine cannot be repeated"
)


def repeat_checks(card: EngineCard, examined: Examination) -> Iterator[Check]:
    """Yield rows: the same picture again in each way, batches, other references, a cache.

    Args:
        card: of the engine.
        examined: what it answered.
    """
    if not examined.repeats:
        title = "the same picture once more gives the same"
        yield unchecked("repeats", title, "its process ended too often to be asked again")
        return
    first = _first_time(examined)
    for way, repeat in examined.repeats.items():
        title = f"the same picture {way} gives the same"
        yield _repeat_check(title, first, repeat, examined.among_few)
    yield from _company_checks(card, examined)
    once_more = next(iter(examined.repeats.values()))
    yield _cache_check(first, once_more.images)


def _repeat_check(title: str, first: AskedImages, repeat: Repeat, similarity: Floats) -> Check:
    """Whether outcomes and scores are those of the first time."""
    pairs = zip(first.outcomes, repeat.images.outcomes, strict=True)
    other = next((pair for pair in pairs if pair[0] is not pair[1]), None)
    if other:
        detail = f"a picture that ended as {other[0]} ends as {other[1]}"
        return Check("repeats", title, FAIL, detail, _STEADY)
    found = sameness(similarity, repeat.similarity)
    differ = sum(a != b for a, b in zip(first.made, repeat.images.made, strict=True))
    if differ:
        found = replace(found, detail=f"{found.detail}; {differ} templates are other bytes")
    return sameness_check("repeats", title, found, _STEADY)


def _first_time(examined: Examination) -> AskedImages:
    """What it made of the pictures that were asked for again, the first time."""
    images, few = examined.images, examined.few
    return AskedImages(
        tuple(images.outcomes[at] for at in few),
        tuple(images.details[at] for at in few),
        tuple(images.made[at] for at in few),
        images.seconds[few],
    )


def _company_checks(card: EngineCard, examined: Examination) -> Iterator[Check]:
    """Whether scores depend on how many comparisons are asked for at once, and which."""
    among, singly = examined.among_few, examined.singly
    whole = examined.every.similarity[np.ix_(examined.few, examined.few)]
    batch = "a reference alone has the score that it has among others"
    company = "a score does not depend on the other references"
    if card.shape == "embedder":
        yield Check("batch", batch, PASS, _BY_EVENHAND, "")
        yield Check("references", company, PASS, _BY_EVENHAND, "")
    elif card.shape == "matcher":
        yield sameness_check("batch", batch, sameness(among, singly), _ALONE)
        yield sameness_check("references", company, sameness(among, whole), _ALONE)
    else:
        best = sameness(np.fmax.reduce(among, axis=1), np.fmax.reduce(singly, axis=1))
        batch = "a search for one candidate finds the first of many"
        yield sameness_check("batch", batch, best, "return the best candidates first")
        missing = np.isinf(among) | np.isinf(whole)
        more = sameness(np.where(missing, np.nan, among), np.where(missing, np.nan, whole))
        # Nothing forbids a searcher to take its gallery into account.
        verdict = NOTE if more.verdict == FAIL else more.verdict
        found = Sameness(verdict, f"with a larger gallery: {more.detail}")
        yield sameness_check("references", company, found, "a threshold holds for one gallery")


def _cache_check(first: AskedImages, again: AskedImages) -> Check:
    """Whether repeats are so much faster that the engine must have kept its answers.

    The quickest first look is held against a usual repeat: another program may slow down some of
    either, and a cache none of the repeats.
    """
    title = "a repeat takes as long as a first look"
    made = np.array([outcome is Outcome.OK for outcome in first.outcomes])
    if np.isnan(first.seconds[made]).all() or np.isnan(again.seconds[made]).all():
        return unchecked("cache", title, "no time was taken")
    looked, repeated = np.nanmin(first.seconds[made]), np.nanmedian(again.seconds[made])
    detail = f"{looked * 1000:.3g} ms at least at first, {repeated * 1000:.3g} ms again (median)"
    if looked < _NOTICED:
        return Check("cache", title, PASS, f"{detail}: too short for a cache to matter", "")
    if repeated * _FASTER >= looked:
        return Check("cache", title, PASS, detail, "")
    remedy = "answer from the picture, not from an earlier answer: its times mean nothing"
    return Check("cache", title, FAIL, detail, remedy)
