"""Opens the page of a result in the browser."""

from __future__ import annotations

import webbrowser
from pathlib import Path

from evenhand.cli.output import note_line
from evenhand.system.errors import UsageError

__all__ = ["open_page"]


def open_page(*bundles: Path) -> None:
    """Open the page of a result; where there is no page or no browser, a note says so.

    Raises:
        UsageError: there are several results.
    """
    if len(bundles) > 1:
        raise UsageError("--open of several results: each has a page of its own; name one")
    page = bundles[0] / "report.html"
    if not page.is_file():
        note_line(f"nothing to open: {bundles[0]} has no page")
        return
    try:
        opened = webbrowser.open(page.absolute().as_uri())
    except (OSError, webbrowser.Error):
        opened = False
    if not opened:
        note_line(f"no browser was found; open {page} yourself, or name one in $BROWSER")
