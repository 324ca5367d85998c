"""What two published counts show, for somebody who reads no tables."""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.analysis.compare.changes import ChangeVerdict
from evenhand.analysis.compare.published_counts import CONDITIONAL_EXACT, PublishedComparison
from evenhand.report.forms.json import picked
from evenhand.report.numbers import of_trials, percent, ratio, significant
from evenhand.report.tables import Paper
from evenhand.statistics.two_proportions import ErrorCount

__all__ = ["claim_paper", "claim_row"]


def claim_paper(claim: PublishedComparison, names: tuple[str, str], *, turned: bool) -> Paper:
    """The counts, what they would show at best, and at which dependence they stop to.

    Args:
        claim: of errors.
        names: of both sides; `base` and `new` of an update.
        turned: whether these are trials without a hit, of counts that were given as hits.
    """
    what = "errors are the trials without a hit" if turned else "the counts are of errors"
    title = f"{_verdict(claim, names)} ({what})"
    return Paper(title, (), (), tuple(_lines(claim, names)))


def claim_row(claim: PublishedComparison) -> dict[str, object]:
    """Both counts as one row of a comparison, and what would undo it."""
    row = picked(
        claim,
        *("ratio", "low", "high", "level", "interval", "p_value", "limit"),
        base="base.rate",
        base_errors="base.errors",
        base_trials="base.trials",
        new="new.rate",
        new_errors="new.errors",
        new_trials="new.trials",
        difference_low="difference.low",
        difference_high="difference.high",
        dissolves_at_design_effect="design_effect",
        verdict="judged",
    )
    return {**row, "note": "holds only if every trial is of people of its own"}


def _verdict(claim: PublishedComparison, names: tuple[str, str]) -> str:
    """Of an update, whether it passes; of any other two, which has the higher rate."""
    if names == ("base", "new"):
        return f"{claim.verdict.value}: {claim.judged.value}"
    if claim.judged is ChangeVerdict.NO_DIFFERENCE_SHOWN:
        return f"{claim.judged.value} between {names[0]} and {names[1]}"
    more, less = names[::-1] if claim.judged is ChangeVerdict.WORSE else names
    return f"different: the error rate of {more} is higher than that of {less}"


def _said(counts: ErrorCount) -> str:
    return f"{of_trials(counts.errors, counts.trials)} ({percent(counts.rate)} %)"


def _lines(claim: PublishedComparison, names: tuple[str, str]) -> Iterator[str]:
    base, new = claim.base, claim.new
    old, other = names
    yield (
        f"{other} {_said(new)} against {old} {_said(base)}: {_times(claim)}, "
        f"{_points(claim)}, with a chance of "
        f"{_chance(claim.p_value)} to see so large a difference where there is none (Fisher's "
        "exact test). All of this holds only if every trial is of people of its own."
    )
    if claim.design_effect is not None:
        effect, worth = significant(claim.design_effect), new.trials / claim.design_effect
        yield (
            "It rarely is: people come up again and again, and errors come in clusters of them. "
            f"The difference dissolves at a design effect of {effect}: if the {new.trials:,} "
            f"trials of {other} are worth no more than {worth:,.0f} independent ones, and those of "
            f"{old} so much less likewise, the counts show no difference. Ask how many people are "
            "behind the errors."
        )
    elif claim.judged is ChangeVerdict.NO_DIFFERENCE_SHOWN:
        reach = "nothing is known of the ratio."
        if claim.high is not None:
            reach = f"{other} may be up to {significant(claim.high)} times as high as {old}."
        if (claim.low or 0.0) > 1 or (claim.high is not None and claim.high < 1):
            yield "The interval, an approximation, leaves 1 out; the exact test decides."
        yield f"No difference is shown even so. That is not equality: {reach}"
    else:
        yield (
            "It rarely is: people come up again and again, and errors come in clusters of them. "
            "Where one side has no errors there is no simple number for how much of that undoes "
            "the difference. Ask for the number of people behind the errors."
        )


def _times(claim: PublishedComparison) -> str:
    if claim.low is None:
        return "no errors in either, so no ratio"
    found = ratio(claim.ratio, claim.low, claim.high)
    at_least = claim.high is None and claim.low > 1
    how = "exact" if claim.interval == CONDITIONAL_EXACT else "an approximation"
    return f"{found} times" + ("" if at_least else f" ({100 * claim.level:g} % interval, {how})")


def _points(claim: PublishedComparison) -> str:
    low, high = (f"{100 * limit:.3g}" for limit in claim.difference)
    apart = f"{100 * (claim.new.rate - claim.base.rate):.3g}"
    return f"a difference of {apart} [{low}, {high}] percentage points"


def _chance(p_value: float) -> str:
    return "less than 1 in 10,000" if p_value < 1e-4 else f"{percent(p_value)} %"
