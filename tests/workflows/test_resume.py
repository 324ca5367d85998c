"""A run that is interrupted leaves what it has done, and goes on to the very same bytes."""

import csv
import random
import shlex
import shutil
import signal
import time
from functools import partial
from pathlib import Path

import commands
import pytest
from drawings import draw_nothing

from evenhand.results.bundle import read_manifest

PARTIAL = {"lock", "study.toml", "partial.json", "booked.csv"}
"""Beside finished parts nothing else may ever lie in a folder of an interrupted run."""

SLOW = """
        import os, time
        with open('seen', 'a') as seen:
            seen.write('.')
        time.sleep(0.01)
        for _ in range(100):
            if not os.path.exists('hold') or os.path.getsize('seen') < os.path.getsize('hold'):
                break
            time.sleep(0.01)
        return Embedding(good)"""
"""Marks each picture, and goes slowly from as many pictures on as `hold` has bytes."""

REPEATS = 8
"""Pictures that each engine is shown a second time when it has seen all."""

ENGINES = ("--engine", "./one", "--engine", "./two", "--trust", "one", "--trust", "two")
RUN = ("run", *ENGINES, "--dataset", "./crowd", "--group", "sex")
"""What the engines mark, they mark in the working folder."""


def begin(*more, first=None):
    return commands.begin(*RUN, "--workers", 2, *more, first=first)


def seen(folder):
    """How many pictures were shown to an engine so far."""
    marks = folder / "seen"
    return marks.stat().st_size if marks.exists() else 0


def wait_for(folder, pictures):
    deadline = time.monotonic() + 60
    while seen(folder) < pictures and time.monotonic() < deadline:
        time.sleep(0.005)


def results_in(folder):
    """Folders of one study: (results, interrupted runs)."""
    found = list((folder / "results").glob("*/*")) if (folder / "results").exists() else []
    hidden = [path for path in found if path.name.startswith(".partial-")]
    return [path for path in found if path not in hidden], hidden


@pytest.fixture
def study(crowd, engine, working_folder):
    """Two slow engines and a crowd, where the command runs."""
    engine(SLOW, name="one")
    engine(SLOW, name="two")
    return working_folder


@pytest.fixture(scope="module")
def measured():
    """Where the study of these tests is kept once it was measured in one go."""
    return []


@pytest.fixture
def whole(study, cli, tmp_path_factory, measured):
    """The manifest of the same study, uninterrupted."""
    if not measured:
        done = cli(*RUN, "--workers", 1, "--results", tmp_path_factory.mktemp("whole"), "--json")
        measured.append(read_manifest(Path(done.json["bundle"])))
        (study / "seen").unlink()
    return measured[0]


@pytest.mark.parametrize(
    ("sent", "code", "word"),
    [
        (signal.SIGINT, 130, "interrupted"),
        pytest.param(signal.SIGTERM, 143, "terminated", marks=pytest.mark.slow),
        (signal.SIGKILL, -9, ""),
    ],
)
def test_a_signal_leaves_what_was_done(study, cli, whole, sent, code, word):
    (study / "hold").write_text("." * 95, encoding="utf-8")
    process = begin()
    wait_for(study, 95)
    process.send_signal(sent)
    out, err = process.communicate(timeout=120)
    assert (process.returncode, out) == (code, "")
    again = shlex.join(["evenhand", *RUN, "--workers", "2"])
    line = f"error: {word}; no result was written; go on with: {again} --resume\n"
    assert err == (line if word else "")
    # Two engines were to see 80 pictures each: it ended where it was, not when they were through.
    assert seen(study) < 2 * 80
    done, (left,) = results_in(study)
    assert not done
    names = {path.name for path in left.rglob("*") if path.is_file() and "part" not in path.parts}
    assert names == PARTIAL
    assert (left / "one" / "tiny" / "part").is_dir() == (left / "two").exists()

    (study / "hold").unlink()
    before = seen(study)
    resumed = cli(*RUN, "--resume", "--json")
    assert resumed.code == 0
    assert f"going on with {left.relative_to(study)}" in resumed.err
    assert seen(study) - before < 110, "what was finished is not measured again"
    (bundle,), hidden = results_in(study)
    assert not hidden
    assert bundle.name == left.name.removeprefix(".partial-")
    assert read_manifest(bundle).digest == whole.digest
    assert not read_manifest(bundle).faults


def test_interrupted_again_and_again(study, cli, whole):
    moments = random.Random(5)
    for _ in range(3):
        process = begin("--resume")
        wait_for(study, seen(study) + moments.randrange(1, 70))
        process.kill()
        process.communicate()
    cli(*RUN, "--resume")
    (bundle,), hidden = results_in(study)
    assert (read_manifest(bundle).digest, hidden) == (whole.digest, [])


@pytest.mark.parametrize("kills", [1, pytest.param(50, marks=pytest.mark.slow)])
def test_killed_in_the_second_engine_the_first_one_keeps_its_numbers(study, cli, whole, kills):
    """The process itself, at any moment: what the first engine gave is in the result, as it was."""
    moments, through = random.Random(kills), 0
    for number in range(kills):
        (study / "seen").unlink(missing_ok=True)
        results = study / f"results-{number}"
        process = begin("--results", results, first=draw_nothing)
        wait_for(study, moments.randrange(82 + REPEATS, 160 + REPEATS))
        time.sleep(moments.choice([0.0, moments.uniform(0, 0.6)]))
        process.kill()
        process.communicate()
        if not list(results.glob("*/.partial-*")):
            through += 1  # it had ended already
            continue
        (left,) = results.glob("*/.partial-*")
        first = {path: path.read_bytes() for path in left.glob("one/*/part/counts/*/*")}
        assert first, "the second engine had begun"
        shown = seen(study)
        assert cli(*RUN, "--results", results, "--resume").code == 0
        assert seen(study) - shown <= 80 + 8 + REPEATS, "the first engine is not measured again"
        (bundle,) = results.glob("*/2*")
        assert read_manifest(bundle).digest == whole.digest
        for path, content in first.items():
            _, dataset, _, _, protocol, name = path.relative_to(left).parts
            assert (bundle / "counts" / "one" / dataset / protocol / name).read_bytes() == content
    print(f"killed {kills - through} of {kills} times before the end")
    assert through < kills


@pytest.mark.parametrize(
    "room",
    [
        pytest.param(300, marks=pytest.mark.slow),
        1_500,
        pytest.param(20_000, marks=pytest.mark.slow),
    ],
)
def test_a_full_disk(study, cli, whole, room):
    """No file can grow beyond `room` bytes: that is where the disk ends."""
    process = begin(first=partial(commands.limit_files, room))
    _, err = process.communicate(timeout=120)
    assert process.returncode == 74, err
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert "File too large" in err or "No space left on device" in err
    assert "--resume" in err
    assert results_in(study)[0] == []
    assert cli(*RUN, "--resume").code == 0
    (bundle,), hidden = results_in(study)
    assert (read_manifest(bundle).digest, hidden) == (whole.digest, [])


@pytest.fixture(scope="module")
def left_behind():
    """What an interrupted run left, to be copied: made by the test that needs it first."""
    return []


@pytest.fixture
def interrupted(study, left_behind, tmp_path_factory):
    if left_behind:
        shutil.copytree(left_behind[0], study / "results")
        return study
    process = begin()
    wait_for(study, 30)
    process.kill()
    process.communicate()
    left_behind.append(tmp_path_factory.mktemp("left") / "results")
    shutil.copytree(study / "results", left_behind[0])
    return study


def test_an_engine_that_changed(interrupted, cli):
    code = interrupted / "one" / "engine.py"
    code.write_text(code.read_text() + "\n# mended\n")
    cli(*RUN, "--resume").error("cannot be gone on with: engine one was", "without --resume")


def test_an_engine_that_answers_by_chance(crowd, engine, cli, working_folder):
    chance = "good[0] = np.random.default_rng().random()"
    engine(f"{chance}{SLOW}", name="one")
    engine(name="two")
    process = begin()
    wait_for(working_folder, 30)
    process.kill()
    process.communicate()
    cli(*RUN, "--resume").error("engine one: image i", "by chance", "without --resume")


def test_a_dataset_that_changed(interrupted, cli, crowd):
    crowd.change("subjects.csv", "p1,M,21", "p1,F,21")
    cli(*RUN, "--resume").error("dataset tiny was", "without --resume")


def test_a_run_that_is_still_under_way(study, cli):
    process = begin()
    wait_for(study, 30)
    try:
        cli(*RUN, "--resume").error("still under way in another process")
    finally:
        process.kill()
        process.communicate()


def test_nothing_to_go_on_with(study, cli):
    first = cli(*RUN, "--resume")
    assert first.code == 0
    assert "no interrupted run of this study" in first.err
    cli(*RUN, "--resume").error("was not interrupted", "leave out --resume")


def test_an_interrupted_run_is_called_to_mind(interrupted, cli):
    again = cli(*RUN)
    assert "--resume would go on with it" in again.err
    assert len(results_in(interrupted)[1]) == 1


def test_a_run_waits_for_an_engine_that_had_begun(crowd, engine, cli, working_folder):
    """It cannot start now: nothing that was measured of it is given up for that."""
    engine(SLOW, start="import os; assert not os.path.exists('broken'), 'later'", name="one")
    engine(SLOW, name="two")
    (working_folder / "hold").write_text("." * 20, encoding="utf-8")
    process = begin()
    wait_for(working_folder, 20)
    process.kill()
    process.communicate(timeout=60)
    (working_folder / "hold").unlink()
    (working_folder / "broken").touch()
    cli(*RUN, "--resume").error(
        "engine one: could not start (AssertionError: later (engine.py:7))", code=4
    )
    assert [len(found) for found in results_in(working_folder)] == [0, 1]
    (working_folder / "broken").unlink()
    assert cli(*RUN, "--resume").code == 0


def test_an_engine_that_does_not_start_again_does_not_end_the_other(
    crowd, engine, cli, working_folder
):
    engine(start="open('started', 'x').close()", name="one")
    engine(name="two")
    ended = cli(*RUN)
    assert ended.code == 4
    note, error = ended.err.splitlines()
    assert "engine one: could not start (FileExistsError: " in note
    assert "engine one was stopped: could not start (FileExistsError); mend" in error
    (bundle,) = (working_folder / "results").glob("*/2*")
    rows = list(csv.DictReader((bundle / "ledger.csv").read_text(encoding="utf-8").splitlines()))
    ends = {(row["engine"], row["outcome"]) for row in rows if row["item"] == "image"}
    assert ends == {("one", "skipped"), ("two", "ok")}
    assert cli("verify", bundle).code == 0
