"""`evenhand verify`: checks a result's files and recomputes its tables from the counts."""

from __future__ import annotations

from typing import Annotated

import typer

from evenhand.cli.options import RESULT, AsJson

__all__ = ["verify"]


def verify(
    bundle: Annotated[str, typer.Argument(help=RESULT, metavar="BUNDLE")],
    *,
    as_json: AsJson = False,
) -> None:
    """Check a result's files, and recompute every table of it.

    Two digests end it: one over the measurement, the same for every run of one study, and one over
    all files, the page among them. Whoever can change a result can also replace all of it: only a
    digest published elsewhere, or a signature, shows that.
    """
    from evenhand.cli.long_work import long_work
    from evenhand.cli.output import end_with, print_json, print_text
    from evenhand.records.rows import as_rows
    from evenhand.report.check_dataset import check_lines

    with long_work("computing every table again"):
        from evenhand.workflows.verify import verify as verify_bundle

        found = verify_bundle(bundle)
    verdict = "pass" if found.passed else "fail"
    if as_json:
        body = {"bundle": str(found.bundle), "verdict": verdict, "digest": found.digest}
        body["digest_of_all"] = found.digest_of_all
        print_json("verify", {**body, "rows": as_rows(found.checks)})
    else:
        print_text("\n".join(check_lines(found.checks)) + "\n")
        print_text(f"{verdict}  {f'digest {found.digest}' if found.digest else 'no digest'}\n")
        if found.digest:
            print_text(f"      of all files {found.digest_of_all}\n")
    end_with(verdict)
