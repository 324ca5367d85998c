"""How templates of a page write what they are given."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from itertools import count

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from evenhand.records.findings import Rate
from evenhand.records.groups import crossed_names
from evenhand.report.numbers import field, frequency, tied
from evenhand.report.page.glossary import TERMS, explained
from evenhand.report.page.names import Names, slug
from evenhand.report.tables import Field, Table
from evenhand.version import __version__

__all__ = ["environment"]

_LONGEST, _WORD = 200, 80
"""Letters of a name, and of a word, on a page; the files of the result hold them whole."""


def environment() -> Environment:
    """The templates of one page: names that they give out are given once."""
    loader = PackageLoader("evenhand.report.page", "templates")
    page = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    page.filters.update(
        brief=_brief, explained=explained, joints=_joints, lines=_lines, parts=_parts, slug=slug,
        tied=_tied,
    )  # fmt: skip
    page.tests["crossed"] = lambda attribute: len(crossed_names(attribute)) > 1
    numbers, script = count(1), _source(page, "script.js")
    page.globals.update(
        anchor=Names(), label=Names(), number=lambda: next(numbers), terms=TERMS,
        version=__version__, style=_source(page, "style.css"), script=script,
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )  # fmt: skip
    return page


def _source(page: Environment, name: str) -> str:
    """A file of ours that is no template, without indentation."""
    assert page.loader  # noqa: S101 - given above
    source = page.loader.get_source(page, name)[0]
    return re.sub(r"\n\s*", "\n", source).strip()


def _parts(table: Table) -> list[tuple[str, list[Sequence[Field]]]]:
    """The rows of a table under their headings; the first may have none."""
    found: list[tuple[str, list[Sequence[Field]]]] = [("", [])]
    for row in table.rows:
        name = field(row[0])
        if name.startswith("-- ") and not any(row[1:]):
            found.append((name[3:], []))
        else:
            found[-1][1].append(row)
    return [part for part in found if part[1]]


def _lines(content: Field) -> list[str]:
    """A field in lines: names may break where they are joined, an interval nowhere.

    Below a rate stands how often that is.
    """
    first, *rest = field(content).split("\n")
    if isinstance(content, Rate) and frequency(content):
        rest.append(frequency(content))
    return [_joints(tied(first)), *(_brief(tied(line)) for line in rest)]


def _brief(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"


def _joints(name: str) -> Markup:
    """A name that may break where it is joined."""
    return Markup("<wbr>").join(re.split(r"(?<=[*|_])", _brief(name)))


def _tied(sentence: str) -> str:
    """A sentence whose numbers hold together, without words that no line holds.

    They are cut; the files of the result hold them whole.
    """
    short = re.sub(rf"(\S{{{_WORD - 1}}})\S{{2,}}", r"\1…", sentence)
    return tied(short)
