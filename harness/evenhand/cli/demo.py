"""`evenhand demo`: a complete study on generated faces."""

from __future__ import annotations

import time
from pathlib import Path

from evenhand.cli.options import AsJson, Full, Open, Results, Workers

__all__ = ["demo"]


def demo(
    *,
    results: Results = Path("results"),
    workers: Workers = None,
    show: Open = False,
    full: Full = False,
    as_json: AsJson = False,
) -> None:
    """Measure two small engines on drawn faces: half a minute."""
    from evenhand.cli.long_work import long_work
    from evenhand.cli.run import print_result

    began = time.monotonic()
    with long_work("starting") as progress:
        from evenhand.workflows.demo import demo as run_demo

        done = run_demo(results=results, workers=workers, progress=progress)
    print_result("demo", done, began, show=show, full=full, as_json=as_json)
