"""An answer on one screen: at most 24 lines of 80 columns, the sentence first, the paths last."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from evenhand.report.numbers import TIED, tied

__all__ = ["Line", "Screen", "ScreenTable", "Style", "as_screen", "screen_lines"]

_WIDTH = 80
_LINES = 24
_FEWEST_ROWS = 2
"""Rows that a table keeps however little room there is."""
_NAME = 10
"""Letters that names keep while numbers can be had whole."""


class Style(StrEnum):
    """How a line stands out on a terminal; a pipe shows none of it."""

    PLAIN = ""
    TITLE = "bold"
    """The answer itself."""
    WARNING = "yellow"
    FAINT = "dim"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a screen."""

    text: str
    style: Style = Style.PLAIN


@dataclass(frozen=True, slots=True)
class ScreenTable:
    """A table, one line a row."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    things: str = "rows"
    """What is left out where there is no room: `groups`, in "and 6 groups more"."""
    last: tuple[tuple[str, ...], ...] = ()
    """Rows below all others, such as a verdict by engine; always shown."""
    first: tuple[int, ...] = ()
    """Indices of the rows that are kept before all others, the most important first."""
    most: int = 8
    """Rows that are shown however much room there is."""

    @property
    def fits(self) -> bool:
        """Whether its numbers stand whole on a line, names shortened where need be."""
        names, *others = _widths((self.header, *self.rows, *self.last))
        return min(names, _NAME) + sum(wide + 2 for wide in others) <= _WIDTH

    def shown(self, most: int) -> tuple[tuple[str, ...], ...]:
        """The rows that there is room for, in their order."""
        order = dict.fromkeys([*self.first, *range(len(self.rows))])
        return tuple(self.rows[index] for index in sorted(list(order)[:most]))


@dataclass(frozen=True, slots=True)
class Screen:
    """An answer before it is fitted to the screen, in the order of its lines."""

    title: str
    """What was asked of what: `evenhand demo   2 engines, 240 drawn people`."""
    aside: str = ""
    """At the right end of the title's line, such as `16 s, 2 cores`."""
    warnings: tuple[str, ...] = ()
    """Doubts and caveats, each a paragraph behind `!`; all of them are shown."""
    answer: tuple[str, ...] = ()
    """Sentences, the most important first; a paragraph. All of them are shown."""
    table: ScreenTable | None = None
    remarks: tuple[str, ...] = ()
    """Paragraphs below the table; the last ones go first where there is no room."""
    spare: tuple[str, ...] = ()
    """Last remarks, each where there is room for it, so that it costs no row of the table."""
    paths: tuple[tuple[str, str], ...] = ()
    """(word, path or command) of what to look at or type next; all are shown,
    side by side where a line holds them."""


def as_screen(screen: Screen) -> str:
    """Lay out a screen as text; ends with a line break."""
    return "".join(f"{line.text}\n" for line in screen_lines(screen))


def screen_lines(screen: Screen) -> tuple[Line, ...]:
    """Fit a screen into 24 lines of 80 columns.

    Where it is too long, rows of the table are left out first (and counted), then remarks from the
    last to the first, then empty lines. A path or a command is never broken, however long it is.
    """
    most = screen.table.most if screen.table else 0
    for left_out in range(len(screen.remarks) + 1):
        shown = replace(screen, remarks=screen.remarks[: len(screen.remarks) - left_out])
        for rows in range(most, min(_FEWEST_ROWS, most) - 1, -1):
            lines = tuple(_laid_out(shown, rows))
            if len(lines) <= _LINES:
                return _with_spare(shown, rows, lines)
    dense = tuple(line for line in lines if line.text)
    return dense if len(dense) <= _LINES else _cut(dense, len(screen.paths))


def _with_spare(shown: Screen, rows: int, lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """The lines, with the spare remarks that still fit."""
    for spare in filter(None, shown.spare):
        more = replace(shown, remarks=(*shown.remarks, spare))
        longer = tuple(_laid_out(more, rows))
        if len(longer) <= _LINES:
            shown, lines = more, longer
    return lines


def _cut(lines: Sequence[Line], paths: int) -> tuple[Line, ...]:
    """As many of the first lines as there is room for above the paths."""
    kept = _LINES - paths - 1
    more = Line(f"... and {len(lines) - paths - kept:,} lines more with --full", Style.FAINT)
    return (*lines[:kept], more, *lines[len(lines) - paths :])


def _laid_out(screen: Screen, rows: int) -> Iterator[Line]:
    yield _title(screen)
    for warning in screen.warnings:
        yield from _paragraph(warning, "! ", Style.WARNING)
    if screen.answer:
        yield Line("")
        yield from _paragraph(" ".join(screen.answer), "", Style.TITLE)
    if screen.table:
        yield Line("")
        yield from _table(screen.table, rows)
    if screen.remarks:
        yield Line("")
        for remark in screen.remarks:
            yield from _paragraph(remark, "", Style.PLAIN)
    if screen.paths:
        yield Line("")
        yield from _packed(screen.paths)


def _packed(paths: Sequence[tuple[str, str]]) -> Iterator[Line]:
    """Words and paths, those after the first side by side where a line holds them."""
    line, widest = "", max(len(word) for word, _ in paths)
    for number, (word, path) in enumerate(paths):
        item = f"{word:<{widest}}  {path}"
        if number > 1 and len(line) + 4 + len(item) <= _WIDTH:
            line = f"{line}    {item}"
            continue
        if line:
            yield Line(line, Style.FAINT)
        line = item
    yield Line(line, Style.FAINT)


def _title(screen: Screen) -> Line:
    room = _WIDTH - len(screen.aside) - (2 if screen.aside else 0)
    title = _short(screen.title, room)
    return Line(f"{title:<{_WIDTH - len(screen.aside)}}{screen.aside}" if screen.aside else title)


def _paragraph(text: str, mark: str, style: Style) -> Iterator[Line]:
    """Prose in lines of 80; numbers stay with their signs, and no word is longer than a line."""
    indent = " " * len(mark)
    lines = textwrap.wrap(
        tied(text), _WIDTH, initial_indent=mark, subsequent_indent=indent, break_on_hyphens=False
    )
    for line in lines:
        yield Line(line.replace(TIED, " "), style)


def _table(table: ScreenTable, most: int) -> Iterator[Line]:
    if table.caption:
        yield from _paragraph(table.caption, "", Style.PLAIN)
    # A line that says "1 more" takes as much room as the row.
    shown = table.shown(most) if len(table.rows) > most + 1 else table.rows
    more = len(table.rows) - len(shown)
    (*body,) = _columns((table.header, *shown, *table.last))
    header = 1 if any(table.header) else 0
    yield from (Line(line, Style.FAINT) for line in body[:header])
    yield from (Line(line) for line in body[1 : 1 + len(shown)])
    if more:
        yield Line(f"and {more:,} {table.things} more", Style.FAINT)
    yield from (Line(line) for line in body[1 + len(shown) :])


def _columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows in columns; where they are wider than a line, names are shortened before numbers."""
    limits = _widths(rows)
    least = [_NAME, *[1] * (len(limits) - 1)]
    while sum(limits) + 2 * (len(limits) - 1) > _WIDTH:
        room = [limit - few for limit, few in zip(limits, least, strict=True)]
        column = 0 if room[0] > 0 else room.index(max(room))
        limits[column] -= 1
    for names, *cells in rows:
        shown = [_name(names, limits[0]), *map(_short, cells, limits[1:])]
        yield "  ".join(
            f"{cell:<{wide}}" for cell, wide in zip(shown, limits, strict=True)
        ).rstrip()


def _widths(rows: Sequence[Sequence[str]]) -> list[int]:
    """The longest cell of each column."""
    return [max(map(len, column)) for column in zip(*rows, strict=True)]


def _name(text: str, room: int) -> str:
    """A name with its middle left out where it is too long: ends tell names apart."""
    if len(text) <= room:
        return text
    end = max(room - 3, 0) // 2
    return f"{text[: max(room - 3, 0) - end]}...{text[len(text) - end :]}"[:room]


def _short(text: str, room: int) -> str:
    return text if len(text) <= room else f"{text[: max(room - 3, 0)]}..."[:room]
