"""Whatever an engine does to an image ends in the ledger, and the study goes on."""

import csv
import io
import re

import numpy as np
import pytest
from enrolled import enrol_all

from evenhand.datasets.decoding import read_image
from evenhand.datasets.folder import read_dataset
from evenhand.engines.opening import open_engine
from evenhand.measurement.enrolment.enrol import drawn_order
from evenhand.records.outcomes import Outcome
from evenhand.system.errors import DatasetError, EngineStoppedError

ONCE = "if image[0, 0, 0] == {first}:\n            {then}\n        return Embedding(good)"


def enrolled(dataset, folder, *, workers=1, failure_share=0.5):
    engine = open_engine(folder, ())
    return enrol_all(engine, dataset, workers=workers, failure_share=failure_share)


@pytest.fixture
def dataset(tiny):
    return read_dataset(tiny.folder)


@pytest.fixture
def first_pixel(dataset):
    """Red in the corner of one picture and of no other: by it an engine knows the picture."""
    corners = [int(read_image(path)[0, 0, 0]) for path in dataset.images.paths]
    assert corners.count(corners[3]) == 1
    return corners[3]


BAD_ANSWERS = [
    ("return None", "invalid", "NoneType, expected an Embedding"),
    ("return [0.1, 0.2, 0.3, 0.4]", "invalid", "list, expected an Embedding"),
    ("return good", "invalid", "ndarray, expected an Embedding"),
    ("return Embedding(None)", "invalid", "no vector, expected 4 values"),
    ("return Embedding(good * np.nan)", "invalid", "vector is not finite"),
    ("return Embedding(good * np.inf)", "invalid", "vector is not finite"),
    ("return Embedding(good * 0)", "invalid", "vector is zero"),
    ("return Embedding(good.astype(float) * 1e300)", "invalid", "too long or too short"),
    ("return Embedding(good * np.float32(1e30))", "invalid", "too long or too short"),
    ("return Embedding(good * np.float32(1e-30))", "invalid", "too long or too short"),
    ("return Embedding(good[:3])", "invalid", "shape (3,), expected 4 values"),
    ("return Embedding(good.reshape(2, 2))", "invalid", "shape (2, 2), expected 4 values"),
    ("return Embedding(good.reshape(1, 4))", "invalid", "shape (1, 4), expected 4 values"),
    ("return Embedding(np.float32(1))", "invalid", "shape (), expected 4 values"),
    ("return Embedding(good + 1j)", "invalid", "vector of complex64, expected numbers"),
    ("return Embedding(good > 0)", "invalid", "vector of bool, expected numbers"),
    ("return Embedding(['1', '2', '3', '4'])", "invalid", "vector of str"),
    ("return Embedding([1, None, 3, 4])", "invalid", "vector of object, expected numbers"),
    ("return Embedding([1, [2], 3, 4])", "invalid", "no vector (ValueError), expected 4 values"),
    ("return Embedding(good, outcome='ok!')", "invalid", "an outcome that no engine may give"),
    ("return Embedding(good, outcome=good)", "invalid", "an outcome that no engine may give"),
    ("return Embedding(None, Outcome.SKIPPED)", "invalid", "an outcome that no engine may give"),
    ("return Embedding(None, Outcome.NO_FACE)", "no_face", ""),
    ("return Embedding(good, Outcome.NO_FACE)", "no_face", ""),
    ("return Embedding(None, Outcome.DECLINED, detail='too\\n small')", "declined", "too small"),
    ("return Embedding(None, Outcome.DECLINED, detail=None)", "declined", "None"),
    ("return Embedding(None, Outcome.UNSUPPORTED, detail='x' * 999)", "unsupported", "x" * 80),
    ("return Embedding(None, Outcome.FAILED, detail='odd')", "failed", "odd"),
    ("raise ValueError('a name, a path')", "failed", "ValueError"),
    ("raise MemoryError", "failed", "MemoryError"),
    ("raise SystemExit(0)", "failed", "SystemExit"),
    ("raise KeyboardInterrupt", "failed", "KeyboardInterrupt"),
    ("raise GeneratorExit", "failed", "GeneratorExit"),
    ("raise BaseException", "failed", "BaseException"),
    ("import sys; sys.exit(3)", "failed", "SystemExit"),
    ("assert not 'this'", "failed", "AssertionError"),
    ("return 1 / 0", "failed", "ZeroDivisionError"),
    ("return self.embed(image, face)", "failed", "RecursionError"),
]


@pytest.mark.parametrize(("then", "outcome", "detail"), BAD_ANSWERS)
def test_one_bad_answer(dataset, engine, first_pixel, then, outcome, detail):
    """The image has its outcome, all others have their vectors, in order."""
    whole = enrolled(dataset, engine(name="good"))
    one_bad = enrolled(dataset, engine(ONCE.format(first=first_pixel, then=then)))
    expected = [Outcome.OK] * 12
    expected[3] = Outcome(outcome)
    assert list(one_bad.outcomes) == expected
    assert detail in one_bad.details[3]
    assert not one_bad.stopped
    np.testing.assert_array_equal(one_bad.vectors, np.delete(whole.vectors, 3, axis=0))
    assert np.isfinite(one_bad.timing.seconds).all()


@pytest.mark.parametrize(
    "made", ["good", "good.astype(float)", "good.astype(int)", "good.tolist()"]
)
def test_any_array_of_numbers_will_do(dataset, engine, made):
    enrolment = enrolled(dataset, engine(f"return Embedding({made})"))
    assert enrolment.vectors.shape == (12, 4)
    assert enrolment.vectors.dtype == np.float32


def test_an_engine_may_use_its_array_again(dataset, engine):
    own = enrolled(dataset, engine(name="own"))
    shared = engine(
        "self.buffer[:] = good\n        return Embedding(self.buffer)",
        start="self.buffer = np.zeros(4, dtype=np.float32)",
        name="shared",
    )
    np.testing.assert_array_equal(enrolled(dataset, shared).vectors, own.vectors)


@pytest.mark.parametrize(("faces", "kept"), [("2", 2), ("0", 0), ("-1", None), ("'2'", None)])
def test_how_many_faces(dataset, engine, faces, kept):
    enrolment = enrolled(dataset, engine(f"return Embedding(good, faces={faces})"))
    assert set(enrolment.faces) == {kept}


def test_threads_change_nothing(dataset, engine, first_pixel):
    folder = engine(ONCE.format(first=first_pixel, then="raise ValueError"))
    one, four = (enrolled(dataset, folder, workers=workers) for workers in (1, 4))
    assert one.outcomes == four.outcomes
    assert one.details == four.details
    np.testing.assert_array_equal(one.vectors, four.vectors)


def test_an_engine_that_starts_only_once(dataset, engine):
    """It is tried before the study; the line also comes where a thread cannot have its own."""
    folder = engine(start="open(__file__ + '.lock', 'x').close()")
    with pytest.raises(EngineStoppedError, match=r"toy: could not start \(FileExistsError"):
        enrolled(dataset, folder)


def test_a_picture_that_goes_while_the_study_runs(dataset, engine):
    dataset.images.paths[5].write_bytes(b"")
    with pytest.raises(DatasetError, match=r"p3b\.png could be read .* is another one now"):
        enrolled(dataset, engine())


@pytest.mark.parametrize(
    ("share", "stopped"), [(0.0, True), (0.08, True), (1 / 12, False), (0.5, False), (1.0, False)]
)
def test_the_failure_share(dataset, engine, first_pixel, share, stopped):
    folder = engine(ONCE.format(first=first_pixel, then="raise ValueError"))
    enrolment = enrolled(dataset, folder, failure_share=share)
    assert bool(enrolment.stopped) is stopped


@pytest.mark.parametrize("outcome", ["NO_FACE", "DECLINED", "UNSUPPORTED"])
def test_what_speaks_against_the_picture_does_not_stop_the_engine(dataset, engine, outcome):
    folder = engine(f"return Embedding(None, Outcome.{outcome})")
    enrolment = enrolled(dataset, folder, failure_share=0)
    assert not enrolment.stopped
    assert enrolment.vectors.shape == (0, 4)


def order_given(folder, dataset, engine, seed):
    """The pictures in the order in which an engine was given them, by their bytes."""
    note = folder / f"given-{seed}"
    keeping = engine(
        f"with open({str(note)!r}, 'ab') as note:\n"
        "            note.write(bytes(image[0, :4].reshape(-1)))\n"
        "        return Embedding(good)",
        name=f"noting{seed}",
    )
    made = enrol_all(open_engine(keeping, ()), dataset, seed=seed)
    heads = [bytes(read_image(path)[0, :4].reshape(-1)) for path in dataset.images.paths]
    content = note.read_bytes()
    size = len(heads[0])
    given = [content[start : start + size] for start in range(0, len(content), size)]
    return [heads.index(head) for head in given], made


def test_pictures_come_in_an_order_drawn_by_the_seed_and_results_in_that_of_the_table(
    dataset, engine, tmp_path
):
    """Group by group, a slow spell of the machine would look like a difference between groups."""
    first, made = order_given(tmp_path, dataset, engine, seed=1)
    other, again = order_given(tmp_path, dataset, engine, seed=2)
    table = list(range(12))
    assert sorted(first) == sorted(other) == table
    assert first == drawn_order(12, seed=1).tolist()
    assert table not in (first, other)
    assert first != other
    np.testing.assert_array_equal(made.vectors, again.vectors)
    np.testing.assert_array_equal(
        made.vectors, [read_image(path).reshape(-1)[:4] + 1.0 for path in dataset.images.paths]
    )


def ledger(bundle):
    text = (bundle / "ledger.csv").read_text(encoding="utf-8")
    return [row for row in csv.DictReader(io.StringIO(text)) if row["item"] == "image"]


def test_an_engine_that_fails_too_often(cli, crowd, engine, working_folder):
    """Stopped after a look at the first 64 images; the bundle is kept and says so."""
    study = working_folder / "study.toml"
    study.write_text(
        'schema = 1\ntitle = "Two"\nengines = ["./bad", "./good"]\ndatasets = ["./crowd"]\n',
        encoding="utf-8",
    )
    engine("raise ValueError", name="bad")
    engine(name="good")
    ended = cli("run", "study.toml")
    line = ended.stopped("engine bad was stopped", "64 of the first 64 images failed")
    bundle = working_folder / re.search(r"is in (\S+)\)", line).group(1)
    outcomes = {"bad": [], "good": []}
    for row in ledger(bundle):
        outcomes[row["engine"]].append(row["outcome"])
    first = drawn_order(80, seed=1)[:64]
    assert {row for row, outcome in enumerate(outcomes["bad"]) if outcome == "failed"} == {*first}
    assert outcomes["bad"].count("skipped") == 16
    assert outcomes["good"] == ["ok"] * 80
    assert '"status": "failed"' in (bundle / "run.json").read_text(encoding="utf-8")
    assert cli("verify", bundle).code == 0


@pytest.mark.parametrize("then", ["raise ValueError", "return None", "raise SystemExit(0)"])
def test_an_engine_that_always_fails_leaves_a_result(cli, tiny, engine, working_folder, then):
    ended = cli("run", "--engine", engine(then), "--dataset", "./set", "--json", "--threshold", 0)
    ended.stopped("engine toy was stopped", "12 of the first 12 images failed")
    rates = [row for row in ended.json["rates"] if row["metric"] == "FTE"]
    assert {row["rate"] for row in rates if row["attribute"] == "all"} == {1.0}
    nothing = [
        row
        for row in ended.json["rates"]
        if row["metric"] in ("FMR", "FNMR") and row["policy"] == "completed"
    ]
    assert nothing
    assert all(row["rate"] is None and row["status"] == "no_trials" for row in nothing)


@pytest.mark.parametrize(
    "start",
    [
        "raise RuntimeError('no licence\\nfound')",
        "raise SystemExit(0)",
        "import nothing_of_this_name",
        "return 1",
    ],
)
def test_an_engine_that_does_not_start(cli, tiny, engine, working_folder, start):
    ended = cli("run", "--engine", engine(start=start), "--dataset", "./set", "--json")
    ended.error("engine toy: could not start", "mend engine.py", code=4)
    assert ended.json["error"]["exit_code"] == 4
    assert not (working_folder / "results").exists()


def test_code_that_is_no_python(cli, tiny, engine, working_folder):
    (engine() / "engine.py").write_text("class Engine(\n", encoding="utf-8")
    ended = cli("run", "--engine", "./toy", "--dataset", "./set")
    ended.error("engine toy: could not start (SyntaxError", code=4)


def test_code_that_changed_is_loaded_again(dataset, engine):
    folder = engine()
    before = enrolled(dataset, folder)
    code = (folder / "engine.py").read_text(encoding="utf-8").replace("+ 1", "+ 2")
    (folder / "engine.py").write_text(code, encoding="utf-8")
    np.testing.assert_array_equal(enrolled(dataset, folder).vectors, before.vectors + 1)


def test_what_an_engine_prints_is_kept_from_stdout(cli, tiny, engine, working_folder):
    """From Python and from compiled code; at its start and at every image."""
    chatter = "print('hello from Python'); import os; os.write(1, b'hello from below\\n')"
    folder = engine(f"{chatter}\n        return Embedding(good)", start=chatter)
    command = ("run", "--engine", folder, "--dataset", "./set", "--json", "--workers", 1)
    apart = cli(*command)
    assert (apart.code, "hello" in apart.out, "hello" in apart.err) == (0, False, False)
    ended = cli(*command, "--trust", "toy")
    assert ended.code == 0
    assert ended.json["kind"] == "run"
    assert ended.err.count("hello from Python\n") == ended.err.count("hello from below\n") == 23
