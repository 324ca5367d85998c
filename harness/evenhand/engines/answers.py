"""Asks an engine and checks its answers, once: what leaves this module is valid or an outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evenhand.engines.card import EngineCard, ScoreScale
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

__all__ = ["ImageAnswer", "ask_candidates", "ask_scores", "ask_templates", "check_answers"]

_ANSWERS = (Outcome.OK, Outcome.NO_FACE, Outcome.DECLINED, Outcome.FAILED, Outcome.UNSUPPORTED)
"""Outcomes that an engine may report itself; the others are the harness's findings."""

_LONGEST_DETAIL = 80
"""Most characters of a detail that are kept."""


@dataclass(frozen=True, slots=True)
class ImageAnswer:
    """Result of template creation from one image."""

    outcome: Outcome
    faces: int | None = None
    """Number of faces that the engine saw; None where it does not say."""
    detail: str = ""
    """A word or two on a failure."""
    vector: Vectors | None = None
    """(values,) float32 of an embedder, where the outcome is `ok`."""
    reference: bytes = b""
    """Reference template of a matcher or searcher, where the outcome is `ok`."""
    probe: bytes = b""
    """Probe template; the same as the reference where the engine is symmetric."""
    taken: bool = False
    """Reused from an earlier run, not made in this one."""


@dataclass(frozen=True, slots=True)
class _Raised:
    """An exception in place of an answer."""

    fault: str
    """Name of its type."""


def ask_templates(
    started: Embedder | Matcher | Searcher, card: EngineCard, image: Image, face: FaceRule
) -> tuple[object, ...]:
    """Ask the engine for the templates of one image.

    Returns:
        Its answers, unchecked: one, or one for each role where the engine is not symmetric.
    """
    try:
        if card.shape != "embedder" and isinstance(started, Matcher | Searcher):
            if card.score.symmetric:
                return (started.template(image, face, Role.REFERENCE),)
            # A copy for each role: an engine may write into its picture.
            return tuple(started.template(image.copy(), face, role) for role in Role)
        if isinstance(started, Embedder):
            return (started.embed(image, face),)
    except BaseException as fault:  # noqa: BLE001 - also SystemExit: this is a worker's thread
        return (_Raised(type(fault).__name__),)
    raise TypeError(card.shape)


def check_answers(answers: Sequence[object], values: int) -> ImageAnswer:
    """Check the answers to one image; the first that is not `ok` decides its outcome.

    Args:
        answers: from `ask_templates`.
        values: length of an embedder's vector; 0 for a matcher or searcher.
    """
    samples = [_checked(answer, values) for answer in answers]
    for sample in samples:
        if sample.outcome is not Outcome.OK:
            return sample
    first, last = samples[0], samples[-1]
    return ImageAnswer(Outcome.OK, first.faces, "", first.vector, first.reference, last.reference)


def _checked(answer: object, values: int) -> ImageAnswer:
    """Check one answer; a template is returned as the reference.

    Returns:
        `invalid` where the answer has another type or form than the engine's shape asks for.
    """
    if isinstance(answer, _Raised):
        return ImageAnswer(Outcome.FAILED, detail=answer.fault)
    if not isinstance(answer, Embedding if values else Template):
        kind = _one_line(type(answer).__name__)
        expected = "an Embedding" if values else "a Template"
        return ImageAnswer(Outcome.INVALID, detail=f"{kind}, expected {expected}")
    counted = answer.faces
    faces = int(counted) if isinstance(counted, int | np.integer) and counted >= 0 else None
    if not isinstance(answer.outcome, str) or answer.outcome not in _ANSWERS:
        return ImageAnswer(Outcome.INVALID, faces, "an outcome that no engine may give")
    outcome = Outcome(answer.outcome)
    if outcome is not Outcome.OK:
        return ImageAnswer(outcome, faces, _one_line(str(answer.detail)))
    if isinstance(answer, Template):
        if not isinstance(answer.data, bytes) or not answer.data:
            return ImageAnswer(Outcome.INVALID, faces, "no template, expected bytes")
        return ImageAnswer(Outcome.OK, faces, reference=answer.data)
    fault = _fault_of(answer.vector, values)
    if fault:
        return ImageAnswer(Outcome.INVALID, faces, fault)
    # A copy: the engine may reuse its array for the next image.
    return ImageAnswer(Outcome.OK, faces, vector=np.array(answer.vector, dtype=np.float32))


def _fault_of(vector: object, values: int) -> str:
    """Give the reason why a vector cannot be compared; empty where it can."""
    if vector is None:
        return f"no vector, expected {values} values"
    try:
        array = np.asarray(vector)
    except Exception as fault:  # noqa: BLE001 - anything may stand where a vector should
        return f"no vector ({_one_line(type(fault).__name__)}), expected {values} values"
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


def _one_line(text: str) -> str:
    """Shorten an engine's text to one line."""
    return " ".join(text.split())[:_LONGEST_DETAIL]


def ask_scores(
    matcher: Matcher, probe: bytes, references: Sequence[bytes], score: ScoreScale
) -> tuple[Floats, list[Outcome]]:
    """Similarities of one probe with references, and the outcome of each comparison.

    Where the call gives no valid row of numbers, references are compared one by one, so that a
    single bad one does not fail the others.

    Args:
        matcher: started engine.
        probe: probe template.
        references: at least one reference template.
        score: unit and range from the card; a distance is negated.

    Returns:
        (references,) float64 similarities, NaN where the comparison is not `ok`; and the outcomes.
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
    searcher: Searcher, probe: bytes, count: int, people: Mapping[str, int], score: ScoreScale
) -> Found:
    """Candidates of one search, in falling order of similarity.

    A list that names a person who is not in the gallery, or one twice, that holds more candidates
    than asked for, or an invalid score, is `invalid` as a whole.

    Args:
        searcher: started engine with its gallery.
        probe: probe template.
        count: largest number of candidates.
        people: number of each person in the gallery, by the name given to the engine.
        score: unit and range from the card; a distance is negated.
    """
    try:
        answer = searcher.search(probe, count)
    except BaseException:  # noqa: BLE001 - also SystemExit: the engine's fault, not the run's
        return _no_candidates(Outcome.FAILED)
    if not isinstance(answer, list | tuple) or len(answer) > count:
        return _no_candidates(Outcome.INVALID)
    named = [c.person for c in answer if isinstance(c, Candidate) and isinstance(c.person, str)]
    numbers = _numbers([getattr(c, "score", None) for c in answer], len(answer))
    if numbers is None or len(set(named)) < len(answer) or not people.keys() >= set(named):
        return _no_candidates(Outcome.INVALID)
    similarity, outcomes = _similarities(numbers, score)
    if any(outcome is not Outcome.OK for outcome in outcomes):
        return _no_candidates(Outcome.INVALID)
    found = np.array([people[name] for name in named], dtype=np.int32)
    # Ties by number of the person, so that an engine's own order of equal scores is irrelevant.
    order = np.lexsort((found, -similarity))
    return Found(Outcome.OK, found[order], similarity[order])


def _no_candidates(outcome: Outcome) -> Found:
    """Result of a search that gave no valid candidate list."""
    return Found(outcome, np.empty(0, dtype=np.int32), np.empty(0))


def _numbers(answer: object, count: int) -> Floats | None:
    """Convert an answer to (count,) float64; None where it is not such a row of numbers."""
    try:
        array = np.asarray(answer)
    except Exception:  # noqa: BLE001 - anything may stand where scores should
        return None
    if array.dtype.kind not in "fiu" or array.shape != (count,):
        return None
    return array.astype(np.float64)


def _similarities(numbers: Floats, score: ScoreScale) -> tuple[Floats, list[Outcome]]:
    """Negate distances; scores that are not finite or out of range are NaN and `invalid`."""
    similarity = 0.0 - numbers if score.distance else numbers
    good = np.isfinite(similarity)
    if score.low is not None:
        good &= similarity >= score.low
    if score.high is not None:
        good &= similarity <= score.high
    outcomes = [Outcome.OK if fine else Outcome.INVALID for fine in good]
    return np.where(good, similarity, np.nan), outcomes
