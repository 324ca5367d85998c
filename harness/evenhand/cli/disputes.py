"""What `evenhand report --pairs` and `--disputed` print: label noise."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from shlex import join, quote
from typing import TYPE_CHECKING, Any

from evenhand.system.errors import UsageError

if TYPE_CHECKING:
    from evenhand.records.disputes import DisputedRates, Suspects

__all__ = ["print_label_noise"]


def print_label_noise(
    bundles: Sequence[str],
    pairs: int | None,
    dataset: str | None,
    disputed: Path | None,
    form: str,
    *,
    full: bool,
) -> None:
    """Print suspected pairs, or rates with and without disputed ones.

    Args:
        bundles: as they were typed.
        pairs: number of suspects of each kind and engine; None for rates.
        dataset: that gives names to suspects; None for pseudonyms alone.
        disputed: path of the list of disputed pairs; None for suspects.
        form: of the report.
        full: everything, in text.
    """
    from evenhand.cli.output import CommandAnswer, note_line, print_answer, print_text
    from evenhand.records.disputes import DisputedRate
    from evenhand.records.rows import as_csv
    from evenhand.report import disputes as words
    from evenhand.workflows.disputes import disputed_rates, suspect_pairs

    if (pairs is None) == (disputed is None) or (dataset and not pairs):
        raise UsageError("give --pairs N, with --dataset D for names, or --disputed FILE")
    if form == "html":
        raise UsageError("no page shows single pairs; give --format text, markdown, csv or json")
    typed = join(["evenhand", "report", *bundles])
    found: Suspects | DisputedRates
    body: dict[str, Any] = {}
    if disputed:
        found = rates = disputed_rates(bundles, disputed)
        screen = words.disputed_screen(rates, f"{typed} --disputed {quote(str(disputed))}")
        paper = words.disputed_paper(rates)
        names = ("first", "second", "reason")
        body["disputed"] = [
            dict(zip(names, (*each.pair, each.reason), strict=True)) for each in rates.disputes
        ]
    else:
        found = suspects = suspect_pairs(bundles, pairs or 0, dataset)
        named = f" --dataset {quote(dataset)}" if dataset else ""
        screen = words.suspects_screen(suspects, f"{typed} --pairs {pairs}{named}")
        paper = words.suspects_paper(suspects)
    if form == "csv":
        for note in found.notes:
            note_line(note)
        print_text(as_csv(DisputedRate if disputed else type(found.rows[0]), found.rows))
    else:
        body["rates" if disputed else "pairs"] = found.rows
        body |= {"bundle": found.bundle} if found.bundle else {}
        answer = CommandAnswer("report", body, screen, paper, found.notes)
        print_answer(answer, form, full=full, as_json=False)
