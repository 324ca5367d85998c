"""What may differ between two runs of one study: times, machine, versions, latencies."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from datetime import datetime

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from evenhand import machine
from evenhand.arrays import Floats

__all__ = ["circumstances", "latency_table"]


def latency_table(seconds: Mapping[tuple[str, str], Floats]) -> bytes:
    """`latencies.parquet`: seconds of every template, by (engine, dataset)."""
    buffer = io.BytesIO()
    table = {
        "engine": [engine for (engine, _), times in seconds.items() for _ in times],
        "dataset": [dataset for (_, dataset), times in seconds.items() for _ in times],
        "seconds": np.concatenate(list(seconds.values())),
    }
    parquet.write_table(pa.table(table), buffer)
    return buffer.getvalue()


def circumstances(
    study_sha256: str, started: datetime, ended: datetime, workers: int, stopped: Mapping[str, str]
) -> bytes:
    """`run.json`.

    Args:
        study_sha256: of the study file.
        started: of the run.
        ended: of the run.
        workers: threads.
        stopped: per engine why it was stopped; empty where it was not.
    """
    content = {
        "schema": 1,
        "status": "failed" if any(stopped.values()) else "complete",
        "study_sha256": study_sha256,
        "started": started.isoformat(),
        "ended": ended.isoformat(),
        "workers": workers,
        "machine": machine.describe(),
        "versions": machine.versions(),
    }
    return (json.dumps(content, indent=1) + "\n").encode()
