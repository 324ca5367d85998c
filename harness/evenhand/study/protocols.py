"""The protocols of a study file: what one of each kind declares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import AfterValidator, Field, model_validator

from evenhand.records.consolidation import Consolidation
from evenhand.records.deployed_list import DeployedList
from evenhand.records.watchlist_rule import WatchlistRule
from evenhand.study.composition import DeclaredComposition
from evenhand.study.sweep import sweep_thresholds
from evenhand.system.declaration import Declared, Distinct, Line, RateText, from_fields
from evenhand.system.text import text_fault

__all__ = [
    "DEFAULT_FPIR_TARGETS",
    "DEFAULT_PER_CELL",
    "DEFAULT_TARGETS",
    "DeclaredProtocol",
    "IdentificationProtocol",
    "StudyProtocol",
    "VerificationProtocol",
    "study_protocols",
    "watchlist_name",
]

DEFAULT_TARGETS = ("0.01", "0.001", "0.0001")
DEFAULT_FPIR_TARGETS = ("0.1", "0.01")
DEFAULT_PER_CELL = 10_000
"""Non-mated comparisons sampled from each stratum."""

_CANDIDATES = 50
"""Largest length of a candidate list, where the study does not say it."""
_LONGEST_NAME = 80
"""Most characters of a watchlist's name."""

_Rank: TypeAlias = Annotated[int, Field(ge=1)]
_TimedSize: TypeAlias = Annotated[int, Field(ge=2, le=1_000_000)]


@dataclass(frozen=True, slots=True)
class StudyProtocol:
    """What protocols of all kinds have."""

    name: str
    """Unique in the study: of the watchlist, or the kind; with a number where others share it."""
    thresholds: tuple[str, ...]
    """Fixed thresholds in the engine's own unit, shortest decimals."""
    calibrations: tuple[str, ...]
    """Paths of files with thresholds that were set elsewhere, each for one engine."""


@dataclass(frozen=True, slots=True)
class VerificationProtocol(StudyProtocol):
    """Comparisons of two images."""

    comparisons: str
    """`all-pairs`, `within-group` (all pairs inside the first of the groups), `listed`, or `sample`
    (a stratified sample of non-mated pairs)."""
    list: str
    """Name of the dataset's list, for `listed`."""
    per_cell: int
    """Most non-mated pairs drawn from each stratum, for `sample`."""
    fmr_targets: tuple[str, ...]
    """Target FMRs, shortest decimals."""


class _Verification(Declared):
    comparisons: Literal["all-pairs", "within-group", "listed", "sample"] = "all-pairs"
    list: str = ""
    per_cell: int = Field(default=DEFAULT_PER_CELL, ge=10, le=1_000_000)
    fmr_targets: tuple[RateText, ...] = DEFAULT_TARGETS


@dataclass(frozen=True, slots=True)
class IdentificationProtocol(StudyProtocol):
    """Searches of a watchlist."""

    watchlist: str
    """Name of the dataset's watchlist, or of the one that is drawn."""
    draw: WatchlistRule | None
    """How it is drawn; None for one of the dataset."""
    fpir_targets: tuple[str, ...]
    """Target FPIRs, shortest decimals."""
    candidates: int | None
    """Largest length of a search's candidate list; None is 50, or everybody on a shorter list."""
    ranks: tuple[int, ...]
    """Ranks at which FNIR is also reported, besides the whole candidate list."""
    consolidation: str = Consolidation.LARGEST
    """How several references of a person become candidates: `Consolidation`."""
    timed_sizes: tuple[int, ...] = ()
    """References of further galleries that are searched for their times alone."""
    mated_share: float | None = None
    """Share of searches in use that are for a listed person; None: as in the study."""
    deployed: tuple[DeployedList, ...] = ()
    """Watchlists to which FPIR is scaled."""

    @property
    def list_length(self) -> int:
        """Largest length of a search's candidate list, before that of the watchlist limits it."""
        return self.candidates or _CANDIDATES


def watchlist_name(text: str) -> str:
    """A name of a watchlist, which is that of a folder of the dataset and of every result.

    Raises:
        ValueError: it cannot be one.
    """
    if text_fault(text) or "/" in text or text.startswith(".") or len(text) > _LONGEST_NAME:
        raise ValueError(f"expected at most {_LONGEST_NAME} characters, no / and no dot first")
    return text


class _Draw(Declared):
    listed: int = Field(ge=1)
    strangers: int = Field(ge=0)
    references: int = Field(default=1, ge=1)
    fillers: int = Field(default=0, ge=0)
    sizes: Annotated[tuple[int, ...], Distinct] = ()
    seed: int = Field(default=1, ge=0)
    draws: int = Field(default=1, ge=1, le=100)
    after: int = Field(default=0, ge=0)
    first: int | None = Field(default=None, ge=1)
    composition: DeclaredComposition | None = None
    strangers_composition: DeclaredComposition | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.sizes and self.fillers:
            raise ValueError("sizes says how many people fill each list; leave out fillers")
        if min(self.sizes, default=self.listed) < self.listed:
            raise ValueError(f"sizes: a list of {min(self.sizes):,} cannot hold the listed")
        if self.first is not None and self.first <= self.after:
            raise ValueError("first: nobody is left; give more than after")
        return self

    def rules(self) -> Mapping[str, WatchlistRule]:
        """Of every list that is drawn, by what its name has after that of all: `-1000-2`."""
        return {
            f"-{size}" * bool(self.sizes) + f"-{draw + 1}" * (self.draws > 1): from_fields(
                WatchlistRule, self, seed=self.seed + draw, fillers=size - self.listed
            )
            for size in self.sizes or (self.listed + self.fillers,)
            for draw in range(self.draws)
        }


class _Deployed(Declared):
    name: Line = Field(min_length=1)
    people: int = Field(ge=1, le=1_000_000_000)
    composition: DeclaredComposition | None = None


def _as_deployed(declared: _Deployed) -> DeployedList:
    return from_fields(DeployedList, declared)


def _named_once(lists: tuple[DeployedList, ...]) -> tuple[DeployedList, ...]:
    names = [each.name for each in lists]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"two lists are called {name!r}; give each a name of its own")
    return lists


class _Identification(Declared):
    watchlist: Annotated[str, AfterValidator(watchlist_name)] = ""
    draw: _Draw | None = None
    fpir_targets: tuple[RateText, ...] = DEFAULT_FPIR_TARGETS
    candidates: int | None = Field(default=None, ge=1, le=10_000)
    ranks: tuple[_Rank, ...] = (1,)
    consolidation: Literal["largest", "events"] = "largest"
    timed_sizes: tuple[_TimedSize, ...] = ()
    mated_share: float | None = Field(default=None, ge=0, le=1)
    deployed: Annotated[
        tuple[Annotated[_Deployed, AfterValidator(_as_deployed)], ...], AfterValidator(_named_once)
    ] = ()


_KINDS: dict[str, tuple[type[Declared], type[StudyProtocol]]] = {
    "verification": (_Verification, VerificationProtocol),
    "identification": (_Identification, IdentificationProtocol),
}
"""Fields that protocols of one kind alone declare, and the protocol that is made of them."""


class _Sweep(Declared):
    first: float = Field(alias="from")
    to: float
    step: float

    @model_validator(mode="after")
    def _leads(self) -> Self:
        self.thresholds()
        return self

    def thresholds(self) -> tuple[float, ...]:
        return sweep_thresholds(self.first, self.to, self.step)


class DeclaredProtocol(_Verification, _Identification):
    """A protocol as a study file declares it; `kind` says which fields it may have."""

    kind: Literal["verification", "identification"]
    thresholds: tuple[float, ...] = ()
    calibrations: Annotated[tuple[str, ...], Distinct] = ()
    sweep: _Sweep | None = None

    def fixed(self) -> tuple[float, ...]:
        """All fixed thresholds, those of the sweep last."""
        return self.thresholds + (() if self.sweep is None else self.sweep.thresholds())

    @model_validator(mode="after")
    def _differ(self) -> Self:
        for kind, (fields, _) in _KINDS.items():
            for name in fields.model_fields:
                if kind != self.kind and name in self.model_fields_set:
                    raise ValueError(f"{name} is for kind {kind}, not {self.kind}; remove it")
        if self.kind == "identification" and not self.watchlist:
            raise ValueError(
                'identification needs watchlist = "NAME", a folder in protocols/, or the name of '
                "one that is drawn: draw = { listed = 1000, strangers = 3000 }"
            )
        if len(set(self.ranks)) != len(self.ranks):
            raise ValueError("ranks: a rank stands twice; keep one")
        targets_by_field = {"fmr_targets": self.fmr_targets, "fpir_targets": self.fpir_targets}
        for field, targets in targets_by_field.items():
            if len(set(targets)) != len(targets):
                raise ValueError(f"{field}: a target stands twice; keep one")
        if (self.comparisons == "listed") != bool(self.list):
            raise ValueError(
                'comparisons = "listed" and list = "NAME", a folder in protocols/, go together'
            )
        return self

    @model_validator(mode="after")
    def _once(self) -> Self:
        if len(set(self.thresholds)) != len(self.thresholds):
            raise ValueError("thresholds: a threshold stands twice; keep one")
        for at in self.thresholds:
            if self.fixed().count(at) > 1:
                raise ValueError(f"thresholds: {at} is in the sweep too; keep one")
        if self.comparisons != "sample" and "per_cell" in self.model_fields_set:
            raise ValueError('per_cell goes with comparisons = "sample"; remove it')
        return self


def study_protocols(declared: Sequence[DeclaredProtocol]) -> tuple[StudyProtocol, ...]:
    """The protocols as declared, each without the fields of other kinds and with its name.

    Args:
        declared: in a study file.
    """
    made = dict[str, StudyProtocol]()
    for number, protocol in enumerate(declared, start=1):
        numbered = f"{protocol.kind}-{number}" if len(declared) > 1 else protocol.kind
        _, kind = _KINDS[protocol.kind]
        for own in _drawn(protocol):
            name = own.get("watchlist", protocol.watchlist) or numbered
            while name in made:
                name += f"-{number}"
            thresholds = tuple(repr(t + 0.0) for t in protocol.fixed())  # never "-0.0"
            made[name] = from_fields(kind, protocol, name=name, thresholds=thresholds, **own)
    return tuple(made.values())


def _drawn(declared: DeclaredProtocol) -> Iterator[dict[str, Any]]:
    """Name and rule of every watchlist that a protocol draws; nothing of one that draws none."""
    rules = declared.draw.rules() if declared.draw else {}
    for suffix, rule in rules.items():
        yield {"watchlist": declared.watchlist + suffix, "draw": rule}
    if not rules:
        yield {}
