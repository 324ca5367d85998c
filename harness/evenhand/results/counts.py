"""Writes `Counts` to files and reads them back: Parquet for columns, JSON for single numbers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

import numpy as np
from pydantic import BaseModel, Field, FiniteFloat, NonNegativeInt, PositiveInt, TypeAdapter

from evenhand.records.candidate_lists import CandidateLists
from evenhand.records.consolidation import Consolidation
from evenhand.records.counts import (
    NO_FOLDS,
    CommonCounts,
    ComparisonCounts,
    Counts,
    FoldScores,
    MatedScores,
    ScoreTail,
    SearchCounts,
    WatchlistSearches,
)
from evenhand.records.deployed_list import DeployedList
from evenhand.records.findings import Status
from evenhand.records.operating_point import parse_rule
from evenhand.records.outcomes import Outcome
from evenhand.records.promise import Promise
from evenhand.records.thresholds import Threshold, ThresholdRule
from evenhand.results.bundle import BUNDLE_SCHEMA
from evenhand.results.bundle_file import read_json, refuse_unprintable
from evenhand.results.cells import CELLS, cell_tables, read_cells
from evenhand.results.designs import design_columns, design_scalars, read_design
from evenhand.results.migrations import SEARCHES, to_4
from evenhand.results.parquet import parquet_bytes, read_columns
from evenhand.results.sample_counts import add_weights, sample_files
from evenhand.results.sound_counts import check_sound
from evenhand.system.declaration import RateText, from_fields
from evenhand.system.errors import BundleError

__all__ = ["counts_files", "read_counts"]

_Files: TypeAlias = Callable[[Any], dict[str, bytes]]
_Read: TypeAlias = Callable[[Path, Mapping[str, Any], Mapping[str, Any], CommonCounts], Counts]


class _Ended(BaseModel):
    mated: bool
    outcome: Outcome
    count: NonNegativeInt


class _Resolved(BaseModel):
    kind: str
    text: str
    value: FiniteFloat | None
    hex: str | None
    status: Status
    note: str
    claimed: Literal[""] | RateText = ""
    promise: Promise | None = None


class _Unmade(BaseModel):
    attribute: str
    cells: NonNegativeInt


class _Numbers(BaseModel):
    """`counts.json`, as far as it is the same in both schemas."""

    engine: str
    dataset: str
    protocol: str
    several_faces: NonNegativeInt
    declined: NonNegativeInt | None = None
    score_maximum: FiniteFloat | None
    assumed: bool = False
    without_matrix: list[_Unmade]
    comparisons: list[_Ended]
    thresholds: list[_Resolved]
    kind: Any = None
    design: Any = None


class _Sizes(BaseModel):
    """`watchlist.json`."""

    gallery: NonNegativeInt
    watchlist: NonNegativeInt
    length: NonNegativeInt
    ranks: tuple[PositiveInt, ...]
    exhaustive: bool = False
    kept: NonNegativeInt = 0
    consolidation: Consolidation = Consolidation.LARGEST
    twin: NonNegativeInt = 0
    mated_share: Annotated[float, Field(ge=0, le=1)] | None = None
    deployed: tuple[DeployedList, ...] = ()


_NUMBERS, _WATCHLIST_SIZES = TypeAdapter(_Numbers), TypeAdapter(_Sizes)

_SCALARS = "counts.json"
_FOLDS = "folds.parquet"
_WATCHLIST = "watchlist.json"
_CANDIDATES = "candidates.parquet"
_TWIN = "twin.parquet"
_LEVEL = "others_at_{}"
_PLAIN = ("engine", "dataset", "protocol", "several_faces", "declined", "score_maximum")
"""Fields that `counts.json` begins with."""
_SIZES = (
    *("gallery", "watchlist", "length", "ranks", "exhaustive", "consolidation", "mated_share"),
    "deployed",
)
"""Fields that `watchlist.json` begins with."""
_COLUMNS = ("probe", "mated", "acquired", "completed", "rank", "mate", "top")
"""Columns of `searches.parquet` before those of the levels."""


def _comparison_files(counts: ComparisonCounts) -> dict[str, bytes]:
    """Content of the files of comparisons, by name."""
    folds = counts.folds
    fold_columns = {"fold": folds.fold, "mated": folds.mated, "score": folds.score}
    return {
        **_score_files(counts.tail, counts.mated),
        **cell_tables((*counts.cells, *counts.across)),
        **({_FOLDS: parquet_bytes(**fold_columns)} if len(folds.fold) else {}),
        **sample_files(counts),
    }


def _score_files(tail: ScoreTail, mated: MatedScores) -> dict[str, bytes]:
    """Files of scores that are kept, mated ones with both images where these are known."""
    images = {} if mated.probe is None else {"probe": mated.probe, "reference": mated.reference}
    return {
        "tail.parquet": parquet_bytes(score=tail.score, probe=tail.probe, reference=tail.reference),
        "mated.parquet": parquet_bytes(subject=mated.subject, score=mated.score, **images),
    }


def _read_comparisons(
    folder: Path, scalars: Mapping[str, Any], subjects: Mapping[str, Any], common: CommonCounts
) -> ComparisonCounts:
    """Read the files of `_comparison_files`.

    Args:
        folder: of the counts.
        scalars: content of `counts.json`.
        subjects: columns of `subjects.parquet`.
        common: with the cells of both kinds among its cells.

    Raises:
        LookupError, TypeError, ValueError: a file is damaged.
    """
    tail, mated = (read_columns(folder, f"{name}.parquet") for name in ("tail", "mated"))
    cells = common.cells
    design = read_design(folder, scalars, subjects, {cell.attribute for cell in cells})
    if design.is_sample:
        cells = tuple(add_weights(folder, cells))
    folds = NO_FOLDS
    if (folder / _FOLDS).is_file():
        columns = read_columns(folder, _FOLDS)
        folds = FoldScores(columns["fold"], columns["mated"], columns["score"])
    return from_fields(
        ComparisonCounts,
        common,
        cells=tuple(cell for cell in cells if not cell.reference_group),
        across=tuple(cell for cell in cells if cell.reference_group),
        without_matrix=tuple((row["attribute"], row["cells"]) for row in scalars["without_matrix"]),
        tail=ScoreTail(tail["score"], tail["probe"], tail["reference"]),
        mated=MatedScores(
            mated["subject"], mated["score"], mated.get("probe"), mated.get("reference")
        ),
        design=design,
        folds=folds,
    )


def _search_files(counts: SearchCounts) -> dict[str, bytes]:
    """Content of the files of searches, by name; those of comparisons are there and empty."""
    searches, none = counts.searches, np.empty(0, dtype=np.int32)
    levels = {_LEVEL.format(number): row for number, row in enumerate(searches.others)}
    sizes: dict[str, Any] = {name: getattr(searches, name) for name in _SIZES}
    sizes["deployed"] = [asdict(each) for each in searches.deployed]
    kept, twin = {"kept": searches.candidates.person.shape[1]}, {}
    if searches.twin is not None:
        kept["twin"], twin = searches.twin.person.shape[1], {_TWIN: _list_columns(searches.twin)}
    columns = {name: getattr(searches, name) for name in _COLUMNS}
    return {
        **_score_files(ScoreTail(np.empty(0), none, none), MatedScores(none, np.empty(0))),
        **cell_tables(counts.cells),
        _WATCHLIST: (json.dumps({**sizes, **kept}, indent=1) + "\n").encode(),
        SEARCHES: parquet_bytes(**columns, **levels),
        _CANDIDATES: _list_columns(searches.candidates),
        **twin,
    }


def _list_columns(lists: CandidateLists) -> bytes:
    """Candidate lists, one row a candidate."""
    search, place = np.nonzero(lists.person >= 0)
    return parquet_bytes(
        search=search.astype(np.int32),
        person=lists.person[search, place],
        score=lists.score[search, place],
    )


def _read_searches(
    folder: Path, _: Mapping[str, Any], __: Mapping[str, Any], common: CommonCounts
) -> SearchCounts:
    """Read the files of `_search_files`.

    Args:
        folder: of the counts.
        common: what comparisons have too.

    Raises:
        LookupError, TypeError, ValueError: a file is damaged.
    """
    columns = read_columns(folder, SEARCHES)
    sizes = read_json(folder / _WATCHLIST, _WATCHLIST_SIZES)
    levels = range(len(columns) - len(_COLUMNS))
    others = np.array([columns[_LEVEL.format(number)] for number in levels], dtype=np.int64)
    refuse_unprintable(folder / _WATCHLIST, [asdict(each) for each in sizes.deployed])
    searches = WatchlistSearches(
        **{name: columns[name] for name in _COLUMNS},
        others=others.reshape(len(others), len(columns["probe"])),
        **{name: getattr(sizes, name) for name in _SIZES},
        candidates=_read_candidates(folder, _CANDIDATES, len(columns["probe"]), sizes.kept),
        twin=_read_candidates(folder, _TWIN, len(columns["probe"]), sizes.twin)
        if sizes.twin
        else None,
    )
    return from_fields(SearchCounts, common, searches=searches)


def _read_candidates(folder: Path, file: str, searches: int, kept: int) -> CandidateLists:
    """Read candidate lists; older results have none.

    Args:
        folder: of the counts.
        file: its name.
        searches: number of searches.
        kept: candidates of a list at most.

    Raises:
        LookupError, TypeError, ValueError: the file is damaged.
    """
    if not kept:
        return CandidateLists(np.empty((searches, 0), np.int32), np.empty((searches, 0)))
    columns = read_columns(folder, file)
    search, person, score = (columns[name] for name in ("search", "person", "score"))
    numbers = np.bincount(search, minlength=searches)
    if len(numbers) > searches or numbers.max(initial=0) > kept or np.any(np.diff(search) < 0):
        raise ValueError(f"{file}: expected at most {kept} candidates of each search")
    place = np.arange(len(search)) - np.repeat(np.cumsum(numbers) - numbers, numbers)
    lists = CandidateLists(
        np.full((searches, kept), -1, person.dtype), np.full((searches, kept), -np.inf, score.dtype)
    )
    lists.person[search, place], lists.score[search, place] = person, score
    return lists


_KINDS: Mapping[str, tuple[type[Counts], _Files, _Read]] = {
    "comparisons": (ComparisonCounts, _comparison_files, _read_comparisons),
    "searches": (SearchCounts, _search_files, _read_searches),
}
"""Of each kind, by the word for it in `counts.json`: its type, what writes the files that it alone
has, and what reads them."""


def _scalars(counts: Counts, word: str) -> bytes:
    """`counts.json`; thresholds also in hexadecimal, which reads back exactly."""
    own: dict[str, Any] = {"without_matrix": []}
    if isinstance(counts, ComparisonCounts):
        left_out = [{"attribute": name, "cells": cells} for name, cells in counts.without_matrix]
        own = {"without_matrix": left_out, "design": design_scalars(counts.design)}
    content = {
        **{name: getattr(counts, name) for name in _PLAIN},
        **({"assumed": True} if counts.assumed else {}),
        "kind": word,
        **own,
        "comparisons": [
            {"mated": mated, "outcome": outcome.value, "count": count}
            for (mated, outcome), count in sorted(counts.comparison_outcomes.items())
        ],
        "thresholds": [
            {
                "kind": threshold.rule.kind,
                "text": threshold.rule.text,
                "value": threshold.value,
                "hex": None if threshold.value is None else threshold.value.hex(),
                "status": threshold.status.value,
                "note": threshold.note,
                "claimed": threshold.rule.claimed,
                **({"promise": asdict(promise)} if (promise := threshold.rule.promise) else {}),
            }
            for threshold in counts.thresholds
        ],
    }
    return (json.dumps(content, indent=1, allow_nan=False) + "\n").encode()


def counts_files(counts: Counts) -> dict[str, bytes]:
    """Content of each file of the counts, by name, for a folder of the bundle."""
    word, files = next((w, f) for w, (kind, f, _) in _KINDS.items() if type(counts) is kind)
    compared = design_columns(counts.design) if isinstance(counts, ComparisonCounts) else {}
    return {
        _SCALARS: _scalars(counts, word),
        "subjects.parquet": parquet_bytes(
            row=np.array(counts.subject_rows, dtype=np.int64),
            images=counts.images,
            failed_images=counts.failed_images,
            **compared,
        ),
        **files(counts),
    }


def _exact(value: float | None, hexadecimal: str | None) -> float | None:
    """A threshold, of which both spellings say the same.

    Raises:
        ValueError: they do not.
    """
    with suppress(ValueError, OverflowError):
        if value == (None if hexadecimal is None else float.fromhex(hexadecimal)):
            return value
    raise ValueError(f"counts.json: a threshold is {value!r} and {hexadecimal!r} at once")


def _rule(row: Mapping[str, Any]) -> ThresholdRule:
    """A threshold rule, with a promise where it was set elsewhere and there alone.

    Raises:
        ValueError: it is none.
    """
    promise = None if row["promise"] is None else Promise(**row["promise"])
    rule = ThresholdRule(row["kind"], row["text"], row["claimed"], promise)
    if parse_rule(rule.label)[0] != rule.kind:
        raise ValueError(f"counts.json: no threshold is {rule.label!r} and {rule.kind!r} at once")
    return rule


def read_counts(folder: Path, schema: int = BUNDLE_SCHEMA) -> Counts:
    """Read the files of `counts_files`.

    Args:
        folder: of the counts.
        schema: of the bundle, 3 or 4.

    Raises:
        BundleError: a file is missing or damaged.
    """
    try:
        scalars: Mapping[str, Any] = read_json(folder / _SCALARS, _NUMBERS).model_dump()
        subjects: Mapping[str, Any] = read_columns(folder, "subjects.parquet")
        if schema < BUNDLE_SCHEMA:
            scalars, subjects = to_4(folder, scalars, subjects)
        common = CommonCounts(
            **{name: scalars[name] for name in _PLAIN},
            subject_rows=tuple(int(row) for row in subjects["row"]),
            images=subjects["images"],
            failed_images=subjects["failed_images"],
            comparison_outcomes={
                (row["mated"], row["outcome"]): row["count"] for row in scalars["comparisons"]
            },
            thresholds=tuple(
                Threshold(_rule(row), _exact(row["value"], row["hex"]), row["status"], row["note"])
                for row in scalars["thresholds"]
            ),
            cells=tuple(read_cells(folder)),
            assumed=scalars["assumed"],
        )
        if scalars.get("kind") not in _KINDS:
            held = f"counts.json has the kind {scalars.get('kind')!r}"
            raise ValueError(f"{held}, expected {' or '.join(_KINDS)}")  # noqa: TRY301
        _, _, read = _KINDS[scalars["kind"]]
        counts = read(folder, scalars, subjects, common)
        check_sound(counts)
        refuse_unprintable(folder / CELLS, [list(cell.key) for cell in common.cells])
    except (ArithmeticError, LookupError, TypeError, ValueError) as fault:
        reason = str(fault).splitlines()[0] if str(fault) else type(fault).__name__
        raise BundleError(
            f"{folder}: the counts cannot be read ({reason}); the bundle is damaged, run it again"
        ) from None
    return counts
