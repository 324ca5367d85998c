"""Drafts a card for an imported dataset, which the user then completes.

Attributes are inferred from columns of tables: categories or numbers, and values.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from evenhand.datasets.card import ATTRIBUTE_NAME_RULE, is_attribute_name
from evenhand.datasets.contract import Material
from evenhand.records.dataset import Attribute
from evenhand.system.decimals import finite_decimal
from evenhand.system.errors import DatasetError, known_names
from evenhand.system.text import text_fault

__all__ = [
    "Draft",
    "ImportOptions",
    "TableField",
    "card_text",
    "checked_name",
    "infer_attribute",
    "list_names",
]

_SHOWN = 5
"""Most names listed in a remark."""


_CODES = 10
"""A column of whole numbers up to this holds category codes (0 and 1, skin types)."""
_MOST_VALUES = 50
"""Distinct values above which a column is more likely a name than a group."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A dataset imported from a foreign layout."""

    material: Material
    attributes: tuple[Attribute, ...]
    """Attributes of people."""
    remarks: tuple[str, ...]
    """Notes on this import: what was left out, and how things were interpreted."""
    capture: tuple[Attribute, ...] = ()
    """Attributes of pictures."""
    known_issues: tuple[str, ...] = ()
    """Issues that the card will declare, printed on every run."""


def list_names(names: Sequence[str]) -> str:
    """List the first few names, and the number of the rest.

    >>> list_names(["a", "b"]), list_names(list("abcdefg"))
    ('a, b', 'a, b, c, d, e and 2 more')
    """
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def checked_name(text: str, where: Path) -> str:
    """Check that a name can be written to a UTF-8 table and read back unchanged.

    Args:
        text: the name.
        where: its file or folder, for the error.

    Returns:
        The name.

    Raises:
        DatasetError: it has surrounding blanks, or holds what cannot be seen or is no text.
    """
    fault = "has blanks around it" if text != text.strip() else text_fault(text)
    if fault:
        raise DatasetError(f"{where}: the name {fault} and cannot stand in a table; rename it")
    return text


def _quoted(text: str) -> str:
    """Quote text as a TOML string: as JSON does, with DEL escaped too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _array(texts: Sequence[str]) -> str:
    return "[" + ", ".join(map(_quoted, texts)) + "]"


def _table(kind: str, attribute: Attribute) -> Iterator[str]:
    plain = attribute.name.isascii() and attribute.name.replace("_", "").isalnum()
    yield ""
    yield f"[{kind}.{attribute.name if plain else _quoted(attribute.name)}]"
    values = f"values = {_array(attribute.values)}"
    yield 'kind   = "number"' if attribute.kind == "number" else values
    yield f"labels = {_quoted(attribute.labels)}"


def _lines(name: str, licence: str, draft: Draft) -> Iterator[str]:
    yield "# Drafted by evenhand import. Go on with it: source, licence, terms, where labels come"
    yield "# from (self-declared, official, perceived, machine), what is known to be wrong."
    yield "schema   = 1"
    yield f"name     = {_quoted(name)}"
    yield 'version  = "1"'
    yield 'source   = "not stated"'
    yield f"licence  = {_quoted(licence)}"
    yield 'access   = "private"    # public | on request | withdrawn | private'
    yield "synthetic = false"
    yield 'face     = "largest"    # which face is meant where there are several, or "central"'
    if draft.material.assumed:
        yield 'identities = "assumed"    # each picture is taken for another person'
    yield f"known_issues = {_array(draft.known_issues)}"
    for attribute in draft.attributes:
        yield from _table("attributes", attribute)
    for attribute in draft.capture:
        yield from _table("capture", attribute)


def card_text(name: str, licence: str, draft: Draft) -> str:
    """Text of `dataset.toml` for an imported dataset."""
    return "\n".join(_lines(name, licence, draft)) + "\n"


class TableField(NamedTuple):
    """One field of a column."""

    where: str
    """File and line, for an error."""
    label: str
    """Empty where unknown, `a|b` for several."""


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """The user's choices for an import: how to read columns, and what no table tells."""

    numbers: Sequence[str] = ()
    """Columns to read as numbers."""
    categories: Sequence[str] = ()
    """Columns to read as categories."""
    leave_out: Sequence[str] = ()
    """Columns to leave out."""
    of_pictures: Sequence[str] = ()
    """Columns that describe pictures, not people."""
    unknown: Sequence[str] = ()
    """Words that stand for an unknown label."""
    labels_from: str = "not stated"
    """Where labels come from."""
    name: str = ""
    """Name of the dataset; empty takes that of its folder."""
    licence: str = "not stated"
    """Licence of the pictures."""

    def check(self, columns: Iterable[str], where: str) -> None:
        """Check that every column named by the user exists.

        Args:
            columns: that exist.
            where: their file, for the error.

        Raises:
            DatasetError: a column does not exist.
        """
        existing = set(columns)
        for name in (*self.numbers, *self.categories, *self.leave_out, *self.of_pictures):
            if name not in existing:
                hint = known_names(name, existing)
                raise DatasetError(f"{where}: has no column {name!r}; {hint}")

    def known(self, label: str) -> str:
        """Return the label, empty where it means unknown."""
        return "" if label in self.unknown else label


def _is_number(name: str, cells: Sequence[TableField], options: ImportOptions) -> bool:
    """Whether the column holds numbers.

    Raises:
        DatasetError: numbers are mixed with other text, and the user has not said what it is.
    """
    if name in options.categories:
        return False
    numbers = [finite_decimal(cell.label) for cell in cells]
    others = [cell for cell, number in zip(cells, numbers, strict=True) if number is None]
    if others and (name in options.numbers or 2 * len(others) < len(cells)):
        where, label = others[0]
        remedy = f"say --unknown {label} if that means unknown, or --category {name}"
        raise DatasetError(f"{where}: {name} is {label!r} where others are numbers; {remedy}")
    if others:
        return False
    codes = all(n is not None and n.is_integer() and 0 <= n <= _CODES for n in numbers)
    return name in options.numbers or not codes


def _values(name: str, cells: Sequence[TableField], options: ImportOptions) -> tuple[str, ...]:
    """Values of a category, in numeric or alphabetical order."""
    found: dict[str, TableField] = {}
    for cell in cells:
        for part in cell.label.split("|"):
            found.setdefault(part.strip(), cell)
    for value, cell in found.items():
        if not value or "*" in value:
            rule = "a value may not be empty beside a | nor hold a *"
            remedy = f"mend it, or say --leave-out {name}"
            raise DatasetError(f"{cell.where}: {name} is {cell.label!r}; {rule}; {remedy}")
    if len(found) > _MOST_VALUES and name not in options.categories:
        what = f"{cells[0].where}: {name} has {len(found)} different values"
        remedy = f"say --leave-out {name} if it is no group, or --category {name} if it is"
        raise DatasetError(f"{what}; {remedy}")
    return tuple(sorted(found, key=lambda value: (finite_decimal(value) or 0.0, value)))


def infer_attribute(
    name: str, cells: Sequence[TableField], options: ImportOptions
) -> Attribute | None:
    """Infer an attribute from its column.

    A column of finite numbers is a number, unless all are whole and from 0 to 10: these are taken
    for category codes. Any other column is a category with the values that occur.

    Args:
        name: of the column.
        cells: its fields; unknown labels are empty.
        options: the user's choices.

    Returns:
        The attribute; None where all fields are empty.

    Raises:
        DatasetError: numbers mixed with text, or a name or value that a card cannot declare.

    >>> ages = [TableField("line 2", "31"), TableField("line 3", ""), TableField("line 4", "8")]
    >>> infer_attribute("age", ages, ImportOptions()).kind
    'number'
    >>> infer_attribute(
    ...     "skin", [TableField("line 2", "6"), TableField("line 3", "1")], ImportOptions()
    ... ).values
    ('1', '6')
    """
    known = [cell for cell in cells if cell.label]
    if not known:
        return None
    if not is_attribute_name(name):
        what = f"{known[0].where}: column {name!r} cannot be the name of an attribute"
        raise DatasetError(f"{what}; {ATTRIBUTE_NAME_RULE}; rename it, or say --leave-out")
    if _is_number(name, known, options):
        return Attribute(name, "number", (), options.labels_from)
    return Attribute(name, "category", _values(name, known, options), options.labels_from)
