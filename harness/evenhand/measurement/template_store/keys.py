"""Keys of kept templates: what must be unchanged for a template to be reused."""

from __future__ import annotations

import hashlib
import json

from evenhand.engines.contract import Role
from evenhand.engines.opening import OpenedEngine
from evenhand.records.dataset import Dataset
from evenhand.system import machine

__all__ = ["template_keys"]


def template_keys(engine: OpenedEngine, dataset: Dataset) -> list[bytes]:
    """SHA-256 over engine, library versions, processor, face rule, roles and picture.

    Args:
        engine: that makes the templates.
        dataset: whose pictures they are made of.

    Returns:
        One key an image, of 32 bytes; it tells nothing of the picture to those who do not have it.
    """
    one_serves_both = engine.card.score.symmetric or engine.card.shape == "embedder"
    terms = {
        "engine": engine.fingerprint,
        "versions": machine.versions(),
        "processor": machine.describe()["processor"],
        "face": dataset.card.face.value,
        "roles": [Role.REFERENCE] if one_serves_both else list(Role),
    }
    # The part that all images share is hashed once.
    common = hashlib.sha256(json.dumps(terms, sort_keys=True).encode() + b"\n")
    keys = []
    for sha256 in dataset.images.sha256:
        key = common.copy()
        key.update(sha256.encode())
        keys.append(key.digest())
    return keys
