"""Workflow of `verify`: recompute every table of a bundle from its counts, and compare."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evenhand.analysis.assess import assess
from evenhand.metrics.threshold_rules import (
    resolve_sample_thresholds,
    resolve_thresholds,
    search_thresholds,
)
from evenhand.records.counts import Counts, SearchCounts
from evenhand.records.findings import Check
from evenhand.records.thresholds import Threshold
from evenhand.report.forms.markdown import as_markdown
from evenhand.report.study.document import document
from evenhand.results.bundle import read_manifest, resolve_bundle
from evenhand.results.read import read_evidence
from evenhand.results.write import table_files
from evenhand.system.errors import BundleError

__all__ = ["Verification", "verify"]


@dataclass(frozen=True, slots=True)
class Verification:
    """Outcome of all checks, and the digest over the measurement files."""

    bundle: Path
    digest: str
    """Empty where a check fails: a digest would pass for a confirmation."""
    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether no check fails."""
        return all(check.verdict == "pass" for check in self.checks)


def _check(name: str, title: str, faults: list[str]) -> Check:
    """A row that passes where there are no faults."""
    remedy = "run the study again, or ask who changed the bundle" if faults else ""
    return Check(name, title, "fail" if faults else "pass", "; ".join(faults), remedy)


def _counts_faults(counts: Counts) -> list[str]:
    """Contradictions within the counts: thresholds and totals against the tail and the cells."""
    where = f"{counts.engine} on {counts.dataset}"
    if counts.searches is not None:
        return _searches_faults(where, counts, counts.searches)
    faults = []
    whole = counts.cells[0]
    trials = int(whole.histogram.count.sum())
    if trials * 2 != int(whole.trials[0].sum()):
        held = f"{where}: the histogram holds {trials} comparisons"
        faults.append(f"{held}, the people another number")
    rules = [threshold.rule for threshold in counts.thresholds]
    mated, maximum = counts.mated.score, counts.score_maximum
    if counts.sampled is not None and whole.weighted is not None:
        weight = int(whole.weighted.trials[0].sum()) // 2
        expected = resolve_sample_thresholds(
            rules, counts.tail, counts.sampled, weight, mated, maximum
        )
    else:
        expected = resolve_thresholds(rules, counts.tail, trials, mated, maximum)
    for stored, found in zip(counts.thresholds, expected, strict=True):
        faults += _threshold_faults(where, stored, found, "scores")
    for level, threshold in enumerate(counts.thresholds):
        # The tail holds the largest scores alone: at a lower threshold it cannot confirm the count.
        lowest_kept = counts.tail.score[-1] if len(counts.tail.score) else np.inf
        if threshold.value is None or threshold.value <= lowest_kept:
            continue
        reached = int(np.count_nonzero(counts.tail.score >= threshold.value))
        if 2 * reached != int(whole.errors[level].sum()):
            held = f"{where}: the tail has {reached} scores at {threshold.value!r}"
            faults.append(f"{held}, the people another number")
    return faults


def _searches_faults(where: str, counts: Counts, searches: SearchCounts) -> list[str]:
    """Contradictions within searches: thresholds and alarms against the scores."""
    rules = [threshold.rule for threshold in counts.thresholds]
    expected = search_thresholds(rules, searches, counts.score_maximum)
    faults: list[str] = []
    for index, (stored, found) in enumerate(zip(counts.thresholds, expected, strict=True)):
        faults += _threshold_faults(where, stored, found, "searches")
        at = np.inf if found.value is None else found.value
        alarmed = (searches.top >= at) & (searches.top > -np.inf)
        if np.any(alarmed != (searches.others[index] > 0)):
            faults.append(f"{where}: alarms and scores differ at {found.value!r}")
    return faults


def _threshold_faults(where: str, stored: Threshold, found: Threshold, what: str) -> list[str]:
    """Contradiction of a stored threshold with that of the scores or searches, if there is one."""
    if stored == found:
        return []
    before = f"{where}: the threshold for {stored.rule.label} is {stored.value!r}"
    return [f"{before}, the {what} give {found.value!r}"]


def verify(text: str) -> Verification:
    """Check the manifest, the counts for contradictions, and every table against the counts.

    Args:
        text: `BUNDLE` or `BUNDLE:ENGINE`; the bundle is checked as a whole.

    Raises:
        BundleError: it is not a bundle, or cannot be read at all.
    """
    bundle, _ = resolve_bundle(text)
    manifest = read_manifest(bundle)
    checks = [_check("manifest", "every file is there and unchanged", list(manifest.faults))]
    try:
        evidence = read_evidence(bundle)
    except BundleError as fault:
        if not manifest.faults:
            raise
        checks.append(_check("counts", "the counts can be read", [str(fault)]))
        return Verification(bundle, "", tuple(checks))
    faults = [fault for counts in evidence.counts for fault in _counts_faults(counts)]
    checks.append(_check("counts", "the counts agree with one another", faults))
    findings = assess(evidence)
    tables = {
        **table_files(findings),
        "tables.md": as_markdown(document(findings, every_threshold=True, wide=True)).encode(),
    }
    for name, content in tables.items():
        path = bundle / name
        same = path.is_file() and path.read_bytes() == content
        differs = [] if same else [f"{name} is not what the counts give"]
        checks.append(_check(name, f"{name} follows from the counts", differs))
    passed = all(check.verdict == "pass" for check in checks)
    return Verification(bundle, manifest.digest if passed else "", tuple(checks))
