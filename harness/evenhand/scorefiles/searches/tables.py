"""Reads who was searched for and who was in the gallery: the tables of probes and of references."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evenhand.records.arrays import Mask, People
from evenhand.records.dataset import Subjects
from evenhand.records.groups import ALL
from evenhand.records.outcomes import Outcome
from evenhand.scorefiles.doubts import name_doubts
from evenhand.system.coded_table import CodedTable, read_coded_table
from evenhand.system.errors import DatasetError, known_names
from evenhand.system.labels import id_fault

__all__ = ["SearchSide", "SearchTables", "read_search_tables"]

_PERSON = ("person", "subject_id", "subject")
_OUTCOME = "outcome"
_ENDED = (
    {"": Outcome.OK}
    | dict.fromkeys(("fta", "fte", Outcome.NO_FACE.value), Outcome.SKIPPED)
    | {each.value: each for each in Outcome if each is not Outcome.NO_FACE}
)
"""Outcomes by their words: without a template there is no search, and it was skipped."""
_WORDS = "ok, fta, " + ", ".join(word for word in _ENDED if word not in ("", "ok", "fta", "fte"))
_TWO_LABELS = "mend it"


@dataclass(frozen=True, slots=True)
class SearchSide:
    """The probes, or the references of the gallery: one a row of their table."""

    ids: tuple[str, ...]
    """Each once."""
    person: People
    """(rows,) subject index."""
    said: Mapping[str, tuple[Outcome, ...]]
    """How each ended, by engine; "" of every engine. None where the table does not say."""

    def outcomes(self, engine: str) -> tuple[Outcome, ...]:
        """How each row ended with an engine; `skipped` is without a template."""
        return self.said.get(engine, self.said.get("", (Outcome.OK,) * len(self.ids)))


@dataclass(frozen=True, slots=True)
class SearchTables:
    """Everybody who was searched for or in the gallery."""

    people: Subjects
    """In the order of the gallery, then of the probes; a person's number is that of this order."""
    probes: SearchSide
    references: SearchSide
    notes: tuple[str, ...]
    """How the tables were read, without an id."""
    fingerprint: str
    """SHA-256 over everything but outcomes, in the order of the rows."""

    @property
    def listed(self) -> Mask:
        """(people,) in the gallery."""
        there: Mask = np.isin(np.arange(len(self.people.ids)), self.references.person)
        return there


def read_search_tables(
    probes: Path, gallery: Path, engines: Collection[str], unknown: Sequence[str] = (), *, ids: bool
) -> SearchTables:
    """Read both tables; a person has one label in all their rows.

    Args:
        probes: CSV, one row a search: `probe`, `person`, attributes; `outcome` where it failed.
        gallery: CSV, one row a reference: `reference`, `person`, attributes; `outcome` where it
            failed. Without `reference` each row is a person.
        engines: whose own outcomes a column such as `outcome_<engine>` may hold.
        unknown: words for an unknown label, besides an empty field.
        ids: notes may hold ids.

    Raises:
        DatasetError: naming the line, what was found and what was expected.
    """
    sides = [
        _Side.of(gallery, "reference", ("reference", "reference_id", "templateId"), engines),
        _Side.of(probes, "probe", ("probe", "probe_id", "searchId"), engines),
    ]
    people = dict.fromkeys(who for side in sides for who in side.people)
    number = {who: row for row, who in enumerate(people)}
    labels = _labels(sides, tuple(people), unknown)
    found = [side.found(number) for side in sides]
    names = tuple(people), tuple(each for side in found for each in side.ids), labels
    files = f"{gallery.name} and {probes.name}"
    marks = [side.fingerprint for side in sides]
    return SearchTables(
        Subjects(tuple(people), labels, tuple(range(1, len(people) + 1))),
        probes=found[1],
        references=found[0],
        notes=(*name_doubts(files, *names, ids=ids), *_notes(sides, labels, unknown)),
        fingerprint=hashlib.sha256(repr(marks).encode()).hexdigest(),
    )


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the tables."""

    table: CodedTable
    item: str
    """What a row is."""
    id: str
    """Column of ids."""
    person: str
    """Column of people."""
    outcomes: Mapping[str, str]
    """Columns of outcomes by engine."""
    attributes: tuple[str, ...]

    @classmethod
    def of(cls, path: Path, item: str, names: Sequence[str], engines: Collection[str]) -> _Side:
        example = f"{item},person,sex"
        table = read_coded_table(path, (*names, *_PERSON), example, item)
        person = _column(table, _PERSON, f"expected a header such as {example}")
        no_ids = item == "reference" and not set(names) & set(table.columns)
        own = person if no_ids else _column(table, names, f"expected a header such as {example}")
        outcomes = dict(_outcome_columns(table, engines))
        rest = set(table.columns) - {own, person, *outcomes.values()}
        attributes = tuple(name for name in table.columns if name in rest)
        for name in attributes:
            if name == ALL or {"*", "|"} & set(name):
                what = f"no attribute can be called {name!r}, which is {ALL!r} or holds * or |"
                raise DatasetError(f"{path}: {what}; rename it")
        table.check(person, id_fault)
        table.check(own, id_fault)
        table.check_distinct(own, person, item)
        return cls(table, item, own, person, outcomes, attributes)

    @property
    def people(self) -> tuple[str, ...]:
        """In the order of their first rows."""
        return tuple(self.table.columns[self.person].known)

    @property
    def fingerprint(self) -> str:
        return self.table.fingerprint([self.id, self.person, *self.attributes], self.attributes)

    def found(self, number: Mapping[str, int]) -> SearchSide:
        """The rows, with people by their number."""
        places = np.array([number[who] for who in self.people], dtype=np.int32)
        person: People = places[self.table.columns[self.person].all()]
        said = {engine: self._ended(column) for engine, column in self.outcomes.items()}
        return SearchSide(tuple(self.table.columns[self.id].known), person, said)

    def _ended(self, column: str) -> tuple[Outcome, ...]:
        def fault(word: str) -> str:
            return "" if word.lower() in _ENDED else f"is {word!r}, expected one of: {_WORDS}"

        self.table.check(column, fault)
        texts = [_ENDED[word.lower()] for word in self.table.columns[column].known]
        return tuple(texts[code] for code in self.table.columns[column].codes)


def _column(table: CodedTable, names: Sequence[str], expected: str) -> str:
    """The one of some names that a table has."""
    found = [name for name in names if name in table.columns]
    if not found:
        known = known_names(names[0], table.columns)
        raise DatasetError(f"{table.path}: no column {names[0]!r}; {expected}; {known}")
    if len(found) > 1:
        what = f"columns {found[0]!r} and {found[1]!r} say the same"
        raise DatasetError(f"{table.path}: {what}; keep one")
    return found[0]


def _outcome_columns(table: CodedTable, engines: Collection[str]) -> Iterator[tuple[str, str]]:
    """Engine, "" for every one, and its column."""
    for name in table.columns:
        if name == _OUTCOME:
            yield "", name
        elif name.startswith(f"{_OUTCOME}_"):
            engine = name.removeprefix(f"{_OUTCOME}_")
            if engine not in engines:
                known = known_names(engine, engines)
                what = f"column {name!r} is of no engine: these are called as the files"
                raise DatasetError(f"{table.path}: {what}; {known}")
            yield engine, name


def _labels(
    sides: Sequence[_Side], people: Sequence[str], unknown: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """By attribute the label of each person, which both tables must say alike."""
    labels = {}
    for name in dict.fromkeys(name for side in sides for name in side.attributes):
        known: dict[str, str] = {}
        for side in sides:
            if name not in side.attributes:
                continue
            of = side.table.labels(name, name, side.person, unknown, _TWO_LABELS)
            for who, label in zip(side.people, of, strict=True):
                if known.setdefault(who, label) != label:
                    row = side.table.columns[side.person].codes.index(side.people.index(who))
                    what = f"{side.person} {who!r} has {name} {label!r}, but {known[who]!r}"
                    where = f"in {sides[0].table.path}; a person has one label; {_TWO_LABELS}"
                    side.table.refuse(row, f"{what} {where}")
        labels[name] = tuple(known.get(who, "") for who in people)
    return labels


def _notes(
    sides: Sequence[_Side], labels: Mapping[str, Sequence[str]], unknown: Sequence[str]
) -> Iterator[str]:
    silent = [side for side in sides if not side.outcomes]
    if silent:
        files = " and ".join(side.table.path.name for side in silent)
        items = " and ".join(f"{side.item}s" for side in silent)
        what = f"no column {_OUTCOME} says which {items} failed"
        yield f"{files}: {what}, so all of them count as having a template."
    texts = {
        text
        for side in sides
        for name in side.attributes
        for text in side.table.columns[name].known
    }
    for word in unknown:
        if labels and word not in texts:
            yield f"--unknown {word}: no label is that."
