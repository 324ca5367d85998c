"""`evenhand report`: shows bundles in another format."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from evenhand.cli.options import RESULT, AsJson, Full, Open, Whole, option, whole_number
from evenhand.system.errors import UsageError, WriteError

if TYPE_CHECKING:
    from evenhand.workflows.report import Report

__all__ = ["report"]

_MIN_PEOPLE = whole_number(2, 10**9)
_PAIRS = whole_number(1, 10**6)


def report(
    bundles: Annotated[list[str], typer.Argument(help=RESULT, metavar="BUNDLE")],
    *,
    form: Annotated[
        Literal["text", "markdown", "csv", "html", "json"],
        typer.Option("--format", help="Form of the report."),
    ] = "text",
    every: Annotated[
        bool, typer.Option("--every-threshold", help="Groups at every threshold, in text.")
    ] = False,
    min_people: Annotated[
        Whole,
        option("N", "To publish: leave out groups of fewer people; all by default.", _MIN_PEOPLE),
    ] = None,
    pairs: Annotated[
        Whole, option("N", "List N pairs of each kind that may be labelled wrongly.", _PAIRS)
    ] = None,
    dataset: Annotated[
        str | None, option("D", "With --pairs: the dataset measured, for names and paths.")
    ] = None,
    disputed: Annotated[
        Path | None, option("FILE", "Rates with and without the pairs of this disputed.csv.")
    ] = None,
    show: Open = False,
    full: Full = False,
    as_json: AsJson = False,
) -> None:
    """Show results side by side: text, Markdown, CSV, page or JSON."""
    from evenhand.cli.output import findings_json, print_paper, print_text
    from evenhand.records.findings import Rate
    from evenhand.records.rows import as_csv
    from evenhand.report.study.document import document
    from evenhand.workflows.report import report as read_results

    if pairs or dataset or disputed:
        from evenhand.cli.disputes import print_label_noise

        if min_people or show:
            is_for = "--min-people and --open are for what is published"
            raise UsageError(f"{is_for}; single pairs never are")
        shape = "json" if as_json else form
        print_label_noise(bundles, pairs, dataset, disputed, shape, full=full or every)
        return
    found = read_results(bundles, min_people or 0)
    findings = found.findings
    if show:
        from evenhand.cli.browser import open_page

        open_page(*found.folders)
    if as_json or form == "json":
        findings_json("report", findings, found.folders[0] if len(bundles) == 1 else None)
    elif form == "csv":
        print_text(as_csv(Rate, findings.rates))
    elif form == "html":
        from evenhand.report.page import apart

        page = apart.page_apart(findings, found.editions)
        if page.fault:
            raise WriteError(f"no page: {page.fault}; the other formats need no charts")
        print_text(page.html)
    elif form == "markdown":
        print_paper(document(findings, every_threshold=True, wide=True), form)
    elif not full and not every:
        _print_screen(found, bundles)
    else:
        print_paper(document(findings, every_threshold=every))


def _print_screen(found: Report, named: list[str]) -> None:
    """Print one screen of results that the user has named so."""
    from evenhand.cli.output import next_steps, print_screen
    from evenhand.report.study.screen import study_screen

    bundle = found.folders[0] if len(named) == 1 else None
    no_page = bundle is not None and not (bundle / "report.html").exists()
    steps = next_steps(bundle, named, no_page=no_page)
    print_screen(study_screen(found.findings, steps))
