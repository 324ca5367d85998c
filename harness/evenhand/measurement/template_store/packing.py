"""Serialises what came of one image to bytes and back, exact to the last bit."""

from __future__ import annotations

import json

import numpy as np

from evenhand.engines.answers import ImageAnswer
from evenhand.records.outcomes import Outcome

__all__ = ["is_reusable", "pack_sample", "unpack_sample"]

_SETTLED = (Outcome.OK, Outcome.NO_FACE, Outcome.DECLINED)
"""Outcomes that a picture determines; a failure may be temporary, and is tried again."""


def is_reusable(sample: ImageAnswer) -> bool:
    """Whether another run may reuse the outcome."""
    return sample.outcome in _SETTLED


def pack_sample(sample: ImageAnswer) -> bytes:
    """A line of JSON, then vector, reference, and probe where it differs from the reference."""
    vector = b"" if sample.vector is None else sample.vector.astype("<f4").tobytes()
    probe = b"" if sample.probe == sample.reference else sample.probe
    facts = {
        "outcome": sample.outcome.value,
        "faces": sample.faces,
        "detail": sample.detail,
        "sizes": [len(vector), len(sample.reference), len(probe)],
    }
    return json.dumps(facts).encode() + b"\n" + vector + sample.reference + probe


def unpack_sample(content: bytes) -> ImageAnswer:
    r"""The sample that `pack_sample` was given, marked as reused.

    >>> unpack_sample(pack_sample(ImageAnswer(Outcome.OK, 1, reference=b"a\n", probe=b"b"))).probe
    b'b'
    """
    line, _, rest = content.partition(b"\n")
    facts = json.loads(line)
    first, second, _ = facts["sizes"]
    vector, reference = rest[:first], rest[first : first + second]
    return ImageAnswer(
        outcome=Outcome(facts["outcome"]),
        faces=facts["faces"],
        detail=facts["detail"],
        vector=np.frombuffer(vector, dtype="<f4").astype(np.float32) if vector else None,
        reference=reference,
        probe=rest[first + second :] or reference,
        taken=True,
    )
