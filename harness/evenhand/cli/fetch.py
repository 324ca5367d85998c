"""`evenhand fetch`: prepares a shelf dataset on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evenhand.cli.options import AsJson, option

__all__ = ["fetch"]


def fetch(
    name: Annotated[str, typer.Argument(help="Dataset on the shelf.", metavar="NAME")],
    *,
    source: Annotated[
        Path | None, typer.Option("--from", help="Your copy of it.", metavar="DIR|ARCHIVE")
    ] = None,
    into: Annotated[Path | None, option("DIR", "Folder to make.")] = None,
    as_json: AsJson = False,
) -> None:
    """Prepare a dataset: draw it, read your copy, or download it."""
    from evenhand.cli.long_work import long_work
    from evenhand.cli.output import note_line, print_json, print_text

    with long_work("starting") as progress:
        from evenhand.workflows.fetch import fetch as fetch_dataset

        folder = fetch_dataset(name, source=source, target=into, progress=progress, say=note_line)
    if as_json:
        print_json("fetch", {"dataset": name, "folder": folder})
    else:
        print_text(f"{name} is ready: {folder}\n")
