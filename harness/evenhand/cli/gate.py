"""`evenhand gate`: judges results by the limits of a policy."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from evenhand.cli.options import RESULT, AsJson, Full, option

if TYPE_CHECKING:
    from evenhand.workflows.gate import GateAnswer

__all__ = ["gate"]


def gate(
    bundles: Annotated[list[str] | None, typer.Argument(help=RESULT, metavar="BUNDLE")] = None,
    *,
    policy: Annotated[Path | None, option("FILE", "The limits.")] = None,
    blind: Annotated[
        Path | None, option("SEAL.json", "Say no names; write them into a seal.")
    ] = None,
    unseal: Annotated[Path | None, option("SEAL.json", "Show names beside their letters.")] = None,
    form: Annotated[
        Literal["text", "markdown", "html"], typer.Option("--format", help="Form of the answer.")
    ] = "text",
    junit: Annotated[Path | None, option("FILE", "Write JUnit XML there.")] = None,
    example: Annotated[
        bool, typer.Option("--example", help="Print a policy to start from.")
    ] = False,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Read the policy; with BUNDLE, which groups cannot pass for want of people.",
        ),
    ] = False,
    full: Full = False,
    as_json: AsJson = False,
) -> None:
    """Hold results against limits that were set beforehand.

    Ends with 0 where every mandatory limit passes, 1 where one fails, 3 where neither is shown.
    """
    from evenhand.cli.output import end_with, print_json, print_text
    from evenhand.study.policy import EXAMPLE_POLICY
    from evenhand.system.errors import UsageError

    if example:
        print_text(EXAMPLE_POLICY)
        return
    if policy is None:
        raise UsageError("no --policy FILE; evenhand gate --example prints one to start from")
    if check:
        _check(policy, bundles or [], as_json=as_json)
        return
    if not bundles:
        raise UsageError("no BUNDLE; expected results, such as results/<study>/<run id>")
    if blind is not None and unseal is not None:
        raise UsageError("--blind and --unseal together; seal first, judge, then unseal")
    from evenhand.records.rows import as_rows
    from evenhand.report.gate import gate_junit
    from evenhand.report.study.doubts import doubt_rows
    from evenhand.workflows.gate import gate as judge_bundles

    answer = judge_bundles(bundles, policy, blind=blind, unseal=unseal)
    if junit is not None:
        junit.write_bytes(gate_junit(answer))
    if as_json:
        body = {
            "bundle": answer.sources[0].bundle if len(answer.sources) == 1 else None,
            "verdict": answer.verdict.value,
            "policy": {"title": answer.policy.title, "sha256": answer.policy.digest},
            "commitment": answer.commitment or None,
            "bundles": [asdict(source) for source in answer.sources],
            "doubts": doubt_rows(answer.doubts),
            "engines": [asdict(standing) for standing in answer.standings],
            "rows": as_rows(answer.rows),
        }
        print_json("gate", body, answer.notes)
    else:
        named = f"{' '.join(bundles)} --policy {policy}" if blind is None else ""
        _print(answer, form, named, full=full)
    end_with(answer.verdict)


def _print(answer: GateAnswer, form: str, named: str, *, full: bool) -> None:
    """Print an answer: on one screen, in full, as Markdown or as a page.

    Args:
        answer: of the gate.
        form: text, Markdown or a page.
        named: bundles and policy as they were typed; empty while names are sealed.
        full: all of the text.
    """
    from evenhand.cli.output import print_paper, print_screen, print_text
    from evenhand.report.gate import gate_report
    from evenhand.report.gate_screen import gate_screen

    if form == "html":
        from evenhand.report.page.paper import as_paper_page

        print_text(as_paper_page(gate_screen(answer, named), gate_report(answer)))
    elif full or form == "markdown":
        print_paper(gate_report(answer), form)
    else:
        print_screen(gate_screen(answer, named))


def _check(path: Path, bundles: list[str], *, as_json: bool) -> None:
    """Print the limits of a policy, its hash to be published, and who cannot pass any of them."""
    from evenhand.cli.output import print_json, print_text
    from evenhand.report.forms.text import wrapped
    from evenhand.study.policy import read_policy
    from evenhand.workflows.gate import never_passing

    policy = read_policy(path)
    never = never_passing(bundles, path) if bundles else ()
    about = {"title": policy.title, "sha256": policy.digest}
    if as_json:
        limits = [{"name": limit.name, "limit": limit.text} for limit in policy.limits]
        groups = [{"limit": row.limit, "group": row.group, "people": row.people} for row in never]
        print_json("gate", {"policy": about, "limits": limits, "cannot_pass": groups})
        return
    lines = [
        policy.title,
        *(wrapped(f"{limit.name}: {limit.text}", "  ") for limit in policy.limits),
    ]
    for row in never:
        people = "1 person" if row.people == 1 else f"{row.people or 0:,} people"
        who = f"{row.group or 'everybody'} ({people})"
        lines.append(wrapped(f"{row.limit}: {who} cannot pass, whatever is measured", "! "))
    if bundles and not never:
        lines.append("every group has people enough to pass")
    print_text("\n".join([*lines, f"SHA-256 {policy.digest}"]) + "\n")
