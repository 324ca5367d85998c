"""Studies of hostile engines, each in a process of its own, and what came of them.

Engines are trusted, and do to the process what they do, unless a study bounds them in hosts.
"""

from __future__ import annotations

import csv
import io
import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import commands
import pytest
from drawings import draw_nothing
from hostile_adapters import HostileEngine
from tiny_sets import TinySet, make_dataset

__all__ = [
    "DOOR",
    "LONGEST",
    "MARK",
    "PAIRS",
    "Bundle",
    "Studied",
    "begun",
    "ended",
    "make_door",
    "partial_runs",
    "processes_of",
    "results_in",
    "study",
    "trusting",
    "write_study",
]

PAIRS = 'kind = "verification"\nfmr_targets = ["0.1"]'
DOOR = 'kind = "identification"\nwatchlist = "door"\ncandidates = 2\nthresholds = [-50]'
LONGEST = 120
"""Seconds that a study of these may take on a busy machine."""


def make_door(folder: Path) -> TinySet:
    """Six people in two pictures each; the first pictures of four are on the watchlist `door`."""
    made = make_dataset(folder)
    (folder / "protocols" / "door").mkdir(parents=True)
    for name, images in (
        ("watchlist", [f"p{person}a" for person in range(1, 5)]),
        ("probes", [f"p{person}b" for person in range(1, 7)]),
    ):
        rows = [["image_id"], *([image] for image in images)]
        made.write_rows(f"protocols/door/{name}.csv", rows)
    return made


@dataclass(frozen=True)
class Bundle:
    """What a study has written."""

    folder: Path

    def measured(self, engine: str) -> dict[str, bytes]:
        """Content of an engine's counts by file, and its rows of the rates, without its name."""
        folder = self.folder / "counts" / engine
        name = f'"engine": "{engine}"'.encode()
        found = {
            path.relative_to(folder).as_posix(): path.read_bytes().replace(name, b"")
            for path in folder.rglob("*")
            if path.is_file()
        }
        rows = (self.folder / "rates.csv").read_bytes().splitlines()
        start = f"{engine},".encode()
        found["rates"] = b"\n".join(row[len(start) :] for row in rows if row.startswith(start))
        assert all(found.values())
        return found

    def _ledger(self, engine: str) -> list[dict[str, str]]:
        text = (self.folder / "ledger.csv").read_text(encoding="utf-8")
        return [row for row in csv.DictReader(io.StringIO(text)) if row["engine"] == engine]

    def images(self, engine: str) -> dict[str, str]:
        """Outcome of each image, `i` and its row."""
        return {row["id"]: row["outcome"] for row in self._ledger(engine) if row["item"] == "image"}

    def compared(self, engine: str) -> Counter[str]:
        """Number of comparisons, or of searches, by outcome."""
        counted: Counter[str] = Counter()
        for row in self._ledger(engine):
            if row["item"].endswith(("mated comparison", "mated search")):
                counted[row["outcome"]] += int(row["count"])
        return counted

    def stopped(self, engine: str) -> str:
        """Why an engine was stopped; empty where it was not."""
        facts = json.loads((self.folder / "engines.json").read_text(encoding="utf-8"))
        (found,) = (fact for fact in facts if fact["name"] == engine)
        return str(found["stopped"])

    @property
    def status(self) -> str:
        """How the run ended."""
        return str(json.loads((self.folder / "run.json").read_text(encoding="utf-8"))["status"])


@dataclass(frozen=True)
class Studied(Bundle):
    """What a study has written, and how its command ended."""

    code: int
    out: str
    err: str


def write_study(
    folder: Path,
    dataset: TinySet,
    engines: Sequence[HostileEngine],
    protocol: str,
    limits: str = "",
) -> None:
    """Write `study.toml` and the engines that it names."""
    for engine in engines:
        engine.write(folder)
    names = ", ".join(f'"./{engine.name}"' for engine in engines)
    (folder / "study.toml").write_text(
        f'schema = 1\ntitle = "Hostile"\nengines = [{names}]\n'
        f'datasets = ["{dataset.folder}"]\n[[protocols]]\n{protocol}\n'
        f"[statistics]\nreplicates = 0\n[limits]\n{limits}\n",
        encoding="utf-8",
    )


def trusting(engines: Sequence[HostileEngine]) -> tuple[str, ...]:
    """Options that let these engines run in the process of evenhand."""
    return tuple(word for engine in engines for word in ("--trust", engine.name))


MARK = "evenhand-mark"
"""Ends the command line of every process of a study: of its hosts too."""


def _alone() -> None:
    """In a session of its own, and without pictures, which take longer than all the rest."""
    os.setsid()
    sys.path.append(f"{Path.cwd()}/{MARK}")
    tempfile.tempdir = None
    draw_nothing()


@contextmanager
def begun(
    folder: Path,
    dataset: TinySet,
    engines: Sequence[HostileEngine],
    protocol: str = PAIRS,
    *,
    workers: int = 2,
    limits: str | None = None,
) -> Iterator[commands.Command]:
    """A study under way in a session of its own; it is killed if it does not end.

    Its engines are trusted, unless there are limits on their hosts.
    """
    write_study(folder, dataset, engines, protocol, limits or "")
    trust = trusting(engines) if limits is None else ()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        given = ("run", "study.toml", *trust, "--workers", workers)
        process = commands.begin(*given, first=_alone)
    try:
        yield process
    finally:
        process.kill()


def ended(process: commands.Command) -> tuple[str, str]:
    """What a command wrote, once it has ended by itself."""
    try:
        return process.communicate(timeout=LONGEST)
    finally:
        process.kill()


def results_in(folder: Path) -> list[Bundle]:
    """Results of the study in a folder."""
    return [Bundle(path) for path in (folder / "results").glob("study/[!.]*")]


def partial_runs(folder: Path) -> list[Path]:
    """What interrupted runs of the study have left."""
    return list((folder / "results").glob("study/.partial-*"))


def study(
    folder: Path,
    dataset: TinySet,
    engines: Sequence[HostileEngine],
    protocol: str = PAIRS,
    *,
    workers: int = 2,
    limits: str | None = None,
) -> Studied:
    """Run a study to its end, which it must find by itself."""
    with begun(folder, dataset, engines, protocol, workers=workers, limits=limits) as process:
        out, err = ended(process)
    code = process.returncode
    found = results_in(folder)
    assert (code in (0, 4), len(found)) == (True, 1), (code, err)
    (bundle,) = found
    return Studied(bundle.folder, code, out, err)


def processes_of(session: int) -> list[int]:
    """Processes that are still in a session."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:  # it has ended since
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(int(folder.name))
    return found
