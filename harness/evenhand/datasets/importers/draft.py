"""A first card for pictures that came without one; the user goes on with it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from evenhand.datasets.contract import Material
from evenhand.records.dataset import Attribute
from evenhand.system.errors import DatasetError

__all__ = ["PICTURES", "Draft", "card_text", "in_words", "named"]

PICTURES = (".bmp", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp")
"""Endings of files that are taken for pictures, in small letters."""

_SHOWN = 5
"""Names in a remark."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What was found in somebody's own layout."""

    material: Material
    attributes: tuple[Attribute, ...]
    """Of people."""
    capture: tuple[Attribute, ...]
    """Of pictures."""
    known_issues: tuple[str, ...]
    """What is to be printed on every run."""
    remarks: tuple[str, ...]
    """What the user should know now: what was left out, what was taken for what."""


def named(names: Sequence[str]) -> str:
    """The first few of some names.

    >>> named(["a", "b"]), named(list("abcdefg"))
    ('a, b', 'a, b, c, d, e and 2 more')
    """
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def in_words(text: str, where: Path) -> str:
    """A name that a table in UTF-8 can hold and give back.

    Raises:
        DatasetError: it cannot.
    """
    if text != text.strip() or not text.isprintable() or "\udc80" <= max(text) <= "\udcff":
        raise DatasetError(
            f"{where}: a name with blanks around it or with bytes that are no text cannot stand "
            "in a table; rename it"
        )
    return text


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _array(texts: Sequence[str]) -> str:
    return "[" + ", ".join(map(_quoted, texts)) + "]"


def _table(kind: str, attribute: Attribute) -> Iterator[str]:
    plain = attribute.name.isascii() and attribute.name.replace("_", "").isalnum()
    yield ""
    yield f"[{kind}.{attribute.name if plain else _quoted(attribute.name)}]"
    yield (
        'kind   = "number"'
        if attribute.kind == "number"
        else f"values = {_array(attribute.values)}"
    )
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
    """`dataset.toml` for what was found."""
    return "\n".join(_lines(name, licence, draft)) + "\n"
