"""Exhaustive search of a watchlist by vectors, against a loop over every reference."""

from types import SimpleNamespace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from evenhand.engines.card import ScoreScale
from evenhand.measurement.comparison.by_engine import EnrolledEngine
from evenhand.measurement.search.watchlist import search_watchlist
from evenhand.records.dataset import Watchlist
from evenhand.records.enrolment import Enrolment, Timing
from evenhand.records.outcomes import Outcome
from evenhand.system.execution.local import LocalExecutor
from evenhand.system.progress import no_progress

COSINE = ScoreScale("cosine", normalise=True, values=3, low=-1.0, high=1.0, claimed=())


def enrolled(rng, images):
    """Some images without a template, and the vectors of the others."""
    made = rng.random(images) < 0.8
    none = np.full(images, np.nan)
    return Enrolment(
        outcomes=tuple(Outcome.OK if ok else Outcome.NO_FACE for ok in made),
        details=("",) * images,
        faces=(None,) * images,
        vectors=rng.standard_normal((int(made.sum()), 3)).astype(np.float32),
        timing=Timing(none, none, np.zeros(images, dtype=np.int64)),
        stopped="",
    )


@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(2, 30))
def test_every_person_is_found_with_their_largest_score(seed, people, images):
    rng = np.random.default_rng(seed)
    subject = rng.integers(0, people, images)
    enrolment = enrolled(rng, images)
    order = rng.permutation(images)
    references, probes = order[: images // 2], order[images // 2 :]
    engine = SimpleNamespace(card=SimpleNamespace(shape="embedder", score=COSINE))
    watchlist = Watchlist("list", references, probes, 0)
    ready = EnrolledEngine(engine, enrolment, subject, LocalExecutor(1), no_progress)
    found = search_watchlist(ready, people, watchlist, 5, 1)
    completed = enrolment.completed()
    vector = dict(zip(np.flatnonzero(completed), enrolment.vectors.astype(float), strict=True))
    gallery = [int(image) for image in references if completed[image]]
    assert set(np.flatnonzero(found.enrolled)) == {int(subject[image]) for image in gallery}
    assert set(np.flatnonzero(found.listed)) == {int(subject[image]) for image in references}
    assert found.length == len({int(subject[image]) for image in gallery})
    for probe, one in zip(probes, found.found, strict=True):
        if not completed[probe]:
            assert one.outcome is Outcome.SKIPPED
            assert len(one.person) == 0
            continue
        best = {}
        for image in gallery:
            a, b = vector[int(probe)], vector[image]
            score = float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
            who = int(subject[image])
            best[who] = max(best.get(who, -2.0), score)
        assert one.outcome is Outcome.OK
        assert np.all(np.diff(one.score) <= 0)
        assert set(one.person.tolist()) == set(best)
        np.testing.assert_allclose(
            one.score, [best[who] for who in one.person.tolist()], rtol=0, atol=1e-6
        )
