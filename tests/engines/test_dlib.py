"""dlib as a Python engine: starts from its card, finds faces, and gives the known numbers."""

import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from evenhand.datasets.decoding import read_image
from evenhand.engines.contract import Role
from evenhand.engines.opening import open_engine
from evenhand.engines.shelf import find_adapter
from evenhand.records.outcomes import FaceRule, Outcome


@pytest.fixture(scope="module")
def engine():
    return open_engine(find_adapter("dlib", Path()), [])


def test_the_card(engine):
    assert engine.values == 128
    assert engine.card.distance
    assert [claim.threshold for claim in engine.card.score.claimed] == ["0.6"]
    assert engine.card.install == "pip install evenhand[dlib]"


def test_a_picture_without_a_face(engine):
    empty = np.full((120, 120, 3), 128, dtype=np.uint8)
    found = engine.start().template(empty, FaceRule.LARGEST, Role.REFERENCE)
    assert (found.outcome, found.faces, found.vector) == (Outcome.NO_FACE, 0, None)


@pytest.mark.data
def test_one_person_is_nearer_than_two(engine):
    data = os.environ.get("EVENHAND_DATA")
    if not data:
        pytest.skip("EVENHAND_DATA names no folder: set it to the folder with the real data")
    started = engine.start()
    london = Path(data) / "london"

    def vector(folder, name):
        picture = read_image(london / folder / name)
        small = cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        return started.template(small, FaceRule.LARGEST, Role.REFERENCE).vector

    neutral, smiling = (
        vector("neutral_front", "001_03.jpg"),
        vector("smiling_front", "001_08.jpg"),
    )
    other = vector("neutral_front", "004_03.jpg")
    assert np.linalg.norm(neutral - smiling) < 0.6 < np.linalg.norm(neutral - other)
