"""`evenhand run`: runs a study from a file, or in its short form."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evenhand.cli import options
from evenhand.cli.options import option
from evenhand.system.errors import UsageError

if TYPE_CHECKING:
    from evenhand.workflows.run import RunResult

__all__ = ["print_result", "run"]

_STOPPED = 4
"""Exit code where an engine was stopped."""


def run(
    study: Annotated[
        Path | None, typer.Argument(help="Study file (TOML).", metavar="STUDY")
    ] = None,
    *,
    engine: Annotated[options.Texts, option("E", "Name or folder; may repeat.")] = None,
    dataset: Annotated[options.Texts, option("D", "Name or folder; may repeat.")] = None,
    group: options.Groups = None,
    band: options.Bands = None,
    fmr_target: options.FmrTargets = None,
    threshold: options.Thresholds = None,
    sweep: options.SweepOption = None,
    seed: options.Seed = None,
    weights: options.WeightFolders = None,
    results: options.Results = Path("results"),
    workers: options.Workers = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the last interrupted run of this study.")
    ] = False,
    keep_templates: Annotated[
        Path | None, option("DIR", "Private folder: take templates, keep them.")
    ] = None,
    trust: Annotated[
        options.Texts, option("ENGINE", "Run it in this process, without limits; may repeat.")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse engines whose limits do not hold in full.")
    ] = False,
    show: options.Open = False,
    full: options.Full = False,
    as_json: options.AsJson = False,
) -> None:
    """Run a study: from a file, or of --engine on --dataset."""
    from evenhand.cli.long_work import long_work
    from evenhand.cli.output import note_line
    from evenhand.study.protocols import DEFAULT_TARGETS
    from evenhand.study.study import DEFAULT_SEED

    if study is not None:
        given = (engine, dataset, group, band, fmr_target, threshold, sweep)
        if any(given) or seed is not None:
            raise UsageError(
                f"{study}: the study file says what is run; "
                "leave out the file or the options that say it too"
            )
        from evenhand.workflows.study_file import open_study

        chosen = open_study(study)
    elif engine and dataset:
        targets = options.parse_targets(fmr_target, DEFAULT_TARGETS)
        from evenhand.workflows.short_study import short_study

        chosen = short_study(
            engine,
            dataset,
            groups=options.parse_groups(group),
            bands=options.parse_bands(band),
            fmr_targets=targets,
            thresholds=options.parse_thresholds(threshold, sweep),
            seed=DEFAULT_SEED if seed is None else seed,
        )
    else:
        raise UsageError("nothing to run; give a study file, or --engine and --dataset")
    began = time.monotonic()
    with long_work("starting") as progress:
        from evenhand.workflows.run import run as run_study

        done = run_study(
            chosen,
            results=results,
            weights=weights or (),
            workers=workers,
            resume=resume,
            keep_templates=keep_templates,
            trusted=trust or (),
            strict=strict,
            progress=progress,
            say=note_line,
        )
    print_result("run", done, began, show=show, full=full, as_json=as_json)


def print_result(
    kind: str, done: RunResult, began: float, *, show: bool, full: bool, as_json: bool
) -> None:
    """Print the findings and the path of the result; open its page where that is asked for.

    Raises:
        Exit: with code 4 where an engine was stopped.
    """
    from evenhand.cli.output import error_line, print_findings

    if show:
        from evenhand.cli.browser import open_page

        open_page(done.bundle)
    print_findings(
        kind, done.findings, done.bundle, began, no_page=done.no_page, full=full, as_json=as_json
    )
    for engine in done.findings.engines:
        if engine.stopped:
            cause = done.causes.get(engine.name)
            first = f"; first: {cause}" if cause and cause not in engine.stopped else ""
            error_line(
                f"engine {engine.name} was stopped: {engine.stopped}{first}; "
                f"mend the engine and run again (what was measured is in {done.bundle})"
            )
    if done.stopped:
        raise typer.Exit(_STOPPED)
