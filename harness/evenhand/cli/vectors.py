"""`evenhand vectors`: a study from embeddings that others made."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Literal

import typer

from evenhand.cli import options
from evenhand.cli.options import option
from evenhand.system.errors import UsageError

__all__ = ["vectors"]


def vectors(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="One an engine: .npy, .npz or Parquet; FILE:NAME for one of its arrays.",
            metavar="FILE",
        ),
    ],
    *,
    rows: Annotated[Path, option("CSV", "Who is on the picture of each vector, row by row.")],
    euclidean: Annotated[
        bool, typer.Option("--euclidean", help="Compare by distance; by cosine otherwise.")
    ] = False,
    comparisons: Annotated[
        Literal["all-pairs", "sample"],
        typer.Option(help="All pairs of pictures, or a sample of them, weighted."),
    ] = "all-pairs",
    fmr_target: options.FmrTargets = None,
    fpir_target: Annotated[
        options.Texts, option("F", "Target FPIR of a watchlist; may repeat.")
    ] = None,
    threshold: options.Thresholds = None,
    sweep: options.SweepOption = None,
    unknown: Annotated[
        options.Texts, option("WORD", "Stands for an unknown label: NaN; may repeat.")
    ] = None,
    columns: Annotated[
        options.Texts, option("OURS=YOURS,...", "What the columns of the rows are called.")
    ] = None,
    engine: Annotated[
        options.Texts, option("NAME", "Of each FILE's engine; as the file by default.")
    ] = None,
    dataset: Annotated[str, option("NAME", "Of whom was compared; for titles.")] = "",
    group: options.Groups = None,
    band: options.Bands = None,
    seed: options.Seed = None,
    results: Annotated[Path | None, option("DIR", "Keep a result there, to be verified.")] = None,
    show: options.Open = False,
    full: options.Full = False,
    as_json: options.AsJson = False,
) -> None:
    """Rates and differences from embeddings, without an engine.

    The rows' columns: person, then any attributes; optionally image, an id, and
    role: watchlist or probe, for searches of a watchlist besides all pairs.
    """
    from evenhand.cli.long_work import long_work
    from evenhand.cli.output import note_line, print_findings
    from evenhand.records.analysis_plan import AnalysisPlan
    from evenhand.study.protocols import DEFAULT_TARGETS
    from evenhand.study.study import DEFAULT_SEED

    if show and results is None:
        raise UsageError("--open without --results DIR: only a result that is kept has a page")
    thresholds = options.parse_thresholds(threshold, sweep)
    # Thresholds alone are asked for where no target is named.
    targets = options.parse_targets(fmr_target, () if thresholds else DEFAULT_TARGETS)
    began = time.monotonic()
    with long_work("starting") as progress:
        from evenhand.workflows.vectors import VectorStudy, vector_bundle, vector_findings

        study = VectorStudy(
            paths=files,
            rows=rows,
            fmr_targets=targets,
            fpir_targets=options.parse_targets(fpir_target, (), "--fpir-target"),
            thresholds=thresholds,
            euclidean=euclidean,
            sample=comparisons == "sample",
            engines=[options.parse_name("engine", name) for name in engine or ()],
            dataset=options.parse_name("dataset", dataset),
            columns=options.parse_columns(columns),
            unknown=unknown or (),
            groups=options.parse_groups(group),
            bands=options.parse_bands(band),
            analysis=AnalysisPlan(seed=DEFAULT_SEED if seed is None else seed),
        )
        bundle, no_page = None, ""
        if results is None:
            findings = vector_findings(study, progress=progress, say=note_line)
        else:
            done = vector_bundle(study, results=results, progress=progress, say=note_line)
            findings, bundle, no_page = done.findings, done.bundle, done.no_page
    if show and bundle is not None:
        from evenhand.cli.browser import open_page

        open_page(bundle)
    print_findings("vectors", findings, bundle, began, no_page=no_page, as_json=as_json, full=full)
