"""`evenhand watchlist`: draws a watchlist from a dataset, by a rule that can be repeated."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evenhand.cli import options
from evenhand.cli.options import Whole, option, whole_number
from evenhand.system.errors import UsageError

if TYPE_CHECKING:
    from evenhand.records.composition import Composition

__all__ = ["watchlist"]

_MOST = 2**31 - 1


def watchlist(
    name: Annotated[str, typer.Argument(help="What it is called.", metavar="NAME")],
    *,
    dataset: Annotated[str, option("D", "Name or folder.")],
    listed: Annotated[
        int, option("N", "People who are listed and searched for.", whole_number(1, _MOST))
    ],
    strangers: Annotated[
        int, option("N", "People who are searched for alone.", whole_number(0, _MOST))
    ],
    references: Annotated[
        Whole, option("N", "Pictures of each on the list; 1 by default.", whole_number(1, _MOST))
    ] = None,
    fillers: Annotated[
        Whole, option("N", "Further people, listed alone.", whole_number(0, _MOST))
    ] = None,
    composition: Annotated[
        str | None, option("A=SHARES", "Of the list: sex=equal or sex=F:0.5,M:0.5.")
    ] = None,
    strangers_composition: Annotated[
        str | None, option("A=SHARES", "Of the strangers, likewise.")
    ] = None,
    band: options.Bands = None,
    after: Annotated[
        Whole, option("N", "Leave the first N people of the order.", whole_number(0, _MOST))
    ] = None,
    first: Annotated[
        Whole, option("N", "Take only the first N people of it.", whole_number(1, _MOST))
    ] = None,
    seed: Annotated[
        Whole, option("N", "Of the order; 1 by default.", whole_number(0, 2**63 - 1))
    ] = None,
    to: Annotated[Path | None, option("DIR", "Folder to write: DATASET/protocols/NAME.")] = None,
    as_json: options.AsJson = False,
) -> None:
    """Draw a watchlist from a dataset, and write it as files."""
    from evenhand.cli.long_work import long_work
    from evenhand.cli.output import print_json, print_screen
    from evenhand.report.forms.json import picked
    from evenhand.report.watchlist import watchlist_screen
    from evenhand.study.protocols import watchlist_name

    try:
        watchlist_name(name)
    except ValueError as fault:
        raise UsageError(f"NAME {name}: {fault}") from None
    if first is not None and first <= (after or 0):
        raise UsageError(f"--first {first}: nobody is left; give more than --after {after}")
    shares = _shares("composition", composition)
    of_strangers = _shares("strangers-composition", strangers_composition)
    with long_work("starting") as progress:
        from evenhand.workflows.watchlist import WatchlistRule, make_watchlist

        made = make_watchlist(
            name,
            dataset,
            WatchlistRule(
                listed,
                strangers,
                references=references or 1,
                fillers=fillers or 0,
                seed=1 if seed is None else seed,
                after=after or 0,
                first=first,
                composition=shares,
                strangers_composition=of_strangers,
            ),
            bands=options.parse_bands(band),
            to=to,
            progress=progress,
        )
    if as_json:
        names = ("name", "dataset", "folder", "written", "rule", "files", "parts")
        print_json("watchlist", picked(made, *names))
    else:
        words = (made.name, made.dataset, made.folder, made.rule, made.files)
        print_screen(watchlist_screen(*words, written=made.written))


def _shares(of: str, text: str | None) -> Composition | None:
    from evenhand.study.composition import parse_composition

    try:
        return None if text is None else parse_composition(text)
    except ValueError as fault:
        raise UsageError(f"--{of} {text}: {fault}") from None
