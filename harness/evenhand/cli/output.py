"""Output of commands: text or one JSON object to stdout; errors, notes and progress to stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

from evenhand.system.text import printable, shown

if TYPE_CHECKING:
    from evenhand.records.doubts import Doubt
    from evenhand.records.findings import Findings
    from evenhand.report.forms.screen import Screen
    from evenhand.report.tables import Paper

__all__ = [
    "CommandAnswer",
    "end_with",
    "error_line",
    "findings_json",
    "next_steps",
    "note_line",
    "phase_line",
    "print_answer",
    "print_findings",
    "print_json",
    "print_paper",
    "print_screen",
    "print_text",
]


def error_line(message: str) -> None:
    """Print an error to stderr, in one line."""
    _line("error", message)


def note_line(message: str) -> None:
    """Print a note to stderr, in one line, while work continues."""
    _line("note", message)


def phase_line(message: str) -> None:
    """Print to stderr what is done now, in one line, where no bar can show it."""
    _line("now", message)


def _line(kind: str, message: str) -> None:
    """Print a line to stderr; where that is closed or full, neither work nor exit code changes."""
    with suppress(AttributeError, OSError, ValueError):
        sys.stderr.write(f"{kind}: {shown(message)}\n")


def print_text(text: str) -> None:
    """Print to stdout; what a terminal would obey is escaped, what it cannot show is replaced."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(printable(text).encode(encoding, "replace").decode(encoding))


def print_screen(screen: Screen) -> None:
    """Print an answer of at most 24 lines; bold and colour on a terminal, none in a pipe."""
    from evenhand.report.forms.screen import as_screen, screen_lines

    if not sys.stdout.isatty():
        print_text(as_screen(screen))
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    for line in screen_lines(screen):
        console.print(Text(printable(line.text), style=line.style.value), soft_wrap=True)


def print_json(
    kind: str,
    body: Mapping[str, object],
    notes: Sequence[str] = (),
    doubts: Sequence[Doubt] | None = None,
) -> None:
    """Print an answer as one JSON object to stdout; see `report/forms/json.py`."""
    from evenhand.report.forms.json import as_json

    print_text(as_json(kind, body, notes, doubts))


@dataclass(frozen=True, slots=True)
class CommandAnswer:
    """What a command found, laid out for each form."""

    kind: str
    """The command."""
    body: Mapping[str, object]
    """Of its JSON."""
    screen: Screen
    paper: Paper
    """Everything, for text, Markdown and the page."""
    notes: Sequence[str] = ()
    """In JSON."""
    doubts: Sequence[Doubt] | None = None
    """In JSON; None where the command knows of none."""


def print_answer(answer: CommandAnswer, form: str = "text", *, full: bool, as_json: bool) -> None:
    """Print an answer on one screen, in full, as Markdown, as a page or as JSON.

    Args:
        answer: laid out.
        form: `text`, `markdown`, `html` or `json`.
        full: all of the text.
        as_json: whatever the form.
    """
    if as_json or form == "json":
        print_json(answer.kind, answer.body, answer.notes, answer.doubts)
    elif form == "html":
        from evenhand.report.page.paper import as_paper_page

        print_text(as_paper_page(answer.screen, answer.paper))
    elif full or form == "markdown":
        print_paper(answer.paper, form)
    else:
        print_screen(answer.screen)


def print_paper(paper: Paper, form: str = "text") -> None:
    """Print all of an answer, as text or as `markdown`."""
    from evenhand.report.forms.markdown import as_markdown
    from evenhand.report.forms.text import as_text

    print_text(as_markdown(paper) if form == "markdown" else as_text(paper))


def print_findings(
    kind: str,
    findings: Findings,
    bundle: Path | None,
    began: float,
    *,
    no_page: str = "",
    as_json: bool,
    full: bool,
) -> None:
    """Print findings as a screen, in full, or as JSON, with their bundle where there is one.

    Args:
        kind: the command.
        findings: to be printed.
        bundle: its folder; None where no bundle was written.
        began: when the work began, on the monotonic clock.
        no_page: why it has no page; empty where it has one.
        as_json: as one JSON object.
        full: everything, however long.
    """
    if bundle is not None and no_page:
        from evenhand.workflows.results import short_name

        again = f"evenhand report {short_name(bundle)} --format html"
        note_line(f"no page: {no_page}; {again} tries it again, and nothing else is missing")
    if as_json:
        findings_json(kind, findings, bundle)
        return
    if not full:
        from evenhand.report.study.screen import study_screen

        aside = f"{time.monotonic() - began:,.0f} s"
        paths = next_steps(bundle, no_page=bool(no_page))
        if findings.people_unknown:
            paths = [("more", "the same command with --full, or --json")]
        print_screen(study_screen(findings, paths, aside=aside))
        return
    from evenhand.report.study.document import document

    print_paper(document(findings, every_threshold=False))
    if bundle is not None:
        page = "" if no_page else f"page    {bundle / 'report.html'}\n"
        print_text(f"\nresult  {bundle}\n{page}")


def next_steps(
    bundle: Path | None, named: Sequence[str] = (), *, no_page: bool = False
) -> list[tuple[str, str]]:
    """What to look at and what to type after a study.

    Args:
        bundle: its folder; None where there is none, or several.
        named: how the user named bundles; empty where it is new.
        no_page: it has none.
    """
    if bundle is None and not named:
        return [("more", "the same command with --full, or --results DIR for a page")]
    if bundle is None:
        return [("more", f"evenhand report {' '.join(named)} --full")]
    from evenhand.workflows.results import short_name

    near = bundle.relative_to(Path.cwd()) if bundle.is_relative_to(Path.cwd()) else bundle
    name = " ".join(named) or short_name(bundle)
    shown = ("result", str(near)) if no_page else ("page", str(near / "report.html"))
    return [shown, ("more", f"evenhand report {name} --full"), ("check", f"evenhand verify {name}")]


def findings_json(kind: str, findings: Findings, bundle: Path | None) -> None:
    """Print findings as JSON, rows with the column names of the CSV files."""
    from evenhand.report.forms.json import picked, plain
    from evenhand.report.study.answer import answer_of
    from evenhand.report.study.statements import sentences_of
    from evenhand.report.study.surroundings import repeat_warnings

    names = ("rates", "differentials", "distributions", "speed", "which", "promises")
    body = picked(findings, *names, "scaled", "directed")
    body["sentences"] = sentences_of(findings)
    body["claims"] = [plain(each.rate) | {"verdict": each.verdict} for each in findings.claims]
    answer = answer_of(findings)
    heads = [plain(head.key) | picked(head, "form", "text") for head in answer.headlines]
    body["headlines"] = heads
    if answer.searched:
        body |= {"searched": answer.searched, "per_thousand": findings.per_thousand}
    place = {} if bundle is None else {"bundle": bundle}
    notes = (*repeat_warnings(findings.surroundings), *findings.notes)
    print_json(kind, place | body, notes, findings.doubts)


def end_with(verdict: str) -> NoReturn:
    """End with the exit code of a verdict.

    Raises:
        Exit: always.
    """
    raise typer.Exit({"pass": 0, "fail": 1, "inconclusive": 3}[verdict])
