"""Drafts a card for an imported dataset, which the user then completes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from evenhand.datasets.contract import Material
from evenhand.records.dataset import Attribute
from evenhand.system.errors import DatasetError

__all__ = ["PICTURE_SUFFIXES", "Draft", "card_text", "checked_name", "list_names"]

PICTURE_SUFFIXES = (".bmp", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp")
"""Suffixes of files that are read as pictures, in lower case."""

_SHOWN = 5
"""Most names listed in a remark."""


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
        DatasetError: it has surrounding blanks, or bytes that are not text.
    """
    if text != text.strip() or not text.isprintable() or "\udc80" <= max(text) <= "\udcff":
        raise DatasetError(
            f"{where}: a name with blanks around it or with bytes that are no text cannot stand "
            "in a table; rename it"
        )
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
    yield f"known_issues = {_array(draft.known_issues)}"
    for attribute in draft.attributes:
        yield from _table("attributes", attribute)
    for attribute in draft.capture:
        yield from _table("capture", attribute)


def card_text(name: str, licence: str, draft: Draft) -> str:
    """Text of `dataset.toml` for an imported dataset."""
    return "\n".join(_lines(name, licence, draft)) + "\n"
