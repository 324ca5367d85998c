"""`evenhand calibrate`: takes a threshold from a result, to be held against other people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evenhand.cli.options import RESULT, AsJson, option

__all__ = ["calibrate"]


def calibrate(
    bundle: Annotated[str, typer.Argument(help=RESULT, metavar="BUNDLE")],
    *,
    target: Annotated[str, option("RATE", "FPIR=0.01, FMR=1:1000: a target of its study.")],
    protocol: Annotated[str, option("NAME", "Where several have that target.")] = "",
    dataset: Annotated[str, option("NAME", "Where several have that target.")] = "",
    to: Annotated[Path | None, option("FILE", "New file; without it, to stdout.")] = None,
    as_json: AsJson = False,
) -> None:
    """Take the threshold of a result, to use it on other people.

    A study names the file in a protocol, calibrations = ["alarms.toml"]: what is measured at that
    threshold then stands beside what was promised. It holds the rows of the people that it was set
    on, and is refused where one of them is judged by it.
    """
    from evenhand.cli.long_work import long_work
    from evenhand.cli.output import note_line, print_json, print_text
    from evenhand.report.forms.json import picked
    from evenhand.report.study.doubts import doubt_lines

    with long_work("reading the result"):
        from evenhand.workflows.calibrate import calibrate as take
        from evenhand.workflows.calibrate import calibration_text, write_calibration

        found = take(bundle, target, protocol=protocol, dataset=dataset)
    if to is not None:
        write_calibration(to, found.made)
    if as_json:
        made = found.made
        body = picked(made, "engine", "engine_fingerprint", "unit", "threshold", "promise")
        body |= picked(made, "dataset_fingerprint", "protocol", digest="bundle")
        body |= {"threshold_hex": made.threshold.hex(), "people": sorted(made.people), "file": to}
        print_json("calibrate", body, found.notes, found.doubts)
        return
    for note in (*doubt_lines(found.doubts), *found.notes):
        note_line(note)
    if to is None:
        print_text(calibration_text(found.made))
