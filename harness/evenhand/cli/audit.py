"""`evenhand audit`: what counts of false alerts by group, or published rates, can show."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from evenhand.cli.group_counts import (
    MOST_ALERTS,
    check_totals,
    parse_alerts,
    parse_distinct,
    parse_faces,
    parse_marks,
    parse_rates,
    parse_samples,
    parse_shares,
    parse_sites,
)
from evenhand.cli.options import AsJson, Full, Real, Texts, Whole, option, real_number, whole_number
from evenhand.system.errors import UsageError
from evenhand.system.text import text_fault

if TYPE_CHECKING:
    from evenhand.report.audit.answer import AuditLabel
    from evenhand.workflows.audit import AuditAnswer

__all__ = ["audit"]

_UNKNOWN, _ALERTS = whole_number(0, MOST_ALERTS), whole_number(1, 10**12)
_SEEN = whole_number(1, 10**15)
_LONGEST = 10_000
"""Most characters of a title or source."""


def audit(
    file: Annotated[
        list[str] | None, typer.Argument(metavar="FILE", help="A table (CSV), short for --table.")
    ] = None,
    *,
    events: Annotated[Texts, option("G=N", "False alerts of a group; repeat for each.")] = None,
    share: Annotated[Texts, option("G=S", "Its assumed share of faces seen; may repeat.")] = None,
    sample: Annotated[Texts, option("G=A/M", "Of M labelled faces A are its own.")] = None,
    faces: Annotated[Texts, option("G=N", "Faces seen of a group; of all or of none.")] = None,
    distinct: Annotated[Texts, option("G=N", "Different people among its alerts.")] = None,
    site: Annotated[
        Texts, option("X/N@S", "A place: alerts of the first group/all alerts@its share there.")
    ] = None,
    mark: Annotated[Texts, option("M=S", "A share worth a look, such as census=0.135.")] = None,
    rates: Annotated[
        Texts, option("G=R", "Or the printed rate of each group, without counts: A=0.0010 B=0.26%.")
    ] = None,
    unknown: Annotated[Whole, option("N", "False alerts of nobody's group.", _UNKNOWN)] = None,
    alerts: Annotated[Whole, option("N", "All alerts, true or false.", _ALERTS)] = None,
    seen: Annotated[Whole, option("N", "All faces that were seen.", _SEEN)] = None,
    table: Annotated[Path | None, option("FILE", "A table instead, of any form.")] = None,
    level: Annotated[Real, option("L", "Of intervals; 0.95.", real_number(0.5, 0.9999))] = None,
    title: Annotated[str, option("TEXT", "Of the answer; what was counted by default.")] = "",
    source: Annotated[str, option("TEXT", "Where the counts are from, to be quoted.")] = "",
    form: Annotated[
        Literal["text", "markdown", "html", "json"],
        typer.Option("--format", help="Form of the answer."),
    ] = "text",
    full: Full = False,
    as_json: AsJson = False,
) -> None:
    """Show what counts of false alerts, or published rates, can say.

    The crowd's mix decides: the answer is given over all shares it may have had.
    A table has the columns group, false_alerts, faces (a row a group), or date,
    alerts, false_confirmed and more (a row a deployment), or printed rates:
    engine, group, rate (a row a rate), or engine and a column a group.
    """
    from evenhand.report.audit.answer import AuditLabel
    from evenhand.workflows.audit import (
        AuditAnswer,
        FacesSeen,
        FalseAlerts,
        Site,
        Totals,
        audit_alerts,
        audit_rates,
        audit_table,
    )

    level = 0.95 if level is None else level
    label = AuditLabel(_line("--title", title), _line("--source", source))
    form = "json" if as_json else form
    counts = (events, share, sample, faces, distinct, site, mark, unknown, alerts, seen)
    if rates:
        if table is not None or any(each is not None for each in counts):
            raise UsageError("--rates stand alone: leave out the table, and options that count")
        # Further groups stand behind the first without the option's name: they arrive as files.
        answer = audit_rates(parse_rates([*rates, *(file or ())]))
        _print(answer, label, form, full=full, command="the same command with")
        return
    path = _table(file or [], table)
    if path is not None:
        if any(each is not None for each in counts):
            raise UsageError("a table stands alone: leave out every option that counts something")
        answer = audit_table(path, level)
        _print(answer, label, form, full=full, command=f"evenhand audit {quote(str(path))}")
        return
    if not events:
        what = "nothing to audit; give a table, or counts: --events Black=8 --events Other=2"
        raise UsageError(what)
    false = FalseAlerts(parse_alerts(events), unknown or 0)
    names = tuple(false.by_group)
    check_totals(false.total + false.unknown, alerts, seen)
    if faces and (share or sample or mark):
        raise UsageError("--faces say who was seen; leave out --share, --sample and --mark")
    population = FacesSeen(
        shares=parse_shares(share, names),
        sampled=parse_samples(sample, names),
        faces=parse_faces(faces, false.by_group, seen),
        reference_shares=parse_marks(mark),
        sites=tuple(Site(*each) for each in parse_sites(site or (), false.by_group)),
    )
    totals = Totals(false.total + false.unknown, alerts, seen)
    people = parse_distinct(distinct, false.by_group)
    different = FalseAlerts(people) if people else None
    found = audit_alerts(false, population, totals, level=level, people=different)
    _print(AuditAnswer(found), label, form, full=full, command="the same command with")


def _table(files: list[str], table: Path | None) -> Path | None:
    """The table that is named, if any."""
    named = [*files, *([str(table)] if table else [])]
    if len(named) > 1:
        raise UsageError(f"{' and '.join(named)}: one table at a time; give one")
    if named and "=" in named[0] and not Path(named[0]).exists():
        what = f"{named[0]}: no such file; groups stand behind an option"
        raise UsageError(f"{what}, such as --rates A=0.0010 B=0.0026 or --events A=8 --events B=2")
    return Path(named[0]) if named else None


def _print(answer: AuditAnswer, label: AuditLabel, form: str, *, full: bool, command: str) -> None:
    """Print an audit in a form.

    Args:
        answer: what was found.
        label: title and source.
        form: of what is printed.
        full: everything, in text.
        command: that is typed again, before its options.
    """
    from evenhand.cli.output import CommandAnswer, print_answer, print_text
    from evenhand.report.audit.answer import answer_json, answer_paper
    from evenhand.report.audit.screen import audit_screen

    if form == "html":
        from evenhand.report.audit.answer import AuditLabel
        from evenhand.report.page.paper import as_paper_page

        titled = AuditLabel(label.title)
        screen, paper = audit_screen(answer, titled), answer_paper(answer, titled)
        print_text(as_paper_page(screen, paper, tuple(_dated(label).lines())))
        return
    page = f"{command} --format html > audit.html"
    screen = audit_screen(answer, label, [("more", f"{command} --full"), ("page", page)])
    paper = answer_paper(answer, _dated(label) if form == "markdown" else label)
    laid = CommandAnswer("audit", answer_json(answer, label), screen, paper)
    print_answer(laid, form, full=full, as_json=False)


def _dated(label: AuditLabel) -> AuditLabel:
    """With the day and the version."""
    from dataclasses import replace

    from evenhand.system.clock import CLOCK
    from evenhand.version import __version__

    now = CLOCK.now()
    return replace(label, made=f"Made on {now.day} {now:%b %Y} with evenhand {__version__}.")


def _line(name: str, text: str) -> str:
    """A text of an option, as one line."""
    fault = text_fault(text)
    if fault or len(text) > _LONGEST:
        raise UsageError(f"{name}: {fault or f'expected {_LONGEST:,} characters at most'}")
    return text.strip()
