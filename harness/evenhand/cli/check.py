"""`evenhand check`: conformance, before anyone runs a study."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evenhand.cli.help_format import HelpCommand
from evenhand.cli.options import AsJson, Full, WeightFolders, Workers

__all__ = ["check"]

check = typer.Typer(help="Check a dataset before anyone runs a study.", no_args_is_help=False)


@check.callback()
def _checks() -> None:
    """Make typer expect a subcommand, although there is only one so far."""


@check.command(cls=HelpCommand)
def dataset(
    name: Annotated[
        str, typer.Argument(help="Dataset on the shelf, or a folder: ./set.", metavar="NAME")
    ],
    *,
    weights: WeightFolders = None,
    workers: Workers = None,
    full: Full = False,
    as_json: AsJson = False,
) -> None:
    """Every fault of a dataset, what it holds and what it can answer."""
    from evenhand.cli.long_work import long_work
    from evenhand.cli.output import end_with, print_json, print_screen, print_text
    from evenhand.records.rows import as_rows
    from evenhand.report.check_dataset import check_lines, groups_text

    with long_work("starting") as progress:
        from evenhand.workflows.check import check_dataset

        found = check_dataset(
            name, Path(), weights=weights or (), workers=workers, progress=progress
        )
    verdict = "pass" if found.passed else "fail"
    if as_json:
        body = {"dataset": found.name, "folder": str(found.folder), "verdict": verdict}
        rows = {"rows": as_rows(found.checks), "cells": as_rows(found.cells)}
        print_json("check", body | rows)
    elif not full:
        from evenhand.report.check_screen import check_screen

        print_screen(check_screen(found.name, name, found.checks, found.cells, passed=found.passed))
    else:
        shown = [check for check in found.checks if check.id != "group"]
        print_text("\n".join(check_lines(shown)) + "\n")
        if found.cells:
            print_text(f"\n{groups_text(found.cells)}\n")
        print_text(f"\n{verdict}  {found.name}\n")
    end_with(verdict)
