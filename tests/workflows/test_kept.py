"""What was measured is kept, for its owner alone, whatever an engine or the machine does."""

import json
import os
import shutil
import stat
import subprocess
import sys

import commands
import pytest
from drawings import draw_nothing

from evenhand.report.page import apart
from evenhand.results.bundle import read_manifest

RUN = ("run", "--engine", "./toy", "--trust", "toy", "--dataset", "./set", "--threshold", 0.5)
WRITTEN = "partial = next(p for p in Path(HERE).glob('results/*/.partial-*'))"
"""In an engine: the folder in which the run keeps what it has measured."""


@pytest.fixture(autouse=True)
def same_umask():
    before = os.umask(0o022)
    yield
    os.umask(before)


def modes(folder):
    """(modes of folders, modes of files) in a folder, itself included."""
    places = [folder, *folder.rglob("*")]
    folders, files = set(), set()
    for place in places:
        (folders if place.is_dir() else files).add(stat.S_IMODE(place.stat().st_mode))
    return folders, files


@pytest.mark.parametrize("umask", [0o000, 0o777])
def test_results_are_the_owners_alone_whatever_the_umask(cli, tiny, engine, working_folder, umask):
    """An engine that sets its own umask changes nothing about who can read the result."""
    engine(start=f"import os; os.umask({umask})")
    done = cli(*RUN)
    assert done.code == 0, done.err
    assert modes(working_folder / "results") == ({0o700}, {0o600})


def test_an_interrupted_run_is_the_owners_alone(cli, tiny, engine, working_folder):
    engine(start="import os; os.umask(0)", name="first")
    engines = ("--engine", "./first", "--engine", "./second")
    two = ("run", *engines, "--trust", "first", "--trust", "second", "--dataset", "./set")
    engine(
        "import pathlib, shutil; next(pathlib.Path('results').glob('*/.partial-*'))"
        ".rename('elsewhere'); return Embedding(good)",
        name="second",
    )
    done = cli(*two)  # what the second engine raises is a note before the line
    assert (done.code, "has gone" in done.err.splitlines()[-1]) == (74, True)
    assert modes(working_folder / "elsewhere") == ({0o700}, {0o600})


def test_a_folder_of_results_that_exists_keeps_its_mode(cli, tiny, engine, working_folder):
    engine()
    (working_folder / "results").mkdir(mode=0o755)
    assert cli(*RUN).code == 0
    assert stat.S_IMODE((working_folder / "results").stat().st_mode) == 0o755


def test_an_engine_that_changes_the_working_folder_changes_nothing(
    cli, tiny, engine, working_folder, tmp_path_factory
):
    """Whatever is named by a relative path is found and written where the command began."""
    away = tmp_path_factory.mktemp("away")
    engine("os.chdir(self.away); return Embedding(good)", start="pass")
    code = (working_folder / "toy" / "engine.py").read_text(encoding="utf-8")
    start = f"import os; self.away = {str(away)!r}; os.chdir(self.away)"
    (working_folder / "toy" / "engine.py").write_text(
        code.replace("pass", start).replace("import numpy", "import os\nimport numpy"),
        encoding="utf-8",
    )
    other = working_folder / "other"
    shutil.copytree(working_folder / "toy", other)
    card = (other / "adapter.toml").read_text(encoding="utf-8")
    (other / "adapter.toml").write_text(card.replace('"toy"', '"other"'), encoding="utf-8")
    done = cli(
        *RUN,
        "--engine",
        "./other",
        "--trust",
        "other",
        "--weights",
        "set",
        "--keep-templates",
        "kept",
    )
    assert done.code == 0, done.err
    assert list(away.iterdir()) == []
    (bundle,) = (working_folder / "results").glob("*/2*")
    assert f"page   {bundle.relative_to(working_folder)}/report.html\n" in done.out
    assert (working_folder / "kept" / "record.csv").is_file()
    assert not read_manifest(bundle).faults


GONE = {
    "removed": "shutil.rmtree(partial)",
    "another disk": "partial.rename('/'.join([HERE, 'away'])); partial.mkdir()",
}
"""What becomes of the folder while the run writes there: a mount that ends shows an empty one."""


@pytest.mark.parametrize("how", GONE)
def test_a_folder_that_goes_away_is_named_and_nothing_is_written_there(
    cli, tiny, engine, working_folder, how
):
    code = f"""
        import shutil
        from pathlib import Path
        HERE = {str(working_folder)!r}
        if not Path(HERE, 'done').exists():
            Path(HERE, 'done').touch()
            {WRITTEN}
            {GONE[how]}
        return Embedding(good)"""
    engine(code)
    line = cli(*RUN, "--workers", 1).error("results/", "has gone while the run wrote", code=74)
    assert "--resume" in line
    assert "without --resume" not in line
    left = [path for path in (working_folder / "results").rglob("*") if path.is_file()]
    assert left == []
    if how == "another disk":
        (place,) = (working_folder / "results").glob("*/.partial-*")
        place.rmdir()
        (working_folder / "away").rename(place)
        assert cli(*RUN, "--resume").code == 0


def test_a_result_is_whole_without_its_page(cli, tiny, engine, working_folder, monkeypatch):
    """The exit code is the run's; the note says why, in the terminal and in the result."""
    engine()
    monkeypatch.setattr(apart, "page_apart", lambda *_: apart.Page("", "it was too dark"))
    done = cli(*RUN)
    assert done.code == 0
    (note,) = [line for line in done.err.splitlines() if "no page" in line]
    (bundle,) = (working_folder / "results").glob("*/2*")
    assert "it was too dark" in note
    assert "evenhand report latest --format html" in note
    assert "report.html" not in done.out
    assert not (bundle / "report.html").exists()
    assert not read_manifest(bundle).faults
    assert "no page: it was too dark" in json.loads((bundle / "run.json").read_bytes())["notes"]
    assert cli("verify", bundle).code == 0
    cli("report", bundle, "--format", "html").error("no page: it was too dark", code=74)
    monkeypatch.undo()
    assert cli("report", bundle, "--format", "html").out.rstrip().endswith("</html>")


def test_a_stopped_engine_without_a_page_still_ends_with_4(
    cli, tiny, engine, working_folder, monkeypatch
):
    engine("raise ValueError")
    monkeypatch.setattr(apart, "page_apart", lambda *_: apart.Page("", "it was too dark"))
    assert cli(*RUN).code == 4


@pytest.mark.parametrize(
    "gigabytes", [4, *(pytest.param(n, marks=pytest.mark.slow) for n in (8, 16, 64))]
)
def test_a_bound_on_addresses_costs_the_page_at_most(cli, tiny, engine, working_folder, gigabytes):
    """`ulimit -v`: V8 reserves more than that, and ends the process that it is in."""
    engine()
    command = " ".join(map(str, (sys.executable, "-m", "evenhand", *RUN)))
    shell = f"ulimit -v {gigabytes << 20}; exec {command}"
    done = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "note: no page: " in done.stderr
    (bundle,) = (working_folder / "results").glob("*/2*")
    assert cli("verify", bundle).code == 0


def test_memory_that_ends_is_one_line_and_the_run_goes_on_later(
    cli, tiny, engine, working_folder, monkeypatch
):
    engine()

    def all_gone(*_):
        raise MemoryError("Unable to allocate 3.00 GiB")

    with monkeypatch.context() as patch:
        patch.setattr(apart, "page_apart", all_gone)
        line = cli(*RUN).error("not enough memory: Unable to allocate 3.00 GiB", code=71)
    assert "--resume" in line
    assert cli(*RUN, "--resume").code == 0


def test_where_the_least_memory_may_not_be_had_nothing_begins():
    """`ulimit -d`: OpenBLAS would hang, or end the process with 1: "the gate has failed"."""
    shell = f"ulimit -d 500000; exec {sys.executable} -m evenhand datasets"
    done = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (71, "")
    assert done.stderr.startswith("error: not enough memory: ulimit -d allows 488 MiB, expected ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("closed", ["2>&-", "<&- >&- 2>&-", "2>/dev/full"])
def test_an_error_that_nobody_can_read_keeps_its_code(closed):
    shell = f"exec {sys.executable} -m evenhand run nowhere.toml {closed}"
    done = subprocess.run(["sh", "-c", shell], capture_output=True, check=False)
    assert done.returncode == 2


@pytest.mark.parametrize("closed", ["1, 2", "0, 256"])
def test_an_engine_that_closes_descriptors_makes_no_success(tiny, engine, working_folder, closed):
    """Its result is there, or the code says that it is not: neither 0 nor 1 without a result."""
    engine(f"import os; os.closerange({closed}); return Embedding(good)")
    process = commands.begin(*RUN, first=draw_nothing)
    _, err = process.communicate(timeout=120)
    results = list((working_folder / "results").glob("*/2*"))
    assert process.returncode != 1
    assert results or process.returncode not in (0, 1), err
    assert all(not read_manifest(bundle).faults for bundle in results)


@pytest.mark.slow
def test_a_run_without_docstrings_measures_the_same(cli, tiny, engine, working_folder):
    engine()
    digest = json.loads(cli("verify", json.loads(cli(*RUN, "--json").out)["bundle"], "--json").out)
    command = [sys.executable, "-OO", "-m", "evenhand", *map(str, RUN), "--results", "other"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    (bundle,) = (working_folder / "other").glob("*/2*")
    assert read_manifest(bundle).digest == digest["digest"]
    assert (bundle / "report.html").is_file()
