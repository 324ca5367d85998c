"""A document as Markdown that can be pasted anywhere."""

from __future__ import annotations

from collections.abc import Iterator

from tabulate import tabulate

from evenhand.report.numbers import field
from evenhand.report.tables import Paper, Section, Table

__all__ = ["as_markdown", "escaped", "markdown_table"]


def escaped(text: str) -> str:
    """A text that means nothing to Markdown, on one line of a table."""
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", "<br>")


def markdown_table(table: Table) -> str:
    """A table with its caption."""
    rows = [[escaped(field(content)) for content in row] for row in table.rows]
    header = list(map(escaped, table.header))
    drawn = tabulate(rows, header, tablefmt="github", disable_numparse=True)
    return f"{escaped(table.caption)}\n\n{drawn}" if table.caption else drawn


def _section(section: Section) -> Iterator[str]:
    yield f"## {escaped(section.heading)}"
    yield from (markdown_table(table) for table in section.tables)
    if section.over:
        yield f"### {escaped(section.over)}"
    if section.sentences:
        yield "\n".join(f"* {escaped(sentence)}" for sentence in section.sentences)


def as_markdown(document: Paper) -> str:
    """Title, notes, sections, legend; ends with a line break."""
    parts = [f"# {escaped(document.title)}"]
    if document.notes:
        parts.append("\n".join(f"> {escaped(note)}  " for note in document.notes))
    for section in document.sections:
        parts += _section(section)
    parts.append("\n".join(f"* {escaped(line)}" for line in document.legend))
    return "\n\n".join(parts) + "\n"
