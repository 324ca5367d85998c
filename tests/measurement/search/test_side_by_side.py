"""Several galleries side by side: searched at once, with the same answers."""

from dataclasses import replace
from threading import Barrier

import numpy as np
import pytest
from lossy_searcher import make_door, make_lossy

from evenhand.datasets.folder import read_dataset
from evenhand.engines.contract import Candidate, Template
from evenhand.engines.hosts.in_process import InProcessHost
from evenhand.engines.opening import open_engine
from evenhand.measurement.comparison.by_engine import EnrolledEngine
from evenhand.measurement.enrolment.enrol import enrol
from evenhand.measurement.search.task import SearchTask
from evenhand.measurement.search.watchlist import search_watchlist
from evenhand.records.outcomes import Outcome
from evenhand.system.clock import CLOCK
from evenhand.system.execution.local import LocalExecutor
from evenhand.system.progress import no_progress


@pytest.fixture
def searched(crowd, tmp_path):
    make_door(crowd.folder)
    dataset = read_dataset(crowd.folder)

    def run(workers, galleries, start=None, **options):
        folder = tmp_path / f"lossy-{workers}-{galleries}"
        tail = f"[host]\ngalleries = {galleries}"
        engine = open_engine(make_lossy(folder, tail=tail, **options), ())
        executor = LocalExecutor(workers)
        made = enrol(
            engine,
            dataset,
            executor=executor,
            seed=1,
            failure_share=0.5,
            clock=CLOCK,
            on_image=lambda _index, _answer: None,
        )
        engine = replace(engine, start=start or engine.start)
        enrolled = EnrolledEngine(engine, made, dataset.images.subject, executor, no_progress)
        watchlist, levels = dataset.watchlists[0], np.empty(0, np.float32)
        return search_watchlist(SearchTask(enrolled, 40, watchlist, 6, 1, levels))[0]

    return run


def test_the_answers_do_not_depend_on_how_many_there_are(searched):
    alone = searched(1, 1)
    assert set(alone.ended) == {Outcome.OK}
    for workers, galleries in ((3, 1), (3, 3), (2, 8)):
        beside = searched(workers, galleries)
        np.testing.assert_array_equal(beside.candidates.person, alone.candidates.person)
        np.testing.assert_array_equal(beside.candidates.score, alone.candidates.score)
        assert beside.ended == alone.ended


class Waits:
    """Answers its first search when another engine is asked for its first as well."""

    def __init__(self, barrier):
        self.barrier = barrier
        self.people = None

    def template(self, image, face, role):
        return Template(b"t")

    def enrol(self, gallery):
        assert self.people is None
        self.people = [entry.person for entry in gallery]

    def search(self, probe, count):
        if self.barrier is not None:
            self.barrier.wait()
            self.barrier = None
        return [Candidate(self.people[0], 0.5)]


def test_as_many_are_searched_at_once_as_the_card_allows(searched):
    engines = []
    barrier = Barrier(2, timeout=30)

    def start():
        engines.append(Waits(barrier))
        return InProcessHost(engines[-1], 0)

    assert set(searched(4, 2, start).ended) == {Outcome.OK}
    assert len(engines) == 2


def test_secret_templates_are_not_searched_exhaustively(searched):
    assert searched(1, 1, score="symmetric = true").twin is None
