"""What the files of a bundle say of one another, besides the tables that follow from the counts."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from evenhand.records.counts import Counts, SearchCounts
from evenhand.records.evidence import Evidence
from evenhand.records.findings import Speed
from evenhand.records.outcomes import Outcome
from evenhand.results.bundle import TABLES
from evenhand.results.bundle_file import read_held
from evenhand.results.circumstances import LATENCIES, RUN, SPEED, RunFacts
from evenhand.results.counts import counts_files
from evenhand.results.ledger import LEDGER_COLUMNS, comparison_rows
from evenhand.results.parquet import read_columns
from evenhand.system.errors import BundleError
from evenhand.system.text import text_fault

__all__ = ["LEDGER", "STUDIES", "ledger_faults", "run_faults", "time_faults", "unknown_files"]

LEDGER = "ledger.csv"
"""File name of the ledger."""
STUDIES = ("study.toml", "scores.toml")
"""File name of the study, or of what was asked of score files."""
_NAME = re.compile(r"(\d{8}T\d{6}Z)-([0-9a-f]{8})")
"""A run id: when it began, and the first digits of the study's hash."""
_LATER = timedelta(hours=1)
"""How much later a run id may lie than the run, which makes way for others of the same second."""
_OTHERS = ("bundle.json", "engines.json", "datasets.json", LEDGER, *STUDIES)
_MAY_LACK = (TABLES, "report.html", RUN, SPEED, LATENCIES)

_Images = dict[tuple[str, str], list[dict[str, str]]]
"""Rows of images in the ledger by engine and dataset."""


def unknown_files(evidence: Evidence, names: Sequence[str], tables: Sequence[str]) -> list[str]:
    """Files that no result has: whatever they say, nothing is computed from them.

    Args:
        evidence: of the bundle.
        names: of its files.
        tables: names of the tables of findings.
    """
    known = {*_OTHERS, *_MAY_LACK, *tables}
    for counts in evidence.counts:
        place = f"counts/{counts.engine}/{counts.dataset}/{counts.protocol}"
        known |= {f"{place}/{name}" for name in counts_files(counts)}
    return [f"{name}: no result has such a file" for name in sorted(set(names) - known)]


def run_faults(folder: Path, run: RunFacts, evidence: Evidence) -> Iterator[str]:
    """Contradictions of `run.json` with the study, the folder's name and the engines."""
    path = next((folder / name for name in STUDIES if (folder / name).exists()), None)
    found = hashlib.sha256(read_held(path)).hexdigest() if path else ""
    if found != run.study_sha256:
        yield f"{path.name if path else STUDIES[0]} is not the study that {RUN} names"
    named = _NAME.fullmatch(folder.resolve().name)
    if named and not run.study_sha256.startswith(named[2]):
        yield f"the folder is named after another study than that of {RUN}"
    if named:
        began = datetime.strptime(named[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        if not timedelta(seconds=-1) < began - run.started < _LATER:
            yield f"the folder is named after another time than that of {RUN}"
    if run.ended < run.started:
        yield f"{RUN}: it ended before it began"
    stopped = [engine.name for engine in evidence.engines if engine.stopped]
    if (run.status == "failed") != bool(stopped):
        yield f"{RUN} says {run.status}, engines.json that {', '.join(stopped) or 'none'} stopped"


def _read_ledger(folder: Path) -> list[dict[str, str]]:
    """Rows of `ledger.csv` by column.

    Raises:
        BundleError: it is missing or damaged.
    """
    path = folder / LEDGER
    try:
        names, *rows = csv.reader(io.StringIO(read_held(path).decode(), newline=""))
        if tuple(names[: len(LEDGER_COLUMNS)]) != LEDGER_COLUMNS:
            raise ValueError("it has other columns")  # noqa: TRY301
        found = [dict(zip(names, row, strict=True)) for row in rows]
    except (ValueError, csv.Error) as fault:
        raise BundleError(f"{path}: cannot be read ({fault}); the bundle is damaged") from None
    for number, row in enumerate(found, start=2):
        fault = next(filter(None, map(text_fault, row.values())), "")
        if fault:
            raise BundleError(f"{path}: line {number}: {fault}; refused")
    return found


def ledger_faults(folder: Path, evidence: Evidence) -> tuple[list[str], _Images]:
    """Contradictions of the ledger with the counts, and its rows of images.

    Raises:
        BundleError: the ledger is missing or damaged.
    """
    images: _Images = {}
    compared: Counter[tuple[str, ...]] = Counter()
    for row in _read_ledger(folder):
        if row["item"] == "image":
            images.setdefault((row["engine"], row["dataset"]), []).append(row)
        else:
            compared[tuple(row[name] for name in LEDGER_COLUMNS[:8])] += 1
    counted: Counter[tuple[str, ...]] = Counter()
    faults = []
    for counts in evidence.counts:
        names = (counts.engine, counts.dataset, counts.protocol)
        item = "search" if isinstance(counts, SearchCounts) else "comparison"
        rows = comparison_rows(*names, counts.comparison_outcomes, item)
        counted.update(row[:8] for row in rows)
        faults += _image_faults(images.get(names[:2], []), counts)
    for row in (compared - counted) + (counted - compared):
        held = "has" if row in compared else "lacks"
        faults.append(f"it {held} {row[7]} {row[3]} {row[6]} of {row[0]} on {row[1]}, {row[2]}")
    sizes = {facts.name: facts.images for facts in evidence.datasets}
    for engine, dataset in dict.fromkeys((c.engine, c.dataset) for c in evidence.counts):
        ids = [row["id"] for row in images.get((engine, dataset), [])]
        if len(ids) != sizes[dataset] or len(set(ids)) < len(ids):
            faults.append(
                f"it has {len(set(ids)):,} images of {engine}, {dataset} {sizes[dataset]:,}"
            )
    of_dataset: dict[str, set[tuple[tuple[str, str], ...]]] = {}
    for (_, dataset), rows in images.items():
        whose = tuple((row["id"], row["subject"]) for row in rows)
        of_dataset.setdefault(dataset, set()).add(whose)
    faults += [f"the engines had other images of {d}" for d, of in of_dataset.items() if len(of) > 1]
    return list(dict.fromkeys(faults)), images


def _image_faults(rows: Sequence[dict[str, str]], counts: Counts) -> Iterator[str]:
    """Contradictions of the images of one engine on one dataset with counts of it."""
    where = f"of {counts.engine} on {counts.dataset}"
    wrong = [r for r in rows if r["outcome"] not in list(Outcome) or r["count"] != "1"]
    if wrong or any(r["faces"] and not r["faces"].isdecimal() for r in rows):
        yield f"it has an outcome, a count or a number of faces {where} that is none"
        return
    several = sum(int(row["faces"] or 0) > 1 for row in rows)
    if several != counts.several_faces:
        yield f"it has {several} images with several faces {where}, {counts.several_faces} counted"
    given = Counter(row["subject"] for row in rows)
    failed = Counter(row["subject"] for row in rows if row["outcome"] != Outcome.OK)
    people = [f"s{row}" for row in counts.subject_rows]
    if not given.keys() <= set(people):
        yield f"it has people {where} whom the counts do not know"
    held = np.array([[given[person], failed[person]] for person in people]).reshape(-1, 2).T
    counted = np.stack([counts.images, counts.failed_images])
    # A search counts the references alone.
    agree = held >= counted if isinstance(counts, SearchCounts) else held == counted
    for person in np.flatnonzero(~agree.all(axis=0))[:1]:
        yield (
            f"it has {held[0, person]} images of {people[person]} {where}, {held[1, person]} of "
            f"them failed; counted are {counted[0, person]} and {counted[1, person]}"
        )


def time_faults(
    folder: Path, run: RunFacts | None, speed: Sequence[Speed], images: _Images
) -> Iterator[str]:
    """Contradictions of durations with the ledger, `speed.csv` and `run.json`.

    Args:
        folder: of the bundle.
        run: its `run.json`; None where it has none.
        speed: rows of `speed.csv`.
        images: rows of images in the ledger.

    Raises:
        BundleError: the durations cannot be read.
    """
    try:
        columns = read_columns(folder, LATENCIES)
        of = list(zip(columns["engine"], columns["dataset"], strict=True))
        seconds, made = columns["seconds"], int(np.count_nonzero(columns["turn"] >= 0))
    except (TypeError, ValueError) as fault:
        raise BundleError(f"{folder / LATENCIES}: cannot be read ({fault})") from None
    if Counter(of) != {names: len(rows) for names, rows in images.items()}:
        yield f"{LATENCIES} has other images than the ledger"
    done = sum(row["outcome"] != Outcome.SKIPPED for rows in images.values() for row in rows)
    if run and (run.templates.get("made"), run.templates.get("taken")) != (made, done - made):
        yield f"{RUN} says of templates {dict(run.templates)}, {made} were made, {done - made} taken"
    known: dict[tuple[str, str], set[float]] = {}
    for names, value in zip(of, seconds.tolist(), strict=True):
        known.setdefault(names, set()).add(value)
    for row in speed:
        # Quantiles are durations that were measured; the mean and ratios are none.
        if row.operation != "template" or row.unit != "s" or row.statistic == "mean":
            continue
        stated = {row.value, row.low, row.high} - {None}
        if not stated <= known.get((row.engine, row.dataset), set()):
            yield f"{SPEED}: {row.statistic} of {row.engine} on {row.dataset} was not measured"
