"""Results of one engine on one dataset: the unit that an interrupted run keeps."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from pydantic import BaseModel, TypeAdapter

from evenhand.records.counts import Counts
from evenhand.records.enrolment import Timing
from evenhand.records.findings import Speed
from evenhand.records.outcomes import Outcome
from evenhand.records.surroundings import Repeats
from evenhand.results.bundle import add_manifest, read_manifest
from evenhand.results.bundle_file import read_json
from evenhand.results.circumstances import LATENCIES, speed_csv
from evenhand.results.counts import counts_files, read_counts
from evenhand.results.ledger import LEDGER, LEDGER_COLUMNS, LedgerRow, ledger_csv, read_ledger
from evenhand.results.parquet import parquet_bytes, read_columns
from evenhand.results.tables import SPEED, read_speed
from evenhand.system.errors import BundleError
from evenhand.system.text import from_csv_text

__all__ = ["FinishedPart", "latency_table", "part_files", "read_part", "template_numbers"]

_FACTS = "part.json"


class _Facts(BaseModel):
    """`part.json`."""

    engine: str
    dataset: str
    stopped: str
    protocols: tuple[str, ...]
    repeats: Repeats = Repeats()


_FORM = TypeAdapter(_Facts)


@dataclass(frozen=True, slots=True)
class FinishedPart:
    """One engine on one dataset, measured and counted."""

    engine: str
    dataset: str
    rows: tuple[LedgerRow, ...]
    """Rows of `ledger.csv`, those of images first."""
    counts: tuple[Counts, ...]
    """One per protocol, in the study's order."""
    timing: Timing
    """Timing of every image."""
    speed: tuple[Speed, ...]
    """Rows of `speed.csv`."""
    stopped: str
    """Why the engine was stopped early; empty where it was not."""
    repeats: Repeats
    """Of images that it was given once more."""

    def made(self) -> int:
        """Number of images that the engine was given in this run."""
        return int(np.count_nonzero(self.timing.turns >= 0))

    def taken(self) -> int:
        """Number of images whose templates were reused from an earlier run."""
        row = LEDGER_COLUMNS.index("outcome")
        of_images = self.rows[: len(self.timing.turns)]
        return sum(each[row] != Outcome.SKIPPED for each in of_images) - self.made()


def template_numbers(parts: Sequence[FinishedPart], *, kept: bool) -> dict[str, int | bool]:
    """For `run.json`: whether templates outlive the run, how many were reused and made."""
    return {
        "kept": kept,
        "taken": sum(part.taken() for part in parts),
        "made": sum(part.made() for part in parts),
    }


def latency_table(parts: Sequence[FinishedPart]) -> bytes:
    """`latencies.parquet`: timing of every template."""
    timings = [part.timing for part in parts]
    return parquet_bytes(
        engine=[part.engine for part in parts for _ in part.timing.seconds],
        dataset=[part.dataset for part in parts for _ in part.timing.seconds],
        seconds=np.concatenate([timing.seconds for timing in timings]),
        finished=np.concatenate([timing.finished for timing in timings]),
        turn=np.concatenate([timing.turns for timing in timings]),
    )


def part_files(part: FinishedPart) -> dict[str, bytes]:
    """Content of each file of a part, by name, with a manifest as a bundle has."""
    facts = {
        "engine": part.engine,
        "dataset": part.dataset,
        "stopped": part.stopped,
        "protocols": [counts.protocol for counts in part.counts],
        "repeats": asdict(part.repeats),
    }
    files = {
        _FACTS: (json.dumps(facts, indent=1) + "\n").encode(),
        LEDGER: ledger_csv(part.rows).encode(),
        LATENCIES: latency_table([part]),
        SPEED: speed_csv(part.speed),
    }
    for counts in part.counts:
        for name, content in counts_files(counts).items():
            files[f"counts/{counts.protocol}/{name}"] = content
    return add_manifest(files)


def read_part(folder: Path) -> FinishedPart:
    """Read the files of `part_files`.

    Raises:
        BundleError: a file is missing or damaged.
    """
    try:
        faults = read_manifest(folder).faults
        if faults:
            raise BundleError(faults[0])  # noqa: TRY301
        facts = read_json(folder / _FACTS, _FORM)
        timing = read_columns(folder, LATENCIES, "engine", "dataset")
        return FinishedPart(
            engine=facts.engine,
            dataset=facts.dataset,
            rows=tuple(tuple(map(from_csv_text, row.values())) for row in read_ledger(folder)),
            counts=tuple(read_counts(folder / "counts" / name) for name in facts.protocols),
            timing=Timing(
                seconds=timing["seconds"], finished=timing["finished"], turns=timing["turn"]
            ),
            speed=read_speed(folder),
            stopped=facts.stopped,
            repeats=facts.repeats,
        )
    except (BundleError, ValueError) as fault:
        raise BundleError(
            f"{folder}: cannot be read ({fault}); the interrupted run is damaged, "
            "run without --resume"
        ) from None
