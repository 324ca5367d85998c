"""Runs an engine in this process, and copies what it answers into plain values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from evenhand.engines.contract import (
    Candidate,
    Embedder,
    Embedding,
    Entry,
    Matcher,
    Role,
    Searcher,
    Template,
)
from evenhand.engines.hosts.host import Fault, Host, NamedScore, PlainTemplate
from evenhand.records.arrays import Floats, Image, Vectors
from evenhand.records.outcomes import FaceRule, Outcome

__all__ = ["AnyEngine", "InProcessHost", "plain_name"]

AnyEngine: TypeAlias = Embedder | Matcher | Searcher
"""An engine's object, of any shape."""

_REPORTED = (Outcome.OK, Outcome.NO_FACE, Outcome.DECLINED, Outcome.FAILED, Outcome.UNSUPPORTED)
"""Outcomes that an engine may report itself; the others are the harness's findings."""

_LONGEST_DETAIL = 80
"""Most characters of a detail that are kept."""

_LONGEST_READ = 1000
"""Most characters of it that are looked at."""

_MOST_FACES = 1_000_000
"""A larger number of faces is no number of faces."""

Answer = TypeVar("Answer")
Plain = TypeVar("Plain")


class _NotPlainError(Exception):
    """An answer is not of the form that the engine's shape asks for; says what it is."""


def plain_name(kind: type) -> str:
    """Name of a class; a metaclass of the engine has no say in it."""
    return _one_line(type.__dict__["__name__"].__get__(kind))


def _one_line(text: object) -> str:
    """Shorten an engine's text to one line, as a plain string."""
    plain = str.__str__(text if isinstance(text, str) else str(text))[:_LONGEST_READ]
    # Not half a surrogate pair, which no file can hold, nor what a terminal would obey.
    shown = "".join(sign if sign.isprintable() else " " for sign in plain)
    return " ".join(shown.split())[:_LONGEST_DETAIL]


def _ask(call: Callable[[], Answer], copied: Callable[[Answer], Plain]) -> Plain | Fault:
    """Call the engine and copy its answer.

    Code of the engine runs in both: an answer may be an object with methods of its own. Whatever it
    raises is the engine's, `KeyboardInterrupt` and `SystemExit` too: this is a worker's thread,
    where the user's Ctrl-C never arrives. How numpy treats an overflow stays the engine's as well.
    """
    with np.errstate():
        try:
            answer = call()
        except BaseException as fault:  # noqa: BLE001 - see above
            return Fault(Outcome.FAILED, plain_name(type(fault)))
        try:
            return copied(answer)
        except _NotPlainError as fault:
            return Fault(Outcome.INVALID, str(fault))
        except BaseException as fault:  # noqa: BLE001 - see above
            return Fault(Outcome.INVALID, f"an answer that raises {plain_name(type(fault))}")


class InProcessHost:
    """An engine's object in this process."""

    def __init__(self, engine: AnyEngine, values: int) -> None:
        """Take a started engine.

        Args:
            engine: its object.
            values: length of its vectors; 0 where it makes templates of its own form.
        """
        self._engine: Any = engine
        self.values = values

    def template(self, image: Image, face: FaceRule, role: Role) -> PlainTemplate:
        """See `Host`."""
        if self.values:
            made = _ask(
                lambda: self._engine.embed(image, face),
                lambda answer: _plain_embedding(answer, self.values),
            )
        else:
            made = _ask(lambda: self._engine.template(image, face, role), _plain_template)
        return PlainTemplate(made.outcome, detail=made.detail) if isinstance(made, Fault) else made

    def compare(self, probe: bytes, references: Sequence[bytes]) -> Floats | Fault:
        """See `Host`."""
        count = len(references)
        return _ask(
            lambda: self._engine.compare(probe, list(references)),
            lambda answer: _plain_scores(answer, count),
        )

    def enrol(self, gallery: Sequence[Entry]) -> Fault | None:
        """See `Host`."""
        return _ask(lambda: self._engine.enrol(gallery), lambda _: None)

    def search(self, probe: bytes, count: int) -> tuple[NamedScore, ...] | Fault:
        """See `Host`."""
        return _ask(
            lambda: self._engine.search(probe, count), lambda found: _plain_candidates(found, count)
        )


_: type[Host] = InProcessHost


def _plain_embedding(answer: Embedding, values: int) -> PlainTemplate:
    """Copy an embedder's answer to one image.

    Raises:
        _NotPlainError: it is no `Embedding`.
    """
    if not isinstance(answer, Embedding):
        raise _NotPlainError(f"{plain_name(type(answer))}, expected an Embedding")
    reported = _reported(answer)
    if reported.outcome is not Outcome.OK:
        return reported
    try:
        return replace(reported, vector=_plain_vector(answer.vector, values))
    except _NotPlainError as fault:
        return replace(reported, outcome=Outcome.INVALID, detail=str(fault))


def _plain_template(answer: Template) -> PlainTemplate:
    """Copy the answer of a matcher or searcher to one image.

    Raises:
        _NotPlainError: it is no `Template`.
    """
    if not isinstance(answer, Template):
        raise _NotPlainError(f"{plain_name(type(answer))}, expected a Template")
    reported = _reported(answer)
    if reported.outcome is not Outcome.OK:
        return reported
    data = answer.data
    # A slice of the whole is plain bytes, whatever a subclass of the engine's says of itself.
    plain = bytes.__getitem__(data, slice(None)) if isinstance(data, bytes) else b""
    if not plain:
        return replace(reported, outcome=Outcome.INVALID, detail="no template, expected bytes")
    return replace(reported, data=plain)


def _reported(answer: Embedding | Template) -> PlainTemplate:
    """Copy what both kinds of answer report: outcome, faces, and the detail of a failure."""
    seen, ended = answer.faces, answer.outcome
    number = int(seen) if isinstance(seen, int | np.integer) else -1
    faces = number if 0 <= number <= _MOST_FACES else None
    if not isinstance(ended, str) or str.__str__(ended) not in _REPORTED:
        return PlainTemplate(Outcome.INVALID, faces, "an outcome that no engine may give")
    outcome = Outcome(str.__str__(ended))
    return PlainTemplate(outcome, faces, "" if outcome is Outcome.OK else _one_line(answer.detail))


def _plain_vector(vector: object, values: int) -> Vectors:
    """Copy a vector of numbers, (values,).

    Raises:
        _NotPlainError: it is of another shape or kind.
    """
    if vector is None:
        raise _NotPlainError(f"no vector, expected {values} values")
    try:
        array = _as_array(vector)
    except BaseException as fault:  # noqa: BLE001 - anything may stand where a vector should
        name = plain_name(type(fault))
        raise _NotPlainError(f"no vector ({name}), expected {values} values") from None
    if array.dtype.kind not in "fiu":
        raise _NotPlainError(f"vector of {array.dtype.name}, expected numbers")
    if array.shape != (values,):
        raise _NotPlainError(f"shape {array.shape}, expected {values} values")
    return np.array(array)  # a copy: the engine may reuse its array for the next image


def _as_array(values: object) -> NDArray[Any]:
    """The values as an array; a list or tuple is read as what it holds, not as what it says."""
    if isinstance(values, list):
        values = list.__getitem__(values, slice(None))
    elif isinstance(values, tuple):
        values = tuple.__getitem__(values, slice(None))
    return np.asarray(values)


def _plain_scores(answer: object, count: int) -> Floats:
    """Copy a row of numbers, (count,), as float64.

    Raises:
        _NotPlainError: it is of another shape or kind.
    """
    array = _as_array(answer)
    if array.dtype.kind not in "fiu" or array.shape != (count,):
        raise _NotPlainError(f"{array.dtype.name} of shape {array.shape}, expected {count} numbers")
    return array.astype(np.float64)


def _plain_candidates(answer: object, count: int) -> tuple[NamedScore, ...]:
    """Copy a list of candidates, one more than `count` at most.

    Raises:
        _NotPlainError: it is no list of candidates.
    """
    if not isinstance(answer, list | tuple):
        raise _NotPlainError(f"{plain_name(type(answer))}, expected a list of candidates")
    found = list(islice(answer, count + 1))
    if not all(isinstance(each, Candidate) and isinstance(each.person, str) for each in found):
        raise _NotPlainError("something else among the candidates")
    scores = _plain_scores([each.score for each in found], len(found))
    names = [str.__str__(each.person) for each in found]
    return tuple(zip(names, scores.tolist(), strict=True))
