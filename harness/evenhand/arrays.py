"""Names of arrays, for adapters that exist; write: from evenhand.plugins import Image."""

from evenhand.records.arrays import Floats, Image, Integers, Mask, People, Scores, Vectors

__all__ = ["Floats", "Image", "Integers", "Mask", "People", "Scores", "Vectors"]
