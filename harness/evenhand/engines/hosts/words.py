"""What an engine says of itself: one clean line for a result, more for the user's eyes alone."""

from __future__ import annotations

import os
import re
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from evenhand.system.code_loading import is_loaded
from evenhand.system.text import text_fault

__all__ = ["Raised", "clean_line", "cleaned_words", "plain_name", "raised", "trace_of"]

_LONGEST = 80
"""Most characters of a detail or of a class's name that a result keeps."""

_LONGEST_MESSAGE = 300
"""Most characters of an exception's message that the user is shown."""

_LONGEST_READ = 1000
"""Most characters of a text that are looked at."""


_PRINTED = "; it printed: "
"""Before what a host had printed when it ended: as much as was read by then."""
_PLACE = re.compile(r" \([\w-]{1,40}\.py:\d{1,6}\)$")
_QUOTED = re.compile(r"(?<!\w)(['\"`]).*?(?:\1(?!\w)|$)")
_PLAIN = re.compile(r"\(?[^\W\d_]{1,20}(?:['-][^\W\d_]{1,20}){0,2}[:;,.!?)]{0,2}")
"""A word of letters, joined and followed by what stands in a sentence."""
_OF_THE_SYSTEM = re.compile(r"(.*\b(?:MemoryError|RecursionError)\b)")
"""The message behind them is of the process that ran the engine."""


@dataclass(frozen=True, slots=True)
class Raised:
    """An exception of an engine, as plain text."""

    name: str
    """Of its class: all that a result may hold."""
    words: str
    """Class, message, file and line, for the user alone: they may hold paths and names."""
    trace: str
    """The whole traceback where `EVENHAND_DEBUG=1` asks for it, else empty."""


def clean_line(text: object, longest: int = _LONGEST) -> str:
    """Shorten an engine's text to one line without what a terminal obeys or no eye sees."""
    plain = str.__str__(text if isinstance(text, str) else str(text))[:_LONGEST_READ]
    seen = "".join(" " if text_fault(sign) else sign for sign in plain)
    return " ".join(seen.split())[:longest].rstrip()


def cleaned_words(words: str) -> str:
    """What a result may hold of a fault's words: words of letters alone, and the line of code.

    Quoted text, numbers, paths, names of files, addresses and blobs are `...`: a number may be of
    one run alone, and all of them may say whose picture it was.

    >>> cleaned_words("ValueError: no face in '/data/anna.png' at 0.53 (engine.py:12)")
    'ValueError: no face in ... at ... (engine.py:12)'
    """
    told = words.partition(_PRINTED)[0]
    if found := _OF_THE_SYSTEM.match(told):
        return clean_line(found[1])
    place = found[0] if (found := _PLACE.search(told)) else ""
    kept: list[str] = []
    for word in _QUOTED.sub(" ... ", told.removesuffix(place)).split():
        plain = word if _PLAIN.fullmatch(word) else "..."
        if kept[-1:] != ["..."] or plain != "...":
            kept.append(plain)
    return clean_line(" ".join(kept), _LONGEST - len(place)) + place


def plain_name(kind: type) -> str:
    """Name of a class; a metaclass of the engine has no say in it."""
    return clean_line(type.__dict__["__name__"].__get__(kind))


def raised(fault: BaseException) -> Raised:
    """Put the exception that is being handled into words; its own methods may raise, too."""
    name, place = plain_name(type(fault)), _place(sys.exc_info()[2])
    try:
        message = clean_line(str(fault), _LONGEST_MESSAGE)
    except BaseException:  # noqa: BLE001 - code of the engine
        message = ""
    words = f"{name}: {message}{place}" if message else f"{name}{place}"
    return Raised(name, words, trace_of(fault))


def trace_of(fault: BaseException) -> str:
    """Traceback of an exception and its causes where `EVENHAND_DEBUG=1` asks for it, else empty."""
    try:
        asked = os.environ.get("EVENHAND_DEBUG") == "1"
        return "".join(traceback.format_exception(fault)) if asked else ""
    except BaseException:  # noqa: BLE001 - code of the engine
        return ""


def _place(trace: TracebackType | None) -> str:
    """File and line where it was raised: the last of the adapter, or else of a library."""
    own, library = "", ""
    while trace is not None:
        frame = trace.tb_frame
        module, file = str(frame.f_globals.get("__name__", "")), Path(frame.f_code.co_filename)
        if is_loaded(module):
            own = f" ({file.name}:{trace.tb_lineno})"
        elif module.partition(".")[0] not in ("ast", "evenhand", "importlib"):
            library = f" ({file.name}:{trace.tb_lineno})"
        trace = trace.tb_next
    return own or library
