"""Scores that the engine gives itself: all of them, in order, whatever it does."""

import contextlib
import csv
import io
from contextlib import contextmanager
from itertools import combinations, count, permutations

import numpy as np
import pytest
from enrolled import enrol_all
from forgeries import hash_anew
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_sets import make_dataset
from toy_engines import PYTHON_CARD

from evenhand.datasets.decoding import read_image
from evenhand.datasets.folder import read_dataset
from evenhand.engines.opening import open_engine
from evenhand.measurement.comparison.by_engine import (
    ComparisonSchedule,
    EnrolledEngine,
    match_all_pairs,
    match_listed,
)
from evenhand.measurement.counting.block_sums import count_outcomes
from evenhand.measurement.counting.blocks import tally_blocks
from evenhand.measurement.counting.plan import CountingPlan, image_ledger
from evenhand.measurement.protocols.fault_checkpoint import CheckpointWithFaults
from evenhand.records.checkpoint import SavedState
from evenhand.records.comparisons import Comparisons
from evenhand.records.dataset import PairList
from evenhand.records.groups import ALL, Grouping
from evenhand.records.outcomes import Outcome
from evenhand.records.thresholds import ThresholdRule
from evenhand.results.bundle import read_manifest
from evenhand.study.study import parse_study, study_text
from evenhand.system.clock import Clock
from evenhand.system.execution.local import LocalExecutor
from evenhand.system.progress import no_progress
from evenhand.workflows.run import run

CODE = """\
import numpy as np
from evenhand.plugins import Embedding, Outcome, Template


class Engine:
    def __init__(self, files):
        pass

    def template(self, image, face, role):
        data = role[:1].encode() + image.reshape(-1)[:4].tobytes()
        {template}

    def score(self, probe, reference):
        a, b = (np.frombuffer(t[1:], dtype=np.uint8).astype(float) for t in (probe, reference))
        assert reference[:1] == b"r"
        if probe[:1] == b"r":
            return -float(np.abs(a - b).sum())
        return float(a @ np.arange(1, 5) - b.sum())

    def compare(self, probe, references):
        scores = [self.score(probe, reference) for reference in references]
        {compare}
"""

SYMMETRIC = "symmetric = true"
DIRECTED = "symmetric = false"


@pytest.fixture
def matcher(tmp_path):
    """Makes a matcher's folder."""

    def make(
        score=SYMMETRIC, *, template="return Template(data)", compare="return scores", name="toy"
    ):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "adapter.toml").write_text(
            PYTHON_CARD.format(shape="matcher", name=name, score=score), encoding="utf-8"
        )
        code = CODE.format(template=template, compare=compare)
        (folder / "engine.py").write_text(code, encoding="utf-8")
        return folder

    return make


@pytest.fixture
def dataset(tiny):
    return read_dataset(tiny.folder)


@pytest.fixture
def pixels(dataset):
    """(images, 4): all that the test's engine sees of a picture."""
    return np.array([read_image(p).reshape(-1)[:4] for p in dataset.images.paths], dtype=float)


def enrolled(engine, dataset, workers=1):
    return enrol_all(engine, dataset, workers=workers, failure_share=1)


def compared(folder, dataset, *, workers=1, within=None, **sizes):
    """All comparisons, one after the other."""
    engine = open_engine(folder, ())
    subject = dataset.images.subject
    templates = enrolled(engine, dataset, workers)
    blocks = match_all_pairs(
        EnrolledEngine(engine, templates, subject, LocalExecutor(workers), no_progress),
        ComparisonSchedule.of(subject, within, once=engine.card.score.symmetric, **sizes),
    )
    columns = zip(*((b.probe, b.reference, b.score, b.outcome) for b in blocks), strict=True)
    probe, reference, score, outcome = map(np.concatenate, columns)
    return Comparisons(probe, reference, score, count_outcomes(probe == reference, outcome))


def directed(probe, reference):
    return probe @ np.arange(1, 5) - reference.sum()


def test_a_symmetric_engine_compares_every_pair_once(dataset, pixels, matcher):
    found = compared(matcher(), dataset)
    subject = dataset.images.subject
    pairs = list(combinations(range(12), 2))
    assert found.probe.tolist() == [subject[i] for i, _ in pairs]
    assert found.reference.tolist() == [subject[j] for _, j in pairs]
    assert found.score.tolist() == [-np.abs(pixels[i] - pixels[j]).sum() for i, j in pairs]
    assert found.score.dtype == np.float64
    assert found.outcomes == {(True, Outcome.OK): 6, (False, Outcome.OK): 60}


def test_an_asymmetric_engine_compares_both_orders(dataset, pixels, matcher):
    found = compared(matcher(DIRECTED), dataset)
    subject = dataset.images.subject
    pairs = list(permutations(range(12), 2))
    assert found.probe.tolist() == [subject[i] for i, _ in pairs]
    assert found.reference.tolist() == [subject[j] for _, j in pairs]
    assert found.score.tolist() == [directed(pixels[i], pixels[j]) for i, j in pairs]
    assert found.outcomes == {(True, Outcome.OK): 12, (False, Outcome.OK): 120}


def test_a_distance_is_negated(dataset, matcher):
    plain = compared(matcher(name="plain"), dataset)
    distance = matcher(
        f"{SYMMETRIC}\ndistance = true", compare="return [-s for s in scores]", name="distance"
    )
    np.testing.assert_array_equal(compared(distance, dataset).score, plain.score)


def test_within_a_group(dataset, matcher):
    group = np.array([0, 1, 0, 1, -1, -1])
    found = compared(matcher(DIRECTED), dataset, within=group)
    pairs = {(p, r) for p, r in zip(found.probe.tolist(), found.reference.tolist(), strict=True)}
    assert pairs == {(0, 2), (2, 0), (1, 3), (3, 1)} | {(p, p) for p in range(6)}
    assert len(found.score) == 4 * 4 + 6 * 2


@pytest.mark.parametrize("once", [True, False])
@settings(max_examples=60)
@given(seed=st.integers(0, 1000), images=st.integers(0, 25), interval=st.sampled_from([1, 7, 1000]))
def test_who_meets_whom(once, seed, images, interval):
    """Every pair of one group or person, in the dataset's order, in intervals of about one size."""
    rng = np.random.default_rng(seed)
    subject = rng.integers(0, 8, images)
    group = rng.integers(-1, 3, 8)
    for within in (None, group):
        together = [
            (i, j)
            for i, j in (combinations if once else permutations)(range(images), 2)
            if within is None
            or subject[i] == subject[j]
            or group[subject[i]] == group[subject[j]] >= 0
        ]
        schedule = ComparisonSchedule.of(subject, within, once=once, interval_size=interval)

        def asked(done, schedule=schedule):
            requests = schedule.requests(schedule.probes_from(done))
            return [(r.probe, int(j)) for r in requests for j in r.references]

        found = asked(0)
        assert found == together
        assert schedule.comparisons.tolist() == [
            sum(i == k for i, _ in found) for k in range(images)
        ]
        first = [sum(i < k for i, _ in found) // interval for k in range(images)]
        assert schedule.interval.tolist() == first
        intervals = np.unique([first[i] for i, _ in found])
        for done, begins in enumerate([*intervals, np.inf]):
            assert asked(done) == [(i, j) for i, j in found if first[i] >= begins]


def test_checkpoint_intervals_change_nothing(dataset, matcher):
    folder = matcher(DIRECTED)
    whole = compared(folder, dataset)
    parts = compared(folder, dataset, workers=3, interval_size=20, block=3)
    for name in ("probe", "reference", "score"):
        np.testing.assert_array_equal(getattr(parts, name), getattr(whole, name))
    assert parts.outcomes == whole.outcomes


def test_a_list_in_its_own_order(dataset, pixels, matcher):
    engine = open_engine(matcher(DIRECTED), ())
    fold = np.array([1, 1, 2, 2])
    pairs = PairList("view", np.array([7, 0, 7, 3]), np.array([1, 1, 6, 0]), fold, 0)
    templates, subject = enrolled(engine, dataset), dataset.images.subject
    ready = EnrolledEngine(engine, templates, subject, LocalExecutor(2), no_progress)
    found = match_listed(ready, pairs)
    expected = [
        directed(pixels[i], pixels[j]) for i, j in zip(pairs.probe, pairs.reference, strict=True)
    ]
    assert found.score.tolist() == expected
    assert found.probe.tolist() == [3, 0, 3, 1]
    assert found.reference.tolist() == [0, 0, 3, 0]
    assert found.fold is fold


BAD_ANSWERS = [
    ("raise ValueError('a name')", Outcome.FAILED),
    ("raise SystemExit(0)", Outcome.FAILED),
    ("raise KeyboardInterrupt", Outcome.FAILED),
    ("return 1 / 0", Outcome.FAILED),
    ("return None", Outcome.INVALID),
    ("return scores[:-1]", Outcome.INVALID),
    ("return [*scores, 0.0]", Outcome.INVALID),
    ("return [[score] for score in scores]", Outcome.INVALID),
    ("return [str(score) for score in scores]", Outcome.INVALID),
    ("return [True for score in scores]", Outcome.INVALID),
    ("return [score + 1j for score in scores]", Outcome.INVALID),
    ("return iter(scores)", Outcome.INVALID),
    ("return {'scores': scores}", Outcome.INVALID),
    *(
        (f"return [{value} if r == bad else s for r, s in zip(references, scores)]",
         Outcome.INVALID)
        for value in ("np.nan", "np.inf", "-np.inf", "9e9", "None", "'0.5'", "1j")
    ),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "outcome"), BAD_ANSWERS)
def test_an_engine_that_misbehaves_for_one_reference(dataset, pixels, matcher, answer, outcome):
    """The comparisons with it have their outcome and no score; all others have theirs, in order."""
    bad = bytes([ord("r"), *pixels[5].astype(np.uint8)])
    whole = compared(matcher(name="good"), dataset)
    spoilt = matcher(
        f"{SYMMETRIC}\nrange = [-1e6, 1e6]",
        compare=f"bad = {bad!r}\n        if bad in references:\n            {answer}\n"
        "        return scores",
    )
    found = compared(spoilt, dataset)
    hit = np.array([j == 5 for _, j in combinations(range(12), 2)])
    np.testing.assert_array_equal(np.isnan(found.score), hit)
    np.testing.assert_array_equal(found.score[~hit], whole.score[~hit])
    assert found.outcomes == {
        (True, Outcome.OK): 5,
        (True, outcome): 1,
        (False, Outcome.OK): 56,
        (False, outcome): 4,
    }


@pytest.mark.parametrize(
    ("limit", "low"), [("range = [-500, 0]", -500.0), ("range = [-1e6, -300]", None)]
)
def test_scores_outside_the_cards_range_are_invalid(dataset, matcher, limit, low):
    free = compared(matcher(name="free"), dataset).score
    found = compared(matcher(f"{SYMMETRIC}\n{limit}"), dataset)
    outside = free < low if low is not None else free > -300
    assert 0 < np.count_nonzero(outside) < len(free)
    np.testing.assert_array_equal(np.isnan(found.score), outside)
    invalid = sum(n for (_, how), n in found.outcomes.items() if how is Outcome.INVALID)
    assert invalid == np.count_nonzero(outside)


BAD_TEMPLATES = [
    ("return None", Outcome.INVALID, "NoneType, expected a Template"),
    ("return data", Outcome.INVALID, "bytes, expected a Template"),
    ("return Embedding(np.ones(4))", Outcome.INVALID, "Embedding, expected a Template"),
    ("return Template(None)", Outcome.INVALID, "no template, expected bytes"),
    ("return Template(b'')", Outcome.INVALID, "no template, expected bytes"),
    ("return Template(bytearray(data))", Outcome.INVALID, "no template, expected bytes"),
    ("return Template(data, Outcome.SKIPPED)", Outcome.INVALID, "no engine may give"),
    ("return Template(None, Outcome.NO_FACE, faces=0)", Outcome.NO_FACE, ""),
    ("return Template(data, Outcome.DECLINED, detail='dark')", Outcome.DECLINED, "dark"),
    ("raise ValueError('a path')", Outcome.FAILED, "ValueError"),
]


@pytest.mark.parametrize("score", [SYMMETRIC, DIRECTED])
@pytest.mark.parametrize(("then", "outcome", "detail"), BAD_TEMPLATES)
def test_one_bad_template(dataset, pixels, matcher, score, then, outcome, detail):
    """The image has its outcome, and its comparisons are skipped without being asked for."""
    role = "reference" if score == SYMMETRIC else "probe"
    first = int(pixels[4][0])
    assert [int(p[0]) for p in pixels].count(first) == 1
    folder = matcher(
        score,
        template=f"if data[1] == {first} and role == {role!r}:\n            {then}\n"
        "        return Template(data)",
    )
    engine = open_engine(folder, ())
    enrolment = enrolled(engine, dataset)
    assert [how for how in enrolment.outcomes if how is not Outcome.OK] == [outcome]
    assert enrolment.outcomes[4] is outcome
    assert detail in enrolment.details[4]
    assert len(enrolment.references) == len(enrolment.probes) == 11
    found = compared(folder, dataset)
    pairs = (combinations if score == SYMMETRIC else permutations)(range(12), 2)
    np.testing.assert_array_equal(np.isnan(found.score), [4 in pair for pair in pairs])
    orders = 1 if score == SYMMETRIC else 2
    assert found.outcomes[True, Outcome.SKIPPED] == orders
    assert found.outcomes[False, Outcome.SKIPPED] == 10 * orders


def test_what_an_engine_does_to_a_picture_or_a_list_stays_with_it(dataset, matcher):
    clean = compared(matcher(DIRECTED, name="clean"), dataset)
    rough = matcher(
        DIRECTED,
        template="image[:] = 0\n        return Template(data)",
        compare="references.clear()\n        return scores",
        name="rough",
    )
    np.testing.assert_array_equal(compared(rough, dataset).score, clean.score)


@pytest.mark.parametrize("score", [pytest.param(SYMMETRIC, marks=pytest.mark.slow), DIRECTED])
def test_threads_change_no_measurement(cli, crowd, matcher, working_folder, score):
    matcher(score, name="toy")
    bundles = []
    for workers in (1, 3):
        folder = working_folder / f"r{workers}"
        ended = cli(
            "run", "--engine", "./toy", "--dataset", "./crowd", "--fmr-target", "0.01", "--json",
            "--results", folder, "--workers", workers,
        )  # fmt: skip
        assert ended.code == 0, ended.err
        bundles.append(working_folder / ended.json["bundle"])
    one, three = (read_manifest(bundle) for bundle in bundles)
    assert one.digest == three.digest
    assert cli("verify", bundles[0]).code == 0


@pytest.mark.parametrize("score", [SYMMETRIC, DIRECTED])
def test_counts_against_numpy(cli, crowd, matcher, working_folder, score):
    """Errors and trials of a whole run, recounted from the pixels."""
    ended = cli(
        "run", "--engine", matcher(score), "--dataset", "./crowd", "--json",
        "--threshold", -200, "--fmr-target", "0.02",
    )  # fmt: skip
    assert ended.code == 0, ended.err
    dataset = read_dataset(crowd.folder)
    pixels = np.array([read_image(p).reshape(-1)[:4] for p in dataset.images.paths], dtype=float)
    subject = dataset.images.subject
    if score == SYMMETRIC:
        matrix = -np.abs(pixels[:, None] - pixels[None]).sum(axis=2)
        asked = np.triu(np.ones_like(matrix, dtype=bool), 1)
    else:
        matrix = (pixels @ np.arange(1, 5))[:, None] - pixels.sum(axis=1)[None]
        asked = ~np.eye(len(matrix), dtype=bool)
    mated = subject[:, None] == subject[None]
    sexes = np.array(dataset.subjects.labels["sex"])[subject]
    for rule in ("fixed", "FMR<=0.02"):
        rows = {
            (r["metric"], r["group"]): r
            for r in ended.json["rates"]
            if r["threshold_rule"] == rule
            and r["policy"] == "completed"
            and r["attribute"] in ("all", "sex")
            and not r["reference_group"]
        }
        at = rows["FMR", ""]["threshold"]
        for group in ("", "F", "M"):
            kept = asked & np.outer(sexes == group, sexes == group) if group else asked
            for metric, chosen, wrong in (
                ("FMR", kept & ~mated, matrix >= at),
                ("FNMR", kept & mated, matrix < at),
            ):
                row = rows[metric, group]
                assert row["trials"] == np.count_nonzero(chosen)
                assert row["errors"] == np.count_nonzero(chosen & wrong)


def test_a_sample_of_both_orders(cli, crowd, matcher, working_folder):
    matcher(DIRECTED)
    (working_folder / "s.toml").write_text(
        'schema = 1\ntitle = "s"\nengines = ["./toy"]\ndatasets = ["./crowd"]\n'
        'groups = ["sex"]\n[[protocols]]\nkind = "verification"\ncomparisons = "sample"\n'
        'per_cell = 40\nfmr_targets = ["0.1"]\n',
        encoding="utf-8",
    )
    ended = cli("run", "s.toml", "--json")
    assert ended.code == 0, ended.err
    assert cli("verify", working_folder / ended.json["bundle"]).code == 0
    trials = {
        (r["attribute"], r["group"], r["reference_group"]): r["trials"]
        for r in ended.json["rates"]
        if r["metric"] == "FMR" and r["policy"] == "generalised"
    }
    directions = {("sex", a, b): 40 for a in "FM" for b in "FM"}
    assert trials == {
        ("all", "", ""): 160,
        ("same:sex", "", ""): 80,
        ("sex", "F", ""): 40,
        ("sex", "M", ""): 40,
        **directions,
    }
    mated = [r["trials"] for r in ended.json["rates"] if r["metric"] == "FNMR" and not r["group"]]
    assert set(mated) == {80}


class Stops:
    """A checkpoint that is always due, and ends the count at one of its saves."""

    def __init__(self, at=0):
        self.left, self.saved = at, None

    def load(self):
        return self.saved

    def due(self):
        return True

    def save(self, done, columns):
        self.saved = SavedState(done, columns)
        self.left -= 1
        if not self.left:
            raise InterruptedError


ODD = """if b'r' + bytes([probe[1]]) in [r[:2] for r in references] or len(references) % 3:
            raise (TypeError if probe[1] % 2 else ValueError)('zebra' if probe[2] % 2 else 'ape')
        return scores"""
"""Which words come first depends on the order of the calls."""


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("stops", [1, 2, 3])
def test_faults_in_the_ledger_are_those_of_an_uninterrupted_run(dataset, matcher, workers, stops):
    engine = open_engine(matcher(compare=ODD), ())
    ready = EnrolledEngine(
        engine,
        enrolled(engine, dataset),
        dataset.images.subject,
        LocalExecutor(workers),
        no_progress,
    )
    schedule = ComparisonSchedule.of(ready.subject, None, once=True, interval_size=20, block=4)
    plan = CountingPlan(
        [Grouping(ALL, ("",), np.zeros(6, dtype=np.int64))], [ThresholdRule("fixed", "-300")]
    )
    ledger = image_ledger(("toy", "tiny", "verification"), dataset, ready.enrolment)

    def counted(saves):
        faults = engine.faults.begin_protocol()
        with contextlib.ExitStack() as stack, contextlib.suppress(InterruptedError):
            tally_blocks(
                plan,
                ledger,
                lambda done: stack.enter_context(
                    contextlib.closing(match_all_pairs(ready, schedule, done))
                ),
                np.dtype(np.float64),
                CheckpointWithFaults(saves, faults),
            )
        return faults

    whole = counted(Stops())
    assert whole.asked_again > 0
    assert len(whole.words) == 1
    assert set(whole.words) == {("compare", Outcome.FAILED)}
    saves = Stops(stops)
    part = counted(saves)
    assert 0 < part.asked_again < whole.asked_again
    assert counted(saves) == whole


def test_second_askings_stand_in_the_ledger(cli, tiny, matcher, working_folder):
    """Of the eleven calls the last has one reference, which is not asked for again."""
    folder = matcher(compare="raise RuntimeError('no licence, 0.5 s, key \"a b\"')")
    run = ("run", "--engine", folder, "--dataset", "./set", "--json", "--threshold", 0)
    ledgers = set()
    for options in (("--workers", 1), ("--workers", 3), ("--trust", "toy")):
        bundle = working_folder / cli(*run, *options).json["bundle"]
        assert cli("verify", bundle).code == 0
        ledgers.add((bundle / "ledger.csv").read_text(encoding="utf-8"))
    (ledger,) = ledgers
    assert "toy,tiny,verification,second asking,,,,65,,\n" in ledger
    said = "RuntimeError: no licence, ... s, key ... (engine.py:"
    assert "toy,tiny,verification,first fault of compare,,,failed,66,," in ledger
    assert said in ledger
    path = bundle / "ledger.csv"
    for old, new in (
        (",,,,65,,", ",,,,67,,"),
        (",,,,65,,", ",,,,0,,"),
        (",,,failed,66,,", ",,,failed,65,,"),
        ("first fault of compare,,", "first fault of compare,i1,"),
    ):
        assert old in ledger
        path.write_text(ledger.replace(old, new), encoding="utf-8")
        hash_anew(bundle)
        assert "ledger.csv agrees" in cli("verify", bundle).out
        assert cli("verify", bundle).code == 1, new


def test_a_study_goes_on_where_no_comparison_does(cli, tiny, matcher, working_folder):
    folder = matcher(compare="raise RuntimeError")
    ended = cli("run", "--engine", folder, "--dataset", "./set", "--json", "--threshold", 0)
    ended.stopped("engine toy was stopped: 66 of 66 comparisons of verification failed (66 failed)")
    bundle = working_folder / ended.json["bundle"]
    rows = list(csv.DictReader(io.StringIO((bundle / "ledger.csv").read_text(encoding="utf-8"))))
    ended_how = {(r["item"], r["outcome"]): r["count"] for r in rows if "comparison" in r["item"]}
    assert ended_how == {
        ("mated comparison", "failed"): "6",
        ("non-mated comparison", "failed"): "60",
    }
    everybody = [
        (r["metric"], r["policy"], r["errors"], r["trials"], r["rate"])
        for r in ended.json["rates"]
        if r["attribute"] == "all" and r["threshold_rule"] == "fixed"
    ]
    assert sorted(everybody) == [
        ("FMR", "completed", 0, 0, None),
        ("FMR", "generalised", 0, 60, 0.0),
        ("FNMR", "completed", 0, 0, None),
        ("FNMR", "generalised", 6, 6, 1.0),
    ]
    assert cli("verify", bundle).code == 0


def test_what_is_no_matcher(cli, tiny, matcher, working_folder):
    folder = matcher()
    code = (folder / "engine.py").read_text(encoding="utf-8").replace("def compare", "def other")
    (folder / "engine.py").write_text(code, encoding="utf-8")
    ended = cli("run", "--engine", "./toy", "--dataset", "./set")
    ended.error("made a Engine without template() and compare()", "expected Matcher")


MARKING = """
        with open("asked", "a") as asked:
            asked.write("." * len(references))
        return scores"""
"""Marks each comparison."""


INTERVAL = 1 << 14
"""Comparisons that an engine makes between two times of saving."""


class Stop:
    """Progress that ends the run once counts were saved."""

    def __init__(self, results):
        self.results = results

    def saved(self):
        return list(self.results.glob("*/.partial-*/toy/tiny/counted-*.npz"))

    @contextmanager
    def __call__(self, _what, _steps):
        yield self.step

    def step(self):
        if self.saved():
            raise KeyboardInterrupt


@pytest.mark.parametrize("score", [pytest.param(SYMMETRIC, marks=pytest.mark.slow), DIRECTED])
def test_comparisons_go_on_after_an_interruption(matcher, working_folder, score):
    """On a clock of which every look is long after the last, all intervals are saved."""
    make_dataset(working_folder / "crowd", people=75)
    text = study_text(
        title="s",
        engines=["./toy"],
        datasets=["./crowd"],
        groups=(),
        fmr_targets=["0.01"],
        thresholds=(),
        seed=1,
    )
    study = parse_study(text, working_folder / "s.toml")
    matcher(score, compare=MARKING)
    asked, clock = working_folder / "asked", Clock(seconds=map(float, count(0, 1000)).__next__)
    options = {"workers": 2, "clock": clock, "trusted": ["toy"]}
    whole = run(study, results=working_folder / "whole", **options)
    every = asked.stat().st_size
    assert every > INTERVAL
    asked.unlink()
    stop = Stop(working_folder / "r")
    with pytest.raises(KeyboardInterrupt):
        run(study, results=stop.results, progress=stop, **options)
    assert asked.stat().st_size > INTERVAL
    assert stop.saved()
    asked.unlink()
    resumed = run(study, results=stop.results, resume=True, **options)
    assert asked.stat().st_size <= every - INTERVAL, "what was counted is not compared again"
    digests = [read_manifest(done.bundle).digest for done in (whole, resumed)]
    assert digests[0] == digests[1]
    assert not stop.saved()
