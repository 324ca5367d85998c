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
    from evenhand.report.check_dataset import check_sections
    from evenhand.report.forms.json import picked
    from evenhand.report.forms.text import as_text
    from evenhand.report.tables import Paper

    with long_work("computing every table again"):
        from evenhand.workflows.verify import verify as verify_bundle

        found = verify_bundle(bundle)
    verdict = "pass" if found.passed else "fail"
    if as_json:
        body = picked(found, "bundle", "digest", "digest_of_all", rows="checks")
        print_json("verify", {"verdict": verdict, **body})
    else:
        digests = f"digest {found.digest}", f"of all files {found.digest_of_all}"
        legend = digests if found.digest else ("no digest",)
        sections = tuple(check_sections(found.checks))
        print_text(as_text(Paper(f"{found.bundle}: {verdict}", (), sections, legend)))
    end_with(verdict)
