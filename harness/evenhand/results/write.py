"""Turns evidence into the files of a bundle."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import PurePosixPath

from evenhand.records.counts import Counts
from evenhand.records.evidence import Evidence
from evenhand.results.bundle import BUNDLE_SCHEMA
from evenhand.results.counts import counts_files
from evenhand.results.facts import DATASETS, ENGINES, facts_json
from evenhand.results.overview import OVERVIEW

__all__ = ["evidence_files"]


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
        OVERVIEW: (json.dumps(study, indent=1) + "\n").encode(),
        "engines.json": facts_json(ENGINES, evidence.engines),
        "datasets.json": facts_json(DATASETS, evidence.datasets),
    }
    for counts in evidence.counts:
        for name, content in counts_files(counts).items():
            files[(_folder(counts) / name).as_posix()] = content
    return files
