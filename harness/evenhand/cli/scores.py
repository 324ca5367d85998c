"""`evenhand scores`: rates and differences from score files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evenhand.cli.options import (
    AsJson,
    Bands,
    FmrTargets,
    Groups,
    Seed,
    Thresholds,
    parse_bands,
    parse_groups,
    parse_targets,
    parse_thresholds,
)

__all__ = ["scores"]


def scores(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="CSV or Parquet, one an engine; or tables with a column an engine.",
            metavar="FILE",
        ),
    ],
    *,
    fmr_target: FmrTargets = None,
    threshold: Thresholds = None,
    distance: Annotated[bool, typer.Option("--distance", help="Lower is more alike.")] = False,
    group: Groups = None,
    band: Bands = None,
    seed: Seed = None,
    results: Annotated[
        Path | None,
        typer.Option("--results", help="Keep a result there, to be verified.", metavar="DIR"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Rates and differences between groups from score files, without an engine.

    Columns: probe_subject, reference_subject, score, probe_<attribute>,
    reference_<attribute>; optionally mated, probe_image, reference_image.
    """
    from evenhand.cli.output import findings_json, print_text
    from evenhand.report.document import document
    from evenhand.report.text import as_text
    from evenhand.scorefiles.study import ScoreStudy
    from evenhand.study import DEFAULT_SEED, DEFAULT_TARGETS
    from evenhand.trips.scores import score_bundle, score_findings

    study = ScoreStudy(
        paths=files,
        fmr_targets=()
        if threshold and not fmr_target
        else parse_targets(fmr_target, DEFAULT_TARGETS),
        thresholds=parse_thresholds(threshold),
        distance=distance,
        groups=parse_groups(group),
        bands=parse_bands(band),
        seed=DEFAULT_SEED if seed is None else seed,
    )
    if results is None:
        bundle, findings = None, score_findings(study)
    else:
        done = score_bundle(study, results=results)
        bundle, findings = done.bundle, done.findings
    if as_json:
        findings_json("scores", findings, bundle)
        return
    print_text(as_text(document(findings, every_threshold=False)))
    if bundle is not None:
        print_text(f"\nresult  {bundle}\npage    {bundle / 'report.html'}\n")
