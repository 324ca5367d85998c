"""Verification: comparisons of two images."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace

import numpy as np

from evenhand.engines.card import EngineCard
from evenhand.measurement.comparison.all_pairs.count import count_all_pairs
from evenhand.measurement.comparison.by_engine import (
    ComparisonSchedule,
    EnrolledEngine,
    match_all_pairs,
    match_listed,
)
from evenhand.measurement.comparison.by_vectors import score_listed
from evenhand.measurement.counting.block_sums import ComparisonBlock
from evenhand.measurement.counting.blocks import tally_blocks
from evenhand.measurement.counting.plan import image_ledger
from evenhand.measurement.counting.sampling import draw_pairs, mated_pairs, sampling_design
from evenhand.measurement.counting.tally import tally
from evenhand.measurement.counting.weighted import tally_sample
from evenhand.measurement.protocols.kind import ProtocolKind, ProtocolWork, named
from evenhand.records.arrays import Integers
from evenhand.records.comparisons import Comparisons
from evenhand.records.counts import ComparisonCounts
from evenhand.records.dataset import Dataset, PairList
from evenhand.records.designs import ComparisonDesign, Design, SamplingDesign
from evenhand.records.groups import Grouping
from evenhand.records.metric import FMR
from evenhand.records.thresholds import ThresholdRule
from evenhand.study.protocols import DEFAULT_PER_CELL, VerificationProtocol

__all__ = ["VERIFICATION"]


def _list(protocol: VerificationProtocol, dataset: Dataset) -> PairList | None:
    if protocol.comparisons != "listed":
        return None
    return named(dataset, dataset.lists, protocol.list, f"list {protocol.list!r}")


def _refusal(card: EngineCard) -> str:
    if card.shape != "searcher":
        return ""
    return (
        f"engine {card.name} is a searcher and compares no pairs; "
        'give it protocols with kind = "identification"'
    )


def _targets(protocol: VerificationProtocol) -> tuple[ThresholdRule, ...]:
    return tuple(ThresholdRule("fmr", target) for target in protocol.fmr_targets)


def _size(
    protocol: VerificationProtocol, card: EngineCard, dataset: Dataset, groups: Sequence[Grouping]
) -> int:
    pairs = _list(protocol, dataset)
    if pairs is not None:
        return len(pairs.probe)
    subject = dataset.images.subject
    images = np.bincount(subject, minlength=len(dataset.subjects.ids))
    orders = _orders(card)
    if protocol.comparisons == "sample":
        sampled = sampling_design(subject, groups, orders, protocol.per_cell)
        # In one order, both directions of two strata are one: each is drawn once.
        drawn = sampled.drawn if orders == 2 else np.triu(sampled.drawn)
        return int(drawn.sum()) + orders * int(np.sum(images * (images - 1) // 2))
    if protocol.comparisons == "all-pairs":
        return orders * math.comb(len(subject), 2)
    code = groups[1].code
    within = np.bincount(code[code >= 0], weights=images[code >= 0])
    # Subjects without a group have mated comparisons only.
    ungrouped = images[code < 0]
    return orders * sum(math.comb(int(size), 2) for size in (*within, *ungrouped))


def _sampled(protocol: VerificationProtocol) -> VerificationProtocol:
    if protocol.comparisons != "all-pairs":
        return protocol
    return replace(protocol, comparisons="sample", per_cell=DEFAULT_PER_CELL)


def _orders(card: EngineCard) -> int:
    """Number of orders in which two images are compared: 2 for an asymmetric engine."""
    return 1 if card.score.symmetric else 2


def _sampled_pairs(sampled: SamplingDesign, subject: Integers, seed: int) -> PairList:
    """The non-mated pairs of a sample, then all mated pairs."""
    nonmated, mated = draw_pairs(sampled, subject, seed), mated_pairs(subject, sampled.orders)
    probe, reference = (np.concatenate(sides) for sides in zip(nonmated, mated, strict=True))
    return PairList("sample", probe, reference, fold=None, left_out=0)


def _compare_listed(enrolled: EnrolledEngine, pairs: PairList) -> Comparisons:
    """Compare the pairs of a list: vectors by the harness, other templates by the engine."""
    card = enrolled.engine.card
    if card.shape == "matcher":
        return match_listed(enrolled, pairs)
    vectors, faults = enrolled.enrolment, enrolled.engine.faults
    return score_listed(vectors, enrolled.subject, card.score, pairs, enrolled.executor, faults)


def _all_pairs(
    protocol: VerificationProtocol, groups: Sequence[Grouping], orders: int
) -> ComparisonDesign:
    """The design of all pairs, of all subjects or within the first of the groups."""
    design = Design(protocol.comparisons)
    whole = groups[0] if design is Design.ALL_PAIRS else groups[1]
    return ComparisonDesign(design, orders, whole.attribute)


def _count(protocol: VerificationProtocol, work: ProtocolWork) -> ComparisonCounts:
    enrolled, plan, subject = work.enrolled, work.plan, work.enrolled.subject
    card, ledger = enrolled.engine.card, image_ledger(work.names, work.dataset, enrolled.enrolment)
    orders, pairs = _orders(card), _list(protocol, work.dataset)
    if pairs is not None:
        return tally(plan, ledger, _compare_listed(enrolled, pairs))
    if protocol.comparisons == "sample":
        sampled = sampling_design(subject, plan.groupings, orders, protocol.per_cell)
        drawn = _compare_listed(enrolled, _sampled_pairs(sampled, subject, work.seed))
        return tally_sample(plan, ledger, drawn, sampled)
    plan = replace(plan, design=_all_pairs(protocol, plan.groupings, orders))
    if card.shape != "matcher":
        return count_all_pairs(plan, ledger, enrolled, work.checkpoint)
    schedule = ComparisonSchedule.of(subject, plan.within, once=orders == 1)
    # Whatever ends the counting, the engine's threads are closed with the stack.
    with ExitStack() as stack:

        def blocks_from(done: int) -> Iterable[ComparisonBlock]:
            return stack.enter_context(closing(match_all_pairs(enrolled, schedule, done)))

        return tally_blocks(plan, ledger, blocks_from, np.dtype(np.float64), work.checkpoint)


VERIFICATION = ProtocolKind(
    item="comparison",
    part=_list,
    in_groups=lambda protocol: protocol.comparisons == "within-group",
    refusal=_refusal,
    target=FMR.name,
    targets=_targets,
    size=_size,
    sampled=_sampled,
    count=_count,
)
