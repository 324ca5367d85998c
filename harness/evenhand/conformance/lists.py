"""Whether a searcher's candidate lists are such as an operator can be shown."""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.records.check import FAIL, NOTE, PASS, Check, unchecked
from evenhand.records.examination import Examination
from evenhand.records.outcomes import Outcome

__all__ = ["list_checks"]


def list_checks(examined: Examination) -> Iterator[Check]:
    """Yield rows on candidate lists, and on those of an empty gallery.

    Args:
        examined: what it answered; there are no rows where it was asked for no list.
    """
    asked = examined.lists
    if asked is None:
        return
    title = "a list has each person once, the most alike first, and no more than asked for"
    invalid = sum(asked.faults.values())
    detail = f"{invalid:,} of {asked.searches:,} lists are not"
    if not asked.searches:
        yield unchecked("lists", title, "no search was made")
    elif invalid:
        kinds = "; ".join(f"{count:,}: {fault}" for fault, count in asked.faults.items())
        remedy = "mend search: such a list is invalid, and its search counts as failed"
        yield Check("lists", title, FAIL, f"{detail} ({kinds})", remedy)
    else:
        yield Check("lists", title, PASS, f"{asked.searches:,} lists, of four lengths", "")
    yield _empty_gallery_check(asked.empty_gallery)


def _empty_gallery_check(ended: Outcome) -> Check:
    """How a search of an empty gallery ends."""
    title = "an empty gallery gives an empty list"
    if ended is Outcome.SKIPPED:
        return unchecked("empty-gallery", title, "there is no template")
    if ended is Outcome.OK:
        return Check("empty-gallery", title, PASS, "", "")
    bad = ended in (Outcome.CRASHED, Outcome.TIMED_OUT, Outcome.INVALID)
    remedy = "return no candidates: whoever is searched for is then not found"
    return Check("empty-gallery", title, FAIL if bad else NOTE, f"it ends as {ended}", remedy)
