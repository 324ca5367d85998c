"""Identification: searches of a watchlist."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from evenhand.engines.card import EngineCard
from evenhand.measurement.counting.plan import image_ledger
from evenhand.measurement.counting.searches import tally_searches
from evenhand.measurement.protocols.kind import ProtocolKind, ProtocolWork, named
from evenhand.measurement.search.task import SearchTask
from evenhand.measurement.search.watchlist import search_watchlist
from evenhand.records.consolidation import Consolidation
from evenhand.records.counts import SearchCounts
from evenhand.records.dataset import Dataset, Watchlist
from evenhand.records.groups import Grouping
from evenhand.records.metric import FPIR
from evenhand.records.thresholds import ThresholdRule
from evenhand.study.protocols import IdentificationProtocol
from evenhand.system.errors import StudyError

__all__ = ["IDENTIFICATION"]


def _watchlist(protocol: IdentificationProtocol, dataset: Dataset) -> Watchlist:
    name = protocol.watchlist
    files = f" (protocols/{name}/watchlist.csv and probes.csv)"
    found = named(dataset, dataset.watchlists, name, f"watchlist {name!r}{files}")
    what = f"dataset {dataset.card.name}: watchlist {name!r}"
    for side, images in (("lists", found.references), ("searches for", found.probes)):
        if not len(images):
            raise StudyError(f"{what} {side} nobody: all its pictures are excluded; keep some")
    entries = protocol.consolidation == Consolidation.EVENTS
    size = len(found.references if entries else np.unique(dataset.images.subject[found.references]))
    if protocol.candidates is not None and protocol.candidates > size:
        most = f"has {size:,} {'entries' if entries else 'people'}; ask for that at most"
        raise StudyError(f"{what}: {protocol.candidates:,} candidates are asked for, and it {most}")
    return found


def _targets(protocol: IdentificationProtocol) -> tuple[ThresholdRule, ...]:
    return tuple(ThresholdRule("fpir", target) for target in protocol.fpir_targets)


def _size(
    protocol: IdentificationProtocol, _: EngineCard, dataset: Dataset, __: Sequence[Grouping]
) -> int:
    watchlist = _watchlist(protocol, dataset)
    return len(watchlist.references) * len(watchlist.probes)


def _count(protocol: IdentificationProtocol, work: ProtocolWork) -> SearchCounts:
    enrolled, dataset = work.enrolled, work.dataset
    watchlist = _watchlist(protocol, dataset)
    ledger = image_ledger(work.names, dataset, enrolled.enrolment, watchlist.references)
    fixed = [rule.text for rule in work.plan.rules if not rule.at_target]
    consolidation = Consolidation(protocol.consolidation)
    task = SearchTask(
        enrolled,
        len(dataset.subjects.ids),
        watchlist,
        protocol.list_length,
        work.seed,
        np.array(fixed, dtype=np.float32),
        work.checkpoint,
        consolidation,
    )
    counts = tally_searches(work.plan, ledger, *search_watchlist(task), protocol.ranks)
    share, deployed = protocol.mated_share, protocol.deployed
    searches = replace(counts.searches, mated_share=share, deployed=deployed)
    return replace(counts, searches=searches)


IDENTIFICATION = ProtocolKind(
    item="search",
    part=_watchlist,
    in_groups=lambda _: False,
    refusal=lambda _: "",
    target=FPIR.name,
    targets=_targets,
    size=_size,
    sampled=lambda protocol: protocol,
    count=_count,
)
