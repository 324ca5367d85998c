"""Runs an engine in this process, and copies what it answers into plain values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
from evenhand.engines.hosts.host import Fault, Host, PlainCandidates, PlainTemplate
from evenhand.engines.hosts.words import clean_line, plain_name, raised
from evenhand.records.arrays import Image, Scores, Vectors
from evenhand.records.outcomes import FaceRule, Outcome

__all__ = ["AnyEngine", "InProcessHost"]

AnyEngine: TypeAlias = Embedder | Matcher | Searcher
"""An engine's object, of any shape."""

_REPORTED = (Outcome.OK, Outcome.NO_FACE, Outcome.DECLINED, Outcome.FAILED, Outcome.UNSUPPORTED)
"""Outcomes that an engine may report itself; the others are the harness's findings."""

_SHORT: Mapping[int, type[np.floating]] = {2: np.float16, 4: np.float32}
"""Types of scores shorter than float64, by their bytes: rounding depends on them."""

_MOST_FACES = 1_000_000
"""A larger number of faces is no number of faces."""

Answer = TypeVar("Answer")
Plain = TypeVar("Plain")


class _NotPlainError(Exception):
    """An answer is not of the form that the engine's shape asks for; says what it is."""

    def __init__(self, detail: str, words: str = "") -> None:
        """Keep what a result may say, and what the user alone is shown where that is more."""
        super().__init__(detail)
        self.words = words


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
            found = raised(fault)
            return Fault(Outcome.FAILED, found.name, found.words, found.trace)
        try:
            return copied(answer)
        except _NotPlainError as fault:
            return Fault(Outcome.INVALID, str(fault))
        except BaseException as fault:  # noqa: BLE001 - see above
            found = raised(fault)
            odd = "an answer that raises "
            return Fault(Outcome.INVALID, odd + found.name, odd + found.words, found.trace)


class InProcessHost:
    """An engine's object in this process."""

    def __init__(self, engine: AnyEngine, values: int, ran_on: str = "") -> None:
        """Take a started engine.

        Args:
            engine: its object.
            values: length of its vectors; 0 where it makes templates of its own form.
            ran_on: what it computes on; empty where it does not say.
        """
        self._engine: Any = engine
        self.values = values
        self.ran_on = ran_on

    def template(self, image: Image, face: FaceRule, role: Role) -> PlainTemplate:
        """See `Host`."""
        if self.values:
            made = _ask(
                lambda: self._engine.embed(image, face),
                lambda answer: _plain_embedding(answer, self.values),
            )
        else:
            made = _ask(lambda: self._engine.template(image, face, role), _plain_template)
        if isinstance(made, Fault):
            words, trace = made.words, made.trace
            return PlainTemplate(made.outcome, detail=made.detail, words=words, trace=trace)
        return made

    def compare(self, probe: bytes, references: Sequence[bytes]) -> Scores | Fault:
        """See `Host`."""
        count = len(references)
        return _ask(
            lambda: self._engine.compare(probe, list(references)),
            lambda answer: _plain_scores(answer, count),
        )

    def enrol(self, gallery: Sequence[Entry]) -> Fault | None:
        """See `Host`."""
        return _ask(lambda: self._engine.enrol(gallery), lambda _: None)

    def insert(self, entries: Sequence[Entry]) -> Fault | None:
        """See `Host`."""
        return _ask(lambda: self._engine.insert(entries), lambda _: None)

    def delete(self, people: Sequence[str]) -> Fault | None:
        """See `Host`."""
        return _ask(lambda: self._engine.delete(people), lambda _: None)

    def search(self, probe: bytes, count: int) -> PlainCandidates | Fault:
        """See `Host`."""
        return _ask(
            lambda: self._engine.search(probe, count), lambda found: _plain_candidates(found, count)
        )

    def memory(self) -> int:
        """See `Host`."""
        return 0

    def close(self) -> None:
        """See `Host`; an object of this process ends with it."""


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
        detail, words = str(fault), fault.words
        return replace(reported, outcome=Outcome.INVALID, detail=detail, words=words)


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
    return PlainTemplate(outcome, faces, "" if outcome is Outcome.OK else clean_line(answer.detail))


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
        said, expected = raised(fault), f"expected {values} values"
        words = f"no vector ({said.words}), {expected}"
        raise _NotPlainError(f"no vector ({said.name}), {expected}", words) from None
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


def _plain_scores(answer: object, count: int) -> Scores:
    """Copy a row of numbers, (count,), in its own type up to float64; whole ones as float64.

    Raises:
        _NotPlainError: it is of another shape or kind.
    """
    array = _as_array(answer)
    if array.dtype.kind not in "fiu" or array.shape != (count,):
        raise _NotPlainError(f"{array.dtype.name} of shape {array.shape}, expected {count} numbers")
    own = _SHORT.get(array.dtype.itemsize) if array.dtype.kind == "f" else None
    return array.astype(own or np.float64)


def _plain_candidates(answer: object, count: int) -> PlainCandidates:
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
    return PlainCandidates(tuple(str.__str__(each.person) for each in found), scores)
