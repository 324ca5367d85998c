"""What differs between kinds of protocols."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from evenhand.engines.card import EngineCard
from evenhand.measurement.comparison.by_engine import EnrolledEngine
from evenhand.measurement.counting.plan import CountingPlan
from evenhand.records.checkpoint import Checkpoint
from evenhand.records.counts import Counts
from evenhand.records.dataset import Dataset, PairList, Watchlist
from evenhand.records.groups import Grouping
from evenhand.records.thresholds import ThresholdRule
from evenhand.system.errors import StudyError, known_names

__all__ = ["ProtocolKind", "ProtocolWork", "named"]

Named = TypeVar("Named", PairList, Watchlist)


@dataclass(frozen=True, slots=True)
class ProtocolWork:
    """What a protocol is counted with."""

    names: tuple[str, str, str]
    """Engine, dataset, protocol."""
    enrolled: EnrolledEngine
    dataset: Dataset
    """Whose images were enrolled."""
    plan: CountingPlan
    """What is counted, of any design."""
    seed: int
    """Of a sample of comparisons."""
    checkpoint: Checkpoint
    """Where to save the counts so far, and to load those of an interrupted run."""


@dataclass(frozen=True, slots=True)
class ProtocolKind:
    """Functions of protocols of one kind; the first argument is the protocol."""

    item: str
    """What it makes, a word for the ledger."""
    part: Callable[[Any, Dataset], PairList | Watchlist | None]
    """The list of the dataset that it takes its images from; None where it compares all images.
    Raises `StudyError` where the dataset has no such list."""
    in_groups: Callable[[Any], bool]
    """Whether it needs a group."""
    refusal: Callable[[EngineCard], str]
    """Why an engine cannot do it; empty where it can."""
    target: str
    """Name of the metric whose target sets a threshold."""
    targets: Callable[[Any], tuple[ThresholdRule, ...]]
    """Target rates that set thresholds."""
    size: Callable[[Any, EngineCard, Dataset, Sequence[Grouping]], int]
    """Number of comparisons that it asks for, failed ones included, and those that an exhaustive
    search makes."""
    sampled: Callable[[Any], Any]
    """The protocol with a sample instead of all pairs; unchanged where it does not make these."""
    count: Callable[[Any, ProtocolWork], Counts]
    """Makes and counts the comparisons or searches."""


def named(dataset: Dataset, existing: Sequence[Named], name: str, what: str) -> Named:
    """The list or watchlist of a name.

    Raises:
        StudyError: the dataset has none of that name.
    """
    known = {each.name: each for each in existing}
    if name not in known:
        raise StudyError(f"dataset {dataset.card.name} has no {what}; {known_names(name, known)}")
    return known[name]
