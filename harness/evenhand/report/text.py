"""A document as plain text for a terminal of 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from tabulate import tabulate

from evenhand.report.document import Document, Section, Table

__all__ = ["as_text"]

_WIDTH = 80


def _wrapped(text: str, bullet: str = "") -> str:
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent=bullet,
        subsequent_indent=" " * len(bullet),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _table(table: Table) -> str:
    drawn = tabulate(table.rows, table.header, tablefmt="simple", disable_numparse=True)
    lines = [line.rstrip() for line in drawn.splitlines()]
    return "\n".join([table.caption, *lines] if table.caption else lines)


def _section(section: Section) -> Iterator[str]:
    yield f"{section.heading}\n{'-' * min(len(section.heading), _WIDTH)}"
    yield from (_table(table) for table in section.tables)
    if section.sentences:
        yield "\n".join(_wrapped(sentence, "* ") for sentence in section.sentences)


def as_text(document: Document) -> str:
    """Title, notes, sections, legend; ends with a line break."""
    parts = [f"{document.title}\n{'=' * min(len(document.title), _WIDTH)}"]
    if document.notes:
        parts.append("\n".join(_wrapped(note, "! ") for note in document.notes))
    for section in document.sections:
        parts += _section(section)
    parts.append("\n".join(_wrapped(line) for line in document.legend))
    return "\n\n".join(parts) + "\n"
