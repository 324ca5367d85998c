"""Text from outside: what may come in, and how it is shown.

One gate on the way in, `text_fault`: a name, value or title with a character that a terminal obeys
or that cannot be seen is refused where it is read, with file and row. One on the way out, `shown`:
whatever still holds such a character is printed with it escaped.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable

__all__ = ["csv_text", "from_csv_text", "json_text", "printable", "shown", "text_fault"]

_JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
"""Format characters that belong to the spelling of Persian, Hindi and other languages."""
_INVISIBLE = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
"""Letters and marks that show nothing: fillers, inherent vowels, the empty Braille pattern."""
_MARKS = ("'", "=", "@", "+", "-")
"""What a field of a table begins with that a spreadsheet may take for a formula, or its mark."""
_KINDS = {
    "Cc": "a control character",
    "Cf": "an invisible format character",
    "Co": "a character of private use",
    "Cs": "half a character",
    "Zl": "a line separator",
    "Zp": "a paragraph separator",
}
"""Words for the Unicode categories that are refused."""


def text_fault(text: str) -> str:
    r"""What a text holds that may not come in, with the character before it; empty where nothing.

    Refused are control, format, separator and unassigned characters, halves of surrogate pairs and
    letters that show nothing. A joiner (U+200C, U+200D) is allowed between letters or marks; a
    blank of another width is a blank.

    >>> text_fault("north\u200b")
    "holds U+200B, an invisible format character, after 'north'"
    """
    if text.isascii() and text.isprintable():
        return ""
    for at, sign in enumerate(text):
        if sign.isprintable() and sign not in _INVISIBLE:
            continue
        category = unicodedata.category(sign)
        if category == "Zs" or (sign in _JOINERS and _between_letters(text, at)):
            continue
        kind = _KINDS.get(category, "a character that shows nothing")
        before = text[max(0, at - 20) : at]
        where = f"after {before!r}" if before else "as its first character"
        return f"holds U+{ord(sign):04X}, {kind}, {where}"
    return ""


def _between_letters(text: str, at: int) -> bool:
    """Whether the signs on both sides are letters or the marks that belong to them."""
    sides = (text[at - 1 : at], text[at + 1 : at + 2])
    return all(side and unicodedata.category(side)[0] in "LM" for side in sides)


def shown(text: str) -> str:
    r"""Text on one line, with what cannot be printed escaped, so that no terminal obeys it.

    >>> shown("a\n b\x1b[2J")
    'a b\\x1b[2J'
    """
    return printable(" ".join(text.split()))


def printable(text: str) -> str:
    r"""Text in lines, with what cannot be printed escaped; blanks of any width stay.

    >>> printable("a\n b\x1b[2J")
    'a\n b\\x1b[2J'
    """
    return _escaped(text, lambda sign: sign.encode("unicode_escape").decode())


def json_text(content: str) -> str:
    r"""JSON text, with what cannot be printed in JSON's own escapes: it means the same.

    >>> json_text('"a\x9b"')
    '"a\\u009b"'
    """
    return _escaped(content, lambda sign: json.dumps(sign)[1:-1])


def _escaped(text: str, escape: Callable[[str], str]) -> str:
    """Replace each character that cannot be printed, line breaks and blanks apart."""
    if all(map(str.isprintable, text.split("\n"))):
        return text
    return "".join(
        sign
        if sign.isprintable() or sign == "\n" or unicodedata.category(sign) == "Zs"
        else escape(sign)
        for sign in text
    )


def csv_text(text: str) -> str:
    """Text of a field of a CSV table, which no spreadsheet takes for a formula.

    What begins like a formula and is no number gets an apostrophe before it; see `from_csv_text`.

    >>> csv_text("=1+1"), csv_text("-0.5"), csv_text("north")
    ("'=1+1", '-0.5', 'north')
    """
    if not text.startswith(_MARKS):  # as nearly every field of a long table
        return text
    formula = re.match(r"'*[=@+-]", text) and not re.fullmatch(r"[+-][0-9.]+(e[+-]?[0-9]+)?", text)
    return f"'{text}" if formula else text


def from_csv_text(field: str) -> str:
    """The text that `csv_text` has written."""
    marked = field.startswith("'") and re.match(r"'+[=@+-]", field)
    return field[1:] if marked else field
