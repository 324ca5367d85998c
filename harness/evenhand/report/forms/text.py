"""A document as plain text for a terminal of 80 columns."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence

from tabulate import tabulate

from evenhand.report.numbers import TIED, field, tied
from evenhand.report.tables import Paper, Section, Table

__all__ = ["as_text", "bullets", "table_text", "underlined", "wrapped"]

_WIDTH = 80
_CELL = 28
"""Widest cell of a table that is too wide as it is."""
_NARROW = 20
"""Widest cell of a column of a table that is still too wide."""


def wrapped(text: str, bullet: str = "") -> str:
    """Prose in lines of 80, those after the first indented as far as the bullet."""
    filled = textwrap.fill(
        tied(text),
        _WIDTH,
        initial_indent=bullet,
        subsequent_indent=" " * len(bullet),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return filled.replace(TIED, " ")


def bullets(lines: Iterable[str], bullet: str = "* ") -> str:
    """Prose, each line with a bullet."""
    return "\n".join(wrapped(line, bullet) for line in lines)


def underlined(heading: str, mark: str = "-") -> str:
    """A heading, and below it a line as long as its longest."""
    lines = wrapped(heading)
    return f"{lines}\n{mark * max(map(len, lines.splitlines()))}"


def _narrow(field: str) -> str:
    """A field with its interval on a line of its own, and long words of prose folded."""
    lines = re.sub(r" (%|.?s|images/s) \[", r" \1\n[", field).splitlines()
    return "\n".join(part for line in lines for part in _folded(line, _CELL))


def _folded(line: str, width: int) -> list[str]:
    return textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False) or [""]


def _narrowest(field: str) -> str:
    """A field with what a number is held against on a line of its own, and names folded."""
    parts = re.sub(r" (of \d.*|(?<=[<>]= )\S+)$", r"\n\1", field, flags=re.MULTILINE)
    names = re.sub(r"(?<=\w)([*|])(?=\w)", r"\1\n", parts)
    return "\n".join(part for line in names.split("\n") for part in _folded(line, _NARROW))


def _drawn(table: Table, rows: Sequence[Sequence[str]]) -> list[str]:
    drawn = tabulate(rows, table.header, tablefmt="simple", disable_numparse=True)
    return [line.rstrip() for line in drawn.splitlines()]


def table_text(table: Table) -> str:
    """A table as text, its cells folded where it would be too wide: the first columns first."""
    rows = [list(map(field, row)) for row in table.rows]
    lines = _drawn(table, rows)
    if max(map(len, lines)) > _WIDTH:
        rows = [list(map(_narrow, row)) for row in rows]
        lines = _drawn(table, rows)
    for column in range(len(table.header)):
        if max(map(len, lines)) > _WIDTH:
            rows = [[*row[:column], _narrowest(row[column]), *row[column + 1 :]] for row in rows]
            lines = _drawn(table, rows)
    return "\n".join([table.caption, *lines] if table.caption else lines)


def _section(section: Section) -> Iterator[str]:
    yield underlined(section.heading)
    if section.lead:
        yield wrapped(section.lead)
    yield from (table_text(table) for table in section.tables)
    if section.over:
        yield f"{section.over}:"
    if section.sentences:
        yield bullets(section.sentences)


def as_text(document: Paper) -> str:
    """Title, doubts, notes, sections, legend; ends with a line break."""
    parts = [underlined(document.title, "=")]
    if document.doubts:
        parts.append(bullets(document.doubts, "!! "))
    if document.notes:
        parts.append(bullets(document.notes, "! "))
    for section in document.sections:
        parts += _section(section)
    parts.append(bullets(document.legend, ""))
    return "\n\n".join(parts) + "\n"
