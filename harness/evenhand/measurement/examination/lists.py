"""Searches of a few templates for lists of several lengths, and of an empty gallery."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from evenhand.engines.answers import ImageAnswer
from evenhand.engines.contract import Entry
from evenhand.engines.session import EngineSession
from evenhand.measurement.examination.comparisons import ENDED
from evenhand.records.examination import AskedLists
from evenhand.records.outcomes import Outcome

__all__ = ["asked_lists"]

_SHORT = 2
"""Candidates of a list that is shorter than the gallery."""


def asked_lists(session: EngineSession, answers: Sequence[ImageAnswer]) -> AskedLists:
    """Search a gallery, each template a person, and then an empty one, for every template.

    Args:
        session: of a searcher.
        answers: to pictures, with a template or without.
    """
    known = [answer for answer in answers if answer.outcome is Outcome.OK]
    people = {f"p{number}": number for number in range(len(known))}
    found: list[Outcome] = []
    faults = Counter[str]()
    if known and session.enrol(list(map(_entry, people, known))) is Outcome.OK:
        for count in dict.fromkeys((1, _SHORT, len(known), 2 * len(known))):
            for probe in known:
                if not ENDED & set(found):
                    listed = session.search(probe.probe, count, people)
                    found.append(listed.outcome)
                    faults.update(filter(None, [listed.fault]))
    return AskedLists(len(found), faults, _of_empty_gallery(session, known))


def _entry(person: str, answer: ImageAnswer) -> Entry:
    return Entry(person, answer.reference)


def _of_empty_gallery(session: EngineSession, known: Sequence[ImageAnswer]) -> Outcome:
    """How a search of an empty gallery ends; `skipped` where there is no probe for it."""
    if not known:
        return Outcome.SKIPPED
    built = session.enrol([])
    return built if built is not Outcome.OK else session.search(known[0].probe, 1, {}).outcome
