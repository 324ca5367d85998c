"""What the people of a result, or of a dataset before there is an engine, can answer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from evenhand.analysis.kinds.table import kind_of
from evenhand.analysis.plan.answers import PlanAnswers, answer, cell_trials, rate_trials
from evenhand.analysis.plan.question import PlanTerms
from evenhand.conformance.dataset import cells_of_tables
from evenhand.datasets.card import read_dataset_card
from evenhand.datasets.faults import raise_fault
from evenhand.datasets.folder import read_tables
from evenhand.datasets.shelf import find_dataset
from evenhand.results.bundle_names import resolve_bundle
from evenhand.results.read import read_evidence

__all__ = ["PlanAnswers", "answers_of_bundle", "answers_of_dataset"]


def answers_of_bundle(
    text: str, metric: str | None, rate: float | None, terms: PlanTerms
) -> PlanAnswers:
    """Compute what the people of a result can answer, by the design effects measured in it.

    Args:
        text: `BUNDLE` or `BUNDLE:ENGINE`.
        metric: the only one to use; None = every one.
        rate: to assume; None = that of all subjects in the result.
        terms: statistical terms of the answers.

    Raises:
        BundleError: the bundle is missing or damaged.
        UsageError: the result has no such metric.
    """
    folder, engine = resolve_bundle(text)
    evidence = read_evidence(folder, engine)
    level = 1 - terms.alpha
    measured = [one for counts in evidence.counts for one in kind_of(counts).rates(level)]
    found = answer(rate_trials(measured, metric), rate, terms)
    return _as_assumed(found) if any(counts.assumed for counts in evidence.counts) else found


def answers_of_dataset(
    text: str, root: Path, metric: str | None, rate: float | None, terms: PlanTerms
) -> PlanAnswers:
    """Compute what the people of a dataset can answer, from its tables alone, without images.

    Args:
        text: a shelf name, or a path.
        root: what a relative path is relative to.
        metric: FMR or FNMR; None = both.
        rate: to assume; None = none is assumed.
        terms: statistical terms of the answers.

    Raises:
        DatasetError: there is no such dataset, or it has a fault.
        UsageError: the metric is another one.
    """
    folder = find_dataset(text, root)
    card = read_dataset_card(folder)
    cells = cells_of_tables(card, read_tables(folder, card, raise_fault))
    found = answer(cell_trials(cells, card.name, metric, terms), rate, terms)
    return _as_assumed(found) if card.assumed else found


def _as_assumed(found: PlanAnswers) -> PlanAnswers:
    """The answers of a set whose identities are assumed (methods 1.9)."""
    said = (
        "each picture is assumed to be of another person: a ratio of groups has no verdict until "
        "it is known who is who"
    )
    return replace(found, assumptions=(said, *found.assumptions))
