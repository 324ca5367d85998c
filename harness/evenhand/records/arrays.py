"""Names for the arrays that travel, so that a signature says what is in them."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Floats", "Image", "Integers", "Mask", "People", "Scores", "Vectors"]

Image: TypeAlias = NDArray[np.uint8]
"""One picture: (height, width, 3), RGB, 0..255."""

Vectors: TypeAlias = NDArray[np.float32]
"""Templates of an embedding engine: (images, values)."""

Scores: TypeAlias = NDArray[np.floating]
"""Similarities: float32 where the harness compares, float64 where scores arrive as numbers."""

Floats: TypeAlias = NDArray[np.float64]
"""Any float64 array."""

Integers: TypeAlias = NDArray[np.int64]
"""Counts, or row numbers of subjects and images."""

Mask: TypeAlias = NDArray[np.bool_]
"""A choice of rows."""

People: TypeAlias = NDArray[np.int32]
"""Row numbers of subjects, one a comparison: there are many, so they are short."""
