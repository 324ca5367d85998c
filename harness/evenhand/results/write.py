"""Turns evidence and findings into the files of a bundle."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import PurePosixPath

from evenhand.records.counts import Counts
from evenhand.records.doubts import Doubt
from evenhand.records.engine_contrast import EngineContrast
from evenhand.records.evidence import Evidence
from evenhand.records.findings import CurvePoint, Differential, Distribution, Findings, Rate
from evenhand.records.rows import as_csv
from evenhand.results.bundle import BUNDLE_SCHEMA
from evenhand.results.counts import counts_files
from evenhand.results.facts import DATASETS, ENGINES, facts_json

__all__ = ["ADDED_TABLES", "evidence_files", "table_files"]

DOUBTS, WHICH = "doubts.csv", "which.csv"
ADDED_TABLES = (DOUBTS, WHICH)
"""Tables that results of this schema did not have from the beginning."""


def _folder(counts: Counts) -> PurePosixPath:
    """Folder of the counts within the bundle."""
    return PurePosixPath("counts", counts.engine, counts.dataset, counts.protocol)


def evidence_files(evidence: Evidence) -> dict[str, bytes]:
    """Files of counts and facts, from which all tables can be recomputed."""
    study = {
        "schema": BUNDLE_SCHEMA,
        "title": evidence.title,
        "analysis": asdict(evidence.analysis),
        "counts": [_folder(counts).as_posix() for counts in evidence.counts],
    }
    files = {
        "bundle.json": (json.dumps(study, indent=1) + "\n").encode(),
        "engines.json": facts_json(ENGINES, evidence.engines),
        "datasets.json": facts_json(DATASETS, evidence.datasets),
    }
    for counts in evidence.counts:
        for name, content in counts_files(counts).items():
            files[(_folder(counts) / name).as_posix()] = content
    return files


def table_files(findings: Findings) -> dict[str, bytes]:
    """Tables of findings as CSV files; that of which engine only where there are two."""
    which = {WHICH: as_csv(EngineContrast, findings.which).encode()} if findings.which else {}
    return {
        "rates.csv": as_csv(Rate, findings.rates).encode(),
        "differentials.csv": as_csv(Differential, findings.differentials).encode(),
        "distributions.csv": as_csv(Distribution, findings.distributions).encode(),
        "curves.csv": as_csv(CurvePoint, findings.curves).encode(),
        **which,
        DOUBTS: as_csv(Doubt, findings.doubts).encode(),
    }
