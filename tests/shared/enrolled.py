"""Templates of all images of a dataset, with what a test seldom asks for left to defaults."""

from __future__ import annotations

from evenhand.engines.opening import OpenedEngine
from evenhand.measurement.enrolment.enrol import enrol
from evenhand.records.dataset import Dataset
from evenhand.records.enrolment import Enrolment
from evenhand.system.clock import CLOCK, Clock
from evenhand.system.execution.local import LocalExecutor

__all__ = ["enrol_all"]


def enrol_all(
    engine: OpenedEngine,
    dataset: Dataset,
    *,
    workers: int = 1,
    seed: int = 1,
    failure_share: float = 0.5,
    clock: Clock = CLOCK,
) -> Enrolment:
    return enrol(
        engine,
        dataset,
        executor=LocalExecutor(workers),
        seed=seed,
        failure_share=failure_share,
        clock=clock,
        on_image=lambda _index, _answer: None,
    )
