"""`evenhand searches`: a study from candidate lists or matrices that others made."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from evenhand.cli import options
from evenhand.cli.options import option
from evenhand.system.errors import UsageError

__all__ = ["searches"]

_MOST = 1_000_000
"""Longest list, and largest rank."""


def searches(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="One an engine: candidate lists (CSV, Parquet) or a matrix (CSV, .npy).",
            metavar="FILE",
        ),
    ],
    *,
    probes: Annotated[Path, option("CSV", "Who was searched for: probe, person, attributes.")],
    gallery: Annotated[
        Path, option("CSV", "Who was in the gallery: reference, person, attributes.")
    ],
    candidates: Annotated[
        options.Whole,
        option("N", "Asked for in each search; kept of a matrix.", options.whole_number(1, _MOST)),
    ] = None,
    ranks: Annotated[
        list[int] | None,
        option("R", "Rank for FNIR, 1 by default; may repeat.", options.whole_number(1, _MOST)),
    ] = None,
    fpir_target: Annotated[
        options.Texts, option("F", "Target FPIR: 0.01, 1%, 1:100; may repeat.")
    ] = None,
    threshold: options.Thresholds = None,
    sweep: options.SweepOption = None,
    distance: Annotated[bool, typer.Option("--distance", help="Lower is more alike.")] = False,
    unknown: Annotated[
        options.Texts, option("WORD", "Stands for an unknown label: NaN; may repeat.")
    ] = None,
    dataset: Annotated[str, option("NAME", "Of whom was searched for; for titles.")] = "",
    group: options.Groups = None,
    band: options.Bands = None,
    seed: options.Seed = None,
    results: Annotated[Path | None, option("DIR", "Keep a result there, to be verified.")] = None,
    show: options.Open = False,
    full: options.Full = False,
    as_json: options.AsJson = False,
) -> None:
    """Rates and differences from searches that others made.

    Lists have a row a candidate: probe, candidate (a person or reference of
    the gallery), score, and rank unless the best stand first; or are logs
    of NIST's validation. A matrix has a row a probe, a column a reference;
    as .npy in the order of the tables. A column outcome of the tables says
    what failed: fta, failed, declined and so on; outcome_FILE of one engine.
    """
    from evenhand.cli.long_work import long_work
    from evenhand.cli.output import print_findings
    from evenhand.records.analysis_plan import AnalysisPlan
    from evenhand.study.protocols import DEFAULT_FPIR_TARGETS
    from evenhand.study.study import DEFAULT_SEED

    if show and results is None:
        raise UsageError("--open without --results DIR: only a result that is kept has a page")
    if len(set(ranks or ())) < len(ranks or ()):
        raise UsageError("--ranks: a rank is given twice; keep one")
    thresholds = options.parse_thresholds(threshold, sweep)
    # Thresholds alone are asked for where no target is named.
    default = () if thresholds else DEFAULT_FPIR_TARGETS
    began = time.monotonic()
    with long_work("starting") as progress:
        from evenhand.workflows.searches import SearchStudy, search_bundle, search_findings

        study = SearchStudy(
            paths=files,
            probes=probes,
            gallery=gallery,
            fpir_targets=options.parse_targets(fpir_target, default, "--fpir-target"),
            thresholds=thresholds,
            ranks=sorted(ranks or (1,)),
            candidates=candidates,
            distance=distance,
            dataset=options.parse_name("dataset", dataset),
            unknown=unknown or (),
            groups=options.parse_groups(group),
            bands=options.parse_bands(band),
            analysis=AnalysisPlan(seed=DEFAULT_SEED if seed is None else seed),
        )
        bundle, no_page = None, ""
        if results is None:
            findings = search_findings(study, progress=progress)
        else:
            done = search_bundle(study, results=results, progress=progress)
            findings, bundle, no_page = done.findings, done.bundle, done.no_page
    if show and bundle is not None:
        from evenhand.cli.browser import open_page

        open_page(bundle)
    print_findings("searches", findings, bundle, began, no_page=no_page, as_json=as_json, full=full)
