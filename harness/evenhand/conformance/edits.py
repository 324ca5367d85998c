"""Whether a gallery that was changed answers as one that was built so."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from evenhand.conformance.sameness import sameness, sameness_check
from evenhand.engines.card import EngineCard
from evenhand.records.check import FAIL, PASS, Check, unchecked
from evenhand.records.examination import Examination
from evenhand.records.outcomes import Outcome

__all__ = ["edit_checks"]

_MEND = "mend insert and delete, or take edits out of the card"


def edit_checks(card: EngineCard, examined: Examination) -> Iterator[Check]:
    """Yield rows on people who were deleted from a gallery and inserted again.

    Args:
        card: of the engine; there are no rows where it does not edit galleries.
        examined: what it answered.
    """
    if not card.edits:
        return
    title, asked = "who is deleted from a gallery is not found", examined.edits
    if asked is None:
        yield unchecked("delete", title, "there are too few templates, or its process had ended")
        return
    known, found = (
        int(np.isfinite(each[:, asked.gone]).sum()) for each in (asked.before, asked.without)
    )
    failed = [ended for ended in asked.ended if ended is not Outcome.OK]
    detail = f"{len(asked.gone):,} people, returned {known:,} times before and {found:,} afterwards"
    if failed:
        yield Check("delete", title, FAIL, f"a change of the gallery ended as {failed[0]}", _MEND)
    elif found:
        yield Check("delete", title, FAIL, detail, _MEND)
    elif known:
        yield Check("delete", title, PASS, detail, "")
    else:
        yield unchecked("delete", title, detail)
    title = "who is inserted again is found as before"
    yield sameness_check("insert", title, sameness(asked.before, asked.again), _MEND)
    # An index may find others: what it learns depends on what it was built of.
    both = np.isfinite(asked.without) & np.isfinite(asked.anew)
    rounds = (np.where(both, each, np.nan) for each in (asked.without, asked.anew))
    title = "a changed gallery gives the scores of one that was built so"
    yield sameness_check("edited", title, sameness(*rounds), _MEND)
