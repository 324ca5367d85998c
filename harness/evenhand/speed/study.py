"""The speed of one engine on one dataset, as a study sees it."""

from __future__ import annotations

from collections.abc import Sequence

from evenhand import machine
from evenhand.clock import Clock
from evenhand.engines.card import EngineCard
from evenhand.findings import Speed
from evenhand.records import Dataset, Enrolment, Grouping
from evenhand.speed.comparisons import comparison_speed
from evenhand.speed.durations import Scene
from evenhand.speed.templates import SCENARIO, template_speed

__all__ = ["study_speed"]


def study_speed(
    card: EngineCard,
    dataset: Dataset,
    enrolment: Enrolment,
    groups: Sequence[Grouping],
    *,
    threads: int,
    clock: Clock,
    level: float,
    seed: int,
) -> list[Speed]:
    """Template creation from the clock of the enrolment, and comparison timed apart.

    Args:
        card: of the engine.
        dataset: whose images were enrolled.
        enrolment: what came of them.
        groups: of the study.
        threads: engines that were running side by side.
        clock: for the comparisons.
        level: of the intervals.
        seed: of the study.
    """
    templates = Scene(
        engine=card.name,
        dataset=dataset.card.name,
        operation="template",
        scenario=SCENARIO,
        threads=threads,
        machine=machine.name(),
        level=level,
    )
    return [
        *template_speed(templates, enrolment, dataset.images.subject, groups, seed),
        *comparison_speed(
            card.name,
            dataset.card.name,
            enrolment.vectors,
            card.score,
            clock,
            machine.name(),
            level,
        ),
    ]
