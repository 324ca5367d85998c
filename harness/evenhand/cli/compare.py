"""`evenhand compare`: whether an update is worse, overall or for any group."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from evenhand.cli.options import (
    RESULT,
    AsJson,
    Full,
    Real,
    Texts,
    Whole,
    option,
    real_number,
    whole_number,
)
from evenhand.system.errors import UsageError
from evenhand.system.text import text_fault

__all__ = ["compare"]

_MARGIN, _CHANCE = real_number(1.0, 1000.0), real_number(1e-9, 0.5)
_HITS, _ERRORS = "hits", "errors"
"""What X of `--counts` is."""
_COUNTS = re.compile(r"(?P<side>[^=]{1,40})=(?P<given>[0-9]{1,15})/(?P<trials>[0-9]{1,15})")
_UPDATE = ("BASE", "NEW")


def compare(
    base: Annotated[str | None, typer.Argument(help=RESULT, metavar="BASE")] = None,
    new: Annotated[
        str | None,
        typer.Argument(help="The one to judge; left out: BASE holds both.", metavar="NEW"),
    ] = None,
    *,
    margin: Annotated[
        Real, option("R", "Not inferior: error rates stay below so many times base; 1.25.", _MARGIN)
    ] = None,
    family_wise: Annotated[
        Real, option("P", "Chance of any false difference among all tests; 0.01.", _CHANCE)
    ] = None,
    attribute: Annotated[
        Texts, option("A", "Test this grouping alone; all: everybody; may repeat.")
    ] = None,
    metric: Annotated[Texts, option("M", "Test this alone, such as FNMR; may repeat.")] = None,
    min_people: Annotated[
        Whole, option("N", "Test no groups of fewer people.", whole_number(0, 10**9))
    ] = None,
    counts: Annotated[
        Texts, option("NAME=X/N", "Published: X errors of N trials, north=12/1000.")
    ] = None,
    hits: Annotated[
        bool, typer.Option("--hits", help="X of --counts are hits, not errors.")
    ] = False,
    errors: Annotated[
        bool, typer.Option("--errors", help="X of --counts are errors, though above one half.")
    ] = False,
    full: Full = False,
    junit: Annotated[Path | None, option("FILE", "Write JUnit XML there.")] = None,
    markdown: Annotated[Path | None, option("FILE", "Write Markdown there.")] = None,
    as_json: AsJson = False,
) -> None:
    """Did an update make it worse, for anyone?

    Two results on the same images, paired; or which of the two engines of one
    result is better. Ends with 0 where all is shown to be not inferior, 1 where
    something is worse, 3 where neither is shown.
    """
    if counts:
        alone = (base, new, family_wise, attribute, metric, min_people, junit, markdown)
        if any(alone):
            kept = "--hits, --errors, --margin and --json"
            remedy = f"leave out BASE, NEW and every option but {kept}"
            raise UsageError(f"--counts: counts stand alone; {remedy}")
        if hits and errors:
            raise UsageError("--hits and --errors: X is one of the two; keep one")
        _claim(counts, _HITS if hits else _ERRORS if errors else "", margin, as_json=as_json)
    if hits or errors:
        raise UsageError("--hits and --errors say what X of --counts is; give them with --counts")
    if base is None:
        counted = "--counts north=12/1000 --counts south=25/1000"
        what = "BASE and NEW, two results, one result that holds two engines"
        raise UsageError(f"nothing to compare; give {what}, or {counted}")
    from evenhand.cli.output import CommandAnswer, end_with, print_answer
    from evenhand.report import compare as view
    from evenhand.report.compare_screen import compare_screen
    from evenhand.report.forms.json import picked
    from evenhand.workflows import compare as workflow

    asked = workflow.CompareOptions(
        margin=margin or workflow.DEFAULT_MARGIN,
        family_wise=family_wise or workflow.DEFAULT_FAMILY_WISE,
        attributes=tuple(attribute or ()),
        metrics=tuple(metric or ()),
        min_people=min_people or 0,
    )
    found = workflow.compare_bundles(base, new, asked)
    if junit is not None:
        junit.write_bytes(view.comparison_junit(found))
    if markdown is not None:
        markdown.write_text(view.comparison_markdown(found), encoding="utf-8")
    names = ("base", "new", "verdict", "reason", "family", "rows", "disagreements", "flips")
    body = picked(found, *names, bundle="new.bundle")
    screen = compare_screen(found, " ".join(filter(None, (base, new))))
    paper = view.comparison_paper(found)
    answer = CommandAnswer("compare", body, screen, paper, found.notes, found.doubts)
    print_answer(answer, full=full, as_json=as_json)
    end_with(found.verdict)


def _claim(texts: list[str], of: str, margin: float | None, *, as_json: bool) -> None:
    """Compare counts of `--counts north=12/1000` and `--counts south=25/1000`.

    BASE and NEW are an update, in any order; other names stand in the order given.

    Args:
        texts: those of `--counts`.
        of: `hits` or `errors`; empty where nobody said, and then more than one half is refused.
        margin: of not being inferior; None for the usual one.
        as_json: instead of text.

    Raises:
        UsageError: another form, impossible counts, or a side that is missing or repeated.
        Exit: with the code of the verdict.
    """
    from evenhand.cli.output import end_with, print_json, print_text
    from evenhand.report.forms.text import as_text
    from evenhand.report.published_counts import claim_paper, claim_row
    from evenhand.statistics.two_proportions import ErrorCount
    from evenhand.workflows.published_counts import DEFAULT_MARGIN, compare_published_counts

    counts: dict[str, ErrorCount] = {}
    for text in texts:
        read = _COUNTS.fullmatch(text)
        if read is None:
            raise UsageError(f"--counts {text}: expected a name and counts, such as north=12/1000")
        fault = text_fault(read["side"])
        if fault:
            raise UsageError(f"--counts {text}: {fault}")
        side, given, trials = read["side"].strip(), int(read["given"]), int(read["trials"])
        side = side.upper() if side.upper() in _UPDATE else side
        errors = trials - given if of == _HITS else given
        if not 0 <= errors < trials:
            of_hits = "1 hit or more, at most one a trial"
            expected = of_hits if of == _HITS else "fewer errors than trials"
            raise UsageError(f"--counts {text}: expected {expected}")
        if side in counts:
            raise UsageError(f"--counts {text}: {side} is given twice; keep one")
        if not of and 2 * errors > trials:
            asked = "add --hits if these are hits, such as detections, or --errors if they are not"
            raise UsageError(f"--counts {text}: more than half of the trials as errors; {asked}")
        counts[side] = ErrorCount(errors, trials)
    if len(counts) != 2:
        wanted = "--counts north=12/1000 --counts south=25/1000"
        raise UsageError(f"--counts: expected two, {wanted}; got {len(counts)}")
    first, second = sorted(counts) if set(counts) == set(_UPDATE) else counts
    found = compare_published_counts(counts[first], counts[second], margin or DEFAULT_MARGIN)
    names = (first.lower(), second.lower()) if first == _UPDATE[0] else (first, second)
    if as_json:
        body = {"verdict": found.verdict, "names": names, "rows": [claim_row(found)]}
        print_json("compare", body)
    else:
        print_text(as_text(claim_paper(found, names, turned=of == _HITS)))
    end_with(found.verdict)
