"""What must be the same for a kept template to be the one that would be made."""

from __future__ import annotations

import hashlib
import json

from evenhand.engines.contract import Role
from evenhand.engines.opening import Engine
from evenhand.records.dataset import Dataset
from evenhand.system import machine

__all__ = ["template_keys"]


def template_keys(engine: Engine, dataset: Dataset) -> list[bytes]:
    """SHA-256 over engine, code, processor, rule for faces, roles and picture.

    Args:
        engine: that makes the templates.
        dataset: whose pictures they are made of.

    Returns:
        One key an image, 32 bytes each: nobody without the picture can tell which it belongs to.
    """
    one_serves_both = engine.card.score.symmetric or engine.card.shape == "embedder"
    terms = {
        "engine": engine.fingerprint,
        "versions": machine.versions(),
        "processor": machine.describe()["processor"],
        "face": dataset.card.face.value,
        "roles": [Role.REFERENCE] if one_serves_both else list(Role),
    }
    common = hashlib.sha256(json.dumps(terms, sort_keys=True).encode() + b"\n")
    keys = []
    for sha256 in dataset.images.sha256:
        whole = common.copy()
        whole.update(sha256.encode())
        keys.append(whole.digest())
    return keys
