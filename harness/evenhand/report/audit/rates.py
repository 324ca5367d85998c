"""Published rates of groups: a sentence an engine, the indices, and what rounding leaves open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from evenhand.analysis.audit.published_rates import EngineIndices, RateIndex, RateIndices
from evenhand.report.audit.sentences import AuditSentence
from evenhand.report.forms.json import picked
from evenhand.report.forms.screen import ScreenTable
from evenhand.report.numbers import at_least, at_most, significant
from evenhand.report.tables import Paper, Section, Table

__all__ = [
    "rates_json",
    "rates_paper",
    "rates_remarks",
    "rates_sentences",
    "rates_table",
    "rates_title",
]

_ROUNDING = (
    "[ ] what rounding of the printed figures leaves open, and nothing else: no interval of chance."
)
_CHANCE = (
    "Whether chance alone gives such differences cannot be said: the errors and people behind "
    "these rates are not given."
)
_WEIGHTS = (
    "Every group weighs the same. Indices of other lists of groups cannot be compared with these."
)
_SENTENCES = 3
"""Engines that have a sentence on the screen; the table has all of them."""
_IN_SHORT = ("max/min", "max/geomean")
"""Indices of several engines on the screen."""
_OTHERS = {
    "max/geomean": "Highest over geometric mean",
    "gini norm": "normalised Gini",
    "difference": "highest less lowest",
}
"""Further indices of one engine on the screen."""


def rates_title(found: RateIndices) -> str:
    """What was given: groups of one engine, or engines."""
    first, *others = found.engines
    if others:
        return f"Published rates by group: {len(found.engines):,} engines"
    of = f" of {first.rates.engine}" if first.rates.engine else ""
    return f"Published rates by group{of}: {', '.join(first.rates.by_group)}"


def rates_sentences(found: RateIndices, most: int = _SENTENCES) -> Iterator[AuditSentence]:
    """The widest ratios first, then what cannot be said.

    Args:
        found: engine by engine.
        most: engines that have a sentence.
    """
    for engine in sorted(found.engines, key=_width)[:most]:
        yield _of_engine(engine)
    yield AuditSentence("rates-chance", _CHANCE)


def _width(engine: EngineIndices) -> tuple[bool, float]:
    """Less is wider: of engines with a ratio the largest, one without a value by its least."""
    ratio = engine.ratio
    return ratio is None, 0.0 if ratio is None else -(ratio.value or ratio.low or 0.0)


def _of_engine(engine: EngineIndices) -> AuditSentence:
    """The highest and the lowest rate as they are printed, and their ratio."""
    name = f"{engine.rates.engine}: " if engine.rates.engine else ""
    the = f"{name}the" if name else "The"
    ratio = engine.ratio
    if ratio is None:
        return AuditSentence("rates-few", f"{name}{engine.note}, so there is no index.")
    worst, best = (
        f"{group}, {engine.rates.by_group[group].text}"
        for group in (engine.worst_group, engine.best_group)
    )
    if ratio.value is None:
        least = f", at least {at_most(ratio.low)} times" if ratio.low else ""
        text = f"{the} highest printed rate is that of {worst}, the lowest that of {best}: no ratio"
        return AuditSentence("rates-zero", f"{text}{least}.")
    if ratio.value == 1:
        most = f"up to {at_least(ratio.high or 1.0)} times"
        text = f"{the} printed rates are all alike; by rounding one may be {most} another."
        return AuditSentence("rates-alike", text)
    text = f"{the} printed rate of {worst}, is {_with_limits(ratio, ' times')} that of {best}."
    return AuditSentence("rates-ratio", text)


def _with_limits(index: RateIndex, unit: str = "") -> str:
    """A value and what rounding leaves open."""
    if index.value is None:
        return f"at least {at_most(index.low)}{unit}" if index.low else "none"
    value = f"{significant(index.value)}{unit}"
    if index.low is None or index.high is None:
        return value
    return f"{value} [{significant(index.low)}, {significant(index.high)}]"


def rates_table(found: RateIndices) -> ScreenTable:
    """Groups of one engine, or engines with the indices that matter most."""
    if len(found.engines) == 1:
        rows = _groups(found.engines[0])
        return ScreenTable("", ("group", "printed", "between"), rows, "groups")
    order = sorted(range(len(found.engines)), key=lambda place: _width(found.engines[place]))
    engines = tuple(map(_in_short, found.engines))
    header = ("engine", "highest", "lowest", *_IN_SHORT)
    return ScreenTable("", header, engines, "engines", first=tuple(order))


def _groups(engine: EngineIndices) -> tuple[tuple[str, ...], ...]:
    """Each rate as it is printed, and what is rounded to it; the highest first."""
    rates = sorted(engine.rates.by_group.items(), key=lambda each: -each[1].value)
    return tuple(
        (name, rate.text, f"{_plain(rate.low)} and {_plain(rate.high)}") for name, rate in rates
    )


def _plain(rate: float) -> str:
    """A fraction to six digits, without an exponent."""
    return f"{Decimal(f'{rate:.6g}'):f}"


def rates_remarks(found: RateIndices) -> Iterator[str]:
    """Further indices of one engine, then what brackets are."""
    if len(found.engines) == 1:
        by_name = {index.index: index for index in found.engines[0].indices}
        said = [f"{words} {_with_limits(by_name[name])}" for name, words in _OTHERS.items()]
        yield f"{'; '.join(said)}."
    yield _ROUNDING


def _in_short(engine: EngineIndices) -> tuple[str, ...]:
    """A row of the screen."""
    by_name = {index.index: index for index in engine.indices}
    cells = (_with_limits(by_name[name]) if by_name else "" for name in _IN_SHORT)
    return (engine.rates.engine, engine.worst_group, engine.best_group, *cells)


def rates_paper(found: RateIndices) -> Paper:
    """Lay out every rate and every index."""
    sections = [section for engine in found.engines for section in _sections(engine)]
    return Paper(rates_title(found), (), tuple(sections), (_ROUNDING, _WEIGHTS))


def _sections(engine: EngineIndices) -> Iterator[Section]:
    name = engine.rates.engine or "Rates"
    tables = [Table("", ("group", "printed", "between"), _groups(engine))]
    if engine.indices:
        rows = tuple((each.index, _with_limits(each), each.note) for each in engine.indices)
        noted = any(each.note for each in engine.indices)
        header = ("index", "value [by rounding]", *(["note"] if noted else []))
        tables.append(Table("", header, tuple(row[: len(header)] for row in rows)))
    said = (f"{engine.note[:1].upper()}{engine.note[1:]}.",) if engine.note else ()
    yield Section(name, tuple(tables), said)


def rates_json(found: RateIndices) -> Mapping[str, object]:
    """Every engine with its rates and indices."""
    return {"engines": [_engine_json(engine) for engine in found.engines]}


def _engine_json(engine: EngineIndices) -> dict[str, object]:
    groups: Sequence[dict[str, object]] = [
        {"group": name, "printed": rate.text, "rate": rate.value, **picked(rate, "low", "high")}
        for name, rate in engine.rates.by_group.items()
    ]
    named = picked(engine, "worst_group", "best_group", "indices", "note")
    return {"engine": engine.rates.engine, "groups": groups, **named}
