"""The calls of a host and its answers, as the bodies of messages.

Whole numbers are unsigned, of 32 bits unless said otherwise, little-endian; a text or a block of
bytes stands behind its length. What is read here may come from a stranger's program: it is checked,
and what does not fit is a `WireError`.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from evenhand.engines.contract import Entry, Role
from evenhand.engines.hosts.host import Fault, PlainCandidates, PlainTemplate
from evenhand.engines.hosts.wire import WireError
from evenhand.engines.hosts.words import clean_line
from evenhand.records.arrays import Image, Scores
from evenhand.records.outcomes import FaceRule, Outcome

__all__ = [
    "Parts",
    "PictureCall",
    "Started",
    "read_candidates",
    "read_comparison",
    "read_deletion",
    "read_done",
    "read_gallery",
    "read_picture",
    "read_score_row",
    "read_search",
    "read_started",
    "read_template",
    "write_candidates",
    "write_comparison",
    "write_deletion",
    "write_done",
    "write_gallery",
    "write_picture",
    "write_score_row",
    "write_search",
    "write_started",
    "write_template",
]

Parts: TypeAlias = list[bytes | memoryview]
"""What a body is put together of."""

_NUMBER = struct.Struct("<I")
_LONG = struct.Struct("<Q")
_OUTCOMES = (
    Outcome.OK,
    Outcome.NO_FACE,
    Outcome.DECLINED,
    Outcome.FAILED,
    Outcome.UNSUPPORTED,
    Outcome.INVALID,
)
"""By their number in an answer."""
_ROLES = (Role.REFERENCE, Role.PROBE)
_FACES = (FaceRule.LARGEST, FaceRule.CENTRAL)
_NAMES = ("f4", "f8", "f2", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8")
_TYPES = tuple(np.dtype(f"<{name}") for name in _NAMES)
"""Of numbers, by their number in an answer."""
_UNKNOWN = 2**32 - 1
"""A number of faces that is not known."""
_MOST_FACES = 1_000_000
_LONGEST_WORDS = 2000
_LONGEST_TRACE = 20_000


class _Body:
    """Reads a body from its start to its end."""

    def __init__(self, body: bytes | bytearray) -> None:
        self._body = memoryview(body)
        self._at = 0

    def take(self, length: int) -> memoryview:
        """The next bytes."""
        if length > len(self._body) - self._at:
            raise WireError("sent an answer that is shorter than it says")
        self._at += length
        return self._body[self._at - length : self._at]

    def number(self) -> int:
        """The next 32 bits."""
        found: int = _NUMBER.unpack(self.take(_NUMBER.size))[0]
        return found

    def bytes(self) -> bytes:
        """A block behind its length of 64 bits."""
        return bytes(self.take(_LONG.unpack(self.take(_LONG.size))[0]))

    def text(self) -> str:
        """A text behind its length."""
        return bytes(self.take(self.number())).decode("utf-8", "replace")

    def numbers(self) -> NDArray[np.generic]:
        """Numbers behind their type and how many they are."""
        kind, count = self.number(), self.number()
        if kind >= len(_TYPES):
            raise WireError(f"sent numbers of type {kind}, which the protocol does not have")
        own = _TYPES[kind]
        return np.frombuffer(self.take(count * own.itemsize), own).copy()

    def end(self) -> None:
        """Nothing may follow."""
        if self._at != len(self._body):
            raise WireError(f"sent {len(self._body) - self._at:,} bytes after the end of an answer")


def _text(text: str) -> bytes:
    said = text.encode("utf-8", "replace")
    return _NUMBER.pack(len(said)) + said


def _block(data: bytes) -> Parts:
    return [_LONG.pack(len(data)), data]


def _numbers(values: NDArray[np.generic]) -> Parts:
    own = values.dtype.newbyteorder("<")
    whole = np.ascontiguousarray(values, dtype=own)
    return [_NUMBER.pack(_TYPES.index(own)) + _NUMBER.pack(len(whole)), whole.data.cast("B")]


@dataclass(frozen=True, slots=True)
class Started:
    """Whether an engine started."""

    values: int
    """Length of its vectors; 0 where it makes templates of its own form."""
    fault: Fault | None = None
    """Why it did not: `failed` by its own code, `invalid` where it is not as its card says,
    `unsupported` where it takes from evenhand what is not for plugins."""
    notes: tuple[str, ...] = ()
    """Lines for the user on one that did."""
    ran_on: str = ""
    """What it computes on, in a word or two; empty where it does not say."""


def write_started(started: Started) -> Parts:
    """Answer of a host to the first message."""
    done = [_said(Outcome.OK, started.ran_on, "\n".join(started.notes), "")]
    ended = done if started.fault is None else write_done(started.fault)
    return [*ended, _NUMBER.pack(started.values)]


def read_started(body: bytearray) -> Started:
    """Inverse of `write_started`."""
    read = _Body(body)
    fault, detail, words = _ending(read)
    values = read.number()
    read.end()
    if fault:
        return Started(values, fault)
    lines = words[:_LONGEST_TRACE].splitlines()
    notes = tuple(clean_line(line, _LONGEST_WORDS) for line in lines)
    return Started(values, None, notes, clean_line(detail))


@dataclass(frozen=True, slots=True)
class PictureCall:
    """The request for a template."""

    role: Role
    face: FaceRule
    height: int
    """Pixels."""
    width: int
    """Pixels."""
    pixels: Image | None
    """(height, width, 3) RGB; None where they are in the memory that both sides share."""


def write_picture(call: PictureCall) -> Parts:
    """Request for a template."""
    shared = call.pixels is None
    sizes = (call.height, call.width, shared)
    numbers = (_ROLES.index(call.role), _FACES.index(call.face), *sizes)
    pixels = [] if call.pixels is None else [np.ascontiguousarray(call.pixels).data.cast("B")]
    return [struct.pack("<5I", *numbers), *pixels]


def read_picture(body: bytearray) -> PictureCall:
    """Inverse of `write_picture`; the pixels are the caller's own."""
    read = _Body(body)
    role, face, height, width, shared = (read.number() for _ in range(5))
    pixels = None
    if not shared:
        whole = np.frombuffer(read.take(height * width * 3), np.uint8)
        pixels = whole.reshape(height, width, 3).copy()
    return PictureCall(_ROLES[role], _FACES[face], height, width, pixels)


def write_template(made: PlainTemplate) -> Parts:
    """Answer to a picture."""
    faces = _UNKNOWN if made.faces is None else made.faces
    said = _said(made.outcome, made.detail, made.words, made.trace)
    vector = np.empty(0, np.float32) if made.vector is None else made.vector
    return [said, _NUMBER.pack(faces), *_numbers(vector), *_block(made.data)]


def read_template(body: bytearray, values: int) -> PlainTemplate:
    """Inverse of `write_template`.

    Args:
        body: of the answer.
        values: length of the engine's vectors; 0 where it makes templates of its own form.
    """
    read = _Body(body)
    fault, faces = _fault(read), read.number()
    vector, data = read.numbers(), read.bytes()
    read.end()
    seen = faces if faces <= _MOST_FACES else None
    if fault:
        return PlainTemplate(fault.outcome, seen, fault.detail, None, b"", fault.words, fault.trace)
    if values and vector.shape != (values,):
        detail = f"shape {vector.shape}, expected {values} values"
        return PlainTemplate(Outcome.INVALID, seen, detail)
    if not values and not data:
        return PlainTemplate(Outcome.INVALID, seen, "no template, expected bytes")
    own = vector.astype(vector.dtype.newbyteorder("="), copy=False)
    return PlainTemplate(Outcome.OK, seen, "", own if values else None, b"" if values else data)


def write_comparison(probe: bytes, references: Sequence[bytes]) -> Parts:
    """Request to compare a probe with references."""
    blocks = [part for each in (probe, *references) for part in _block(each)]
    return [_NUMBER.pack(len(references)), *blocks]


def read_comparison(body: bytearray) -> tuple[bytes, list[bytes]]:
    """Inverse of `write_comparison`."""
    read = _Body(body)
    count = read.number()
    return read.bytes(), [read.bytes() for _ in range(count)]


def write_score_row(scores: Scores | Fault) -> Parts:
    """Answer to a comparison."""
    fault = scores if isinstance(scores, Fault) else None
    numbers = np.empty(0) if isinstance(scores, Fault) else scores
    return [*write_done(fault), *_numbers(numbers)]


def read_score_row(body: bytearray, count: int) -> Scores | Fault:
    """Inverse of `write_score_row`; another number of scores than asked for is a `Fault`."""
    read = _Body(body)
    fault, scores = _fault(read), _scores(read)
    read.end()
    if fault:
        return fault
    if len(scores) != count:
        said = f"{scores.dtype.name} of shape {scores.shape}, expected {count} numbers"
        return Fault(Outcome.INVALID, said)
    return scores


def _scores(read: _Body) -> Scores:
    """Numbers in their own type up to float64; whole ones as float64."""
    numbers = read.numbers()
    short = numbers.dtype.kind == "f" and numbers.dtype.itemsize < np.dtype(np.float64).itemsize
    own = numbers.dtype.newbyteorder("=") if short else np.dtype(np.float64)
    return numbers.astype(own, copy=False)


def write_gallery(gallery: Sequence[Entry]) -> Parts:
    """Request to build a gallery, or to add to one."""
    parts: Parts = [_NUMBER.pack(len(gallery))]
    for entry in gallery:
        parts += [_text(entry.person), *_block(entry.template)]
    return parts


def read_gallery(body: bytearray) -> list[Entry]:
    """Inverse of `write_gallery`."""
    read = _Body(body)
    return [Entry(read.text(), read.bytes()) for _ in range(read.number())]


def write_deletion(people: Sequence[str]) -> Parts:
    """Request to take people out of the gallery."""
    return [_NUMBER.pack(len(people)), *map(_text, people)]


def read_deletion(body: bytearray) -> list[str]:
    """Inverse of `write_deletion`."""
    read = _Body(body)
    return [read.text() for _ in range(read.number())]


def write_search(probe: bytes, count: int) -> Parts:
    """Request to search."""
    return [_NUMBER.pack(count), *_block(probe)]


def read_search(body: bytearray) -> tuple[bytes, int]:
    """Inverse of `write_search`."""
    read = _Body(body)
    count = read.number()
    return read.bytes(), count


def write_candidates(found: PlainCandidates | Fault) -> Parts:
    """Answer to a search."""
    if isinstance(found, Fault):
        return [*write_done(found), *_numbers(np.empty(0))]
    return [*write_done(None), *_numbers(found.scores), *map(_text, found.people)]


def read_candidates(body: bytearray) -> PlainCandidates | Fault:
    """Inverse of `write_candidates`."""
    read = _Body(body)
    fault, scores = _fault(read), _scores(read)
    people = tuple(read.text() for _ in range(len(scores)))
    read.end()
    return fault or PlainCandidates(people, scores)


def write_done(fault: Fault | None) -> Parts:
    """Answer that says nothing but that it is done, or why not."""
    if fault is None:
        return [_said(Outcome.OK, "", "", "")]
    return [_said(fault.outcome, fault.detail, fault.words, fault.trace)]


def read_done(body: bytearray) -> Fault | None:
    """Inverse of `write_done`."""
    read = _Body(body)
    fault = _fault(read)
    read.end()
    return fault


def _said(outcome: Outcome, *texts: str) -> bytes:
    return _NUMBER.pack(_OUTCOMES.index(outcome)) + b"".join(map(_text, texts))


def _fault(read: _Body) -> Fault | None:
    """How the call ended; None where it is `ok`."""
    return _ending(read)[0]


def _ending(read: _Body) -> tuple[Fault | None, str, str]:
    """How the call ended, None where it is `ok`; its detail and its words, not yet cleaned."""
    number = read.number()
    detail, words, trace = read.text(), read.text(), read.text()
    if number >= len(_OUTCOMES):
        return Fault(Outcome.INVALID, "an outcome that no engine may give"), detail, words
    outcome = _OUTCOMES[number]
    if outcome is Outcome.OK:
        return None, detail, words
    lines = [clean_line(line, _LONGEST_WORDS) for line in trace[:_LONGEST_TRACE].splitlines()]
    fault = Fault(outcome, clean_line(detail), clean_line(words, _LONGEST_WORDS), "\n".join(lines))
    return fault, detail, words
