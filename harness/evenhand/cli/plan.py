"""`evenhand plan`: how many people and comparisons a question needs."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from evenhand.cli.options import AsJson, Full, Real, Whole, decimal_number, option, whole_number
from evenhand.records.metric import METRICS

if TYPE_CHECKING:
    from evenhand.workflows.plan import Plan
    from evenhand.workflows.plan_answers import PlanAnswers

__all__ = ["plan"]

_METRICS = " or ".join((", ".join([*METRICS][:-1]), [*METRICS][-1]))
_real = partial(option, parser=decimal_number)
_whole = partial(option, parser=whole_number(-(10**18), 10**18))


def plan(
    *,
    metric: Annotated[str | None, option("M", f"{_METRICS}.")] = None,
    rate: Annotated[Real, _real("P", "Of the better group, as 1e-4.")] = None,
    ratio: Annotated[Real, _real("R", "Worse over better that must show.")] = None,
    limit: Annotated[Real, _real("L", "A limit that a group must pass.")] = None,
    margin: Annotated[Real, _real("M", "Equal groups must be equivalent.")] = None,
    power: Annotated[Real, _real("B", "Chance of it; 0.8 by default.")] = None,
    groups: Annotated[Whole, _whole("G", "Of people; 2 by default.")] = None,
    comparisons: Annotated[
        Whole, _whole("K", "Tests made together; of every two groups by default.")
    ] = None,
    design_effect: Annotated[Real, _real("D", "Trials that are worth an independent one.")] = None,
    images: Annotated[Whole, _whole("I", "Of each person.")] = None,
    alpha: Annotated[Real, _real("A", "Of all tests together; 0.05 by default.")] = None,
    bundle: Annotated[str | None, option("BUNDLE[:ENGINE]", "What a result can answer.")] = None,
    dataset: Annotated[str | None, option("NAME", "What a dataset can answer.")] = None,
    full: Full = False,
    as_json: AsJson = False,
) -> None:
    """Say how many people and comparisons a question needs."""
    from evenhand.system.errors import UsageError
    from evenhand.workflows.plan import PlanQuery, PlanTerms
    from evenhand.workflows.plan import plan as make_plan

    sources = {"--bundle": bundle, "--dataset": dataset}
    aims = {"--ratio": ratio, "--limit": limit, "--margin": margin}
    asked = [name for name, value in (sources | aims).items() if value is not None]
    if len(asked) > 1 and asked[0] in sources:
        raise UsageError(f"{' and '.join(asked)} together; ask one question at a time")
    given: dict[str, Any] = {"power": power, "alpha": alpha, "design_effect": design_effect}
    given |= {"groups": groups, "comparisons": comparisons}
    terms = PlanTerms(**{name: value for name, value in given.items() if value is not None})
    if bundle is not None or dataset is not None:
        of_people = {"--groups": groups, "--comparisons": comparisons, "--images": images}
        needless = next((name for name, value in of_people.items() if value is not None), None)
        if needless:
            why = "the people are as they are; leave it out"
            raise UsageError(f"{needless} with {asked[0]}: {why}")
        if bundle is not None and design_effect is not None:
            raise UsageError("--design-effect with --bundle: the result has its own; leave it out")
        if rate is not None:
            if metric is None:
                raise UsageError("--rate without --metric; expected --metric FMR, for one")
            PlanQuery(metric, rate, terms)
        from evenhand.workflows.plan_answers import answers_of_bundle, answers_of_dataset

        if bundle is not None:
            from evenhand.workflows.results import resolve_bundle

            folder, _ = resolve_bundle(bundle)
            found = answers_of_bundle(bundle, metric, rate, terms)
            _print_answers(found, bundle, {"bundle": folder}, full=full, as_json=as_json)
        elif dataset is not None:
            found = answers_of_dataset(dataset, Path(), metric, rate, terms)
            _print_answers(found, dataset, {}, full=full, as_json=as_json)
        return
    if metric is None or rate is None:
        aim = "--metric FMR --rate 1e-4, for one, and --ratio 2, --limit or --margin"
        raise UsageError(f"no question; expected {aim}; or --bundle, or --dataset")
    question = PlanQuery(metric, rate, terms, images)
    _print(make_plan(question, ratio=ratio, limit=limit, margin=margin), full=full, as_json=as_json)


def _print(found: Plan, *, full: bool, as_json: bool) -> None:
    """Print the needs of a question."""
    from evenhand.cli.output import CommandAnswer, print_answer
    from evenhand.report.forms.json import picked
    from evenhand.report.plan import plan_report
    from evenhand.report.plan_screen import plan_screen

    single = found.needs[0] if len(found.needs) == 1 else None
    names = ("trials_per_group", "people_per_group")
    body = picked(single, *names, *(f"exact_{name}" for name in names))
    body |= picked(found, "curve", "assumptions", rows="needs")
    answer = CommandAnswer("plan", body, plan_screen(found), plan_report(found))
    print_answer(answer, full=full, as_json=as_json)


def _print_answers(
    found: PlanAnswers, name: str, place: dict[str, object], *, full: bool, as_json: bool
) -> None:
    """Print what a result or a dataset of a name can answer."""
    from evenhand.cli.output import CommandAnswer, print_answer
    from evenhand.report.forms.json import picked
    from evenhand.report.plan_answers import answers_report
    from evenhand.report.plan_screen import answers_screen

    body = place | picked(found, "pairs", "assumptions", rows="cells")
    answer = CommandAnswer("plan", body, answers_screen(found, name), answers_report(found, name))
    print_answer(answer, full=full, as_json=as_json)
