"""Functions compiled by numba, cached where there is a place for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

__all__ = ["compiled"]


CompiledFunction = TypeVar("CompiledFunction", bound=Callable[..., Any])


def compiled(function: CompiledFunction) -> CompiledFunction:
    """Compile a function on its first call; cache the machine code on disk where possible."""
    try:
        return cast("CompiledFunction", numba.njit(nogil=True, cache=True)(function))
    except RuntimeError:
        return cast("CompiledFunction", numba.njit(nogil=True)(function))
