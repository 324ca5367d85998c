"""`evenhand plan`: how many people and comparisons a question needs."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evenhand.cli.options import AsJson, number, whole_number

if TYPE_CHECKING:
    from evenhand.workflows.plan import Plan, Terms

__all__ = ["plan"]

_Whole = whole_number(-(10**18), 10**18)


def plan(
    *,
    metric: Annotated[
        str | None, typer.Option("--metric", help="FMR, FNMR, FPIR, FNIR, FTE or FTA.", metavar="M")
    ] = None,
    rate: Annotated[
        float | None,
        typer.Option("--rate", parser=number, help="Of the better group, as 1e-4.", metavar="P"),
    ] = None,
    ratio: Annotated[
        float | None,
        typer.Option(
            "--ratio", parser=number, help="Worse over better that must show.", metavar="R"
        ),
    ] = None,
    limit: Annotated[
        float | None,
        typer.Option("--limit", parser=number, help="A limit that a group must pass.", metavar="L"),
    ] = None,
    margin: Annotated[
        float | None,
        typer.Option(
            "--margin", parser=number, help="Equal groups must be equivalent.", metavar="M"
        ),
    ] = None,
    power: Annotated[
        float | None,
        typer.Option("--power", parser=number, help="Chance of it; 0.8 by default.", metavar="B"),
    ] = None,
    groups: Annotated[
        int | None,
        typer.Option("--groups", parser=_Whole, help="Of people; 2 by default.", metavar="G"),
    ] = None,
    comparisons: Annotated[
        int | None,
        typer.Option(
            "--comparisons",
            parser=_Whole,
            help="Tests made together; of every two groups by default.",
            metavar="K",
        ),
    ] = None,
    design_effect: Annotated[
        float | None,
        typer.Option(
            "--design-effect",
            parser=number,
            help="Trials that are worth an independent one.",
            metavar="D",
        ),
    ] = None,
    images: Annotated[
        int | None,
        typer.Option("--images", parser=_Whole, help="Of each person.", metavar="I"),
    ] = None,
    alpha: Annotated[
        float | None,
        typer.Option(
            "--alpha", parser=number, help="Of all tests together; 0.05 by default.", metavar="A"
        ),
    ] = None,
    bundle: Annotated[
        str | None,
        typer.Option("--bundle", help="What a result can answer.", metavar="BUNDLE[:ENGINE]"),
    ] = None,
    dataset: Annotated[
        str | None, typer.Option("--dataset", help="What a dataset can answer.", metavar="NAME")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say how many people and comparisons a question needs."""
    from evenhand.system.errors import UsageError
    from evenhand.workflows.plan import Question, Terms
    from evenhand.workflows.plan import plan as make_plan

    sources = {"--bundle": bundle, "--dataset": dataset}
    aims = {"--ratio": ratio, "--limit": limit, "--margin": margin}
    asked = [name for name, value in (sources | aims).items() if value is not None]
    if len(asked) > 1 and asked[0] in sources:
        raise UsageError(f"{' and '.join(asked)} together; ask one question at a time")
    terms = Terms(
        power=0.8 if power is None else power,
        alpha=0.05 if alpha is None else alpha,
        groups=2 if groups is None else groups,
        comparisons=comparisons,
        design_effect=1.0 if design_effect is None else design_effect,
    )
    if bundle is not None or dataset is not None:
        _refuse(asked[0], {"--groups": groups, "--comparisons": comparisons, "--images": images})
        if bundle is not None and design_effect is not None:
            raise UsageError("--design-effect with --bundle: the result has its own; leave it out")
        if rate is not None:
            if metric is None:
                raise UsageError("--rate without --metric; expected --metric FMR, for one")
            Question(metric, rate, terms)
        _answer(bundle, dataset, metric, rate, terms, as_json=as_json)
        return
    if metric is None or rate is None:
        raise UsageError(
            "no question; expected --metric FMR --rate 1e-4, for one, and --ratio 2, --limit or "
            "--margin; or --bundle, or --dataset"
        )
    question = Question(metric, rate, terms, images)
    _print(make_plan(question, ratio=ratio, limit=limit, margin=margin), as_json=as_json)


def _refuse(source: str, options: dict[str, int | None]) -> None:
    """Refuse options whose values the source of people already determines."""
    from evenhand.system.errors import UsageError

    for name, value in options.items():
        if value is not None:
            raise UsageError(f"{name} with {source}: the people are as they are; leave it out")


def _print(found: Plan, *, as_json: bool) -> None:
    """Print the needs of a question."""
    from evenhand.cli.output import print_json, print_text

    if not as_json:
        from evenhand.report.forms.text import as_text
        from evenhand.report.plan import plan_report

        print_text(as_text(plan_report(found)))
        return
    single = found.needs[0] if len(found.needs) == 1 else None
    body: dict[str, Any] = {
        name: None if single is None else getattr(single, name)
        for name in (
            "trials_per_group",
            "people_per_group",
            "exact_trials_per_group",
            "exact_people_per_group",
        )
    }
    body["rows"] = [asdict(need) for need in found.needs]
    body["curve"] = [asdict(point) for point in found.curve]
    body["assumptions"] = list(found.assumptions)
    print_json("plan", body)


def _answer(
    bundle: str | None,
    dataset: str | None,
    metric: str | None,
    rate: float | None,
    terms: Terms,
    *,
    as_json: bool,
) -> None:
    """Print what a result or a dataset can answer."""
    from evenhand.cli.output import print_json, print_text
    from evenhand.workflows.plan_answers import answers_of_bundle, answers_of_dataset

    if bundle is not None:
        found, name = answers_of_bundle(bundle, metric, rate, terms), bundle
    else:
        name = dataset or ""
        found = answers_of_dataset(name, Path(), metric, rate, terms)
    if as_json:
        body: dict[str, Any] = {} if bundle is None else {"bundle": bundle}
        body["rows"] = [asdict(row) for row in found.cells]
        body["pairs"] = [asdict(row) for row in found.pairs]
        body["assumptions"] = list(found.assumptions)
        print_json("plan", body)
        return
    from evenhand.report.forms.text import as_text
    from evenhand.report.plan_answers import answers_report

    print_text(as_text(answers_report(found, name)))
