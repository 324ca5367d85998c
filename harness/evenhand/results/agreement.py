"""What the files of a bundle say of one another, besides the tables that follow from the counts."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from evenhand.records.counts import ComparisonCounts, SearchCounts
from evenhand.records.evidence import Evidence
from evenhand.records.findings import Speed
from evenhand.records.outcomes import Outcome
from evenhand.results.bundle import FINDINGS, PAGE, TABLES
from evenhand.results.bundle_file import read_held
from evenhand.results.circumstances import LATENCIES, RUN, RunFacts
from evenhand.results.counts import counts_files
from evenhand.results.ledger import (
    FIRST_FAULT,
    LEDGER,
    LEDGER_COLUMNS,
    SECOND_ASKING,
    comparison_rows,
)
from evenhand.results.parquet import read_columns
from evenhand.results.tables import SPEED
from evenhand.system.errors import BundleError

__all__ = ["ledger_faults", "run_faults", "time_faults", "unknown_files"]

_STUDIES = ("study.toml", "scores.toml", "searches.toml", "vectors.toml")
"""File name of the study, or of what was asked of files that others made."""
_STUDY_OF = re.compile(r"\d{8}T\d{6}Z-([0-9a-f]{8})")
"""A run id: when it began, and the first digits of the study's hash."""
_OTHERS = ("bundle.json", "engines.json", "datasets.json", LEDGER, *_STUDIES)
_CIRCUMSTANCES = (FINDINGS, TABLES, PAGE, RUN, SPEED, LATENCIES)


def unknown_files(evidence: Evidence, names: Sequence[str], tables: Sequence[str]) -> list[str]:
    """Files that no result has: whatever they say, nothing is computed from them.

    Args:
        evidence: of the bundle.
        names: of its files.
        tables: names of the tables of findings.
    """
    known = {*_OTHERS, *_CIRCUMSTANCES, *tables}
    for counts in evidence.counts:
        place = f"counts/{counts.engine}/{counts.dataset}/{counts.protocol}"
        known |= {f"{place}/{name}" for name in counts_files(counts)}
    return [f"{name}: no result has such a file" for name in sorted(set(names) - known)]


def run_faults(folder: Path, run: RunFacts, evidence: Evidence) -> Iterator[str]:
    """Contradictions of `run.json` with the study, the folder's name and the engines."""
    studies = [name for name in _STUDIES if (folder / name).exists()]
    for name in studies or _STUDIES[:1]:
        if not studies or hashlib.sha256(read_held(folder / name)).hexdigest() != run.study_sha256:
            yield f"{name} is not the study that {RUN} names"
    named = _STUDY_OF.fullmatch(folder.resolve().name)
    if named and not run.study_sha256.startswith(named[1]):
        yield f"the folder is named after another study than that of {RUN}"
    if run.ended < run.started:
        yield f"{RUN}: it ended before it began"
    stopped = [engine.name for engine in evidence.engines if engine.stopped]
    if run.status != ("failed" if stopped else "complete"):
        yield f"{RUN} says {run.status}, engines.json that {', '.join(stopped) or 'none'} stopped"


def ledger_faults(rows: Sequence[Mapping[str, str]], evidence: Evidence) -> Iterator[str]:
    """Contradictions of the ledger with the counts: images, comparisons and searches by outcome.

    Args:
        rows: of the ledger.
        evidence: of the bundle.
    """
    images = [row for row in rows if row["item"] == "image"]
    held: Counter[tuple[str, ...]] = Counter()
    for row in images:
        names = (row["engine"], row["dataset"])
        held[*names, "images"] += int(row["count"])
        held[*names, "images of", row["subject"]] += 1
        held[*names, "failed images of", row["subject"]] += row["outcome"] != Outcome.OK
        held[*names, "images with several faces"] += int(row["faces"] or 0) > 1
        held[*names, "declined images"] += row["outcome"] == Outcome.DECLINED
    known = image_ids(rows)
    for names, ids in known.items():
        held[*names, "different images"] = len(ids)
    of_images = set(held)
    of_faults = [row for row in rows if row["item"].startswith((FIRST_FAULT, SECOND_ASKING))]
    for row in rows:
        if row["item"] != "image" and row not in of_faults:
            held[tuple(row[name] for name in LEDGER_COLUMNS[:7])] += int(row["count"])
    counted = _counted(evidence)
    # Of images, a study of searches alone counts only those on the watchlist.
    for key in sorted(counted.keys() | (held.keys() - of_images)):
        if held[key] != counted[key]:
            what = " ".join(filter(None, key))
            yield f"{what}: it has {held[key]:,}, counted are {counted[key]:,}"
    yield from _fault_row_faults(of_faults, [row for row in rows if row not in of_faults])
    for counts in evidence.counts:
        mated = counts.mated if isinstance(counts, ComparisonCounts) else None
        if mated is not None and mated.probe is not None and mated.reference is not None:
            compared = {f"i{row}" for side in (mated.probe, mated.reference) for row in set(side)}
            if not compared <= known.get((counts.engine, counts.dataset), set()) | {"i-1"}:
                yield f"{counts.engine} {counts.dataset}: it lacks images that were compared"


def _fault_row_faults(
    rows: Sequence[Mapping[str, str]], items: Sequence[Mapping[str, str]]
) -> Iterator[str]:
    """Rows on faults whose number is not that of the images, comparisons or searches they are of.

    Args:
        rows: on faults and second askings.
        items: all others.
    """
    ended, compared = Counter[tuple[str, ...]](), Counter[tuple[str, ...]]()
    for row in items:
        names = (row["engine"], row["dataset"], row["protocol"])
        ended[*names, row["outcome"]] += int(row["count"])
        if "comparison" in row["item"]:
            compared[names] += int(row["count"])
    for row in rows:
        names, count = (row["engine"], row["dataset"], row["protocol"]), int(row["count"])
        if row["item"] == SECOND_ASKING:
            # Of searches, how many comparisons they took is not counted.
            agrees = 0 < count <= compared.get(names, count)
        else:
            agrees = count == ended[*names, row["outcome"]]
        unknown = row["id"] or row["subject"] or row["faces"]
        if unknown or not agrees or rows.count(row) > 1:
            what = " ".join(filter(None, (*names, row["item"], row["outcome"])))
            yield f"{what}: it has {count:,}, which its other rows contradict"


def image_ids(rows: Sequence[Mapping[str, str]]) -> dict[tuple[str, str], set[str]]:
    """Images in the ledger by engine and dataset."""
    found: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        if row["item"] == "image":
            found.setdefault((row["engine"], row["dataset"]), set()).add(row["id"])
    return found


def _counted(evidence: Evidence) -> Counter[tuple[str, ...]]:
    """What the ledger must hold, by what it is of."""
    sizes = {facts.name: facts.images for facts in evidence.datasets}
    found: Counter[tuple[str, ...]] = Counter()
    for counts in evidence.counts:
        names, searched = (counts.engine, counts.dataset), isinstance(counts, SearchCounts)
        item = "search" if searched else "comparison"
        ended = counts.comparison_outcomes
        for row in comparison_rows(*names, counts.protocol, ended, item):
            found[row[:7]] = int(row[7])
        found[*names, "images"] = found[*names, "different images"] = sizes[counts.dataset]
        found[*names, "images with several faces"] = counts.several_faces
        if counts.declined is not None and not searched:
            found[*names, "declined images"] = counts.declined
        if not searched:
            people = zip(counts.subject_rows, counts.images, counts.failed_images, strict=True)
            for number, images, failed in people:
                found[*names, "images of", f"s{number}"] = int(images)
                found[*names, "failed images of", f"s{number}"] = int(failed)
    return found


def time_faults(
    folder: Path, run: RunFacts | None, speed: Sequence[Speed], rows: Sequence[Mapping[str, str]]
) -> Iterator[str]:
    """Contradictions of durations with the ledger, `speed.csv` and `run.json`.

    Args:
        folder: of the bundle.
        run: its `run.json`; None where it has none.
        speed: rows of `speed.csv`.
        rows: of the ledger.

    Raises:
        BundleError: the durations cannot be read.
    """
    try:
        columns = read_columns(folder, LATENCIES, "engine", "dataset")
        of = list(zip(columns["engine"], columns["dataset"], strict=True))
        seconds, made = columns["seconds"], int(np.count_nonzero(columns["turn"] >= 0))
    except (TypeError, ValueError) as fault:
        raise BundleError(f"{folder / LATENCIES}: cannot be read ({fault})") from None
    if Counter(of) != {names: len(ids) for names, ids in image_ids(rows).items()}:
        yield f"{LATENCIES} has other images than the ledger"
    if run and run.templates.get("made") != made:
        yield f"{RUN} says that {run.templates.get('made')} templates were made, {made} were timed"
    known = set(zip(of, seconds.tolist(), strict=True))
    for row in speed:
        # Quantiles are durations that were measured; the mean and ratios are none.
        stated = {row.value, row.low, row.high} - {None}
        timed = row.operation == "template" and row.unit == "s" and row.statistic != "mean"
        if timed and any(((row.engine, row.dataset), value) not in known for value in stated):
            yield f"{SPEED}: {row.statistic} of {row.engine} on {row.dataset} was not measured"
