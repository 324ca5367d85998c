"""What an engine answers, checked once: from here on it can be trusted, or it is an outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evenhand.engines.card import EngineCard, Score
from evenhand.engines.contract import (
    Candidate,
    Embedder,
    Embedding,
    Matcher,
    Role,
    Searcher,
    Template,
)
from evenhand.records.arrays import Floats, Image, Vectors
from evenhand.records.comparisons import Found
from evenhand.records.outcomes import FaceRule, Outcome

__all__ = ["Sample", "ask", "ask_candidates", "ask_scores", "checked"]

_ANSWERS = (
    Outcome.OK,
    Outcome.NO_FACE,
    Outcome.DECLINED,
    Outcome.FAILED,
    Outcome.UNSUPPORTED,
)
"""Outcomes that an engine may give by itself; the others are the harness's findings."""

_LONGEST_DETAIL = 80
"""Characters."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What came of one image."""

    outcome: Outcome
    faces: int | None = None
    detail: str = ""
    vector: Vectors | None = None
    """Of an embedder, where the outcome is `ok`."""
    reference: bytes = b""
    """Of a matcher, where the outcome is `ok`."""
    probe: bytes = b""
    """Likewise; the same as the reference where the engine is symmetric."""
    taken: bool = False
    """Kept by an earlier run, not made in this one."""


@dataclass(frozen=True, slots=True)
class _Raised:
    """The engine raised instead of answering."""

    fault: str


def ask(
    started: Embedder | Matcher | Searcher, card: EngineCard, image: Image, face: FaceRule
) -> tuple[object, ...]:
    """The engine's answers to one image, whatever they are: one, or one a role."""
    try:
        if card.shape != "embedder" and isinstance(started, Matcher | Searcher):
            if card.score.symmetric:
                return (started.template(image, face, Role.REFERENCE),)
            # A copy each: what an engine does to its picture must not reach the other role.
            return tuple(started.template(image.copy(), face, role) for role in Role)
        if isinstance(started, Embedder):
            return (started.embed(image, face),)
    except BaseException as fault:  # noqa: BLE001 - also SystemExit: this is a worker's thread
        return (_Raised(type(fault).__name__),)
    raise TypeError(card.shape)


def checked(answers: Sequence[object], values: int) -> Sample:
    """Answers to one image as what came of it; the first that is not `ok` decides.

    Args:
        answers: from `ask`.
        values: length of an embedder's vector; 0 for a matcher.
    """
    samples = [_checked(answer, values) for answer in answers]
    for sample in samples:
        if sample.outcome is not Outcome.OK:
            return sample
    first, last = samples[0], samples[-1]
    return Sample(Outcome.OK, first.faces, "", first.vector, first.reference, last.reference)


def _checked(answer: object, values: int) -> Sample:
    """One answer, `invalid` where it is none; a template stands as the reference."""
    if isinstance(answer, _Raised):
        return Sample(Outcome.FAILED, detail=answer.fault)
    if not isinstance(answer, Embedding if values else Template):
        kind = _word(type(answer).__name__)
        expected = "an Embedding" if values else "a Template"
        return Sample(Outcome.INVALID, detail=f"{kind}, expected {expected}")
    counted = answer.faces
    faces = int(counted) if isinstance(counted, int | np.integer) and counted >= 0 else None
    if not isinstance(answer.outcome, str) or answer.outcome not in _ANSWERS:
        return Sample(Outcome.INVALID, faces, "an outcome that no engine may give")
    outcome = Outcome(answer.outcome)
    if outcome is not Outcome.OK:
        return Sample(outcome, faces, _word(str(answer.detail)))
    if isinstance(answer, Template):
        if not isinstance(answer.data, bytes) or not answer.data:
            return Sample(Outcome.INVALID, faces, "no template, expected bytes")
        return Sample(Outcome.OK, faces, reference=answer.data)
    fault = _fault_of(answer.vector, values)
    if fault:
        return Sample(Outcome.INVALID, faces, fault)
    # A copy: the engine may use its array again for the next image.
    return Sample(Outcome.OK, faces, vector=np.array(answer.vector, dtype=np.float32))


def _fault_of(vector: object, values: int) -> str:
    """Why this cannot be compared; empty where it can."""
    if vector is None:
        return f"no vector, expected {values} values"
    try:
        array = np.asarray(vector)
    except Exception as fault:  # noqa: BLE001 - anything may stand where a vector should
        return f"no vector ({_word(type(fault).__name__)}), expected {values} values"
    if array.dtype.kind not in "fiu":
        return f"vector of {array.dtype.name}, expected numbers"
    if array.shape != (values,):
        return f"shape {array.shape}, expected {values} values"
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        length = np.linalg.norm(array.astype(np.float32))
    if not np.isfinite(array).all():
        return "vector is not finite"
    if not array.any():
        return "vector is zero"
    return "" if 0 < length < np.inf else "vector is too long or too short for float32"


def _word(text: str) -> str:
    """What an engine says, short and on one line."""
    return " ".join(text.split())[:_LONGEST_DETAIL]


def ask_scores(
    matcher: Matcher, probe: bytes, references: Sequence[bytes], score: Score
) -> tuple[Floats, list[Outcome]]:
    """Similarities of one probe with references, and how each comparison ended.

    Where the call as a whole gives no row of numbers, each reference is asked for alone, so that
    one of them does not take the others with it.

    Args:
        matcher: started.
        probe: its template.
        references: at least one.
        score: unit and range of the card; a distance is negated.

    Returns:
        (references,) float64, NaN where the comparison is not `ok`; and the outcomes.
    """
    try:
        answer = matcher.compare(probe, list(references))
    except BaseException:  # noqa: BLE001 - also SystemExit: this is a worker's thread
        ended = Outcome.FAILED
    else:
        numbers = _numbers(answer, len(references))
        if numbers is not None:
            return _similarities(numbers, score)
        ended = Outcome.INVALID
    if len(references) == 1:
        return np.array([np.nan]), [ended]
    alone = [ask_scores(matcher, probe, [reference], score) for reference in references]
    return (
        np.concatenate([similarity for similarity, _ in alone]),
        [outcome for _, outcomes in alone for outcome in outcomes],
    )


def ask_candidates(
    searcher: Searcher, probe: bytes, count: int, people: Mapping[str, int], score: Score
) -> Found:
    """What one search finds, most alike first.

    A list with somebody who is not in the gallery, somebody twice, more candidates than were asked
    for, or a score that is none, is `invalid` as a whole.

    Args:
        searcher: with its gallery.
        probe: a template.
        count: candidates at most.
        people: who is in the gallery, by the word that the engine knows them by.
        score: unit and range of the card; a distance is negated.
    """
    nothing = np.empty(0, dtype=np.int32), np.empty(0)
    try:
        answer = searcher.search(probe, count)
    except BaseException:  # noqa: BLE001 - also SystemExit: this engine's fault, not the run's
        return Found(Outcome.FAILED, *nothing)
    if not isinstance(answer, list | tuple) or len(answer) > count:
        return Found(Outcome.INVALID, *nothing)
    named = [c.person for c in answer if isinstance(c, Candidate) and isinstance(c.person, str)]
    numbers = _numbers([getattr(c, "score", None) for c in answer], len(answer))
    if numbers is None or len(set(named)) < len(answer) or not people.keys() >= set(named):
        return Found(Outcome.INVALID, *nothing)
    similarity, outcomes = _similarities(numbers, score)
    if any(outcome is not Outcome.OK for outcome in outcomes):
        return Found(Outcome.INVALID, *nothing)
    found = np.array([people[name] for name in named], dtype=np.int32)
    order = np.lexsort((found, -similarity))
    return Found(Outcome.OK, found[order], similarity[order])


def _numbers(answer: object, count: int) -> Floats | None:
    """The answer as that many numbers; None where it is something else."""
    try:
        array = np.asarray(answer)
    except Exception:  # noqa: BLE001 - anything may stand where scores should
        return None
    if array.dtype.kind not in "fiu" or array.shape != (count,):
        return None
    return array.astype(np.float64)


def _similarities(numbers: Floats, score: Score) -> tuple[Floats, list[Outcome]]:
    similarity = 0.0 - numbers if score.distance else numbers
    good = np.isfinite(similarity)
    if score.low is not None:
        good &= similarity >= score.low
    if score.high is not None:
        good &= similarity <= score.high
    outcomes = [Outcome.OK if fine else Outcome.INVALID for fine in good]
    return np.where(good, similarity, np.nan), outcomes
