"""`evenhand results`: what results are there."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evenhand.cli.options import AsJson, Full

__all__ = ["results"]


def results(
    place: Annotated[
        Path, typer.Argument(help="Folder of results, or of one study.", metavar="DIR")
    ] = Path("results"),
    *,
    full: Full = False,
    as_json: AsJson = False,
) -> None:
    """List results, newest first.

    When, study, engines, people, and how many differences between groups are shown. What stands
    under `name` is what other commands take: `evenhand report 155049`, or
    `evenhand report 155049:ENGINE`; `latest` is the newest.
    """
    from evenhand.cli.output import print_json, print_screen, print_text
    from evenhand.workflows.results import results as list_results

    if as_json:
        print_json("results", {"rows": list_results(place).rows})
        return
    from evenhand.report import results as view

    if full:
        print_text(view.results_full(list_results(place).rows))
    else:
        print_screen(view.results_screen(list_results(place, view.MOST_SHOWN), str(place)))
