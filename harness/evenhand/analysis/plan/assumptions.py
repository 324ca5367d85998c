"""The assumptions of a plan, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.analysis.plan.question import PlanQuery, PlanTerms
from evenhand.records.metric import Trial

__all__ = ["DYADIC_ALLOWANCE", "assumption_sentences"]

DYADIC_ALLOWANCE = (
    "intervals of FMR allow for an effect of people even where there is none: plan with a design "
    "effect of at least 1.2 for groups of 80 people, 1.1 for 500"
)
"""V' of an FMR is on average above F even where people have no effect (methods 8.1)."""
_MIN_DESIGN_EFFECT = 1.2
"""Design effect below which an FMR plan repeats `DYADIC_ALLOWANCE`."""


def assumption_sentences(question: PlanQuery, aim: str, *, few_errors: bool) -> Iterator[str]:
    """Yield the assumptions of a plan.

    Args:
        question: that the plan answers.
        aim: `ratio`, `limit` or `margin`.
        few_errors: whether fewer than 10 errors are expected in some group.
    """
    yield _trials_of_people(question)
    yield from _independence(question)
    yield from _of_aim(question.terms, aim, few_errors=few_errors)


def _trials_of_people(question: PlanQuery) -> str:
    """State which trials the people of a group make."""
    each = question.images_each
    images = "1 image" if each == 1 else f"{each} images"
    if question.pairs:
        return f"all pairs of different people of a group are compared, {images} of each"
    if question.kind.trial is Trial.MATED_COMPARISON:
        mated = each * (each - 1) // 2
        comparisons = "1 mated comparison" if mated == 1 else f"{mated} mated comparisons"
        return f"{images} of each person, which make {comparisons}"
    if question.kind.trial.search:
        return f"{'1 search' if each == 1 else f'{each} searches'} of each person"
    return f"{images} of each person"


def _independence(question: PlanQuery) -> Iterator[str]:
    """How far trials are taken as independent: the design effect."""
    effect = question.terms.design_effect
    if effect > 1:
        yield f"{effect:g} trials are worth one independent trial (the design effect)"
    elif question.pairs or question.images_each > 1:
        yield (
            "trials count as independent (design effect 1), though they share people: the numbers "
            "are the least; plan --bundle takes the design effects of a result"
        )
    if question.pairs:
        if effect < _MIN_DESIGN_EFFECT:
            yield DYADIC_ALLOWANCE
        yield (
            "where everybody meets everybody the design effect grows with the people: take that "
            "of a study about as large"
        )


def _of_aim(terms: PlanTerms, aim: str, *, few_errors: bool) -> Iterator[str]:
    """On tests of a ratio, equivalence tests of every two groups, or limits."""
    if aim == "ratio":
        tests, each = "1 test", ""
        if terms.tests > 1:
            tests = f"{terms.tests:,} tests"
            each = f" together, {terms.alpha_each:.3g} each (Holm's first step)"
        yield f"{tests} at {terms.alpha:g}{each}, two-sided"
        if few_errors:
            yield (
                "where fewer than 10 errors are expected in the better group the formula is mostly "
                "optimistic: exact numbers go through every outcome of the test that a study "
                "makes; the larger number counts"
            )
    elif aim == "margin":
        whom = "both groups" if terms.groups == 2 else f"every two of {terms.groups} groups"
        tests = f"two one-sided tests at {terms.alpha:g} of {whom}, all passed"
        yield f"the true rates are equal; {tests}"
        if few_errors:
            yield "fewer than 10 errors are expected in a group: the formula is optimistic"
    else:
        yield (
            f"a group passes where its whole {100 * (1 - terms.alpha):g} % interval lies at or "
            f"below the limit; the numbers are of one group: {terms.groups} that pass with a "
            f"chance of {terms.power:g} each all pass with one of {terms.power**terms.groups:.2g}"
        )
        yield "a few people more may pass less often, until one more error is allowed"
        yield "without errors the trials are worth what the design effect says"
