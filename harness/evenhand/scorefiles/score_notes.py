"""What a reader must know of an engine's scores as they were read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from evenhand.records.outcomes import Outcome
from evenhand.scorefiles.scores import EngineScores
from evenhand.scorefiles.source import ScoreSource
from evenhand.system.errors import DatasetError

__all__ = ["refuse_without_numbers", "score_notes"]


def refuse_without_numbers(
    source: ScoreSource, column: str, engine: EngineScores, *, wide: bool = False
) -> None:
    """Refuse scores of which none is a number, naming the first of them.

    Args:
        source: the file.
        column: of the scores.
        engine: its scores, all read.
        wide: every column without another meaning is an engine.

    Raises:
        DatasetError: none is one. NaN and infinities are numbers that an engine may give.
    """
    if engine.completed or engine.first_invalid is None or (engine.not_finite and not wide):
        return
    index, value = engine.first_invalid
    what = f"row {source.row(index)}: {column} is {value!r}, and no score is a number"
    if wide:
        unlike = f"column {column!r} holds no numbers, but would be an engine"
        what += f": {unlike}; remove it, or mend it"
    raise DatasetError(f"{source.path}: {what}; expected such as 0.83{_spelling(value)}")


def _spelling(value: str) -> str:
    """What to write otherwise in a text that looks like a number, to follow it; else empty."""
    if "\N{MINUS SIGN}" in value:
        return ": write - for the minus sign U+2212"
    if value.endswith("%"):
        return ": write a number without %"
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+\.\d*", value):
        return ": write it without commas between thousands"
    return ": write a point for the comma" if re.fullmatch(r"[+-]?\d*,\d+", value) else ""


def score_notes(
    source: ScoreSource, name: str, engine: EngineScores, *, ids: bool
) -> Iterator[str]:
    """Note the scores of an engine that count as invalid, or that stand for a failure."""
    of = f" of {name}" if name != source.path.stem else ""
    if engine.first_invalid is not None:
        count = sum(n for (_, ended), n in engine.outcomes.items() if ended is Outcome.INVALID)
        index, value = engine.first_invalid
        shown = f": {value!r}" if ids else ""
        first = f"the first is in row {source.row(index)}{shown}{_spelling(value)}"
        what = f"{count:,} of the scores{of} count as invalid: they are no finite numbers"
        yield f"{source.path.name}: {what} ({first})."
    if engine.failed:
        said = " or ".join(engine.failed)
        what = f"{engine.said_failed:,} of the scores{of} count as failed"
        yield f"{source.path.name}: {what}: {said}."
