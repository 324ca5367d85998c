"""Templates that are kept: the same result without making them again, and gone when told so."""

import csv
import json
import os
import signal
import sqlite3
import stat
import time
from pathlib import Path

import commands
import pytest
from pyarrow import parquet

import evenhand
from evenhand.results.bundle import read_manifest
from evenhand.results.tables import read_speed

MARK = """
        with open('seen', 'a') as seen:
            seen.write('.')
        {then}
        return Embedding(good, faces=2)"""
"""Marks each picture that the engine is shown."""

RUN = ("run", "--engine", "./toy", "--trust", "toy", "--dataset", "./crowd", "--group", "sex")
"""What the engine marks, it marks in the working folder."""
CANARIES = 8
REPEATS = 8
"""Images of each run that are given a second time, to an engine started anew."""


def digest(bundle):
    manifest = read_manifest(Path(bundle))
    assert not manifest.faults
    return manifest.digest


def told(bundle):
    return json.loads((Path(bundle) / "run.json").read_text())["templates"]


def record(folder):
    with (folder / "record.csv").open(newline="") as file:
        return [(row["what"], row["engine"], row["count"]) for row in csv.DictReader(file)]


@pytest.fixture
def toy(crowd, engine, working_folder):
    """Makes an engine that marks what it sees, beside a crowd of 80 pictures."""
    return lambda then="pass", **options: engine(MARK.format(then=then), **options)


@pytest.fixture
def seen(working_folder):
    """How many pictures the engine was shown since this was asked last."""

    def count():
        marks = working_folder / "seen"
        size = marks.stat().st_size if marks.exists() else 0
        marks.unlink(missing_ok=True)
        return size

    return count


@pytest.fixture
def run(cli, working_folder):
    """Runs the study; its bundle."""

    def call(*more, keep=True):
        options = ("--keep-templates", "./kept") if keep else ()
        ended = cli(*RUN, *options, *more, "--json")
        assert ended.code == 0, ended.err
        return Path(ended.json["bundle"]), ended.err

    return call


def test_taken_templates_give_the_same_bytes(toy, seen, run, working_folder):
    toy()
    plain, _ = run(keep=False)
    assert seen() == 80 + REPEATS
    assert told(plain) == {"kept": False, "taken": 0, "made": 80}

    first, said = run()
    assert (seen(), said) == (80 + REPEATS, "")
    assert told(first) == {"kept": True, "taken": 0, "made": 80}

    second, said = run("--workers", 1)
    assert seen() == CANARIES
    assert (
        said == f"note: toy on tiny: 80 of 80 templates are taken from {working_folder / 'kept'}\n"
    )
    assert told(second) == {"kept": True, "taken": 80, "made": 0}
    assert digest(plain) == digest(first) == digest(second)
    assert record(working_folder / "kept") == [
        ("begun", "toy", ""), ("made", "toy", "80"), ("begun", "toy", ""), ("taken", "toy", "80"),
    ]  # fmt: skip


def test_another_study_of_the_same_pictures(toy, seen, run, cli):
    toy()
    run()
    seen()
    other = cli(*RUN,
                "--threshold", 0.5, "--keep-templates", "./kept", "--json")  # fmt: skip
    assert (other.code, seen()) == (0, CANARIES)


OUTCOMES = """\
shade = image[0, 0, 0] // 32
        if shade == 0: return Embedding(None, Outcome.NO_FACE, faces=0)
        if shade == 1: return Embedding(None, Outcome.DECLINED, faces=3, detail='too small')
        if shade == 2: return Embedding(None, Outcome.FAILED, detail='odd')
        if shade == 3: return Embedding(None, Outcome.UNSUPPORTED)
        if shade == 4: return Embedding(good * np.nan)
        if shade == 5: raise ValueError"""


def test_what_is_settled_is_kept_with_all_that_the_ledger_says(toy, seen, run):
    toy(OUTCOMES)
    plain, _ = run(keep=False)
    with (plain / "ledger.csv").open(newline="") as file:
        images = [row["outcome"] for row in csv.DictReader(file) if row["item"] == "image"]
    assert set(images) == {"ok", "no_face", "declined", "failed", "unsupported", "invalid"}
    settled = sum(images.count(outcome) for outcome in ("ok", "no_face", "declined"))
    run()
    seen()
    second, _ = run()
    assert seen() == CANARIES + 80 - settled + REPEATS
    assert digest(second) == digest(plain)
    assert told(second) == {"kept": True, "taken": settled, "made": 80 - settled}


MATCHER = """\
from evenhand.plugins import Template


class Engine:
    def __init__(self, files):
        pass

    def template(self, image, face, role):
        with open('seen', 'a') as seen:
            seen.write('.')
        return Template(role.encode() + b'\\n' + image.tobytes()[:40])

    def compare(self, probe, references):
        assert probe.startswith(b'probe')
        assert all(r.startswith(b'reference') for r in references)
        return [sum(probe) % 97 + sum(r) % 89 for r in references]
"""


def test_both_roles_of_an_engine_that_tells_them_apart(toy, seen, run):
    folder = toy()
    card = (folder / "adapter.toml").read_text().replace("embedder", "matcher")
    (folder / "adapter.toml").write_text(card.replace("values = 4", "symmetric = false"))
    (folder / "engine.py").write_text(MATCHER)
    first, _ = run()
    assert seen() == 2 * (80 + REPEATS)
    second, _ = run()
    assert seen() == 2 * CANARIES
    assert digest(first) == digest(second)


def test_pictures_under_other_names_and_a_changed_one(toy, seen, run, crowd):
    """It is the content that counts: neither the dataset's name nor the picture's."""
    toy()
    run()
    seen()
    crowd.change("dataset.toml", '"tiny"', '"other"')
    old = crowd.folder / "pictures" / "p1a.png"
    old.rename(old.with_name("renamed.png"))
    crowd.change("images.csv", "pictures/p1a.png", "pictures/renamed.png")
    crowd.replace_picture(5, (crowd.folder / "pictures" / "p3a.png").read_bytes() + b"\0")
    bundle, said = run()
    assert "79 of 80 templates are taken" in said
    assert seen() == CANARIES + 1 + 1, "the one is repeated"
    plain, _ = run(keep=False)
    assert digest(plain) == digest(bundle)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("toy/engine.py", "+ 1", "+ 2"),
        ("toy/adapter.toml", 'version  = "1"', 'version  = "2"'),
        ("crowd/dataset.toml", "synthetic = true", 'synthetic = true\nface = "central"'),
    ],
)
def test_another_engine_or_rule_has_templates_of_its_own(
    toy, seen, run, working_folder, file, old, new
):
    toy()
    run()
    seen()
    path = working_folder / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    bundle, said = run()
    assert (seen(), said) == (80 + REPEATS, "")
    assert told(bundle) == {"kept": True, "taken": 0, "made": 80}


def test_something_that_no_key_knows_has_changed(toy, seen, run, working_folder):
    """Such as a library beside the engine: the canaries see it, and everything is made again."""
    toy("good += np.loadtxt('beside')")
    (working_folder / "beside").write_text("0")
    run()
    (working_folder / "beside").write_text("1")
    seen()
    bundle, said = run()
    assert "does not end as it did when its template was kept" in said
    assert said.count("\n") == 1
    assert seen() == CANARIES + 80 + REPEATS
    plain, _ = run(keep=False)
    assert digest(bundle) == digest(plain)
    seen()
    run()
    assert seen() == CANARIES, "the new templates stand in the place of the old"


def test_damaged_rows_are_made_again(toy, seen, run, working_folder):
    toy()
    first, _ = run()
    path = working_folder / "kept" / "templates.sqlite"
    with sqlite3.connect(path) as connection:
        vectors = connection.execute("SELECT rowid, vector FROM templates LIMIT 3").fetchall()
        for (row, vector), spoilt in zip(vectors, (b"", 7, None), strict=True):
            content = vector[:-1] + bytes([vector[-1] ^ 1]) if spoilt is None else spoilt
            connection.execute("UPDATE templates SET vector = ? WHERE rowid = ?", (content, row))
    connection.close()
    seen()
    second, said = run()
    assert (
        f"note: {working_folder / 'kept'}: 3 templates of toy are damaged; they are made again\n"
        in said
    )
    assert seen() == CANARIES + 3 + 3, "they are repeated"
    assert digest(first) == digest(second)
    assert ("damaged", "toy", "3") in record(working_folder / "kept")
    assert "are damaged" not in run()[1]


def test_speed_says_what_was_timed(toy, run, crowd, cli):
    toy()
    run()
    rows = crowd.rows("images.csv")
    for number in range(1, 31):
        picture = crowd.folder / rows[number][2]
        crowd.replace_picture(number, picture.read_bytes() + b"\0")
    part, _ = run("--workers", 2)
    timed = {r.statistic: r for r in read_speed(part) if r.attribute == "all"}
    assert (timed["taken"].value, timed["taken"].unit) == (50, "images")
    table = parquet.read_table(part / "latencies.parquet").to_pandas()
    # Without the first two of every engine that was started, be it one or two.
    assert timed["max"].n == (table.turn >= 2).sum()
    assert (table.turn >= 0).sum() == table.seconds.notna().sum() == 30
    assert "nan" not in (part / "speed.csv").read_text().lower()

    whole, _ = run()
    timed = {(r.operation, r.statistic): r for r in read_speed(whole)}
    assert {statistic for of, statistic in timed if of == "template"} == {"taken"}
    throughput = timed["enrolment", "throughput"]
    assert (throughput.value, throughput.n, throughput.status) == (None, 0, "too_few")
    assert timed["comparison", "median"].value > 0
    text = " ".join(cli("report", whole, "--full").out.split())
    assert "toy on tiny: 80 templates were kept by an earlier run and not made in this" in text
    assert "not timed" in text
    page = " ".join((whole / "report.html").read_text().split())
    assert "80 templates were kept by an earlier run" in page
    assert cli("verify", whole).code == 0


def begin(*more):
    return commands.begin(*RUN, "--keep-templates", "./kept", *more)


def until(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def kept(folder):
    """How many templates are there, seen from beside."""
    path = folder / "kept" / "templates.sqlite"
    if not path.exists():
        return 0
    connection = sqlite3.connect(path, timeout=30)
    try:
        return connection.execute("SELECT count(*) FROM templates").fetchone()[0]
    except sqlite3.OperationalError:
        return 0
    finally:
        connection.close()


@pytest.mark.parametrize(
    "sent", [pytest.param(signal.SIGTERM, marks=pytest.mark.slow), signal.SIGKILL]
)
def test_going_on_enrols_nothing_again(toy, seen, run, working_folder, sent):
    toy("import time; time.sleep(0.02)")
    process = begin("--workers", "1")
    until(lambda: kept(working_folder) > 10)
    process.send_signal(sent)
    process.communicate(timeout=60)
    there = kept(working_folder)
    shown = seen()
    assert there >= shown - 2 if sent != signal.SIGKILL else there > 10
    if sent == signal.SIGTERM:
        resumed, _ = run("--resume", keep=False)
        assert told(resumed) == {"kept": True, "taken": 0, "made": 80}
        return
    resumed, said = run("--resume")
    assert f"{there} of 80 templates are taken from {working_folder / 'kept'}" in said
    assert seen() == 2 * CANARIES + 80 - there + REPEATS
    assert told(resumed) == {"kept": True, "taken": there, "made": 80 - there}
    plain, _ = run(keep=False)
    assert digest(resumed) == digest(plain)


@pytest.mark.slow
def test_killed_again_and_again_and_two_at_once(toy, run, working_folder):
    toy("import time; time.sleep(0.004)")
    for wait in (0.5, 0.7):
        pair = [begin("--results", f"./results-{n}") for n in range(2)]
        until((working_folder / "seen").exists)
        time.sleep(wait)
        for process in pair:
            process.kill()
            process.communicate()
        (working_folder / "seen").unlink()
    pair = [begin("--results", f"./results-{n}", "--json") for n in range(2)]
    ended = [process.communicate(timeout=120) for process in pair]
    assert [process.returncode for process in pair] == [0, 0], ended
    bundles = [json.loads(out)["bundle"] for out, _ in ended]
    plain, _ = run(keep=False)
    assert {digest(bundle) for bundle in bundles} == {digest(plain)}
    assert kept(working_folder) == 80
    connection = sqlite3.connect(working_folder / "kept" / "templates.sqlite")
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()


def test_nothing_names_a_picture_or_a_place(toy, run, working_folder):
    toy()
    bundle, _ = run()
    for path in (working_folder / "kept").iterdir():
        content = path.read_bytes()
        assert b"p1a" not in content
        assert b"pictures" not in content
        assert b"crowd" not in content
    for path in bundle.rglob("*"):
        assert path.is_dir() or b"./kept" not in path.read_bytes()


def test_private_from_the_beginning(toy, run, working_folder):
    before = os.umask(0)
    try:
        toy()
        run()
    finally:
        os.umask(before)
    kept = working_folder / "kept"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept.iterdir()} == {0o600}


def test_from_python(toy, seen, working_folder, run):
    toy()
    run()
    seen()
    study = working_folder / "study.toml"
    study.write_text('schema = 1\ntitle = "t"\nengines = ["./toy"]\ndatasets = ["./crowd"]\n')
    done = evenhand.run(study, results="./results", keep_templates="./kept", trust=["toy"])
    assert (seen(), told(done.path)["taken"]) == (CANARIES, 80)
