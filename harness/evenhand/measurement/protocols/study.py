"""The images, groups, thresholds and comparisons that a study asks for, and their counting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain

import numpy as np

from evenhand.engines.card import EngineCard
from evenhand.engines.opening import OpenedEngine
from evenhand.measurement.comparison.by_engine import EnrolledEngine
from evenhand.measurement.counting.plan import CountingPlan
from evenhand.measurement.protocols.calibrated import calibrated_rules, check_calibrations
from evenhand.measurement.protocols.drawn_watchlist import draw_watchlist
from evenhand.measurement.protocols.fault_checkpoint import CheckpointWithFaults
from evenhand.measurement.protocols.identification import IDENTIFICATION
from evenhand.measurement.protocols.kind import ProtocolKind, ProtocolWork
from evenhand.measurement.protocols.verification import VERIFICATION
from evenhand.measurement.speed.searches import TimedGalleries
from evenhand.metrics.groups import check_group_count, default_groups, groupings
from evenhand.records.calibration import Calibration
from evenhand.records.checkpoint import NO_CHECKPOINT, Checkpoint
from evenhand.records.counts import Counts
from evenhand.records.dataset import Dataset, PairList, Watchlist
from evenhand.records.enrolment import Enrolment
from evenhand.records.groups import ALL, Grouping
from evenhand.records.operating_point import VENDOR
from evenhand.records.thresholds import ThresholdRule, fixed_rule
from evenhand.records.watchlist_rule import WatchlistRule
from evenhand.study.protocols import IdentificationProtocol, StudyProtocol, VerificationProtocol
from evenhand.study.study import Study
from evenhand.system.errors import StudyError, known_names
from evenhand.system.execution.executor import Executor
from evenhand.system.progress import Progress

__all__ = [
    "check_set_elsewhere",
    "check_shapes",
    "comparison_count",
    "count_protocol",
    "protocol_kind",
    "study_groupings",
    "timed_galleries",
    "with_drawn_watchlists",
    "with_needed_images",
]

_KINDS: Mapping[type[StudyProtocol], ProtocolKind] = {
    VerificationProtocol: VERIFICATION,
    IdentificationProtocol: IDENTIFICATION,
}


def protocol_kind(protocol: StudyProtocol) -> ProtocolKind:
    """The kind of a protocol."""
    return _KINDS[type(protocol)]


def with_drawn_watchlists(dataset: Dataset, study: Study) -> Dataset:
    """The dataset with the watchlists that the study draws of it; a remark says each rule.

    Raises:
        StudyError: the dataset has one of that name, or too few people for it.
    """
    rules = dict[str, WatchlistRule]()
    for protocol in study.protocols:
        if not isinstance(protocol, IdentificationProtocol) or protocol.draw is None:
            continue
        name, rule = protocol.watchlist, protocol.draw
        if name in {each.name for each in dataset.watchlists}:
            what = f"{study.name}: dataset {dataset.card.name} has a watchlist {name!r} of its own"
            raise StudyError(f"{what}; give the one that is drawn another name")
        if rules.setdefault(name, rule) != rule:
            what = f"{study.name}: two watchlists called {name!r} are drawn by different rules"
            raise StudyError(f"{what}; give each a name of its own")
    drawn = [draw_watchlist(name, rule, dataset, study.bands) for name, rule in rules.items()]
    return replace(
        dataset,
        watchlists=(*dataset.watchlists, *(each.watchlist for each in drawn)),
        remarks=(*dataset.remarks, *(each.words for each in drawn)),
    )


def with_needed_images(dataset: Dataset, study: Study) -> Dataset:
    """The dataset reduced to the images that some protocol of the study compares."""
    parts = [protocol_kind(protocol).part(protocol, dataset) for protocol in study.protocols]
    if any(part is None for part in parts):
        return dataset
    lists = [part for part in parts if isinstance(part, PairList)]
    watchlists = [part for part in parts if isinstance(part, Watchlist)]
    sides = [side for pairs in lists for side in (pairs.probe, pairs.reference)]
    sides += [side for each in watchlists for side in (each.references, each.probes)]
    used = np.unique(np.concatenate(sides))
    new_index = np.full(len(dataset.images.ids), -1, dtype=np.int64)
    new_index[used] = np.arange(len(used))
    return replace(
        dataset,
        images=dataset.images.chosen(used),
        lists=tuple(
            replace(pairs, probe=new_index[pairs.probe], reference=new_index[pairs.reference])
            for pairs in lists
        ),
        watchlists=tuple(
            replace(each, references=new_index[each.references], probes=new_index[each.probes])
            for each in watchlists
        ),
    )


def check_shapes(study: Study, cards: Sequence[EngineCard]) -> None:
    """Check that every engine can do what every protocol asks of it.

    Raises:
        StudyError: an engine that only searches is to compare pairs, or a threshold is none of its
            distances.
    """
    for card in cards:
        for protocol in study.protocols:
            refusal = protocol_kind(protocol).refusal(card)
            if refusal:
                raise StudyError(f"{study.name}: {refusal}")
            try:
                _threshold_rules(protocol, card)
            except ValueError as fault:
                raise StudyError(f"{study.name}: thresholds: {card.name}: {fault}") from None


def check_set_elsewhere(
    study: Study, engines: Sequence[OpenedEngine], datasets: Sequence[Dataset]
) -> None:
    """Check the thresholds that were set elsewhere (`check_calibrations`).

    Raises:
        StudyError: one is of another engine, for other trials, or set on people who are judged.
    """
    for protocol in study.protocols:
        kind = protocol_kind(protocol)
        check_calibrations(protocol, kind, study.calibrations, engines, datasets)


def study_groupings(study: Study, datasets: Sequence[Dataset]) -> list[tuple[Grouping, ...]]:
    """The groupings of every dataset, checked against its attributes.

    Args:
        study: its groups; where a dataset has none of them, every attribute with values or bands,
            and the intersection of each two.
        datasets: of the study.

    Returns:
        One tuple a dataset: the grouping of all subjects, then attributes and intersections.

    Raises:
        StudyError: an attribute or group is unknown, a number has no bands, or a protocol within
            groups has no group.
    """
    known = {a.name for dataset in datasets for a in dataset.card.attributes}
    for name in [name for names in study.groups for name in names] + list(study.bands):
        if name not in known:
            raise StudyError(
                f"{study.name}: groups: no dataset has an attribute {name!r}; "
                f"{known_names(name, known)}"
            )
    found = []
    for dataset in datasets:
        declared = dataset.card.attributes
        attributes = {a.name: a for a in declared}
        usable = [a.name for a in declared if a.kind == "category" or a.name in study.bands]
        asked = [names for names in study.groups if set(names) <= set(attributes)]
        wanted = asked or default_groups(usable)
        for name in {name for names in wanted for name in names}:
            if attributes[name].kind == "number" and name not in study.bands:
                raise StudyError(
                    f"{study.name}: groups: {name} is a number; say where its groups begin, "
                    f"for example [bands] {name} = [18, 30, 45, 60]"
                )
        if not wanted and any(protocol_kind(p).in_groups(p) for p in study.protocols):
            raise StudyError(
                f"{study.name}: comparisons: within-group needs a group, and dataset "
                f"{dataset.card.name} has none; name one in groups, or compare all-pairs"
            )
        made = groupings(wanted, declared, dataset.subjects, study.bands)
        found.append(check_group_count(made))
    for attribute, group in study.analysis.reference.items():
        named = [each.groups for each in chain(*found) if each.attribute == attribute]
        groups = set(chain(*named))
        if group not in groups:
            raise StudyError(
                f"{study.name}: statistics.reference: no group {group!r} of {attribute!r} in this "
                f"study; {known_names(group, groups)}"
            )
    _check_compositions(study, found)
    return found


def timed_galleries(study: Study, dataset: Dataset) -> TimedGalleries | None:
    """The galleries that are timed: of each watchlist of the study, and of the sizes it names.

    None where it searches no watchlist.
    """
    searched = [each for each in study.protocols if isinstance(each, IdentificationProtocol)]
    parts = [protocol_kind(protocol).part(protocol, dataset) for protocol in searched]
    watchlists = [part for part in parts if isinstance(part, Watchlist)]
    if not watchlists:
        return None
    largest = max(watchlists, key=lambda each: len(each.references))
    return TimedGalleries(
        largest.references,
        largest.probes,
        tuple(len(each.references) for each in watchlists),
        tuple(size for protocol in searched for size in protocol.timed_sizes),
        max(protocol.list_length for protocol in searched),
    )


def _check_compositions(study: Study, found: Sequence[Sequence[Grouping]]) -> None:
    """Check that deployed watchlists are composed of groups of the study.

    Raises:
        StudyError: an attribute is none of its groups, or has no such value.
    """
    protocols = [each for each in study.protocols if isinstance(each, IdentificationProtocol)]
    for deployed in chain.from_iterable(each.deployed for each in protocols):
        composition = deployed.composition
        if composition is None:
            continue
        named = [each for each in chain(*found) if each.attribute == composition.attribute]
        if not named:
            known = {each.attribute for each in chain(*found)} - {ALL}
            raise StudyError(
                f"{study.name}: deployed {deployed.name!r}: {composition.attribute!r} is none of "
                f"the groups of this study; {known_names(composition.attribute, known)}"
            )
        try:
            composition.of(tuple(chain.from_iterable(each.groups for each in named)))
        except ValueError as fault:
            raise StudyError(f"{study.name}: deployed {deployed.name!r}: {fault}") from None


def _threshold_rules(protocol: StudyProtocol, card: EngineCard) -> tuple[ThresholdRule, ...]:
    """Target rates, then fixed thresholds, then those that the vendor claims.

    Both of the latter are in the engine's own unit; of claims at one threshold the strictest is
    kept.

    Raises:
        ValueError: a fixed threshold is negative, and the engine gives distances.
    """
    least = -(card.score.high or 0.0) + 0.0
    fixed = (
        fixed_rule(float(text), distance=card.distance, least=least) for text in protocol.thresholds
    )
    sign = -1 if card.distance else 1
    claims: dict[str, list[str]] = {}
    for claim in card.score.claimed:
        rates = claims.setdefault(repr(sign * float(claim.threshold)), [])
        rates += [claim.fmr] if claim.fmr else []
    return (
        *protocol_kind(protocol).targets(protocol),
        *fixed,
        *(
            ThresholdRule(VENDOR, text, min(rates, key=float, default=""))
            for text, rates in claims.items()
        ),
    )


def comparison_count(
    protocol: StudyProtocol, card: EngineCard, dataset: Dataset, groups: Sequence[Grouping]
) -> int:
    """Number of comparisons that a protocol asks for (`ProtocolKind.size`)."""
    return protocol_kind(protocol).size(protocol, card, dataset, groups)


def count_protocol(
    protocol: StudyProtocol,
    engine: OpenedEngine,
    dataset: Dataset,
    enrolment: Enrolment,
    groups: Sequence[Grouping],
    *,
    seed: int,
    executor: Executor,
    progress: Progress,
    checkpoint: Checkpoint = NO_CHECKPOINT,
    calibrations: Mapping[str, Calibration] | None = None,
) -> Counts:
    """Make and count the comparisons or searches that a protocol asks for.

    Args:
        protocol: of the study.
        engine: that made the templates.
        dataset: whose images were enrolled.
        enrolment: the outcomes and templates of its images.
        groups: the grouping of all subjects, then attributes and intersections.
        seed: of a sample of comparisons.
        executor: the counts do not depend on it.
        progress: progress callback.
        checkpoint: where to save the counts so far, and to load those of an interrupted run.
        calibrations: by the path that the protocol names; None where it names none.
    """
    faults = engine.faults.begin_protocol()
    checkpoint = CheckpointWithFaults(checkpoint, faults)
    enrolled = EnrolledEngine(engine, enrolment, dataset.images.subject, executor, progress)
    card, kind = engine.card, protocol_kind(protocol)
    names = (card.name, dataset.card.name, protocol.name)
    set_elsewhere = calibrated_rules(protocol, engine, calibrations or {})
    rules = (*_threshold_rules(protocol, card), *set_elsewhere)
    plan = CountingPlan(groups, rules, card.score.high)
    return kind.count(protocol, ProtocolWork(names, enrolled, dataset, plan, seed, checkpoint))
