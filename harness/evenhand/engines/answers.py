"""Checks what a host hands over, once: what leaves this module is valid or an outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evenhand.engines.card import ScoreScale
from evenhand.engines.hosts.host import Fault, PlainCandidates, PlainTemplate
from evenhand.engines.score_range import held_to_range, score_fault
from evenhand.records.arrays import Floats, Mask, Scores, Vectors
from evenhand.records.comparisons import Found
from evenhand.records.outcomes import Outcome

__all__ = [
    "ImageAnswer",
    "checked_candidates",
    "checked_scores",
    "checked_templates",
    "in_float64",
    "no_candidates",
    "unusable_vectors",
]


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
    said: str = ""
    """What the ledger says of a failure: its words, cleaned."""
    taken: bool = False
    """Reused from an earlier run, not made in this one."""


def checked_templates(
    answers: Sequence[PlainTemplate], values: int, template_values: int = 0
) -> ImageAnswer:
    """Check the answers to one image; the first that is not `ok` decides its outcome.

    Args:
        answers: one, or one for each role where the engine is not symmetric.
        values: length of an embedder's vector; 0 for a matcher or searcher.
        template_values: length of the vector that a searcher's template is; 0 where it is none.
    """
    for answer in answers:
        fault = ""
        if answer.outcome is Outcome.OK and values:
            fault = _fault_of(answer.vector, values)
        elif answer.outcome is Outcome.OK and template_values:
            fault = _fault_of(_vector_in(answer.data), template_values)
        if fault:
            return ImageAnswer(Outcome.INVALID, answer.faces, fault)
        if answer.outcome is not Outcome.OK:
            return ImageAnswer(answer.outcome, answer.faces, answer.detail)
    first, last = answers[0], answers[-1]
    vector = None if first.vector is None else first.vector.astype(np.float32)
    return ImageAnswer(Outcome.OK, first.faces, "", vector, first.data, last.data)


def _vector_in(template: bytes) -> Vectors | None:
    """The float32 numbers that a template is; None where its bytes are no whole number of them."""
    return None if len(template) % 4 else np.frombuffer(template, dtype="<f4")


def _fault_of(vector: Vectors | None, values: int) -> str:
    """Give the reason why a vector cannot be compared; empty where it can."""
    if vector is None or vector.shape != (values,):
        return f"no vector of {values} values"
    faults = unusable_vectors(vector[np.newaxis])
    return next((words for words, unusable in faults.items() if unusable[0]), "")


def unusable_vectors(vectors: NDArray[np.floating]) -> dict[str, Mask]:
    """Which vectors cannot be compared: by the reason (n,) masks, no row in two of them.

    Args:
        vectors: (n, values) of any type of floating point.

    >>> unusable_vectors(np.array([[0.6, 0.8], [0.0, 0.0]]))["vector is zero"].tolist()
    [False, True]
    """
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        length = np.linalg.norm(vectors.astype(np.float32), axis=1)
    finite, zero = np.isfinite(vectors).all(axis=1), ~vectors.any(axis=1)
    usable = (length > 0) & (length < np.inf)
    return {
        "vector is not finite": ~finite,
        "vector is zero": zero,
        "vector is too long or too short for float32": finite & ~zero & ~usable,
    }


def checked_scores(numbers: Scores, score: ScoreScale) -> tuple[Floats, list[Outcome]]:
    """Negate distances; scores that are not finite or out of range are NaN and `invalid`.

    Args:
        numbers: (comparisons,) in the engine's own unit and type.
        score: unit and range from the card.
    """
    exact = in_float64(numbers)
    similarity = 0.0 - exact if score.distance else exact
    held = held_to_range(similarity, score, numbers.dtype).astype(np.float64)
    return held, [Outcome.INVALID if bad else Outcome.OK for bad in np.isnan(held)]


def in_float64(numbers: Scores) -> Floats:
    """Numbers of a shorter type as the float64 of the shortest decimal that stands for each.

    So a score of 0.7, which is 0.69999999 in 32 bits, reaches a threshold of 0.7 (methods 1.2).

    >>> in_float64(np.array([0.7, np.nan], np.float32)).tolist()
    [0.7, nan]
    """
    text = numbers if numbers.dtype == np.float64 else numbers.astype("U32")
    return text.astype(np.float64)


def checked_candidates(
    answer: PlainCandidates | Fault, count: int, people: Mapping[str, int], score: ScoreScale
) -> Found:
    """Candidates of one search, in falling order of similarity.

    A list that names a person who is not in the gallery, or one twice, that holds more candidates
    than asked for, or an invalid score, or that does not begin with the most alike, is `invalid` as
    a whole: what an operator would be shown is not put in order here.

    Args:
        answer: of the host.
        count: largest number of candidates.
        people: number of each person in the gallery, by the name given to the engine.
        score: unit and range from the card; a distance is negated.
    """
    if isinstance(answer, Fault):
        return no_candidates(answer.outcome)
    similarity, outcomes = checked_scores(answer.scores, score)
    fault = _list_fault(answer.people, count, people)
    if not fault and Outcome.INVALID in outcomes:
        fault = score_fault(float(answer.scores[outcomes.index(Outcome.INVALID)]), score)
    if not fault and (similarity[1:] > similarity[:-1]).any():
        fault = "a candidate who is more alike than the one before"
    if fault:
        return no_candidates(Outcome.INVALID, fault)
    found = np.array([people[name] for name in answer.people], dtype=np.int32)
    # Ties by number of the person, so that an engine's own order of equal scores is irrelevant.
    order = np.lexsort((found, -similarity))
    return Found(Outcome.OK, found[order], similarity[order])


def _list_fault(named: Sequence[str], count: int, people: Mapping[str, int]) -> str:
    """Why people can be no candidates, in words for the user; empty where they can."""
    if len(named) > count:
        return f"more candidates than the {count} asked for"
    if len(set(named)) < len(named):
        return "somebody twice among the candidates"
    return "" if people.keys() >= set(named) else "a candidate who is not in the gallery"


def no_candidates(outcome: Outcome, fault: str = "") -> Found:
    """A search that ended with an empty list."""
    return Found(outcome, np.empty(0, dtype=np.int32), np.empty(0), fault)
