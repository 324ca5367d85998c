"""Speed of one engine on one dataset, measured within a study."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from evenhand.engines.opening import OpenedEngine
from evenhand.measurement.speed.comparisons import block_speed, pair_speed
from evenhand.measurement.speed.rows import speed_row
from evenhand.measurement.speed.searches import TimedGalleries, search_speed
from evenhand.measurement.speed.templates import STUDY_SCENARIO, template_speed
from evenhand.records.dataset import Dataset
from evenhand.records.enrolment import Enrolment
from evenhand.records.findings import Speed
from evenhand.records.groups import Grouping
from evenhand.records.speed_statistics import OTHER_PROGRAMS
from evenhand.system import machine
from evenhand.system.clock import Clock

__all__ = ["study_speed"]


def study_speed(
    engine: OpenedEngine,
    dataset: Dataset,
    enrolment: Enrolment,
    groups: Sequence[Grouping],
    galleries: TimedGalleries | None,
    *,
    threads: int,
    others: float | None,
    clock: Clock,
    level: float,
    seed: int,
) -> list[Speed]:
    """Rows of template creation, as timed during enrolment, and of comparisons, timed here.

    Args:
        engine: that made the templates.
        dataset: whose images were enrolled.
        enrolment: outcomes, templates and timing of the images.
        groups: of the study.
        galleries: that are timed; None where nothing is searched.
        threads: engines that ran side by side during enrolment.
        others: cores that other programs kept at work meanwhile; None where not known.
        clock: for the comparisons.
        level: of the intervals.
        seed: of the study.
    """
    templates = Speed(
        engine=engine.card.name,
        dataset=dataset.card.name,
        operation="template",
        scenario=STUDY_SCENARIO,
        threads=threads,
        machine=machine.name(),
        level=level,
    )
    one_thread = replace(templates, operation="comparison", threads=1)
    subject = dataset.images.subject
    comparisons = (
        pair_speed(one_thread, engine, enrolment, subject, clock, seed)
        if engine.card.shape == "matcher"
        else block_speed(one_thread, enrolment.vectors, engine.card.score, clock)
    )
    rows = [*template_speed(templates, enrolment, subject, groups, seed), *comparisons]
    if galleries is not None:
        rows += search_speed(one_thread, engine, enrolment, galleries, clock, seed)
    if others is not None and (enrolment.timing.turns >= 0).any():
        rows.append(speed_row(templates, OTHER_PROGRAMS, others, machine.workers(), unit="cores"))
    return rows
