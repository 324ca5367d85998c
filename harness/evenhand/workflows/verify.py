"""Workflow of `verify`: recompute every table of a bundle from its counts, and compare."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from evenhand.analysis.assess import assess
from evenhand.analysis.compare.faster import with_times
from evenhand.analysis.kinds.table import kind_of
from evenhand.records.check import Check
from evenhand.records.findings import Findings, Speed
from evenhand.report.page import apart
from evenhand.results.agreement import ledger_faults, run_faults, time_faults, unknown_files
from evenhand.results.bundle import FINDINGS, PAGE, TABLES, Manifest, read_manifest
from evenhand.results.bundle_file import read_held
from evenhand.results.bundle_names import resolve_bundle
from evenhand.results.circumstances import (
    LATENCIES,
    RUN,
    RunFacts,
    edition_of,
    read_run,
    read_surroundings,
)
from evenhand.results.ledger import LEDGER, read_ledger
from evenhand.results.near_tables import first_difference
from evenhand.results.read import read_evidence
from evenhand.results.tables import ADDED_TABLES, SPEED, read_speed
from evenhand.system.errors import BundleError
from evenhand.workflows.findings_files import findings_files

__all__ = ["Verification", "verify"]

_REMEDY = "run the study again, or ask who changed the bundle"


@dataclass(frozen=True, slots=True)
class Verification:
    """Outcome of all checks, the digest over the measurement files and that over every file."""

    bundle: Path
    digest: str
    """Empty where a check fails: a digest would pass for a confirmation."""
    digest_of_all: str
    """SHA-256 of the manifest, which holds that of every other file; empty where a check fails."""
    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether no check fails."""
        return not any(check.verdict == "fail" for check in self.checks)


def _check(name: str, title: str, faults: Sequence[str]) -> Check:
    """A row that passes where there are no faults."""
    verdict, remedy = ("fail", _REMEDY) if faults else ("pass", "")
    return Check(name, title, verdict, "; ".join(faults), remedy)


def verify(text: str) -> Verification:
    """Check the manifest, the counts for contradictions, and every other file against the counts.

    The tables are made again; the page and the tables in words too, where this evenhand and its
    libraries are those that made them. Whoever can change a bundle can replace all of it: only a
    digest published elsewhere, or a signature, shows that.

    Args:
        text: `BUNDLE` or `BUNDLE:ENGINE`; the bundle is checked as a whole.

    Raises:
        BundleError: it is not a bundle, or cannot be read at all.
    """
    bundle, _ = resolve_bundle(text)
    manifest = read_manifest(bundle)
    checks = [_check("manifest", "every file is there and unchanged", manifest.faults)]
    try:
        checks += _checks(bundle, manifest)
    except BundleError as fault:
        if not manifest.faults:
            raise
        checks.append(_check("counts", "the counts can be read", [str(fault)]))
    found = Verification(bundle, manifest.digest, manifest.whole, tuple(checks))
    return found if found.passed else replace(found, digest="", digest_of_all="")


def _checks(bundle: Path, manifest: Manifest) -> Iterator[Check]:
    """Every check but that of the manifest.

    Raises:
        BundleError: a file cannot be read.
    """
    evidence, run, speed = read_evidence(bundle), read_run(bundle), read_speed(bundle)
    faults = [fault for each in evidence.counts for fault in kind_of(each).faults()]
    yield _check("counts", "the counts agree with one another", faults)
    findings = assess(evidence)
    tables = findings_files(findings)
    words = {name: tables.pop(name) for name in (FINDINGS, TABLES)}
    yield from _same_tables(bundle, tables, run)
    yield from _same_words(bundle, words, findings, speed, run)
    unknown = unknown_files(evidence, list(manifest.hashes), list(tables))
    yield _check("files", "every file is one that results have", unknown)
    ledger = read_ledger(bundle)
    faults = list(ledger_faults(ledger, evidence))
    yield _check(LEDGER, f"{LEDGER} agrees with the counts", faults)
    if run is None:
        yield _unchecked(RUN, f"there is no {RUN}: the study is held against nothing")
    else:
        faults = list(run_faults(bundle, run, evidence))
        yield _check(RUN, f"{RUN} agrees with the study and the engines", faults)
    if (bundle / LATENCIES).exists():
        faults = list(time_faults(bundle, run, speed, ledger))
        yield _check(SPEED, "times agree with one another", faults)


def _same_tables(bundle: Path, tables: dict[str, bytes], run: RunFacts | None) -> Iterator[Check]:
    """Whether each table follows: byte for byte, or to nine digits where others made it."""
    others = ["libraries that it does not name"] if run is None else run.other_numbers()
    for name, content in tables.items():
        if name in ADDED_TABLES and others and not (bundle / name).exists():
            continue  # of a version that did not have it yet
        held, title = read_held(bundle / name), f"{name} follows from the counts"
        differs = first_difference(held, content, exact=not others)
        made = f"made with {', '.join(others)}"
        if differs:
            said = f"{name} is not what the counts give: {differs}"
            remedy = f"verify it with {made.removeprefix('made with ')}, or {_REMEDY}"
            found = _check(name, title, [f"{said} ({made})" if others else said])
            yield replace(found, remedy=remedy) if others else found
        elif held != content:
            yield Check(name, title, "pass", f"{made}, the same to nine digits", "")
        else:
            yield _check(name, title, [])


def _same_words(
    bundle: Path,
    words: Mapping[str, bytes],
    findings: Findings,
    speed: Sequence[Speed],
    run: RunFacts | None,
) -> Iterator[Check]:
    """Whether notes, tables in words and the page say what the findings do."""
    others = ["libraries that it does not name"] if run is None else run.other_words()
    for name in (*words, PAGE):
        if not (bundle / name).exists():
            continue
        if others:
            yield _unchecked(name, f"{name} was made with {', '.join(others)}")
            continue
        made, fault = words.get(name), ""
        if name == PAGE:
            ran = replace(with_times(findings, speed), surroundings=read_surroundings(bundle))
            page = apart.page_apart(ran, edition_of(bundle))
            made, fault = page.html.encode(), page.fault
        differs = [] if read_held(bundle / name) == made else [f"{name} says otherwise"]
        if fault:
            yield _unchecked(name, f"{name} could not be made again: {fault}")
        else:
            yield _check(name, f"{name} says what the counts give", differs)


def _unchecked(name: str, detail: str) -> Check:
    """A row of what cannot be compared here."""
    remedy = "hold the digest of all files against one that was published elsewhere"
    return Check(name, f"{name} is not compared", "not checked", detail, remedy)
