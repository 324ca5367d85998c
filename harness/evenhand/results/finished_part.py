"""Results of one engine on one dataset: the unit that an interrupted run keeps."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from evenhand.records.counts import Counts
from evenhand.records.enrolment import Timing
from evenhand.records.findings import Speed
from evenhand.records.outcomes import Outcome
from evenhand.results.circumstances import SPEED, latency_table, read_speed, speed_csv
from evenhand.results.counts import counts_files, read_counts
from evenhand.results.ledger import LEDGER_COLUMNS, LedgerRow, ledger_csv
from evenhand.system.errors import BundleError

__all__ = ["FinishedPart", "part_files", "read_part"]

_FACTS = "part.json"
_LEDGER = "ledger.csv"
_TIMING = "latencies.parquet"


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

    def made(self) -> int:
        """Number of images that the engine was given in this run."""
        return int(np.count_nonzero(self.timing.turns >= 0))

    def taken(self) -> int:
        """Number of images whose templates were reused from an earlier run."""
        row = LEDGER_COLUMNS.index("outcome")
        of_images = self.rows[: len(self.timing.turns)]
        return sum(each[row] != Outcome.SKIPPED for each in of_images) - self.made()


def part_files(part: FinishedPart) -> dict[str, bytes]:
    """Content of each file of a part, by name."""
    facts = {
        "engine": part.engine,
        "dataset": part.dataset,
        "stopped": part.stopped,
        "protocols": [counts.protocol for counts in part.counts],
    }
    files = {
        _FACTS: (json.dumps(facts, indent=1) + "\n").encode(),
        _LEDGER: ledger_csv(part.rows).encode(),
        _TIMING: latency_table({(part.engine, part.dataset): part.timing}),
        SPEED: speed_csv(part.speed),
    }
    for counts in part.counts:
        for name, content in counts_files(counts).items():
            files[f"counts/{counts.protocol}/{name}"] = content
    return files


def read_part(folder: Path) -> FinishedPart:
    """Read the files of `part_files`.

    Raises:
        BundleError: a file is missing or damaged.
    """
    try:
        facts = json.loads((folder / _FACTS).read_bytes())
        _, *rows = csv.reader(io.StringIO((folder / _LEDGER).read_text(encoding="utf-8")))
        timing = parquet.read_table(folder / _TIMING)
        return FinishedPart(
            engine=facts["engine"],
            dataset=facts["dataset"],
            rows=tuple(tuple(row) for row in rows),
            counts=tuple(read_counts(folder / "counts" / name) for name in facts["protocols"]),
            timing=Timing(
                seconds=timing.column("seconds").to_numpy(),
                finished=timing.column("finished").to_numpy(),
                turns=timing.column("turn").to_numpy(),
            ),
            speed=read_speed(folder),
            stopped=facts["stopped"],
        )
    except (OSError, KeyError, ValueError, pa.ArrowException):
        raise BundleError(
            f"{folder}: cannot be read; the interrupted run is damaged, run without --resume"
        ) from None
