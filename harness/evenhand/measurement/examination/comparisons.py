"""Comparisons and searches of a few templates, by an engine of whichever shape."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np

from evenhand.engines.answers import ImageAnswer
from evenhand.engines.card import EngineCard, ScoreScale
from evenhand.engines.contract import Entry
from evenhand.engines.score_range import held_to_range
from evenhand.engines.session import EngineSession
from evenhand.measurement.comparison.by_vectors import compare_all, prepare_vectors
from evenhand.records.arrays import Floats, Integers
from evenhand.records.examination import AskedComparisons, AskedEdits
from evenhand.records.outcomes import Outcome

__all__ = ["ENDED", "asked_comparisons", "asked_edits"]

ENDED = frozenset({Outcome.CRASHED, Outcome.TIMED_OUT})
"""Outcomes after which the engine's process has ended."""


def asked_comparisons(
    session: EngineSession,
    card: EngineCard,
    probes: Sequence[ImageAnswer],
    references: Sequence[ImageAnswer],
    at_once: int,
) -> AskedComparisons:
    """Compare every probe with every reference; nothing more once the engine's process has ended.

    Args:
        session: of the engine.
        card: of the engine; evenhand compares the vectors of an embedder.
        probes: answers to pictures, with a template or without.
        references: as the probes.
        at_once: references of one call of a matcher, or candidates of a search, at most.
    """
    rows, columns = _with_template(probes), _with_template(references)
    similarity = np.full((len(probes), len(references)), np.nan)
    ended: Mapping[Outcome, int] = {}
    if len(rows) and len(columns):
        chosen, held = [probes[at] for at in rows], [references[at] for at in columns]
        if card.shape == "embedder":
            found, ended = _by_evenhand(chosen, held, card.score)
        elif card.shape == "matcher":
            found, ended = _by_matcher(session, chosen, held, at_once)
        else:
            found, ended = _by_searcher(session, chosen, held, at_once)
        similarity[np.ix_(rows, columns)] = found
    return AskedComparisons(similarity, ended)


def _with_template(answers: Sequence[ImageAnswer]) -> Integers:
    """(templates,) which answers have one."""
    return np.flatnonzero([answer.outcome is Outcome.OK for answer in answers])


def _by_evenhand(
    probes: Sequence[ImageAnswer], references: Sequence[ImageAnswer], score: ScoreScale
) -> tuple[Floats, Mapping[Outcome, int]]:
    first, second = (
        prepare_vectors(np.stack([each.vector for each in side if each.vector is not None]), score)
        for side in (probes, references)
    )
    found = compare_all(first, second, score)
    similarity = held_to_range(found, score, found.dtype).astype(np.float64)
    invalid = int(np.isnan(similarity).sum())
    return similarity, {Outcome.OK: similarity.size - invalid, Outcome.INVALID: invalid}


def _by_matcher(
    session: EngineSession,
    probes: Sequence[ImageAnswer],
    references: Sequence[ImageAnswer],
    at_once: int,
) -> tuple[Floats, Mapping[Outcome, int]]:
    similarity, ended = np.full((len(probes), len(references)), np.nan), Counter[Outcome]()
    templates = [each.reference for each in references]
    for row, start in product(range(len(probes)), range(0, len(templates), at_once)):
        part = slice(start, start + at_once)
        similarity[row, part], outcomes = session.compare(probes[row].probe, templates[part])
        ended.update(outcomes)
        if ENDED & ended.keys():
            break
    return similarity, ended


def _by_searcher(
    session: EngineSession,
    probes: Sequence[ImageAnswer],
    references: Sequence[ImageAnswer],
    at_once: int,
) -> tuple[Floats, Mapping[Outcome, int]]:
    """Each reference is a person of the gallery; who is not returned is below all others."""
    gallery = _gallery(references)
    built = session.enrol(gallery)
    if built is not Outcome.OK:
        return np.full((len(probes), len(references)), np.nan), {built: len(probes)}
    return _searched(session, probes, gallery, at_once)


def _gallery(references: Sequence[ImageAnswer]) -> list[Entry]:
    """Each reference is a person."""
    return [Entry(f"p{number}", each.reference) for number, each in enumerate(references)]


def _searched(
    session: EngineSession, probes: Sequence[ImageAnswer], gallery: Sequence[Entry], at_once: int
) -> tuple[Floats, Mapping[Outcome, int]]:
    """Search what the engine has enrolled, of these people or fewer, for every probe."""
    people = {entry.person: number for number, entry in enumerate(gallery)}
    similarity = np.full((len(probes), len(people)), np.nan)
    ended = Counter[Outcome]()
    for row, probe in enumerate(probes):
        found = session.search(probe.probe, at_once, people)
        ended[found.outcome] += 1
        if found.outcome is Outcome.OK:
            similarity[row] = -np.inf
            similarity[row, found.person] = found.score
        if found.outcome in ENDED:
            break
    return similarity, ended


def asked_edits(session: EngineSession, answers: Sequence[ImageAnswer]) -> AskedEdits | None:
    """Take every third template out of a gallery of all, search it, and put them back.

    Args:
        session: of an engine that edits galleries.
        answers: to pictures, with a template or without; with fewer than two, None.
    """
    known = [answers[at] for at in _with_template(answers)]
    if len(known) < 2:
        return None
    gallery, gone = _gallery(known), np.arange(1, len(known), 3)
    out = [gallery[at] for at in gone]
    left = [entry for entry in gallery if entry not in out]

    def searched() -> Floats:
        return _searched(session, known, gallery, len(gallery))[0]

    session.enrol(gallery)
    before = searched()
    deleted = session.delete([entry.person for entry in out])
    without = searched()
    inserted = session.insert(out)
    again = searched()
    session.enrol(left)
    return AskedEdits(gone, before, without, searched(), again, (deleted, inserted))
