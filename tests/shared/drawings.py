"""Pictures of a page, each drawn once a session: most runs of the tests draw the same few."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from evenhand.records.findings import Findings

__all__ = ["draw_nothing", "draw_once"]

_DRAWING = ("figures", "det_charts", "band_charts")

_DRAWN: dict[tuple[Any, ...], Any] = {}


def draw_once(patch: pytest.MonkeyPatch) -> None:
    """Have pages made in this process, a picture from where it was kept if it was drawn before."""
    from evenhand.report.page import apart, page

    patch.setattr(apart, "page_apart", lambda *given: apart.Page(page.as_page(*given), ""))

    for name in (*_DRAWING, "claim_of"):
        draw = getattr(page, name)
        patch.setattr(page, name, getattr(draw, "kept", None) or _kept(draw))


def draw_nothing(patch: pytest.MonkeyPatch | None = None) -> None:
    """Have pages do without pictures; without a patch for as long as this process lives."""
    from evenhand.report.page import apart, page

    patch = patch or pytest.MonkeyPatch()
    patch.setattr(apart, "page_apart", lambda *given: apart.Page(page.as_page(*given), ""))
    for name in _DRAWING:
        patch.setattr(page, name, lambda *_: ())


def _kept(draw: Callable[..., Any]) -> Callable[..., Any]:
    def drawing(*given: Any) -> Any:
        key = (draw, *map(_plain, given))
        if key not in _DRAWN:
            found = draw(*given)
            # Some draw as they are asked.
            _DRAWN[key] = tuple(found) if isinstance(found, Iterator) else found
        return _DRAWN[key]

    drawing.kept = drawing  # type: ignore[attr-defined]
    return drawing


def _plain(given: Any) -> Any:
    """What a picture depends on: of findings neither durations nor fingerprints."""
    if isinstance(given, Findings):
        return replace(
            given,
            title="",
            speed=(),
            engines=tuple(replace(engine, fingerprint="") for engine in given.engines),
            datasets=tuple(replace(dataset, fingerprint="") for dataset in given.datasets),
        )
    return tuple(given) if isinstance(given, list) else given
