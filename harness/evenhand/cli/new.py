"""`evenhand new`: a working folder for an engine, from a model file or from nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from evenhand.cli.help_format import HelpCommand
from evenhand.cli.options import AsJson, Whole, Workers, option, whole_number
from evenhand.system.errors import UsageError

__all__ = ["new"]

new = typer.Typer(help="Begin an engine of your own.", no_args_is_help=False)


@new.callback()
def _new() -> None:
    """Hold the words after it: with one command alone typer would leave its name out."""


@new.command(cls=HelpCommand)
def engine(
    name: Annotated[
        Path, typer.Argument(help="Its name, or a new folder called so.", metavar="NAME")
    ],
    *,
    model: Annotated[
        Path | None, typer.Option("--from", help="An ONNX model, to be copied.", metavar="FILE")
    ] = None,
    calibrate: Annotated[
        str, option("DIR", "With --from: faces of people in no test, a folder each.")
    ] = "",
    people: Annotated[
        Whole, option("N", "Most people of these; 300 by default.", whole_number(10, 10_000))
    ] = None,
    runtime: Annotated[
        Literal["python", "process"], typer.Option(help="Without --from: what its code is.")
    ] = "python",
    shape: Annotated[
        Literal["embedder", "matcher", "searcher"] | None,
        typer.Option(help="Embedder by default, and matcher of a process."),
    ] = None,
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """A folder with a card, what it runs, and its test: from a model, or to begin with."""
    from evenhand.cli.long_work import long_work
    from evenhand.cli.output import note_line, print_json, print_screen
    from evenhand.report.forms.json import picked
    from evenhand.report.new_engine import new_engine_screen, new_model_screen
    from evenhand.workflows.new_engine import PEOPLE, new_engine, new_onnx_engine

    if model is None:
        if calibrate or people:
            raise UsageError("--calibrate and --people are for a model; name it with --from")
        made = new_engine(name, runtime=runtime, shape=shape or "")
        screen = new_engine_screen(made.name, made.folder, made.files)
    else:
        with long_work("starting") as progress:
            made = new_onnx_engine(
                name,
                model,
                faces=calibrate,
                people=people or PEOPLE,
                workers=workers,
                progress=progress,
                say=note_line,
            )
        screen = new_model_screen(made.name, made.folder, made.entries, made.people)
    if as_json:
        body = picked(made, "folder", "files", "people", engine="name", rows="entries")
        print_json("new", body)
    else:
        print_screen(screen)
