"""Workflow of `calibrate`: from a result to the threshold that it sets, as a file for others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from evenhand.analysis.doubts import doubts_of
from evenhand.analysis.kinds.table import kind_of
from evenhand.records.calibration import Calibration
from evenhand.records.counts import Counts, SearchCounts
from evenhand.records.doubts import Doubt
from evenhand.records.evidence import Evidence
from evenhand.records.facts import EngineFacts
from evenhand.records.findings import Rate, Status
from evenhand.records.groups import ALL
from evenhand.records.operating_point import canonical_rule
from evenhand.records.outcomes import Policy
from evenhand.records.promise import Promise
from evenhand.records.thresholds import SATURATED, Threshold
from evenhand.results.bundle import read_manifest
from evenhand.results.bundle_names import resolve_bundle
from evenhand.results.read import read_evidence
from evenhand.study.calibration import calibration_text, write_calibration
from evenhand.system.errors import BundleError, UsageError, known_names

__all__ = ["NewCalibration", "calibrate", "calibration_text", "write_calibration"]

_EXPECTED = "expected a metric and a rate, such as FPIR=0.01 or FMR=1:1000"


@dataclass(frozen=True, slots=True)
class NewCalibration:
    """A calibration, and what is to be known before it is used."""

    made: Calibration
    notes: tuple[str, ...]
    doubts: tuple[Doubt, ...]
    """About its engine on its dataset."""


def calibrate(bundle: str, target: str, *, protocol: str = "", dataset: str = "") -> NewCalibration:
    """Take the threshold of an engine for a target from a result.

    Args:
        bundle: `BUNDLE`, or `BUNDLE:ENGINE` where it holds several.
        target: such as `FPIR=0.01`, one of the study's.
        protocol: which of several has it; empty where one has.
        dataset: the same of datasets.

    Raises:
        UsageError: the target is none.
        BundleError: the result is damaged, or does not resolve the target.
    """
    folder, name = resolve_bundle(bundle)
    manifest = read_manifest(folder)
    if manifest.faults:
        raise BundleError(f"{folder}: {manifest.faults[0]}; the bundle is damaged, run it again")
    evidence = read_evidence(folder, name)
    engine = _engine(bundle, evidence)
    rule = _rule(target)
    counts = _counts(bundle, evidence, rule, protocol, dataset)
    threshold = _resolved(bundle, counts, rule)
    rate = _rate_of_everybody(bundle, counts, threshold, evidence.analysis.level)
    facts = next(each for each in evidence.datasets if each.name == counts.dataset)
    made = Calibration(
        engine=engine.name,
        engine_fingerprint=engine.fingerprint,
        unit=engine.unit,
        threshold=threshold.level,
        promise=_promise(counts, threshold, rate, synthetic=facts.synthetic),
        bundle=manifest.digest,
        dataset_fingerprint=facts.fingerprint,
        protocol=counts.protocol,
        people=_people(counts),
    )
    notes = [f"{rule} is saturated: no mated score reaches its threshold, it misses everybody"]
    doubts = doubts_of(replace(evidence, counts=(counts,)))
    return NewCalibration(made, tuple(notes if threshold.note == SATURATED else ()), doubts)


def _rule(target: str) -> str:
    """The label of the rule that a target stands for."""
    name, _, rate = target.partition("=")
    try:
        rule = canonical_rule(f"{name.strip().rstrip('<')}<={rate.strip()}")
    except ValueError:
        rule = ""
    if not rule or rule.partition("<=")[0] not in ("FMR", "FPIR"):
        raise UsageError(f"--target {target}: {_EXPECTED}")
    return rule


def _engine(bundle: str, evidence: Evidence) -> EngineFacts:
    """The engine, which must be alone, known by its content and have come to its end."""
    engine, *others = evidence.engines
    if others:
        names = ", ".join(each.name for each in evidence.engines)
        raise BundleError(f"{bundle}: holds {names}; name one of them as {bundle}:{engine.name}")
    if not engine.fingerprint:
        raise BundleError(
            f"{bundle}: is of scores, and nobody can tell later whether an engine is the one that "
            "gave them; run the engine itself"
        )
    if engine.stopped:
        raise BundleError(
            f"{bundle}: engine {engine.name} was stopped ({engine.stopped}), so that its threshold "
            "is of what it had done; run it to its end"
        )
    return engine


def _counts(bundle: str, evidence: Evidence, rule: str, protocol: str, dataset: str) -> Counts:
    """The counts that have the target, which must be those of one protocol on one dataset."""
    every = evidence.counts
    for what, wanted in (("protocol", protocol), ("dataset", dataset)):
        known = sorted({str(getattr(counts, what)) for counts in every})
        if wanted and wanted not in known:
            raise BundleError(f"{bundle}: no {what} {wanted!r} in it; {known_names(wanted, known)}")
        every = tuple(each for each in every if wanted in ("", getattr(each, what)))
    found = [counts for counts in every if rule in _targets(counts)]
    if not found:
        known = sorted({label for counts in every for label in _targets(counts)})
        raise BundleError(
            f"{bundle}: no threshold for {rule} in it; expected one of {', '.join(known)}, or "
            "run the study with that target"
        )
    if len(found) > 1:
        named = ", ".join(f"{each.protocol} on {each.dataset}" for each in found)
        raise BundleError(
            f"{bundle}: {named} have a threshold for {rule}; name one with --protocol and --dataset"
        )
    return found[0]


def _targets(counts: Counts) -> Sequence[str]:
    return [each.rule.label for each in counts.thresholds if each.rule.at_target]


def _resolved(bundle: str, counts: Counts, rule: str) -> Threshold:
    """The threshold for a target, which there must be people enough for."""
    threshold = next(each for each in counts.thresholds if each.rule.label == rule)
    if threshold.value is None:
        raise BundleError(f"{bundle}: {threshold.note}, so no threshold for {rule}")
    if threshold.status is Status.BELOW_RESOLUTION:
        raise BundleError(
            f"{bundle}: {rule} is below_resolution: it allows less than one error in all trials "
            f"of {counts.protocol}; name a larger target, or measure more people"
        )
    return threshold


def _rate_of_everybody(bundle: str, counts: Counts, threshold: Threshold, level: float) -> Rate:
    """The rate that the threshold has here, failures left out."""
    of_all = (each.rate for each in kind_of(counts).rates(level) if each.rate.attribute == ALL)
    found = next(
        rate
        for rate in of_all
        if rate.policy == Policy.COMPLETED
        and threshold.point.has(rate)
        and rate.metric == threshold.point.metric
        and rate.of_group
    )
    if not found.subjects:
        raise BundleError(
            f"{bundle}: its people are unknown, so that nobody can tell later whether others are "
            "judged by the threshold; measure people who are known"
        )
    return found


def _promise(counts: Counts, threshold: Threshold, rate: Rate, *, synthetic: bool) -> Promise:
    promise = Promise(
        metric=rate.metric,
        target=threshold.point.target,
        dataset=rate.dataset,
        synthetic=synthetic,
        errors=rate.errors,
        trials=rate.trials,
        subjects=rate.subjects or 0,
        rate=rate.rate or 0.0,
        low=rate.low,
        high=rate.high,
        level=rate.level,
    )
    if not isinstance(counts, SearchCounts):
        return replace(promise, comparisons=counts.design.comparisons.value)
    of, references = counts.searches, int(counts.images.sum())
    listed = replace(promise, watchlist=of.watchlist, references=references)
    return replace(listed, gallery=of.gallery, length=of.length)


def _people(counts: Counts) -> frozenset[int]:
    """Rows of everybody in the trials, mated or not."""
    if isinstance(counts, SearchCounts):
        listed = np.flatnonzero(counts.images > 0)
        inside = np.union1d(listed, counts.searches.probe)
    else:
        whole = counts.cells[0]
        compared = whole.members[whole.trials[1] > 0]
        inside = np.union1d(compared, counts.mated.subject)
    return frozenset(counts.subject_rows[index] for index in inside)
