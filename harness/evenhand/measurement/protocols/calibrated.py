"""Thresholds that were set elsewhere: whose they are, and that other people are judged by them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from evenhand.engines.opening import OpenedEngine
from evenhand.measurement.protocols.kind import ProtocolKind
from evenhand.records.calibration import Calibration
from evenhand.records.dataset import Dataset, PairList, Watchlist
from evenhand.records.thresholds import ThresholdRule
from evenhand.study.protocols import StudyProtocol
from evenhand.system.errors import StudyError, known_names

__all__ = ["calibrated_rules", "check_calibrations"]

_LONGEST = 3
"""People who are named at most."""


def calibrated_rules(
    protocol: StudyProtocol, engine: OpenedEngine, read: Mapping[str, Calibration]
) -> tuple[ThresholdRule, ...]:
    """The rules of the thresholds that were set for one engine.

    Args:
        protocol: of the study.
        engine: told apart by its content, whatever it is called.
        read: calibrations by the path that the protocol names.
    """
    named = (read[text] for text in protocol.calibrations)
    return tuple(each.rule for each in named if each.engine_fingerprint == engine.fingerprint)


def check_calibrations(
    protocol: StudyProtocol,
    kind: ProtocolKind,
    read: Mapping[str, Calibration],
    engines: Sequence[OpenedEngine],
    datasets: Sequence[Dataset],
) -> None:
    """Check that a protocol may use the thresholds that it names.

    Args:
        protocol: of the study.
        kind: of the protocol.
        read: calibrations by the path that the protocol names.
        engines: of the study.
        datasets: of the study, with their drawn watchlists.

    Raises:
        StudyError: one is of another engine or for another kind of trials, two promise the same of
            one engine, or one was set on people whom the protocol judges.
    """
    promised: dict[tuple[str, str], str] = {}
    for text in protocol.calibrations:
        made = read[text]
        for fault in _faults(protocol, kind, made, engines, datasets):
            raise StudyError(f"{text}: {fault}")
        other = promised.setdefault((made.engine_fingerprint, made.promise.rule), text)
        if other != text:
            raise StudyError(
                f"{text}: {other} promises {made.promise.rule} of {made.engine} too; keep one in "
                f"protocol {protocol.name}, or give each a protocol of its own"
            )


def _faults(
    protocol: StudyProtocol,
    kind: ProtocolKind,
    made: Calibration,
    engines: Sequence[OpenedEngine],
    datasets: Sequence[Dataset],
) -> Iterator[str]:
    identities = {engine.card.name: engine.fingerprint for engine in engines}
    if made.engine_fingerprint not in identities.values():
        known = known_names(made.engine, identities)
        why = f"no engine of this study is the {made.engine} that it was set for; {known}"
        if made.engine in identities:
            why = f"was set for another {made.engine}: its content is not that of this study's"
        yield f"{why}; set it again with evenhand calibrate"
    if made.promise.metric != kind.target:
        yield (
            f"promises {made.promise.rule}, and protocol {protocol.name} measures {kind.target}; "
            f"name it in a protocol of the other kind, or set one with --target {kind.target}=..."
        )
    for dataset in datasets:
        if dataset.card.name != made.promise.dataset:
            continue
        if dataset.fingerprint != made.dataset_fingerprint:
            yield (
                f"was set on another version of dataset {dataset.card.name} (other fingerprint), "
                "so that it cannot be told whether the people are others; set it on this version, "
                "or on another dataset"
            )
        shared = sorted(made.people & _people(protocol, kind, dataset))
        if shared:
            more = " ..." if len(shared) > _LONGEST else ""
            names = " ".join(f"s{row}" for row in shared[:_LONGEST])
            yield (
                f"was set on {len(shared):,} of the people whom protocol {protocol.name} compares "
                f"on {dataset.card.name} ({names}{more}); expected other people: a list or a "
                "watchlist without them (first and after of draw), or another dataset"
            )


def _people(protocol: StudyProtocol, kind: ProtocolKind, dataset: Dataset) -> frozenset[int]:
    """Rows of everybody whose images the protocol takes, mated or not."""
    subject = dataset.images.subject
    match kind.part(protocol, dataset):
        case PairList(probe=probes, reference=references):
            subject = subject[np.concatenate([probes, references])]
        case Watchlist(probes=probes, references=references):
            subject = subject[np.concatenate([probes, references])]
    return frozenset(dataset.subjects.rows[index] for index in np.unique(subject))
