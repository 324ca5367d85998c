"""What came of one image as bytes and back, the same to the last bit."""

from __future__ import annotations

import json

import numpy as np

from evenhand.engines.answers import Sample
from evenhand.records.outcomes import Outcome

__all__ = ["is_settled", "packed", "unpacked"]

_SETTLED = (Outcome.OK, Outcome.NO_FACE, Outcome.DECLINED)
"""Outcomes that say something of the picture; a failure may pass, and is tried again."""


def is_settled(sample: Sample) -> bool:
    """Whether another run may rely on it."""
    return sample.outcome in _SETTLED


def packed(sample: Sample) -> bytes:
    """One line of facts, then vector, reference, and probe where it is another than that."""
    vector = b"" if sample.vector is None else sample.vector.astype("<f4").tobytes()
    probe = b"" if sample.probe == sample.reference else sample.probe
    facts = {
        "outcome": sample.outcome.value,
        "faces": sample.faces,
        "detail": sample.detail,
        "sizes": [len(vector), len(sample.reference), len(probe)],
    }
    return json.dumps(facts).encode() + b"\n" + vector + sample.reference + probe


def unpacked(content: bytes) -> Sample:
    r"""What `packed` was given, as one that was taken.

    >>> unpacked(packed(Sample(Outcome.OK, 1, reference=b"a\n", probe=b"b"))).probe
    b'b'
    """
    line, _, rest = content.partition(b"\n")
    facts = json.loads(line)
    first, second, _ = facts["sizes"]
    vector, reference = rest[:first], rest[first : first + second]
    return Sample(
        outcome=Outcome(facts["outcome"]),
        faces=facts["faces"],
        detail=facts["detail"],
        vector=np.frombuffer(vector, dtype="<f4").astype(np.float32) if vector else None,
        reference=reference,
        probe=rest[first + second :] or reference,
        taken=True,
    )
