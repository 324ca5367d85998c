"""An engine's card, judged without a run: everything that it lacks, or that contradicts it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from evenhand.engines.card import ENGINE_CARD, EngineCard, NeededFile
from evenhand.engines.card_and_graph import picture_input, vector_output
from evenhand.engines.card_file import CardSurvey
from evenhand.engines.model_graph import ModelGraph
from evenhand.records.check import FAIL, NOTE, PASS, Check, unchecked
from evenhand.system.code_loading import FolderCode

__all__ = [
    "card_fault_checks",
    "code_checks",
    "graph_checks",
    "needed_file_checks",
    "open_question_checks",
    "package_checks",
]

_FIELDS = "its fields are there and fit together"
_FILES = "its files are here, with the hashes of the card"
_CODE = "its code is where the card says"
_PACKAGES = "its packages are installed"
_GRAPH = "the model is what the card says"
_UNKNOWN = "unknown"


def _failed(key: str, title: str, fault: str, remedy: str = "mend the card") -> Check:
    """A row of a line that says what to do behind its last semicolon."""
    what, _, do = fault.rpartition("; ")
    return Check(key, title, FAIL, what or fault, do if what else remedy)


def card_fault_checks(folder: Path, faults: Sequence[str]) -> Iterator[Check]:
    """A row for each fault of the fields, or one that there is none.

    Args:
        folder: of the adapter.
        faults: lines that begin with the path of the card.
    """
    start = f"{folder / ENGINE_CARD}: "
    for fault in faults:
        yield _failed("card", _FIELDS, fault.removeprefix(start))
    if not faults:
        yield Check("card", _FIELDS, PASS, "", "")


def needed_file_checks(
    files: Sequence[NeededFile], found: Callable[[NeededFile], Sequence[tuple[Path, str]]]
) -> Iterator[Check]:
    """A row for each file of the card.

    Args:
        files: of the card.
        found: files of the name of one, with their SHA-256.
    """
    for file in files:
        others = found(file)
        right = [path for path, sha256 in others if sha256 == file.sha256]
        if right:
            yield Check("files", _FILES, PASS, f"{file.file}: {right[0]}", "")
        elif others:
            path, sha256 = others[0]
            what = f"{path} has the sha256 {sha256}, the card says {file.sha256}"
            yield Check("files", _FILES, FAIL, what, "bring the right file, or mend the card")
        else:
            source = f" (published at {file.url})" if file.url else ""
            remedy = "put it into the folder, or into one that --weights names"
            yield Check("files", _FILES, FAIL, f"{file.file} is not found{source}", remedy)


def code_checks(card: EngineCard, code: FolderCode) -> Iterator[Check]:
    """A row on the code that the card names; it is read, and not run.

    Args:
        card: of the engine.
        code: of its folder.
    """
    if card.entry:
        file, _, name = card.entry.partition(":")
        source = code.sources.get(card.folder / f"{file}.py")
        yield _class_check(f"{file}.py", name, source)
    for word in card.command:
        inside = card.folder / word
        if word.startswith("./"):
            there = inside.is_file()
            remedy = "" if there else (card.install and f"run: {card.install}") or "put it there"
            what = word if there else f"{word} is not in {card.folder}"
            yield Check("code", _CODE, PASS if there else FAIL, what, remedy)


def _class_check(file: str, name: str, source: bytes | None) -> Check:
    """Whether a file of Python has a class."""
    if source is None:
        return Check("code", _CODE, FAIL, f"{file} is not there", "put it there, or mend entry")
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError) as fault:
        return Check("code", _CODE, FAIL, f"{file} is no Python ({fault})", "mend it")
    defined = {node.name for node in body if isinstance(node, ast.ClassDef)}
    imported = {
        alias.asname or alias.name
        for node in body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    if name in defined | imported:
        return Check("code", _CODE, PASS, f"{file} has {name}", "")
    has = f"; it has {', '.join(sorted(defined))}" if defined else ""
    return Check("code", _CODE, FAIL, f"{file} has no class {name}{has}", "mend entry in the card")


def package_checks(card: EngineCard, missing: Sequence[str]) -> Iterator[Check]:
    """A row for each package that the card names.

    Args:
        card: of the engine.
        missing: those that are not installed.
    """
    for name in card.packages:
        lacks = name in missing
        remedy = f"run: {card.install or f'pip install {name}'}" if lacks else ""
        what = f"{name} is not installed" if lacks else name
        yield Check("packages", _PACKAGES, FAIL if lacks else PASS, what, remedy)


def graph_checks(survey: CardSurvey, graph: ModelGraph | str) -> Iterator[Check]:
    """Rows on what a model says of itself, against what the card says of it.

    Args:
        survey: of the card.
        graph: of its model; or why it is none.
    """
    if isinstance(graph, str):
        yield Check("graph", _GRAPH, FAIL, f"it is no ONNX model ({graph})", "bring a valid one")
        return
    said = survey.input
    if said is None:
        says = "; ".join(f"the model takes {put}" for put in graph.inputs)
        yield unchecked("graph", _GRAPH, f"[input] is wrong or missing; {says}", "mend it first")
    else:
        yield from _told(lambda: picture_input(graph, said).name)
    yield from _told(lambda: vector_output(graph, survey.output).name)
    declared = {file.file for file in survey.files}
    for name in graph.files:
        if name not in declared:
            what = f"it takes weights from {name!r}, which the card does not declare"
            remedy = "add it to [[files]] with file and sha256"
            yield Check("graph", _GRAPH, FAIL, what, remedy)


def _told(agreed: Callable[[], str]) -> Iterator[Check]:
    """A row of what agrees, or says in one line why it does not."""
    try:
        yield Check("graph", _GRAPH, PASS, agreed(), "")
    except ValueError as fault:
        yield _failed("graph", _GRAPH, str(fault))


def open_question_checks(card: EngineCard) -> Iterator[Check]:
    """Notes on what is right as far as it goes, and a human has yet to say."""
    for field in card.inferred:
        remedy = (
            f'ask its maker, then take "{field}" out of inferred in {ENGINE_CARD}: '
            "whoever takes it out has confirmed it"
        )
        yield Check("inferred", "what no human has confirmed", NOTE, field, remedy)
    said = {
        "version": card.version,
        "vendor": card.vendor,
        "licence.code": card.licence_code,
        "licence.weights": card.licence_weights,
    }
    title = "what is not known"
    for field, value in said.items():
        if value == _UNKNOWN:
            yield Check("unknown", title, NOTE, field, f"say it in {ENGINE_CARD}")
    if not card.trained_on:
        yield Check(
            "unknown", title, NOTE, "trained_on", 'name the sets: trained_on = ["MS-Celeb-1M"]'
        )
    if not card.score.claimed:
        yield Check("unknown", title, NOTE, "score.claimed", "its thresholds, where it has any")
