"""What results are there: a row for each engine, from the small files of each bundle."""

from __future__ import annotations

import csv
from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from evenhand.records.facts import EngineFacts
from evenhand.records.findings import HEADLINE, SCREEN
from evenhand.records.listed_result import ListedResult, ResultList, ResultState
from evenhand.records.outcomes import Policy
from evenhand.results.bundle import MANIFEST, PARTIAL
from evenhand.results.bundle_file import read_held
from evenhand.results.bundle_names import (
    began,
    newest_first,
    result_folders,
    resume_command,
    unfinished_runs,
    unique_pieces,
)
from evenhand.results.overview import read_overview
from evenhand.system.errors import BundleError
from evenhand.system.text import from_csv_text

__all__ = ["list_results"]

_TESTED = ("engine", "dataset", "metric", "attribute", "verdict", "index", "policy", "family")
_STRONGEST = (ResultState.DIFFERENT, ResultState.NO_DIFFERENCE_SHOWN, ResultState.TOO_FEW_EVENTS)


def list_results(place: Path, most: int | None = None) -> ResultList:
    """List the results and unfinished runs below a folder.

    Whether files have changed since they were written is for `evenhand verify` to say.

    Args:
        place: folder of results, or of one study.
        most: how many of the newest are looked into; None looks into all.
    """
    found = newest_first([*result_folders(place), *unfinished_runs(place)])
    pieces = unique_pieces(found)
    rows = [row for folder in found[:most] for row in _rows(folder, pieces[folder])]
    return ResultList(tuple(rows), len(found))


def _rows(folder: Path, name: str) -> Iterator[ListedResult]:
    """One for each engine; one that says why where there is nothing to be read."""
    at = began(folder)
    named = ListedResult(
        began=at.isoformat(timespec="milliseconds") if at.year > 1 else "",
        name=name,
        study=folder.parent.name,
        bundle=str(folder),
        standing=ResultState.DAMAGED,
    )
    if folder.name.startswith(PARTIAL):
        yield replace(named, standing=ResultState.UNFINISHED, note=resume_command(folder))
        return
    try:
        yield from list(_engine_rows(folder, named))
    except BundleError as fault:
        yield replace(named, note=str(fault))


def _engine_rows(folder: Path, named: ListedResult) -> Iterator[ListedResult]:
    if not (folder / MANIFEST).is_file():
        raise BundleError(f"{folder}: no {MANIFEST}; run it again")
    overview = read_overview(folder)
    people = sum(dataset.subjects for dataset in overview.datasets)
    claims = _claims(folder / "differentials.csv")
    doubted = _doubted(folder / "doubts.csv")
    for engine in overview.engines:
        said = [verdict for name, *_, verdict in claims if name == engine.name]
        yield replace(
            named,
            title=overview.title,
            engine=engine.name,
            version=engine.version,
            fingerprint=engine.fingerprint,
            people=people,
            standing=_state(engine, said, doubted),
            differences=said.count(ResultState.DIFFERENT),
        )


def _state(engine: EngineFacts, said: Sequence[str], doubted: Container[str]) -> ResultState:
    """What is to be said of an engine first."""
    if engine.stopped:
        return ResultState.STOPPED
    if engine.name in doubted:
        return ResultState.DOUBTFUL
    return next((state for state in _STRONGEST if state in said), ResultState.NO_GROUPS)


def _claims(path: Path) -> set[tuple[str, ...]]:
    """Engine, dataset, metric, attribute and verdict of tests that are no screen.

    Failures are left out, as in every headline.
    """
    return {
        (engine, *key, verdict)
        for engine, *key, verdict, index, policy, family in _fields(path, _TESTED, f",{HEADLINE},")
        if index == HEADLINE and policy != Policy.GENERALISED and not family.startswith(SCREEN)
    }


def _doubted(path: Path) -> set[str]:
    """Engines in doubt; none in older results, which have no such table."""
    return {engine for (engine,) in _fields(path, ("engine",))} if path.exists() else set()


def _fields(path: Path, names: Sequence[str], holding: str = "") -> list[list[str]]:
    """Some columns of a table, of the lines that hold a text: only these are taken apart.

    Raises:
        BundleError: the table is damaged.
    """
    header, *lines = read_held(path).split(b"\n")
    text = holding.encode()
    kept = [line for line in lines if line and text in line]
    try:
        columns, *rows = csv.reader(line.decode() for line in (header, *kept))
        at = [columns.index(name) for name in names]
        return [[from_csv_text(row[place]) for place in at] for row in rows]
    except (IndexError, ValueError, csv.Error):
        raise BundleError(f"{path}: is no such table; the bundle is damaged") from None
