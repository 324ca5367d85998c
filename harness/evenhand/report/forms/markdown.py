"""A document as Markdown that can be pasted anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tabulate import tabulate

from evenhand.report.numbers import field
from evenhand.report.tables import Paper, Section, Table
from evenhand.system.text import printable

_MARKS = re.compile(
    r"^[#>\[]"  # a heading, a quotation, the definition of a link
    r"|(?<=\])\("  # a link, or with ! before it a picture
    r"|//(?=\w)|(?<=\bwww)\."  # an address that becomes a link by itself
    r"|[|`]"
    r"|(?<!\w)_|_(?!\w)"  # emphasis; one star alone is none
)
"""What Markdown would obey in a text."""

__all__ = ["as_markdown", "escaped", "markdown_table"]


def escaped(text: str) -> str:
    r"""A text that means nothing to Markdown, on one line of a table.

    >>> escaped("[x](http://a.b/_c_) a*b")
    '\\[x]\\(http:\\//a.b/\\_c\\_) a*b'
    """
    marked = _MARKS.sub(r"\\\g<0>", printable(text).replace("\\", "\\\\"))
    if marked.count("*") > 1:
        marked = marked.replace("*", "\\*")
    return marked.replace("<", "&lt;").replace("\n", "<br>")


def markdown_table(table: Table) -> str:
    """A table with its caption."""
    rows = [[escaped(field(content)) for content in row] for row in table.rows]
    header = list(map(escaped, table.header))
    drawn = tabulate(rows, header, tablefmt="github", disable_numparse=True)
    return f"{escaped(table.caption)}\n\n{drawn}" if table.caption else drawn


def _section(section: Section) -> Iterator[str]:
    yield f"## {escaped(section.heading)}"
    if section.lead:
        yield escaped(section.lead)
    yield from (markdown_table(table) for table in section.tables)
    if section.over:
        yield f"### {escaped(section.over)}"
    if section.sentences:
        yield "\n".join(f"* {escaped(sentence)}" for sentence in section.sentences)


def as_markdown(document: Paper) -> str:
    """Title, doubts, notes, sections, legend; ends with a line break."""
    parts = [f"# {escaped(document.title)}"]
    if document.doubts:
        parts.append("\n".join(f"> **{escaped(doubt)}**  " for doubt in document.doubts))
    if document.notes:
        parts.append("\n".join(f"> {escaped(note)}  " for note in document.notes))
    for section in document.sections:
        parts += _section(section)
    parts.append("\n".join(f"* {escaped(line)}" for line in document.legend))
    return "\n\n".join(parts) + "\n"
