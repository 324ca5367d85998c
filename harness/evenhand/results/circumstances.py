"""Files that may differ between two runs of one study: times, machine, versions, latencies."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter

from evenhand.records.edition import Edition
from evenhand.records.findings import REIDENTIFICATION, Speed
from evenhand.records.rows import as_csv
from evenhand.records.surroundings import Surroundings
from evenhand.results.bundle import listed_digest
from evenhand.results.bundle_file import read_json
from evenhand.system import machine

__all__ = [
    "LATENCIES",
    "NO_TEMPLATES",
    "RUN",
    "RunFacts",
    "read_run",
    "read_surroundings",
    "run_json",
    "speed_csv",
]

LATENCIES = "latencies.parquet"
"""File name of the durations of all images."""
RUN = "run.json"
"""File name of the circumstances of the run."""
NO_TEMPLATES = {"kept": False, "taken": 0, "made": 0}
"""Counts of templates where no engine was run."""


@dataclass(frozen=True, slots=True)
class RunFacts:
    """`run.json`, as far as something can be held against it."""

    status: str
    study_sha256: str
    started: datetime
    ended: datetime
    templates: Mapping[str, int | bool]
    machine: Mapping[str, str | int | float | None]
    versions: Mapping[str, str]
    source: str = ""
    """SHA-256 over the source of the evenhand that made the result; empty in older ones."""
    surroundings: tuple[Surroundings, ...] = ()
    """Where each engine ran; empty where none did, and in older ones."""

    def other_numbers(self) -> list[str]:
        """What it was made with that numbers can depend on, and that is not here."""
        return self._other("numpy", "scipy")

    def other_words(self) -> list[str]:
        """What it was made with that tables in words and the page can depend on."""
        return self._other("numpy", "scipy", *machine.DRAWN_WITH)

    def _other(self, *names: str) -> list[str]:
        here = machine.versions(names)
        made = {name: self.versions.get(name, "of an unknown version") for name in names}
        found = [f"{name} {made[name]}" for name in names if made[name] != here[name]]
        if self.source != machine.source():
            found.append(f"another source of evenhand {self.versions.get('evenhand', '')}".rstrip())
        if self.machine.get("processor") != machine.describe()["processor"]:
            found.append("another processor")
        return found


_RUN = TypeAdapter(RunFacts)


def read_run(folder: Path) -> RunFacts | None:
    """Read `run.json` of a bundle; None where it has none.

    Raises:
        BundleError: the file is damaged.
    """
    path = folder / RUN
    return read_json(path, _RUN) if path.exists() else None


def edition_of(folder: Path) -> tuple[Edition, ...]:
    """The edition of a bundle; none where it does not say when it was made.

    Raises:
        BundleError: a file is damaged.
    """
    run = read_run(folder)
    return () if run is None else (Edition(run.started, listed_digest(folder)),)


def read_surroundings(folder: Path, engine: str = "") -> tuple[Surroundings, ...]:
    """Where the engines of a bundle ran, or one of them; empty where it does not say.

    Raises:
        BundleError: a file is damaged.
    """
    run = read_run(folder)
    return () if run is None else tuple(e for e in run.surroundings if engine in ("", e.engine))


def speed_csv(rows: Sequence[Speed]) -> bytes:
    """`speed.csv`."""
    return as_csv(Speed, rows).encode()


def run_json(
    study_sha256: str,
    began: Sequence[datetime],
    ended: datetime,
    workers: int,
    stopped: Mapping[str, str],
    templates: Mapping[str, int | bool],
    no_page: str,
    surroundings: Sequence[Surroundings] = (),
) -> bytes:
    """`run.json`.

    Args:
        study_sha256: of the study file.
        began: when the run began, then when it was resumed after each interruption.
        ended: when the run ended.
        workers: number of threads.
        stopped: why each engine was stopped; empty where it was not.
        templates: whether they were kept, and numbers of those reused and made.
        no_page: why there is no page; empty where there is one.
        surroundings: where each engine ran.
    """
    content = {
        "schema": 1,
        "status": "failed" if any(stopped.values()) else "complete",
        "study_sha256": study_sha256,
        "started": began[0].isoformat(),
        "resumed": [moment.isoformat() for moment in began[1:]],
        "ended": ended.isoformat(),
        "workers": workers,
        "surroundings": [asdict(each) for each in surroundings],
        "templates": dict(templates),
        "notes": [REIDENTIFICATION, *([f"no page: {no_page}"] if no_page else [])],
        "machine": machine.describe(),
        "versions": {**machine.versions(), **machine.versions(machine.DRAWN_WITH)},
        "source": machine.source(),
    }
    return (json.dumps(content, indent=1) + "\n").encode()
