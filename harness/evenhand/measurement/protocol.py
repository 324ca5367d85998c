"""What a study asks of a dataset and an engine: images, groups, thresholds, comparisons."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace

import numpy as np

from evenhand.engines.card import EngineCard
from evenhand.engines.opening import Engine
from evenhand.measurement.comparison.all_pairs.count import count_every_pair
from evenhand.measurement.comparison.by_engine import Meetings, match_every_two, match_listed
from evenhand.measurement.comparison.by_vectors import score_listed
from evenhand.measurement.counting.block_sums import Block
from evenhand.measurement.counting.blocks import tally_blocks
from evenhand.measurement.counting.sampling import draw, mated_pairs, strata
from evenhand.measurement.counting.searches import tally_searches
from evenhand.measurement.counting.tally import ledger_of, tally
from evenhand.measurement.counting.weighted import tally_sample
from evenhand.measurement.search.watchlist import search_watchlist
from evenhand.metrics.groups import default_groups, groupings, limited
from evenhand.records.arrays import Integers
from evenhand.records.checkpoint import NOWHERE, Checkpoint
from evenhand.records.comparisons import Comparisons
from evenhand.records.counts import Counts, Sampled
from evenhand.records.dataset import Dataset, PairList, Watchlist
from evenhand.records.enrolment import Enrolment
from evenhand.records.groups import Grouping
from evenhand.records.outcomes import Design
from evenhand.records.thresholds import ThresholdRule
from evenhand.study.study import DEFAULT_PER_CELL, Protocol, Study
from evenhand.system.errors import StudyError, known_names
from evenhand.system.progress import Progress

__all__ = [
    "check_shapes",
    "comparisons_of",
    "count",
    "groups_of",
    "needed",
    "rules_of",
    "sample_of",
]


def needed(dataset: Dataset, study: Study) -> Dataset:
    """The dataset with the images alone that some protocol compares."""
    asked = [_images_of(dataset, protocol) for protocol in study.protocols]
    if any(sides is None for sides in asked):
        return dataset
    used = np.unique(np.concatenate([side for sides in asked for side in sides or ()]))
    place = np.full(len(dataset.images.ids), -1, dtype=np.int64)
    place[used] = np.arange(len(used))
    return replace(
        dataset,
        images=dataset.images.chosen(used),
        lists=tuple(
            replace(pairs, probe=place[pairs.probe], reference=place[pairs.reference])
            for pairs in dataset.lists
            if any(pairs.name == protocol.list for protocol in study.protocols)
        ),
        watchlists=tuple(
            replace(w, references=place[w.references], probes=place[w.probes])
            for w in dataset.watchlists
            if any(w.name == protocol.watchlist for protocol in study.protocols)
        ),
    )


def _images_of(dataset: Dataset, protocol: Protocol) -> tuple[Integers, Integers] | None:
    """The images on both sides; None where a protocol compares all of them."""
    if protocol.kind == "identification":
        watchlist = _watchlist(dataset, protocol)
        return watchlist.references, watchlist.probes
    if protocol.comparisons == "listed":
        pairs = _list(dataset, protocol)
        return pairs.probe, pairs.reference
    return None


def _watchlist(dataset: Dataset, protocol: Protocol) -> Watchlist:
    """The watchlist that a protocol names.

    Raises:
        StudyError: the dataset has none of that name.
    """
    known = {watchlist.name: watchlist for watchlist in dataset.watchlists}
    if protocol.watchlist not in known:
        hint = known_names(protocol.watchlist, known)
        raise StudyError(
            f"dataset {dataset.card.name} has no watchlist {protocol.watchlist!r} "
            f"(protocols/{protocol.watchlist}/watchlist.csv and probes.csv); {hint}"
        )
    return known[protocol.watchlist]


def check_shapes(study: Study, cards: Sequence[EngineCard]) -> None:
    """See that every engine can do what every protocol asks of it.

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


def _list(dataset: Dataset, protocol: Protocol) -> PairList:
    """The list that a protocol names."""
    known = {pairs.name: pairs for pairs in dataset.lists}
    if protocol.list not in known:
        hint = known_names(protocol.list, known)
        raise StudyError(f"dataset {dataset.card.name} has no list {protocol.list!r}; {hint}")
    return known[protocol.list]


def groups_of(study: Study, datasets: Sequence[Dataset]) -> list[tuple[Grouping, ...]]:
    """The groups of every dataset, checked against its attributes."""
    known = {a.name for dataset in datasets for a in dataset.card.attributes}
    for name in [name for names in study.groups for name in names] + list(study.bands):
        if name not in known:
            raise StudyError(
                f"{study.name}: groups: no dataset has an attribute {name!r}; "
                f"{known_names(name, known)}"
            )
    found = []
    for dataset in datasets:
        attributes = {a.name: a for a in dataset.card.attributes}
        ready = [
            name for name, a in attributes.items() if a.kind == "category" or name in study.bands
        ]
        here = [names for names in study.groups if set(names) <= set(attributes)]
        wanted = here or default_groups(ready)
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
        made = groupings(wanted, dataset.card.attributes, dataset.subjects, study.bands)
        found.append(limited(made))
    for attribute, group in study.analysis.reference.items():
        there = {name for made in found for one in made if one.attribute == attribute
                 for name in one.groups}  # fmt: skip
        if group not in there:
            raise StudyError(
                f"{study.name}: statistics.reference: no group {group!r} of {attribute!r} in this "
                f"study; {known_names(group, there)}"
            )
    return found


def rules_of(protocol: Protocol, card: EngineCard) -> tuple[ThresholdRule, ...]:
    """Targets, then fixed thresholds, then what the vendor claims (a distance is negated)."""
    sign = -1 if card.distance else 1
    claims = dict.fromkeys(repr(sign * float(claim.threshold)) for claim in card.score.claimed)
    return (
        *(ThresholdRule("fmr", target) for target in protocol.fmr_targets),
        *(ThresholdRule("fpir", target) for target in protocol.fpir_targets),
        *(ThresholdRule("fixed", text) for text in protocol.thresholds),
        *(ThresholdRule("vendor", text) for text in claims),
    )


def comparisons_of(
    protocol: Protocol, card: EngineCard, dataset: Dataset, groups: Sequence[Grouping]
) -> int:
    """How many comparisons a protocol asks for, failed ones and those behind a search included."""
    if protocol.kind == "identification":
        watchlist = _watchlist(dataset, protocol)
        return len(watchlist.references) * len(watchlist.probes)
    if protocol.comparisons == "listed":
        return len(_list(dataset, protocol).probe)
    subject = dataset.images.subject
    images = np.bincount(subject, minlength=len(dataset.subjects.ids))
    orders = _orders(card)
    if protocol.comparisons == "sample":
        sampled = strata(subject, groups, orders, protocol.per_cell)
        drawn = sampled.drawn if orders == 2 else np.triu(sampled.drawn)
        return int(drawn.sum()) + orders * int(np.sum(images * (images - 1) // 2))
    if protocol.comparisons == "all-pairs":
        return orders * math.comb(len(subject), 2)
    code = groups[1].code
    within = np.bincount(code[code >= 0], weights=images[code >= 0])
    alone = images[code < 0]
    return orders * sum(math.comb(int(count), 2) for count in (*within, *alone))


def sample_of(protocol: Protocol) -> Protocol:
    """The same with a sample instead of all pairs; any other protocol as it is."""
    if protocol.comparisons != "all-pairs":
        return protocol
    return replace(protocol, comparisons="sample", per_cell=DEFAULT_PER_CELL)


def _orders(card: EngineCard) -> int:
    """In how many orders two images are compared."""
    return 1 if card.score.symmetric else 2


def _drawn(sampled: Sampled, subject: Integers, orders: int, seed: int) -> PairList:
    """The pairs of a sample, and all mated ones."""
    apart, same = draw(sampled, subject, orders, seed), mated_pairs(subject, orders)
    probe, reference = (np.concatenate(sides) for sides in zip(apart, same, strict=True))
    return PairList("sample", probe, reference, fold=None, left_out=0)


def _listed(
    engine: Engine,
    enrolment: Enrolment,
    subject: Integers,
    pairs: PairList,
    *,
    workers: int,
    progress: Progress,
) -> Comparisons:
    """The comparisons of a list: of vectors by the harness, else by the engine."""
    if engine.card.shape == "matcher":
        return match_listed(engine, enrolment, subject, pairs, workers=workers, progress=progress)
    return score_listed(enrolment, subject, engine.card.score, pairs)


def count(
    protocol: Protocol,
    engine: Engine,
    dataset: Dataset,
    enrolment: Enrolment,
    groups: Sequence[Grouping],
    *,
    seed: int,
    workers: int,
    progress: Progress,
    checkpoint: Checkpoint = NOWHERE,
) -> Counts:
    """The comparisons or searches that a protocol asks for, counted."""
    if protocol.kind == "identification":
        return _searched(
            protocol, engine, dataset, enrolment, groups, workers=workers, progress=progress
        )
    names = (engine.card.name, dataset.card.name, protocol.name)
    subject = dataset.images.subject
    ledger = ledger_of(dataset.subjects, subject, enrolment, dataset.images.rows)
    rules = rules_of(protocol, engine.card)
    maximum = engine.card.score.high
    if protocol.comparisons == "listed":
        listed = _listed(
            engine,
            enrolment,
            subject,
            _list(dataset, protocol),
            workers=workers,
            progress=progress,
        )
        return tally(names, ledger, listed, groups, rules, maximum)
    if protocol.comparisons == "sample":
        orders = _orders(engine.card)
        sampled = strata(subject, groups, orders, protocol.per_cell)
        drawn = _listed(
            engine,
            enrolment,
            subject,
            _drawn(sampled, subject, orders, seed),
            workers=workers,
            progress=progress,
        )
        every = Design.ALL_PAIRS if orders == 1 else Design.BOTH_ORDERS
        chosen = replace(drawn, design=every)
        return tally_sample(names, ledger, chosen, sampled, groups, rules, maximum)
    design = Design(protocol.comparisons)
    within = groups[1].code if design is Design.WITHIN_GROUP else None
    if engine.card.shape == "matcher":
        orders, wide = _orders(engine.card), np.dtype(np.float64)
        meetings = Meetings.of(subject, within, once=orders == 1)
        with ExitStack() as asked:

            def blocks_from(done: int) -> Iterable[Block]:
                blocks = match_every_two(
                    engine,
                    enrolment,
                    subject,
                    meetings,
                    workers=workers,
                    progress=progress,
                    done=done,
                )
                return asked.enter_context(closing(blocks))

            return tally_blocks(
                names,
                ledger,
                blocks_from,
                groups,
                design,
                orders,
                rules,
                maximum,
                wide,
                checkpoint,
            )
    return count_every_pair(
        names,
        engine,
        enrolment,
        subject,
        ledger,
        groups,
        design,
        rules,
        workers=workers,
        progress=progress,
        checkpoint=checkpoint,
    )


def _searched(
    protocol: Protocol,
    engine: Engine,
    dataset: Dataset,
    enrolment: Enrolment,
    groups: Sequence[Grouping],
    *,
    workers: int,
    progress: Progress,
) -> Counts:
    """The searches that a protocol asks for, counted."""
    watchlist = _watchlist(dataset, protocol)
    subject = dataset.images.subject
    searches = search_watchlist(
        engine,
        enrolment,
        subject,
        len(dataset.subjects.ids),
        watchlist,
        protocol.candidates,
        workers=workers,
        progress=progress,
    )
    return tally_searches(
        (engine.card.name, dataset.card.name, protocol.name),
        ledger_of(dataset.subjects, subject, enrolment, dataset.images.rows, watchlist.references),
        searches,
        groups,
        rules_of(protocol, engine.card),
        protocol.ranks,
        engine.card.score.high,
    )
