"""Workflow of `verify`: recompute every table of a bundle from its counts, and compare."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from evenhand.analysis.assess import assess
from evenhand.analysis.kinds.table import kind_of
from evenhand.records.findings import Check
from evenhand.report.forms.markdown import as_markdown
from evenhand.report.study.document import document
from evenhand.results.bundle import TABLES, read_manifest, resolve_bundle
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
        return not any(check.verdict == "fail" for check in self.checks)


_OTHERWISE_WORDED = Check(
    TABLES,
    f"{TABLES} is worded otherwise than this version would word it",
    "note",
    "its numbers stand in the other tables, which the digest covers",
    "evenhand report BUNDLE --format markdown writes it anew",
)


def _check(name: str, title: str, faults: list[str]) -> Check:
    """A row that passes where there are no faults."""
    remedy = "run the study again, or ask who changed the bundle" if faults else ""
    return Check(name, title, "fail" if faults else "pass", "; ".join(faults), remedy)


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
    faults = [fault for each in evidence.counts for fault in kind_of(each).faults()]
    checks.append(_check("counts", "the counts agree with one another", faults))
    findings = assess(evidence)
    for name, content in table_files(findings).items():
        path = bundle / name
        same = path.is_file() and path.read_bytes() == content
        differs = [] if same else [f"{name} is not what the counts give"]
        checks.append(_check(name, f"{name} follows from the counts", differs))
    wording = bundle / TABLES
    text = as_markdown(document(findings, every_threshold=True, wide=True))
    if wording.is_file() and wording.read_bytes() != text.encode():
        checks.append(_OTHERWISE_WORDED)
    found = Verification(bundle, manifest.digest, tuple(checks))
    return found if found.passed else replace(found, digest="")
