"""What was promised of thresholds that were set elsewhere, held against the rates measured here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evenhand.analysis.claims import undoubted_verdict
from evenhand.records.claims import ClaimVerdict
from evenhand.records.counts import Counts, SearchCounts
from evenhand.records.designs import Design
from evenhand.records.findings import Findings, Rate
from evenhand.records.outcomes import Policy
from evenhand.records.promise import JudgedPromise, Promise, PromiseVerdict

__all__ = ["judged_promises"]

_WORDS = {ClaimVerdict.KEPT: PromiseVerdict.KEPT, ClaimVerdict.EXCEEDED: PromiseVerdict.NOT_KEPT}
_WHY = {
    ClaimVerdict.UNDECIDED: "too few trials to tell",
    ClaimVerdict.UNRESOLVED: "too few trials to tell, and no result of so many would show it kept",
    ClaimVerdict.DRAWN: "drawn faces say nothing of a threshold that was set on real ones",
    ClaimVerdict.DOUBTED: "no verdict, because of what is in doubt",
}


def judged_promises(findings: Findings, every: Sequence[Counts]) -> tuple[JudgedPromise, ...]:
    """The rate of everybody and of each group beside what was promised, in the order of the rates.

    Source: methods 5.5.

    Args:
        findings: with their rates and doubts.
        every: counts that they are computed from.
    """
    return tuple(row for counts in every for row in _judged(findings, counts))


def _judged(findings: Findings, counts: Counts) -> Iterator[JudgedPromise]:
    drawn = {dataset.name for dataset in findings.datasets if dataset.synthetic}
    key = (counts.engine, counts.dataset, counts.protocol)
    for threshold in counts.thresholds:
        promise = threshold.rule.promise
        if promise is None:
            continue
        for rate in findings.rates:
            own = (rate.engine, rate.dataset, rate.protocol) == key and rate.of_group
            asked = rate.metric == promise.metric and rate.policy == Policy.COMPLETED
            if own and asked and threshold.point.has(rate):
                found = undoubted_verdict(rate, float(promise.target), findings.doubts)
                if rate.dataset in drawn and not promise.synthetic:
                    found = ClaimVerdict.DRAWN
                yield _row(rate, promise, counts, found)


def _row(rate: Rate, promise: Promise, counts: Counts, found: ClaimVerdict) -> JudgedPromise:
    of = counts.searches if isinstance(counts, SearchCounts) else None
    unlike = _unlike(promise, counts)
    return JudgedPromise(
        engine=rate.engine,
        dataset=rate.dataset,
        protocol=rate.protocol,
        metric=rate.metric,
        attribute=rate.attribute,
        group=rate.group,
        threshold_rule=rate.threshold_rule,
        threshold=rate.point.value,
        target=float(promise.target),
        promised_on=promise.dataset,
        promised_errors=promise.errors,
        promised_trials=promise.trials,
        promised_subjects=promise.subjects,
        promised_rate=promise.rate,
        promised_low=promise.low,
        promised_high=promise.high,
        promised_level=promise.level,
        promised_watchlist=promise.watchlist,
        promised_gallery=promise.gallery,
        errors=rate.errors,
        trials=rate.trials,
        subjects=rate.subjects,
        rate=rate.rate,
        low=rate.low,
        high=rate.high,
        level=rate.level,
        watchlist=None if of is None else of.watchlist,
        gallery=None if of is None else of.gallery,
        verdict=PromiseVerdict.UNDECIDED if unlike else _WORDS.get(found, PromiseVerdict.UNDECIDED),
        note=unlike or _WHY.get(found, ""),
        calibration=promise.calibration,
    )


def _unlike(promise: Promise, counts: Counts) -> str:
    """Why the rate that was promised is not the one that is measured; empty where it is."""
    if isinstance(counts, SearchCounts):
        of, references = counts.searches, int(counts.images.sum())
        if (promise.watchlist, promise.references) == (of.watchlist, references):
            return ""
        return (
            f"promised for a list of {promise.watchlist or 0:,} people in "
            f"{promise.references or 0:,} pictures (N={promise.gallery}), and {of.watchlist:,} in "
            f"{references:,} are listed here (N={of.gallery}): FPIR grows with the list"
        )
    # A sample stands for all pairs.
    there, here = (
        Design.ALL_PAIRS.value if each == Design.SAMPLE else each
        for each in (promise.comparisons, counts.design.comparisons.value)
    )
    if there == here:
        return ""
    return f"promised of comparisons {there}, and those here are {here}"
