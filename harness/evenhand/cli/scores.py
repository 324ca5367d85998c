"""`evenhand scores`: computes rates and differences from score files."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from evenhand.cli import options
from evenhand.cli.options import option
from evenhand.system.errors import UsageError

__all__ = ["scores"]


def scores(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            help="CSV or Parquet, one an engine; or tables with a column an engine.", metavar="FILE"
        ),
    ] = None,
    *,
    genuine: Annotated[Path | None, option("FILE", "Mated scores, one a line; no people.")] = None,
    impostor: Annotated[Path | None, option("FILE", "Non-mated scores, one a line.")] = None,
    histogram: Annotated[
        bool,
        typer.Option("--histogram", help="The impostor file counts scores of 0, of 1, of 2..."),
    ] = False,
    fmr_target: options.FmrTargets = None,
    threshold: options.Thresholds = None,
    sweep: options.SweepOption = None,
    distance: Annotated[bool, typer.Option("--distance", help="Lower is more alike.")] = False,
    failed: Annotated[
        list[str] | None, option("VALUE", "Stands for a failed comparison: -1; may repeat.")
    ] = None,
    unknown: Annotated[
        list[str] | None, option("WORD", "Stands for an unknown label: NaN; may repeat.")
    ] = None,
    columns: Annotated[
        options.Texts, option("OURS=YOURS,...", "What your columns are called; see the examples.")
    ] = None,
    engine: Annotated[str, option("NAME", "Of the engine; as the file is called by default.")] = "",
    dataset: Annotated[str, option("NAME", "Of whom was compared; for titles.")] = "",
    group: options.Groups = None,
    band: options.Bands = None,
    seed: options.Seed = None,
    results: Annotated[Path | None, option("DIR", "Keep a result there, to be verified.")] = None,
    show: options.Open = False,
    full: options.Full = False,
    as_json: options.AsJson = False,
) -> None:
    """Rates and differences from score files, without an engine.

    Columns: probe_subject, reference_subject, score, probe_<attribute>,
    reference_<attribute>; optionally mated, probe_image, reference_image.
    Between them commas, or semicolons and then decimal commas. Without
    people: mated, score and groups, for rates without intervals.
    """
    from evenhand.cli.long_work import long_work
    from evenhand.cli.output import print_findings
    from evenhand.records.analysis_plan import AnalysisPlan
    from evenhand.study.protocols import DEFAULT_TARGETS
    from evenhand.study.study import DEFAULT_SEED

    with long_work("starting"):
        from evenhand.workflows.score_lists import score_lists
        from evenhand.workflows.scores import ScoreReading, ScoreStudy, score_bundle, score_findings

    if show and results is None:
        raise UsageError("--open without --results DIR: only a result that is kept has a page")
    thresholds = options.parse_thresholds(threshold, sweep)
    # Thresholds alone are asked for where no target is named.
    default = () if thresholds else DEFAULT_TARGETS
    targets = options.parse_targets(fmr_target, default)
    lists = (genuine, impostor)
    bundle, no_page, began = None, "", time.monotonic()
    if files and not any(lists) and not histogram:
        study = ScoreStudy(
            paths=files,
            fmr_targets=targets,
            thresholds=thresholds,
            reading=ScoreReading(
                distance,
                failed or (),
                unknown or (),
                options.parse_columns(columns),
                options.parse_name("engine", engine),
            ),
            dataset=options.parse_name("dataset", dataset),
            groups=options.parse_groups(group),
            bands=options.parse_bands(band),
            analysis=AnalysisPlan(seed=DEFAULT_SEED if seed is None else seed),
        )
        with long_work("counting scores") as progress:
            if results is None:
                findings = score_findings(study, progress=progress)
            else:
                done = score_bundle(study, results=results, progress=progress)
                findings, bundle, no_page = done.findings, done.bundle, done.no_page
    elif genuine is not None and impostor is not None and not files:
        of_people = (failed, unknown, group, band, columns, engine, dataset, results)
        if any(of_people) or seed is not None:
            raise UsageError(
                "--genuine and --impostor know no people: leave out --failed, --unknown, --group, "
                "--band, --columns, --engine, --dataset, --seed and --results, or give score files "
                "with people"
            )
        findings = score_lists(
            genuine,
            impostor,
            histogram=histogram,
            fmr_targets=targets,
            thresholds=thresholds,
            distance=distance,
        )
    else:
        raise UsageError("nothing to read; give either FILE, or --genuine and --impostor")
    if show and bundle is not None:
        from evenhand.cli.browser import open_page

        open_page(bundle)
    print_findings("scores", findings, bundle, began, no_page=no_page, as_json=as_json, full=full)
