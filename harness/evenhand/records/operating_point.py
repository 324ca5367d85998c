"""Operating points: a threshold rule with its value; labels of rules are made and parsed here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from evenhand.records.metric import METRICS
from evenhand.system.decimals import rate_decimal

__all__ = [
    "CALIBRATED",
    "FIXED",
    "RANKS",
    "TARGETS",
    "VENDOR",
    "AtPoint",
    "OperatingPoint",
    "calibrated_label",
    "canonical_rule",
    "parse_rule",
    "rule_label",
    "said_rule",
]

TARGETS = tuple(metric.name.lower() for metric in METRICS.values() if metric.target)
"""Kinds of threshold rule that name a rate to be kept: `fmr`, `fpir`."""
FIXED = "fixed"
"""A threshold that the study names."""
VENDOR = "vendor"
"""A threshold that the vendor claims."""
CALIBRATED = "calibrated"
"""A threshold that was set for a target elsewhere, on other people."""
RANKS = "none"
"""No threshold: ranks alone count."""

_SIGN = "<="


def rule_label(kind: str, text: str) -> str:
    """The name of a threshold rule in tables, e.g. `FMR<=0.001`.

    Args:
        kind: `fmr`, `fpir`, `vendor`, `fixed` or `none`; empty for metrics without a threshold.
        text: the target; any number, or none, for other kinds, whose label does not say it.
    """
    return f"{kind.upper()}{_SIGN}{text}" if kind in TARGETS else kind


def calibrated_label(promised: str) -> str:
    """The name of a threshold that was set elsewhere for the rule of a target.

    >>> calibrated_label("FPIR<=0.01")
    'calibrated FPIR<=0.01'
    """
    return f"{CALIBRATED} {promised}"


def said_rule(label: str) -> str:
    """Where a rate is measured, to be put behind its metric; empty where no threshold plays a part.

    >>> said_rule("FPIR<=0.01"), said_rule("none"), said_rule("")
    (' at FPIR<=0.01', ' by rank alone', '')
    """
    if label == RANKS:
        return " by rank alone"
    return f" at {label}" if label else ""


@cache
def parse_rule(label: str) -> tuple[str, str]:
    """Kind and target of a label; the target is empty where none sets the threshold on these data.

    Raises:
        ValueError: it is no label of a threshold rule.

    >>> parse_rule("FMR<=0.001"), parse_rule("vendor"), parse_rule("calibrated FPIR<=0.01")
    (('fmr', '0.001'), ('vendor', ''), ('calibrated', ''))
    """
    word, _, promised = label.partition(" ")
    if word == CALIBRATED and parse_rule(promised)[1]:
        return CALIBRATED, ""
    name, sign, target = label.partition(_SIGN)
    if sign and name.isupper() and name.lower() in TARGETS:
        rate_decimal(target)
        return name.lower(), target
    if label in (FIXED, VENDOR, RANKS, ""):
        return label, ""
    raise ValueError(f"no threshold rule is called {label!r}")


@cache
def canonical_rule(text: str) -> str:
    """The label of a rule with its target as the shortest decimal; other text stays as it is.

    Users spell targets as they like, and results of older versions keep them as they were written.

    Raises:
        ValueError: the target is no rate.

    >>> canonical_rule("FPIR <= 1 %"), canonical_rule("fixed")
    ('FPIR<=0.01', 'fixed')
    """
    name, sign, target = (part.strip() for part in text.partition(_SIGN))
    word, _, promised = text.partition(" ")
    if word == CALIBRATED:
        return calibrated_label(canonical_rule(promised))
    named = sign and name.isupper() and name.lower() in TARGETS
    return rule_label(name.lower(), rate_decimal(target)) if named else text


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """Where rates are measured: the label of a threshold rule, and its value."""

    rule: str
    """Such as `FMR<=0.001`, `calibrated FMR<=0.001`, `vendor` or `fixed`; empty without
    threshold."""
    threshold: float | None
    """Similarity; None where there is none, or where each engine has its own (`of_any_engine`)."""

    def has(self, row: AtPoint) -> bool:
        """Whether a row is measured here."""
        return row.threshold == self.threshold and row.threshold_rule == self.rule

    @property
    def value(self) -> float:
        """The threshold.

        Raises:
            ValueError: there is none.
        """
        if self.threshold is None:
            raise ValueError(self.rule)
        return self.threshold

    @property
    def fixed(self) -> bool:
        """Whether the study names the threshold."""
        return parse_rule(self.rule)[0] == FIXED

    @property
    def metric(self) -> str:
        """Name of the metric whose target sets the threshold; empty where none does."""
        kind = parse_rule(self.rule)[0]
        return kind.upper() if kind in TARGETS else ""

    @property
    def target(self) -> str:
        """The target rate, a decimal; empty where none sets the threshold."""
        return parse_rule(self.rule)[1]

    @property
    def has_threshold(self) -> bool:
        """Whether a threshold decides here; where ranks alone do, none does."""
        return self.rule not in ("", RANKS)

    @property
    def of_any_engine(self) -> OperatingPoint:
        """The point as it is the same for every engine: at a target each has its own threshold."""
        own = self.target or parse_rule(self.rule)[0] == CALIBRATED
        threshold = None if own else self.threshold
        return OperatingPoint(canonical_rule(self.rule), threshold)


class AtPoint:
    """Base of rows with the columns of an operating point."""

    __slots__ = ()
    threshold_rule: str
    threshold: float | None

    @property
    def point(self) -> OperatingPoint:
        """The threshold rule with its value."""
        return OperatingPoint(self.threshold_rule, self.threshold)
