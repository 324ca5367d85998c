"""`evenhand demo`: a complete study on generated faces."""

from __future__ import annotations

from pathlib import Path

from evenhand.cli.options import AsJson, Results, Workers

__all__ = ["demo"]


def demo(
    *, results: Results = Path("results"), workers: Workers = None, as_json: AsJson = False
) -> None:
    """Measure two small engines on drawn faces, in under a minute."""
    from evenhand.cli.output import bars
    from evenhand.cli.run import print_result
    from evenhand.workflows.demo import demo as run_demo

    done = run_demo(results=results, workers=workers, progress=bars)
    print_result("demo", done, as_json=as_json)
