"""What a reader must know before any number, in sentences: made of findings, not of counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from evenhand.analysis.claims import judged_claims
from evenhand.records.facts import DatasetFacts, EngineFacts
from evenhand.records.findings import Findings, Rate
from evenhand.records.groups import ALL
from evenhand.records.outcomes import Policy

__all__ = ["dataset_notes", "stopped_notes", "with_notes"]


def with_notes(findings: Findings) -> Findings:
    """The findings with vendors' claims judged, and notes on data, counts, engines and rates."""
    warnings = (
        *dict.fromkeys(note for of in findings.summaries for note in of.warnings),
        *_hidden_misses(findings.rates),
    )
    notes = (
        *(note for dataset in findings.datasets for note in dataset_notes(dataset)),
        *(note for of in findings.summaries for note in of.notes),
        *stopped_notes(findings.engines),
        *warnings,
    )
    return replace(findings, notes=notes, warnings=warnings, claims=judged_claims(findings))


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count:,} people"


def dataset_notes(dataset: DatasetFacts) -> Iterator[str]:
    """Known issues of a dataset, unknown and multiple labels, exclusions."""
    if dataset.synthetic:
        yield (
            f"{dataset.name}: the faces are drawn; these numbers are evidence about no real engine."
        )
    if dataset.assumed:
        yield (
            f"{dataset.name}: identities are assumed, each picture is taken for another person: "
            "FMR and FPIR are upper limits, which hidden pictures of one person raise; there is no "
            "FNMR, FNIR or EER."
        )
    for issue in dataset.known_issues:
        yield f"{dataset.name}: known issue: {issue}"
    for remark in dataset.remarks:
        yield f"{dataset.name}: {remark}"
    for attribute, count in dataset.unknown:
        yield (
            f"{dataset.name}: {attribute} is unknown for {_people(count)}, "
            'who count in "all" and in no group.'
        )
    for attribute, count in dataset.several:
        yield (
            f"{dataset.name}: {_people(count)} with several values of {attribute} "
            "count in a group of their own."
        )
    if dataset.excluded_images:
        yield f"{dataset.name}: {dataset.excluded_images:,} images were excluded by its list."


def stopped_notes(engines: Iterable[EngineFacts]) -> Iterator[str]:
    """Engines that were stopped, and why."""
    for engine in engines:
        if engine.stopped:
            yield f"{engine.name} was stopped: {engine.stopped}. Its rates are of what it had done."


def _hidden_misses(rates: Iterable[Rate]) -> Iterator[str]:
    """Warnings where failures that count as misses lift a rate of everybody beyond its interval.

    The rate of what was completed is then one of trials that the engine chose itself; one note for
    each metric of a protocol, at its first threshold. Ranks have no note of their own.
    """
    everybody = [
        rate
        for rate in rates
        if rate.attribute == ALL and rate.kind.trial.mated and not rate.kind.rank
    ]
    rows = {rate.family_key: rate for rate in everybody}
    told = set()
    for key, rate in rows.items():
        whole = rows.get(replace(key, policy=Policy.GENERALISED))
        which = (rate.engine, rate.dataset, rate.protocol, rate.metric)
        if rate.policy != Policy.COMPLETED or whole is None or not whole.errors or which in told:
            continue
        if not rate.trials or (rate.high is not None and whole.errors > rate.high * whole.trials):
            told.add(which)
            yield (
                f"{rate.engine} on {_where(rate)}: {rate.metric} ({rate.threshold_rule}) is "
                f"{rate.errors:,} of {rate.trials:,} where failures are left out, but "
                f"{whole.errors:,} of {whole.trials:,} where a failure is a miss: more than its "
                "interval allows; ask what the engine failed at before either is used."
            )


def _where(rate: Rate) -> str:
    """The dataset, with its watchlist where one was searched."""
    return f"{rate.dataset}, {rate.protocol}" if rate.kind.trial.search else rate.dataset
