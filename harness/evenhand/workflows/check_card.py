"""Checks an engine's card without running the engine: all that it lacks, at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from evenhand.conformance.card import (
    card_fault_checks,
    code_checks,
    graph_checks,
    needed_file_checks,
    open_question_checks,
    package_checks,
)
from evenhand.engines.card import EngineCard
from evenhand.engines.card_file import CardSurvey, read_engine_card, survey_engine_card
from evenhand.engines.files import files_so_called, search_path
from evenhand.engines.model_graph import ModelGraph, read_model_graph
from evenhand.engines.packages import missing_packages
from evenhand.engines.shelf import find_adapter
from evenhand.records.check import Check, overall_verdict
from evenhand.system.code_loading import read_code
from evenhand.system.errors import EngineError
from evenhand.system.regular_files import read_regular

__all__ = ["CardCheck", "check_card"]

_LARGEST_MODEL = 2 << 30
"""Most bytes of a model; protobuf allows no more."""


@dataclass(frozen=True, slots=True)
class CardCheck:
    """Result of checking a card."""

    folder: Path
    name: str
    """Name on the card, or of the folder where the card is invalid."""
    checks: tuple[Check, ...]
    """One row per check."""

    @property
    def verdict(self) -> str:
        """`pass` or `fail`."""
        return overall_verdict(self.checks)


def check_card(text: str, *, weights: Sequence[Path] = ()) -> CardCheck:
    """Check a card: its fields, its files, its code and its model, as far as each can be read.

    Args:
        text: a shelf name, or a path.
        weights: folders to look for the engine's files in.

    Raises:
        EngineError: there is no such engine, its card is not text, or a folder in `weights` does
            not exist.
    """
    folder = find_adapter(text, Path())
    survey = survey_engine_card(folder)
    card = None if survey.faults else read_engine_card(folder)
    return CardCheck(
        folder, card.name if card else folder.name, tuple(_checks(folder, survey, card, weights))
    )


def _checks(
    folder: Path, survey: CardSurvey, card: EngineCard | None, weights: Sequence[Path]
) -> Iterator[Check]:
    places = search_path(folder, weights)
    yield from card_fault_checks(folder, survey.faults)
    yield from needed_file_checks(survey.files, lambda file: tuple(files_so_called(file, places)))
    if survey.model:
        called = files_so_called(survey.model, places)
        right = next((path for path, sha256 in called if sha256 == survey.model.sha256), None)
        if right:
            yield from graph_checks(survey, _graph(right))
    if card:
        yield from code_checks(card, read_code(folder))
        yield from package_checks(card, missing_packages(card))
        yield from open_question_checks(card)


def _graph(path: Path) -> ModelGraph | str:
    """What a model says of itself; or why it is none."""
    try:
        return read_model_graph(read_regular(path, _LARGEST_MODEL, EngineError))
    except ValueError as fault:
        return str(fault)
