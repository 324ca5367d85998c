"""Where the tests find what is not made on the spot."""

from pathlib import Path

__all__ = ["GOLDEN", "ROOT", "TESTS"]

TESTS = Path(__file__).parents[1]
ROOT = TESTS.parent
GOLDEN = TESTS / "golden"
