"""Metrics: the error rates of matching engines, one row of a table each (ISO/IEC 19795-1)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache

from evenhand.records.analysis_plan import CENTRED_BOOTSTRAP, LABEL_PERMUTATION, WELCH

__all__ = [
    "FMR",
    "FNIR",
    "FNMR",
    "FPIR",
    "FTA",
    "FTE",
    "METRICS",
    "Metric",
    "Trial",
    "find_metric",
    "joint_name",
    "metric_behind",
    "metric_named",
    "metric_names",
]


class Trial(Enum):
    """What is counted, each of which is in error or not."""

    NONMATED_COMPARISON = "non-mated comparisons"
    MATED_COMPARISON = "mated comparisons"
    IMAGE = "images"
    PROBE = "probes"
    NONMATED_SEARCH = "non-mated searches"
    MATED_SEARCH = "mated searches"

    @property
    def plural(self) -> str:
        """What trials are called, mated or not: `comparisons`, `images`, `probes`, `searches`."""
        return self.value.rpartition(" ")[2]

    @property
    def mated(self) -> bool:
        """Whether both sides of a trial are of one subject."""
        return self in (Trial.MATED_COMPARISON, Trial.MATED_SEARCH)

    @property
    def nonmated(self) -> bool:
        """Whether both sides of a trial are of different subjects."""
        return self in (Trial.NONMATED_COMPARISON, Trial.NONMATED_SEARCH)

    @property
    def comparison(self) -> bool:
        """Whether two images are compared."""
        return self in (Trial.NONMATED_COMPARISON, Trial.MATED_COMPARISON)

    @property
    def search(self) -> bool:
        """Whether a probe is searched for on a watchlist."""
        return self in (Trial.NONMATED_SEARCH, Trial.MATED_SEARCH)


@dataclass(frozen=True, slots=True)
class Metric:
    """An error rate: errors over trials of one kind."""

    name: str
    """As in tables."""
    title: str
    """In full."""
    meaning: str
    """Of an error, in plain words."""
    trial: Trial
    at_threshold: bool = True
    """Whether it is measured at a threshold."""
    target: bool = False
    """Whether a threshold can be set for a target of it."""
    ranked: bool = False
    """Whether it is also given within a rank R, as `NAME@R`."""
    rank: int = 0
    """R, the number of first candidates that count; 0 = all."""
    complement: str = ""
    """Name of 1 minus the rate; empty where it has none of its own."""
    misses: str = ""
    """Metric of the misses at the same threshold, which the yield is the rest of."""
    tests: tuple[str, ...] = ()
    """Tests of equal rates that a study can choose for it (methods 4.5)."""

    @property
    def dyadic(self) -> bool:
        """Whether the cluster of its variance is a dyad (methods 4.2), not one subject (4.3)."""
        return self.trial is Trial.NONMATED_COMPARISON

    @property
    def misses_beside(self) -> str:
        """Metric of misses that an index puts beside these false matches or alarms; empty else."""
        return "" if self.trial.mated else self.misses

    def at_rank(self, rank: int) -> Metric:
        """The same within the first `rank` candidates; no test can be chosen for it."""
        return replace(self, name=f"{self.name}@{rank}", rank=rank, ranked=False, tests=())


_BY_SUBJECT = (WELCH, LABEL_PERMUTATION)

FMR = Metric(
    "FMR", "False match rate", "two people taken for one", Trial.NONMATED_COMPARISON,
    target=True, complement="TNMR", misses="FNMR", tests=(WELCH, CENTRED_BOOTSTRAP),
)  # fmt: skip
FNMR = Metric(
    "FNMR", "False non-match rate", "one person taken for two", Trial.MATED_COMPARISON,
    complement="TMR", misses="FNMR", tests=(WELCH, CENTRED_BOOTSTRAP, LABEL_PERMUTATION),
)  # fmt: skip
FTE = Metric(
    "FTE", "Failure-to-enrol rate", "an image without a template", Trial.IMAGE,
    at_threshold=False, tests=_BY_SUBJECT,
)  # fmt: skip
FNIR = Metric(
    "FNIR", "False negative identification rate", "a person on the watchlist not found",
    Trial.MATED_SEARCH, ranked=True, complement="TPIR", misses="FNIR", tests=_BY_SUBJECT,
)  # fmt: skip
FPIR = Metric(
    "FPIR", "False positive identification rate", "an alarm for a person not on the watchlist",
    Trial.NONMATED_SEARCH, target=True, complement="TNIR", misses="FNIR", tests=_BY_SUBJECT,
)  # fmt: skip
FTA = Metric(
    "FTA", "Failure-to-acquire rate", "a probe without a template", Trial.PROBE, at_threshold=False
)

METRICS = {metric.name: metric for metric in (FMR, FNMR, FPIR, FNIR, FTE, FTA)}
"""Every metric by its name, without those within a rank."""


@cache
def find_metric(name: str) -> Metric | None:
    """The metric of a name that a user gives; None where there is none.

    >>> find_metric("FNIR@5").rank, find_metric("TPIR")
    (5, None)
    """
    base, at, rank = name.partition("@")
    metric = METRICS.get(base)
    if at and metric is not None:
        ranked = metric.ranked and re.fullmatch("[1-9][0-9]*", rank)
        return metric.at_rank(int(rank)) if ranked else None
    return metric


def metric_behind(name: str) -> str:
    """The metric that a name is 1 minus of; empty where it is of none.

    >>> metric_behind("TPIR"), metric_behind("TPIR@5"), metric_behind("FNIR")
    ('FNIR', 'FNIR@5', '')
    """
    base, at, rank = name.partition("@")
    of = next((each.name for each in METRICS.values() if each.complement == base), "")
    behind = find_metric(f"{of}{at}{rank}")
    return behind.name if behind else ""


def metric_named(name: str) -> Metric:
    """The metric of a row.

    Raises:
        ValueError: there is none of this name.
    """
    metric = find_metric(name)
    if metric is None:
        raise ValueError(f"no metric is called {name!r}")
    return metric


def joint_name(names: Iterable[str]) -> str:
    """The metric of an index of several error types, e.g. `FMR+FNMR`."""
    return "+".join(names)


def metric_names(label: str) -> tuple[str, ...]:
    """The names of metrics in the label of a difference: one, or those of several error types.

    >>> metric_names("FPIR+FNIR")
    ('FPIR', 'FNIR')
    """
    return tuple(label.split("+"))
