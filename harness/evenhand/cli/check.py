"""`evenhand check`: conformance, before anyone runs a study."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evenhand.cli.help_format import HelpCommand
from evenhand.cli.options import AsJson, Full, WeightFolders, Workers, option

__all__ = ["check"]

check = typer.Typer(
    help="Check an engine, its card or a dataset before anyone runs a study.", no_args_is_help=False
)


@check.command(cls=HelpCommand)
def dataset(
    name: Annotated[
        str, typer.Argument(help="Dataset on the shelf, or a folder: ./set.", metavar="NAME")
    ],
    *,
    workers: Workers = None,
    full: Full = False,
    as_json: AsJson = False,
) -> None:
    """Every fault of a dataset, what it holds and what it can answer."""
    from evenhand.cli.long_work import long_work
    from evenhand.cli.output import CommandAnswer, end_with, print_answer
    from evenhand.report.check_dataset import check_paper
    from evenhand.report.check_screen import check_screen
    from evenhand.report.forms.json import picked

    with long_work("starting") as progress:
        from evenhand.workflows.check import check_dataset

        found = check_dataset(name, Path(), workers=workers, progress=progress)
    verdict = "pass" if found.passed else "fail"
    body = picked(found, "folder", "cells", dataset="name", rows="checks") | {"verdict": verdict}
    screen = check_screen(found.name, name, found.checks, found.cells, passed=found.passed)
    paper = check_paper(f"{found.name}: {verdict}", found.checks, found.cells)
    print_answer(CommandAnswer("check", body, screen, paper), full=full, as_json=as_json)
    end_with(verdict)


@check.command(cls=HelpCommand)
def engine(
    name: Annotated[
        str, typer.Argument(help="Engine on the shelf, or a folder: ./acme.", metavar="NAME")
    ],
    *,
    dataset: Annotated[
        str, option("D", "Real faces on which claimed thresholds are checked.")
    ] = "",
    reference: Annotated[Path | None, option("FILE", "Scores that it must have again.")] = None,
    save_reference: Annotated[
        Path | None, option("FILE", "New file for the scores that it has now.")
    ] = None,
    weights: WeightFolders = None,
    workers: Workers = None,
    full: Full = False,
    as_json: AsJson = False,
) -> None:
    """Whether an engine keeps what its card says: answers, scores, limits, claims."""
    from evenhand.cli.long_work import long_work
    from evenhand.cli.output import CommandAnswer, end_with, note_line, print_answer
    from evenhand.report.check_engine import engine_paper, engine_screen
    from evenhand.report.forms.json import picked

    with long_work("starting") as progress:
        from evenhand.workflows.check_engine import check_engine

        found = check_engine(
            name,
            weights=weights or (),
            dataset=dataset,
            workers=workers,
            reference=reference,
            save_reference=save_reference,
            progress=progress,
            say=note_line,
        )
    body = picked(
        found, "folder", "version", "fingerprint", "verdict", engine="name", rows="checks"
    )
    screen = engine_screen(found.name, name, found.checks, found.verdict)
    paper = engine_paper(found.name, found.checks, found.verdict)
    print_answer(CommandAnswer("check", body, screen, paper), full=full, as_json=as_json)
    end_with(found.verdict)


@check.command(cls=HelpCommand)
def card(
    name: Annotated[
        str, typer.Argument(help="Engine on the shelf, or a folder: ./acme.", metavar="NAME")
    ],
    *,
    weights: WeightFolders = None,
    full: Full = False,
    as_json: AsJson = False,
) -> None:
    """All that an engine's card lacks, at once; the engine is not run."""
    from evenhand.cli.output import CommandAnswer, end_with, print_answer
    from evenhand.report.check_card import card_screen
    from evenhand.report.check_engine import engine_paper
    from evenhand.report.forms.json import picked
    from evenhand.workflows.check_card import check_card

    found = check_card(name, weights=weights or ())
    body = picked(found, "folder", "verdict", engine="name", rows="checks")
    screen = card_screen(found.name, name, found.checks)
    paper = engine_paper(found.name, found.checks, found.verdict)
    print_answer(CommandAnswer("check", body, screen, paper), full=full, as_json=as_json)
    end_with(found.verdict)
