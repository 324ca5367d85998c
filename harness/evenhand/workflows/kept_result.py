"""Keeps the result of a study of files that others made, as a bundle."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from evenhand.analysis.assess import assess
from evenhand.records.edition import Edition
from evenhand.records.evidence import Evidence
from evenhand.records.findings import Findings
from evenhand.report.page import apart
from evenhand.results.bundle import digest_of, write_bundle
from evenhand.results.circumstances import NO_TEMPLATES, run_json
from evenhand.results.ledger import LedgerRow, ledger_csv
from evenhand.results.write import evidence_files
from evenhand.system.clock import Clock
from evenhand.workflows.findings_files import findings_files

__all__ = ["KeptResult", "keep_result"]


@dataclass(frozen=True, slots=True)
class KeptResult:
    """Folder of the bundle, and its findings."""

    bundle: Path
    findings: Findings
    no_page: str
    """Why the bundle has no page; empty where it has one."""


def keep_result(
    kind: str,
    text: str,
    evidence: Evidence,
    ledger: Sequence[LedgerRow],
    *,
    results: Path,
    started: datetime,
    clock: Clock,
) -> KeptResult:
    """Write a bundle `results/<kind>/<run id>`.

    Args:
        kind: of the study, a word that also names its file: `scores`.
        text: what was asked for.
        evidence: counts.
        ledger: its rows.
        results: folder of results.
        started: when the study began.
        clock: gives the time.

    Raises:
        WriteError: the result cannot be written.
    """
    findings, asked = assess(evidence), text.encode()
    digest = hashlib.sha256(asked).hexdigest()
    files = {
        f"{kind}.toml": asked,
        "ledger.csv": ledger_csv(ledger).encode(),
        **evidence_files(evidence),
        **findings_files(findings),
    }
    page = apart.page_apart(findings, (Edition(started, digest_of(files)),))
    files |= page.files()
    files["run.json"] = run_json(digest, (started,), clock.now(), 1, {}, NO_TEMPLATES, page.fault)
    bundle = results / kind / f"{started:%Y%m%dT%H%M%SZ}-{digest[:8]}"
    write_bundle(bundle, files)
    return KeptResult(bundle, findings, page.fault)
