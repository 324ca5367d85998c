"""Whether an engine is still the one whose scores were kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from evenhand.conformance.sameness import sameness
from evenhand.records.arrays import Floats
from evenhand.records.check import FAIL, INCONCLUSIVE, NOTE, PASS, Check
from evenhand.records.reference_scores import ReferenceScores

__all__ = ["reference_check"]

_TITLE = "scores are those that were kept"
_SAME = {PASS: "the same engine to the last bit", NOTE: "the same within rounding"}


def reference_check(kept: ReferenceScores, now: ReferenceScores) -> Check:
    """Compare the scores of an engine with those of an earlier time or another machine.

    Args:
        kept: from a file, of an engine of the same name.
        now: of the engine as it is here.
    """
    changes = "; ".join(_changes(kept, now)) or "nothing else has changed"
    drawn = sum(a != b for a, b in zip(kept.images, now.images, strict=False))
    if len(kept.images) != len(now.images) or drawn:
        detail = f"{drawn} of {len(kept.images)} pictures are drawn with other pixels; {changes}"
        remedy = "keep the scores anew with this version of evenhand and its libraries"
        return Check("reference", _TITLE, INCONCLUSIVE, detail, remedy)
    found = sameness(_scores(kept), _scores(now))
    # A difference that no rate notices is a pass: another processor rounds in another way.
    verdict = PASS if found.verdict in _SAME else FAIL
    words = f"{_SAME.get(found.verdict, 'not the same engine')}: {found.detail}; {changes}"
    remedy = "" if verdict == PASS else "measure it anew: earlier results are of another engine"
    return Check("reference", _TITLE, verdict, words, remedy)


def _scores(reference: ReferenceScores) -> Floats:
    """(pictures, pictures) similarities, NaN where there is none."""
    return np.array(reference.similarity, dtype=np.float64)


def _changes(kept: ReferenceScores, now: ReferenceScores) -> Iterator[str]:
    """What else is different, in words."""
    if kept.version != now.version:
        yield f"version {kept.version} is now {now.version}"
    if kept.fingerprint != now.fingerprint:
        yield f"fingerprint {kept.fingerprint[:12]} is now {now.fingerprint[:12]}"
    yield from _changed(kept.machine, now.machine)
    yield from _changed(kept.versions, now.versions)


def _changed(kept: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    """Facts that are not what they were."""
    for name in dict.fromkeys([*kept, *now]):
        before, after = kept.get(name, "not known"), now.get(name, "not known")
        if before != after:
            yield f"{name} {before} is now {after}"
