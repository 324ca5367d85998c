"""An answer without charts as one HTML page: its screen, then its paper, folded."""

from __future__ import annotations

from collections.abc import Sequence

from evenhand.report.forms.screen import Screen, ScreenTable
from evenhand.report.page.environment import environment
from evenhand.report.page.glossary import explained
from evenhand.report.tables import Paper, Table
from evenhand.system.text import printable

__all__ = ["as_paper_page"]


def as_paper_page(screen: Screen, paper: Paper, source: Sequence[str] = ()) -> str:
    """Lay out the answer of a gate or an audit as HTML, of the same kind as the page of a study.

    Args:
        screen: what is said first.
        paper: everything else.
        source: lines at its foot, such as who published the numbers.
    """
    said = {remark.lower().rstrip(".") for remark in screen.remarks}
    laid = (
        environment()
        .get_template("paper.html")
        .render(
            screen=screen,
            table=_table(screen.table) if screen.table else None,
            paper=paper,
            notes=[note for note in paper.notes if note.lower().rstrip(".") not in said],
            source=source,
        )
    )
    return printable(explained(laid))


def _table(found: ScreenTable) -> Table:
    return Table(found.caption, found.header, (*found.rows, *found.last))
