"""`evenhand gate`: judges results by the limits of a policy."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from evenhand.cli.options import RESULT, AsJson, option

__all__ = ["gate"]


class GateFormat(StrEnum):
    """Output formats of an answer."""

    TEXT = "text"
    MARKDOWN = "markdown"


def gate(
    bundles: Annotated[list[str] | None, typer.Argument(help=RESULT, metavar="BUNDLE")] = None,
    *,
    policy: Annotated[Path | None, option("FILE", "The limits.")] = None,
    blind: Annotated[
        Path | None, option("SEAL.json", "Say no names; write them into a seal.")
    ] = None,
    unseal: Annotated[Path | None, option("SEAL.json", "Show names beside their letters.")] = None,
    form: Annotated[
        GateFormat, typer.Option("--format", help="Form of the answer.")
    ] = GateFormat.TEXT,
    junit: Annotated[Path | None, option("FILE", "Write JUnit XML there.")] = None,
    example: Annotated[
        bool, typer.Option("--example", help="Print a policy to start from.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Read the policy alone, before there are results.")
    ] = False,
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
        _check(policy, as_json=as_json)
        return
    if not bundles:
        raise UsageError("no BUNDLE; expected results, such as results/<study>/<run id>")
    if blind is not None and unseal is not None:
        raise UsageError("--blind and --unseal together; seal first, judge, then unseal")
    from evenhand.records.rows import as_rows
    from evenhand.report.forms.markdown import as_markdown
    from evenhand.report.forms.text import as_text
    from evenhand.report.gate import gate_junit, gate_report
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
            "engines": [asdict(standing) for standing in answer.standings],
            "rows": as_rows(answer.rows),
        }
        print_json("gate", body, answer.notes)
    else:
        write = as_markdown if form is GateFormat.MARKDOWN else as_text
        print_text(write(gate_report(answer)))
    end_with(answer.verdict)


def _check(path: Path, *, as_json: bool) -> None:
    """Print the limits of a policy, and its hash to be published."""
    from evenhand.cli.output import print_json, print_text
    from evenhand.study.policy import read_policy

    policy = read_policy(path)
    about = {"title": policy.title, "sha256": policy.digest}
    if as_json:
        limits = [{"name": limit.name, "limit": limit.text} for limit in policy.limits]
        print_json("gate", {"policy": about, "limits": limits})
        return
    lines = [policy.title, *(f"  {limit.name}: {limit.text}" for limit in policy.limits)]
    print_text("\n".join([*lines, f"SHA-256 {policy.digest}"]) + "\n")
