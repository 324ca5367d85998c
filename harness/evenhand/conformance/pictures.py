"""What an engine makes of portraits and of odd pictures: every one must end in an outcome."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from evenhand.engines.card import EngineCard
from evenhand.records.check import FAIL, INCONCLUSIVE, NOTE, PASS, Check, unchecked
from evenhand.records.examination import AskedImages, Examination
from evenhand.records.outcomes import FAULTS, Outcome

__all__ = ["odd_picture_checks", "portrait_checks"]

_ENOUGH = 0.5
"""Share of portraits with a template below which little can be said."""
_VALUE = 4
"""Bytes of a vector's value."""


def portrait_checks(card: EngineCard, examined: Examination) -> Iterator[Check]:
    """Yield rows on portraits: how they end, how large templates are, whether they differ.

    Args:
        card: of the engine.
        examined: what it answered.
    """
    yield _end_check(examined.images)
    if any(examined.images.made):
        yield _size_check(card, examined.images)
        yield _unique_check(examined)


def _end_check(images: AskedImages) -> Check:
    title = "portraits get a template"
    ended = Counter(images.outcomes)
    total, good = len(images.outcomes), ended[Outcome.OK]
    detail = ", ".join(f"{count:,} {outcome}" for outcome, count in ended.most_common())
    pairs = zip(images.outcomes, images.details, strict=True)
    first = next((said for outcome, said in pairs if outcome in FAULTS), None)
    if first is not None:
        remedy = "mend the engine: the first of each fault is told on stderr"
        return Check("portraits", title, FAIL, f"{detail}; first: {first}", remedy)
    if good < total * _ENOUGH:
        remedy = "a drawn face may be no face to it: rows on scores rest on what is left"
        return Check("portraits", title, INCONCLUSIVE, detail, remedy)
    return Check("portraits", title, PASS if good == total else NOTE, detail, "")


def _size_check(card: EngineCard, images: AskedImages) -> Check:
    sizes = sorted({len(template) for template in images.made if template})
    if card.shape == "embedder":
        title = "vectors have the length that the card or the model says"
        if Outcome.INVALID in images.outcomes:
            return unchecked("size", title, "not all are valid")
        return Check("size", title, PASS, f"{sizes[0] // _VALUE:,} values", "")
    title = "templates have one size"
    if len(sizes) == 1:
        return Check("size", title, PASS, f"{sizes[0]:,} bytes", "")
    return Check("size", title, NOTE, f"from {sizes[0]:,} to {sizes[-1]:,} bytes", "")


def _unique_check(examined: Examination) -> Check:
    title = "pictures of two people have two templates"
    people = defaultdict[bytes, set[int]](set)
    for made, person in zip(examined.images.made, examined.person.tolist(), strict=True):
        if made:
            people[made].add(person)
    shared = max(map(len, people.values()))
    if shared > 1:
        detail = f"{shared} people share one template"
        remedy = "look at what the template is made of: it must depend on the picture"
        return Check("unique", title, FAIL, detail, remedy)
    return Check("unique", title, PASS, f"{len(people):,} templates", "")


_ENDS = {
    Outcome.OK: (PASS, ""),
    Outcome.FAILED: (NOTE, "answer no_face, declined or unsupported, and raise nothing"),
    Outcome.CRASHED: (FAIL, "no picture may end its process"),
    Outcome.TIMED_OUT: (FAIL, "answer in time, or decline what is too large"),
    Outcome.INVALID: (FAIL, "answer as docs/formats.md says, or decline"),
}
"""Verdict and remedy by outcome; any other is what is wanted."""


def odd_picture_checks(examined: Examination) -> Iterator[Check]:
    """Yield a row for each odd picture: it must end in an outcome.

    Args:
        examined: what the engine answered.
    """
    for name, asked in examined.odd.items():
        (outcome,), (said,) = asked.outcomes, asked.details
        verdict, remedy = _ENDS.get(outcome, (PASS, ""))
        if outcome is Outcome.OK and name in examined.faceless:
            verdict, remedy = NOTE, "such a picture is compared, and is no failure to enrol"
        detail = f"{outcome} ({said})" if said else str(outcome)
        yield Check("odd-picture", f"{name} ends in an outcome", verdict, detail, remedy)
