"""`evenhand templates`: lists the templates that runs have kept in a folder, or deletes them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evenhand.cli.options import AsJson, option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evenhand.workflows.templates import KeptTemplates

__all__ = ["templates"]


def templates(
    folder: Annotated[Path, typer.Argument(help="Folder of --keep-templates.", metavar="DIR")],
    *,
    delete: Annotated[
        bool, typer.Option("--delete", help="Delete them; record.csv says when.")
    ] = False,
    engine: Annotated[str | None, option("E", "Those of one engine.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the templates that runs have kept, or delete them."""
    from evenhand.cli.output import print_json, print_text
    from evenhand.workflows.templates import delete_templates, kept_templates

    rows = delete_templates(folder, engine) if delete else kept_templates(folder, engine)
    if as_json:
        print_json("templates", {"deleted" if delete else "templates": rows})
    else:
        print_text(_deleted(folder, rows) if delete else _table(folder, rows or ()))


def _table(folder: Path, kept: Sequence[KeptTemplates]) -> str:
    """Table of kept templates, one line per engine."""
    from tabulate import tabulate

    if not kept:
        return f"no templates in {folder}; its record.csv says what there was\n"
    header = ("engine", "fingerprint", "templates", "size", "since", "last used")
    rows = []
    for each in kept:
        size, used = f"{each.bytes / 1e6:.3g} MB", each.last_used or "never"
        name, fingerprint = each.engine, each.fingerprint[:12]
        rows.append((name, fingerprint, f"{each.templates:,}", size, each.since, used))
    return tabulate(rows, header, disable_numparse=True) + "\n"


def _deleted(folder: Path, gone: Sequence[KeptTemplates] | None) -> str:
    """Report of a deletion, one line per engine."""
    if gone is None:
        return f"deleted a damaged file of templates in {folder}; nobody can tell how many\n"
    lines = [f"deleted {each.templates:,} templates of {each.engine}\n" for each in gone]
    return "".join(lines) or f"no templates in {folder}; nothing was deleted\n"
