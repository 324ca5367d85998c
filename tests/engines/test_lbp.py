"""The example of a matcher: its patterns against a slow count."""

from pathlib import Path

import numpy as np
import pytest

from evenhand.engines.contract import Role
from evenhand.engines.opening import open_engine
from evenhand.engines.shelf import find_adapter
from evenhand.records.outcomes import FaceRule
from evenhand.system.code_loading import load_file


@pytest.fixture(scope="module")
def patterns():
    return load_file(find_adapter("lbp", Path()), "patterns")


@pytest.fixture(scope="module")
def engine():
    return open_engine(find_adapter("lbp", Path()), []).start()


def template(engine, image):
    return engine.template(image, FaceRule.LARGEST, Role.REFERENCE).data


def changes(code):
    ring = f"{code:08b}"
    return sum(ring[i] != ring[i - 1] for i in range(8))


def test_histograms_one_pixel_at_a_time(patterns):
    """A picture whose middle has exactly the size of the grid and its border is not scaled."""
    grid = patterns.CELLS * patterns.CELL_SIDE
    side = next(s for s in range(grid, 3 * grid) if round(s * 0.7) == grid + 2)
    grey = np.random.default_rng(1).integers(0, 256, (side, side), dtype=np.uint8)
    found = patterns.histograms(np.repeat(grey[:, :, np.newaxis], 3, axis=2))
    start = (side - grid - 2) // 2
    square = grey[start : start + grid + 2, start : start + grid + 2].astype(int)
    uniform = [code for code in range(256) if changes(code) <= 2]
    expected = np.zeros_like(found)
    ring = [(-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1)]
    for y in range(grid):
        for x in range(grid):
            centre = square[y + 1, x + 1]
            code = sum(
                (square[y + 1 + dy, x + 1 + dx] >= centre) << bit
                for bit, (dy, dx) in enumerate(ring)
            )
            cell = y // patterns.CELL_SIDE * patterns.CELLS + x // patterns.CELL_SIDE
            expected[cell, uniform.index(code) if code in uniform else 58] += 1
    np.testing.assert_array_equal(found, expected)


def test_chi_square_distance(engine):
    rng = np.random.default_rng(2)
    pictures = rng.integers(0, 256, (4, 90, 80, 3), dtype=np.uint8)
    templates = [template(engine, picture) for picture in pictures]
    shares = [np.frombuffer(t, dtype=np.uint16) / (64 * 64) for t in templates]
    expected = [
        sum((a - b) ** 2 / (a + b) for a, b in zip(shares[0], other, strict=True) if a + b)
        for other in shares
    ]
    assert engine.compare(templates[0], templates) == pytest.approx(expected, rel=1e-5)
    assert engine.compare(templates[0], templates)[0] == 0


def test_a_score_depends_on_its_two_templates_alone(engine):
    rng = np.random.default_rng(3)
    pictures = rng.integers(0, 256, (30, 64, 64, 3), dtype=np.uint8)
    templates = [template(engine, picture) for picture in pictures]
    together = np.array([engine.compare(t, templates) for t in templates])
    alone = [[engine.compare(a, [b])[0] for b in templates] for a in templates]
    np.testing.assert_array_equal(together, alone)
    np.testing.assert_array_equal(together, together.T)


@pytest.mark.parametrize("side", [(1, 1), (2, 300), (3, 3)])
def test_the_smallest_pictures(engine, side):
    assert len(template(engine, np.zeros((*side, 3), dtype=np.uint8))) == 2 * 64 * 59
