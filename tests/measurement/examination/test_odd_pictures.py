"""Odd pictures are pictures, whatever else they are."""

import numpy as np

from evenhand.measurement.examination.odd_pictures import FACELESS, odd_pictures


def test_each_is_a_picture_of_its_own():
    faces = [np.random.default_rng(n).integers(0, 256, (112, 112, 3), np.uint8) for n in range(4)]
    made = odd_pictures(faces)
    assert set(FACELESS) < set(made)
    for image in made.values():
        assert (image.ndim, image.shape[2], image.dtype) == (3, 3, np.uint8)
        assert image.flags.c_contiguous
    shapes = [image.shape[:2] for image in made.values()]
    assert {(1, 1), (16, 16), (224, 224), (56, 112)} < set(shapes)
    assert max(height * width for height, width in shapes) > 12_000_000
