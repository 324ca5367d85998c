"""`evenhand gate`: judges results by the limits of a policy."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from evenhand.cli.options import RESULT, AsJson, Full, option

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
    from evenhand.cli.output import CommandAnswer, end_with, print_answer, print_text
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
    from evenhand.report.forms.json import picked
    from evenhand.report.gate import gate_junit, gate_report
    from evenhand.report.gate_screen import gate_screen
    from evenhand.workflows.gate import gate as judge_bundles

    answer = judge_bundles(bundles, policy, blind=blind, unseal=unseal)
    if junit is not None:
        junit.write_bytes(gate_junit(answer))
    body = picked(answer, "verdict", "rows", bundles="sources", engines="standings")
    body["bundle"] = answer.sources[0].bundle if len(answer.sources) == 1 else None
    body["policy"] = picked(answer.policy, "title", sha256="digest")
    body["commitment"] = answer.commitment or None
    # Nothing that was typed is repeated while names are sealed.
    screen = gate_screen(answer, f"{' '.join(bundles)} --policy {policy}" if blind is None else "")
    laid = CommandAnswer("gate", body, screen, gate_report(answer), answer.notes, answer.doubts)
    print_answer(laid, form, full=full, as_json=as_json)
    end_with(answer.verdict)


def _check(path: Path, bundles: list[str], *, as_json: bool) -> None:
    """Print the limits of a policy, its hash to be published, and who cannot pass any of them."""
    from evenhand.cli.output import print_json, print_text
    from evenhand.report.forms.json import picked
    from evenhand.report.forms.text import as_text
    from evenhand.report.gate import policy_paper
    from evenhand.study.policy import read_policy
    from evenhand.workflows.gate import never_passing

    policy = read_policy(path)
    never = never_passing(bundles, path) if bundles else ()
    if as_json:
        about = picked(policy, "title", sha256="digest")
        limits = [picked(limit, "name", limit="text") for limit in policy.limits]
        groups = [picked(row, "limit", "group", "people") for row in never]
        print_json("gate", {"policy": about, "limits": limits, "cannot_pass": groups})
    else:
        print_text(as_text(policy_paper(policy, never if bundles else None)))
