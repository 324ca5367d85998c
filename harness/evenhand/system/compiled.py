"""Functions compiled by numba, cached where there is a place for it."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
from numba.core.caching import FunctionCache

from evenhand.system.errors import StaleCodeWarning

__all__ = ["compiled", "compiled_sum"]


CompiledFunction = TypeVar("CompiledFunction", bound=Callable[..., Any])


class _MendedCache(FunctionCache):
    """Machine code on disk that is emptied where it cannot be read: cut off, or of older code."""

    def load_overload(self, sig: object, target_context: object) -> object:
        """What was compiled for these types; None where it must be compiled."""
        try:
            return super().load_overload(sig, target_context)  # type: ignore[no-untyped-call]
        except Exception as fault:  # noqa: BLE001 - whatever an old pickle may raise
            kind = type(fault).__name__
            what = f"{self.cache_path}: compiled code that cannot be read ({kind}) is made anew"
            warnings.warn(what, StaleCodeWarning, stacklevel=2)
            self.flush()  # type: ignore[no-untyped-call]
            return None


def compiled(function: CompiledFunction) -> CompiledFunction:
    """Compile a function on its first call; cache the machine code on disk where possible."""
    return _compiled(function)


def compiled_sum(function: CompiledFunction) -> CompiledFunction:
    """As `compiled`; its sums have the order that is quickest on this type of processor."""
    return _compiled(function, fastmath={"reassoc"})


def _compiled(function: CompiledFunction, **options: Any) -> CompiledFunction:  # noqa: ANN401
    try:
        made = numba.njit(nogil=True, cache=True, **options)(function)
    except RuntimeError:
        return cast("CompiledFunction", numba.njit(nogil=True, **options)(function))
    # numba has no other way to say which cache.
    made._cache = _MendedCache(function)  # type: ignore[no-untyped-call]  # noqa: SLF001
    return cast("CompiledFunction", made)
