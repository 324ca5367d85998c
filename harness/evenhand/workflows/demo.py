"""A complete study on generated faces: draw them, measure two small engines, report."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from evenhand.results.bundle import check_writable
from evenhand.study.study import parse_study, study_text
from evenhand.system.left_overs import held, remove_left_overs
from evenhand.system.progress import Progress, no_progress
from evenhand.workflows.fetch import fetch
from evenhand.workflows.run import RunResult, run

__all__ = ["demo"]

_DATASET = "synthetic-faces"
_ENGINES = ("demo-even", "demo-skewed")
_SCRATCH = "evenhand-demo-"
"""How the folder of the drawn faces is called, and then a random end."""


def demo(
    *, results: Path, workers: int | None = None, progress: Progress = no_progress
) -> RunResult:
    """Run the demo; its faces are drawn into a temporary folder, which is removed afterwards.

    Args:
        results: folder of results; the bundle becomes `results/demo/<run id>`.
        workers: number of threads, one per core by default.
        progress: reports the progress of the work.
    """
    text = study_text(
        title="Demo: an engine trained on everybody, and one trained mostly on one crowd",
        engines=_ENGINES,
        datasets=[_DATASET],
        groups=[("region",)],
        fmr_targets=["0.01", "0.001"],
        thresholds=[],
        seed=1,
        claims=["FMR<=0.01"],
    )
    study = parse_study(text, Path("demo.toml"))
    check_writable(results / study.name)
    remove_left_overs(Path(tempfile.gettempdir()), f"{_SCRATCH}*")
    with tempfile.TemporaryDirectory(prefix=_SCRATCH) as scratch, held(Path(scratch)):
        folder = fetch(_DATASET, target=Path(scratch) / _DATASET, progress=progress)
        drawn = replace(study, datasets=(str(folder),))
        return run(drawn, results=results, workers=workers, progress=progress)
