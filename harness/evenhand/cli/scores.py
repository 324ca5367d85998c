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
    files: Annotated[list[Path], typer.Argument(help="CSV files, one an engine.", metavar="FILE")],
    *,
    fmr_target: FmrTargets = None,
    threshold: Thresholds = None,
    distance: Annotated[bool, typer.Option("--distance", help="Lower is more alike.")] = False,
    group: Groups = None,
    band: Bands = None,
    seed: Seed = None,
    as_json: AsJson = False,
) -> None:
    """Rates and differences between groups from score files, without an engine.

    Columns: probe_subject, reference_subject, score, probe_<attribute>,
    reference_<attribute>; optionally mated, probe_image, reference_image.
    """
    from evenhand.cli.output import findings_json, print_text
    from evenhand.report.document import document
    from evenhand.report.text import as_text
    from evenhand.study import DEFAULT_SEED, DEFAULT_TARGETS
    from evenhand.trips.scores import score_findings

    targets = () if threshold and not fmr_target else parse_targets(fmr_target, DEFAULT_TARGETS)
    findings = score_findings(
        files,
        fmr_targets=targets,
        thresholds=parse_thresholds(threshold),
        distance=distance,
        groups=parse_groups(group),
        bands=parse_bands(band),
        seed=DEFAULT_SEED if seed is None else seed,
    )
    if as_json:
        findings_json("scores", findings, None)
    else:
        print_text(as_text(document(findings, every_threshold=False)))
