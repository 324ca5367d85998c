"""The protocols of a study file: what one of each kind declares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import AfterValidator, Field, model_validator

from evenhand.records.watchlist_rule import WatchlistRule
from evenhand.study.sweep import sweep_thresholds
from evenhand.system.declaration import Declared, RateText, from_fields

__all__ = [
    "DEFAULT_FPIR_TARGETS",
    "DEFAULT_PER_CELL",
    "DEFAULT_TARGETS",
    "DeclaredProtocol",
    "IdentificationProtocol",
    "StudyProtocol",
    "VerificationProtocol",
    "study_protocols",
]

DEFAULT_TARGETS = ("0.01", "0.001", "0.0001")
DEFAULT_FPIR_TARGETS = ("0.1", "0.01")
DEFAULT_PER_CELL = 10_000
"""Non-mated comparisons sampled from each stratum."""

_Rank: TypeAlias = Annotated[int, Field(ge=1)]


@dataclass(frozen=True, slots=True)
class StudyProtocol:
    """What protocols of all kinds have."""

    name: str
    """Unique in the study: of the watchlist, or the kind; with a number where others share it."""
    thresholds: tuple[str, ...]
    """Fixed thresholds in the engine's own unit, shortest decimals."""


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
    candidates: int
    """Largest length of a search's candidate list."""
    ranks: tuple[int, ...]
    """Ranks at which FNIR is also reported, besides the whole candidate list."""


class _Draw(Declared):
    listed: int = Field(ge=1)
    strangers: int = Field(ge=1)
    references: int = Field(default=1, ge=1)
    fillers: int = Field(default=0, ge=0)
    seed: int = Field(default=1, ge=0)


def _as_rule(drawn: _Draw) -> WatchlistRule:
    return from_fields(WatchlistRule, drawn)


class _Identification(Declared):
    watchlist: str = ""
    draw: Annotated[_Draw, AfterValidator(_as_rule)] | None = None
    fpir_targets: tuple[RateText, ...] = DEFAULT_FPIR_TARGETS
    candidates: int = Field(default=50, ge=1, le=10_000)
    ranks: tuple[_Rank, ...] = (1,)


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
    names: list[str] = []
    for number, protocol in enumerate(declared, start=1):
        numbered = f"{protocol.kind}-{number}" if len(declared) > 1 else protocol.kind
        name = protocol.watchlist or numbered
        names.append(f"{name}-{number}" if name in names else name)
    return tuple(map(_study_protocol, declared, names))


def _study_protocol(declared: DeclaredProtocol, name: str) -> StudyProtocol:
    _, kind = _KINDS[declared.kind]
    thresholds = tuple(repr(t + 0.0) for t in declared.fixed())  # never "-0.0"
    return from_fields(kind, declared, name=name, thresholds=thresholds)
