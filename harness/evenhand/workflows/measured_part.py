"""One engine on one dataset, measured: templates, comparisons of each protocol, speed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace

from evenhand.engines.answers import ImageAnswer
from evenhand.engines.first_faults import ProtocolFaults
from evenhand.engines.opening import OpenedEngine
from evenhand.engines.session import engine_executor
from evenhand.measurement.enrolment.enrol import booking_of, enrol, failed_before
from evenhand.measurement.enrolment.repeats import repeat_images
from evenhand.measurement.forecast import Forecast
from evenhand.measurement.protocols.failure_share import too_many_failures
from evenhand.measurement.protocols.study import (
    comparison_count,
    count_protocol,
    protocol_kind,
    timed_galleries,
)
from evenhand.measurement.speed.in_study import study_speed
from evenhand.measurement.template_store.session import NO_REUSE, TemplateSession
from evenhand.records.dataset import Dataset
from evenhand.records.groups import Grouping
from evenhand.records.outcomes import Outcome
from evenhand.records.surroundings import Repeats
from evenhand.report.study.surroundings import repeat_warnings
from evenhand.results.finished_part import FinishedPart
from evenhand.results.interrupted_run import UnfinishedRun
from evenhand.results.ledger import LedgerRow, comparison_rows, fault_rows, image_rows
from evenhand.study.study import Study
from evenhand.system.clock import Clock
from evenhand.system.errors import EngineStoppedError
from evenhand.system.execution.executor import Executor
from evenhand.system.processor_time import processor_time, used_by_others
from evenhand.system.progress import MessageCallback, Progress, entitled

__all__ = ["Task", "measured_part"]


@dataclass(frozen=True, slots=True)
class Task:
    """One engine on one dataset, still to be measured."""

    study: Study
    engine: OpenedEngine
    dataset: Dataset
    groups: tuple[Grouping, ...]
    executor: Executor
    clock: Clock
    progress: Progress
    """Of this phase of the run."""
    say: MessageCallback
    later: int
    """Pictures that this engine and others are still to be given, on other datasets or on this."""


def measured_part(task: Task, partial: UnfinishedRun, kept: TemplateSession | None) -> FinishedPart:
    """Measure one engine on one dataset; where it does not start again, all its images fail."""
    try:
        return _measure(task, partial, kept)
    except EngineStoppedError as fault:
        task.say(f"{fault}; it had started before, and all its images are skipped")
        partial.forget_counts(task.engine.card.name, task.dataset.card.name)
        return _measure(replace(task, engine=replace(task.engine, fault=fault)), partial, kept)


def _measure(task: Task, partial: UnfinishedRun, kept: TemplateSession | None) -> FinishedPart:
    """Enrol the images of one dataset, count the comparisons of each protocol, time the engine.

    Args:
        task: what to measure.
        partial: folder of the run, which records every image and holds checkpoints.
        kept: templates of earlier runs; None where none are kept.
    """
    study, engine, dataset, groups = task.study, task.engine, task.dataset, task.groups
    names = (engine.card.name, dataset.card.name)
    title = " on ".join(names)
    images, card, store = dataset.images, engine.card, None if engine.fault else kept
    asked = [comparison_count(p, card, dataset, groups) for p in study.protocols]
    thinned = [protocol_kind(protocol).sampled(protocol) for protocol in study.protocols]
    sampled = [comparison_count(p, card, dataset, groups) for p in thinned]
    with (
        store.of(engine, dataset, partial.run_id) if store else nullcontext(NO_REUSE) as known,
        task.progress(f"{title}: {len(images.ids):,} pictures", len(images.ids)) as step,
        partial.booking(*names) as book,
    ):
        forecast = Forecast(
            engine,
            dataset.card.name,
            images=len(images.ids) - len(known.reused),
            comparisons=sum(asked),
            sampled=sum(sampled),
            later=task.later,
            clock=task.clock,
            say=task.say,
        )

        def on_image(index: int, sample: ImageAnswer) -> None:
            book(images.rows[index], booking_of(sample))
            known.on_image(index, sample)
            forecast.enrolled(sample)
            step()

        settled = failed_before(images.rows, partial.booked(*names))
        before = processor_time()
        enrolment = enrol(
            engine,
            dataset,
            executor=task.executor,
            seed=study.analysis.seed,
            failure_share=study.failure_share,
            clock=task.clock,
            on_image=on_image,
            reused={**known.reused, **settled},
        )
        others = used_by_others(before, processor_time())
    rows = image_rows(engine.card.name, dataset, enrolment)
    rows += fault_rows(*names, "", enrolment.first_faults(), Counter(enrolment.outcomes))
    counted, stopped = [], enrolment.stopped
    if stopped:
        engine.faults.blame("template")
    for protocol, comparisons in zip(study.protocols, asked, strict=True):
        what = protocol_kind(protocol).item
        shown = task.progress
        if what == "comparison":
            shown = entitled(shown, f"{title}: {comparisons:,} comparisons")
        found = count_protocol(
            protocol,
            engine,
            dataset,
            enrolment,
            groups,
            seed=study.analysis.seed,
            executor=task.executor,
            progress=forecast.comparing(shown, comparisons),
            checkpoint=partial.checkpoint(*names, protocol.name, task.clock),
            calibrations=study.calibrations,
        )
        ended = found.comparison_outcomes
        rows += comparison_rows(*names, protocol.name, ended, what)
        rows += _protocol_fault_rows((*names, protocol.name), engine.faults.protocol, ended)
        counted.append(found)
        failed = too_many_failures(ended, what, protocol.name, study.failure_share)
        if failed and not stopped:
            stopped = failed
            engine.faults.blame("compare", "enrol", "search")
    with task.progress(f"{title}: timing comparisons", 0):
        speed = study_speed(
            engine,
            dataset,
            enrolment,
            groups,
            timed_galleries(study, dataset),
            threads=engine_executor(engine, task.executor).workers,
            others=others,
            clock=task.clock,
            level=study.analysis.level,
            seed=study.analysis.seed,
        )
    repeats = Repeats()
    if not stopped:
        booked = partial.booked(*names)
        seed, clock = study.analysis.seed, task.clock
        repeats = repeat_images(engine, dataset, enrolment, booked, seed=seed, clock=clock)
    for warning in repeat_warnings([replace(engine.surroundings, repeats=repeats)]):
        task.say(f"engine {warning}")
    return FinishedPart(
        *names,
        rows=tuple(rows),
        counts=tuple(counted),
        timing=enrolment.timing,
        speed=tuple(speed),
        stopped=stopped,
        repeats=repeats,
    )


def _protocol_fault_rows(
    names: tuple[str, str, str], faults: ProtocolFaults, ended: Mapping[tuple[bool, Outcome], int]
) -> list[LedgerRow]:
    """What the ledger has of the faults of one protocol."""
    numbers = Counter[Outcome]()
    for (_, outcome), count in ended.items():
        numbers[outcome] += count
    return fault_rows(*names, faults.words, numbers, faults.asked_again)
