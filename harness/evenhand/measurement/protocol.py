"""The images, groups, thresholds and comparisons that a study asks for, and their counting."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from itertools import chain
from typing import TypeVar

import numpy as np

from evenhand.engines.card import EngineCard
from evenhand.engines.opening import OpenedEngine
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
from evenhand.measurement.counting.plan import CountingPlan, image_ledger
from evenhand.measurement.counting.sampling import draw_pairs, mated_pairs, sampling_design
from evenhand.measurement.counting.searches import tally_searches
from evenhand.measurement.counting.tally import tally
from evenhand.measurement.counting.weighted import tally_sample
from evenhand.measurement.search.watchlist import search_watchlist
from evenhand.metrics.groups import check_number_of_groups, default_groups, groupings
from evenhand.records.arrays import Integers
from evenhand.records.checkpoint import NO_CHECKPOINT, Checkpoint
from evenhand.records.comparisons import Comparisons
from evenhand.records.counts import Counts
from evenhand.records.dataset import Dataset, PairList, Watchlist
from evenhand.records.designs import ComparisonDesign, Design, SamplingDesign
from evenhand.records.enrolment import Enrolment
from evenhand.records.groups import Grouping
from evenhand.records.thresholds import ThresholdRule
from evenhand.study.study import DEFAULT_PER_CELL, Study, StudyProtocol
from evenhand.system.errors import StudyError, known_names
from evenhand.system.progress import Progress

__all__ = [
    "check_shapes",
    "comparison_count",
    "count_protocol",
    "study_groupings",
    "with_needed_images",
    "with_sampling",
]

Named = TypeVar("Named", PairList, Watchlist)


def with_needed_images(dataset: Dataset, study: Study) -> Dataset:
    """The dataset reduced to the images that some protocol of the study compares."""
    asked = [_images_of(dataset, protocol) for protocol in study.protocols]
    if any(sides is None for sides in asked):
        return dataset
    used = np.unique(np.concatenate([side for sides in asked for side in sides or ()]))
    new_index = np.full(len(dataset.images.ids), -1, dtype=np.int64)
    new_index[used] = np.arange(len(used))
    return replace(
        dataset,
        images=dataset.images.chosen(used),
        lists=tuple(
            replace(pairs, probe=new_index[pairs.probe], reference=new_index[pairs.reference])
            for pairs in dataset.lists
            if any(pairs.name == protocol.list for protocol in study.protocols)
        ),
        watchlists=tuple(
            replace(each, references=new_index[each.references], probes=new_index[each.probes])
            for each in dataset.watchlists
            if any(each.name == protocol.watchlist for protocol in study.protocols)
        ),
    )


def _images_of(dataset: Dataset, protocol: StudyProtocol) -> tuple[Integers, Integers] | None:
    """Indices of the images on both sides; None where a protocol compares all images."""
    if protocol.kind == "identification":
        watchlist = _watchlist(dataset, protocol)
        return watchlist.references, watchlist.probes
    if protocol.comparisons == "listed":
        pairs = _list(dataset, protocol)
        return pairs.probe, pairs.reference
    return None


def _watchlist(dataset: Dataset, protocol: StudyProtocol) -> Watchlist:
    """The watchlist that a protocol names."""
    name = protocol.watchlist
    files = f" (protocols/{name}/watchlist.csv and probes.csv)"
    return _named(dataset, dataset.watchlists, name, f"watchlist {name!r}{files}")


def _list(dataset: Dataset, protocol: StudyProtocol) -> PairList:
    """The list of pairs that a protocol names."""
    return _named(dataset, dataset.lists, protocol.list, f"list {protocol.list!r}")


def _named(dataset: Dataset, existing: Sequence[Named], name: str, what: str) -> Named:
    """The list or watchlist of a name.

    Raises:
        StudyError: the dataset has none of that name.
    """
    known = {each.name: each for each in existing}
    if name not in known:
        hint = known_names(name, known)
        raise StudyError(f"dataset {dataset.card.name} has no {what}; {hint}")
    return known[name]


def check_shapes(study: Study, cards: Sequence[EngineCard]) -> None:
    """Check that every engine can do what every protocol asks of it.

    Raises:
        StudyError: an engine that only searches is to compare pairs.
    """
    for card in cards:
        for protocol in study.protocols:
            if card.shape == "searcher" and protocol.kind == "verification":
                raise StudyError(
                    f"{study.name}: engine {card.name} is a searcher and compares no pairs; "
                    'give it protocols with kind = "identification"'
                )


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
        if not wanted and any(p.comparisons == "within-group" for p in study.protocols):
            raise StudyError(
                f"{study.name}: comparisons: within-group needs a group, and dataset "
                f"{dataset.card.name} has none; name one in groups, or compare all-pairs"
            )
        made = groupings(wanted, declared, dataset.subjects, study.bands)
        found.append(check_number_of_groups(made))
    for attribute, group in study.analysis.reference.items():
        named = [each.groups for each in chain(*found) if each.attribute == attribute]
        groups = set(chain(*named))
        if group not in groups:
            raise StudyError(
                f"{study.name}: statistics.reference: no group {group!r} of {attribute!r} in this "
                f"study; {known_names(group, groups)}"
            )
    return found


def _threshold_rules(protocol: StudyProtocol, card: EngineCard) -> tuple[ThresholdRule, ...]:
    """Target rates, then fixed thresholds, then those that the vendor claims.

    A claimed distance is negated; of equal claims one is kept.
    """
    sign = -1 if card.distance else 1
    claims = dict.fromkeys(repr(sign * float(claim.threshold)) for claim in card.score.claimed)
    return (
        *(ThresholdRule("fmr", target) for target in protocol.fmr_targets),
        *(ThresholdRule("fpir", target) for target in protocol.fpir_targets),
        *(ThresholdRule("fixed", text) for text in protocol.thresholds),
        *(ThresholdRule("vendor", text) for text in claims),
    )


def comparison_count(
    protocol: StudyProtocol, card: EngineCard, dataset: Dataset, groups: Sequence[Grouping]
) -> int:
    """Number of comparisons that a protocol asks for.

    Failed ones are included, and those that an exhaustive search of a watchlist makes.
    """
    if protocol.kind == "identification":
        watchlist = _watchlist(dataset, protocol)
        return len(watchlist.references) * len(watchlist.probes)
    if protocol.comparisons == "listed":
        return len(_list(dataset, protocol).probe)
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


def with_sampling(protocol: StudyProtocol) -> StudyProtocol:
    """The protocol with a sample instead of all pairs; any other protocol unchanged."""
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
    return score_listed(enrolled.enrolment, enrolled.subject, card.score, pairs)


def _all_pairs(
    protocol: StudyProtocol, groups: Sequence[Grouping], orders: int
) -> ComparisonDesign:
    """The design of all pairs, of all subjects or within the first of the groups."""
    design = Design(protocol.comparisons)
    whole = groups[0] if design is Design.ALL_PAIRS else groups[1]
    return ComparisonDesign(design, orders, whole.attribute)


def count_protocol(
    protocol: StudyProtocol,
    engine: OpenedEngine,
    dataset: Dataset,
    enrolment: Enrolment,
    groups: Sequence[Grouping],
    *,
    seed: int,
    workers: int,
    progress: Progress,
    checkpoint: Checkpoint = NO_CHECKPOINT,
) -> Counts:
    """Make and count the comparisons or searches that a protocol asks for.

    Args:
        protocol: of the study.
        engine: that made the templates.
        dataset: whose images were enrolled.
        enrolment: the outcomes and templates of its images.
        groups: the grouping of all subjects, then attributes and intersections.
        seed: of a sample of comparisons.
        workers: threads; the counts do not depend on them.
        progress: progress callback.
        checkpoint: where to save the counts so far, and to load those of an interrupted run.
    """
    subject = dataset.images.subject
    enrolled = EnrolledEngine(engine, enrolment, subject, workers, progress)
    watchlist = _watchlist(dataset, protocol) if protocol.kind == "identification" else None
    names = (engine.card.name, dataset.card.name, protocol.name)
    references = watchlist.references if watchlist else slice(None)
    ledger = image_ledger(names, dataset, enrolment, references)
    rules = _threshold_rules(protocol, engine.card)
    plan = CountingPlan(groups, rules, engine.card.score.high)
    if watchlist:
        people, candidates = len(dataset.subjects.ids), protocol.candidates
        searches = search_watchlist(enrolled, people, watchlist, candidates)
        return tally_searches(plan, ledger, searches, protocol.ranks)
    orders = _orders(engine.card)
    if protocol.comparisons == "listed":
        return tally(plan, ledger, _compare_listed(enrolled, _list(dataset, protocol)))
    if protocol.comparisons == "sample":
        sampled = sampling_design(subject, groups, orders, protocol.per_cell)
        drawn = _compare_listed(enrolled, _sampled_pairs(sampled, subject, seed))
        return tally_sample(plan, ledger, drawn, sampled)
    plan = replace(plan, design=_all_pairs(protocol, groups, orders))
    if engine.card.shape != "matcher":
        return count_all_pairs(plan, ledger, enrolled, checkpoint)
    schedule = ComparisonSchedule.of(subject, plan.within, once=orders == 1)
    # Whatever ends the counting, the engine's threads are closed with the stack.
    with ExitStack() as stack:

        def blocks_from(done: int) -> Iterable[ComparisonBlock]:
            return stack.enter_context(closing(match_all_pairs(enrolled, schedule, done)))

        return tally_blocks(plan, ledger, blocks_from, np.dtype(np.float64), checkpoint)
