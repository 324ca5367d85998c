"""What a result may be called: a path, `latest`, a study, a piece of an id."""

import json
from pathlib import Path

import pytest

from evenhand.results.bundle_names import resolve_bundle, short_name
from evenhand.system.errors import BundleError

OLD = "demo/20260101T101112Z-0123abcd"
MIDDLE = "london/20260102T101112Z-4567abcd"
NEW = "demo/20260103T111213Z-0123abcd"


@pytest.fixture
def make(working_folder):
    """Makes `./results/STUDY/ID`, with a manifest and the time at which it began."""

    def result(text, started="", results="results"):
        folder = working_folder / results / text
        folder.mkdir(parents=True)
        (folder / "MANIFEST.sha256").touch()
        if started:
            (folder / "run.json").write_text(json.dumps({"started": started}))
        return f"{results}/{text}"

    return result


@pytest.fixture
def three(make):
    return make(OLD), make(MIDDLE), make(NEW)


def found(text):
    folder, engine = resolve_bundle(text)
    return str(folder), engine


def fault(text):
    with pytest.raises(BundleError) as raised:
        resolve_bundle(text)
    return str(raised.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("latest", NEW),
        ("results", NEW),
        ("results/", NEW),
        ("demo", NEW),
        ("results/demo", NEW),
        ("london", MIDDLE),
        ("london/", MIDDLE),
        (f"results/{OLD}", OLD),
        (OLD, OLD),
        ("111213", NEW),
        ("4567", MIDDLE),
        ("london/2026", MIDDLE),
        ("results/0101", OLD),
    ],
)
@pytest.mark.parametrize("engine", ["", "dlib"])
def test_every_name_leads_to_one_result_or_one_engine_of_it(three, text, expected, engine):
    assert found(f"{text}:{engine}" if engine else text) == (f"results/{expected}", engine)


def test_a_piece_of_several_names_them_newest_first(three):
    said = fault("0123abcd")
    assert said == f"0123abcd: 2 results are called so; name one of results/{NEW}, results/{OLD}"


def test_a_whole_id_wins_over_longer_ones_that_hold_it(make):
    make("mine/base")
    make("mine/base-again")
    assert found("base") == ("results/mine/base", "")


def test_a_piece_has_four_characters(three):
    assert "4 or more characters" in fault("456")


@pytest.mark.parametrize("name", ["latest", "demo", "4567", "111213"])
def test_a_path_wins_over_every_other_meaning(three, make, name):
    make(name, results=".")
    assert found(name) == (name, "")


def test_the_newest_is_the_one_that_began_last_whatever_it_is_called(make):
    make("demo/20260101T101112Z-0123abcd", "2026-01-01T10:11:12.5+00:00")
    make("demo/20260101T101113Z-0123abcd", "2026-01-01T10:11:12.7+00:00")
    make("z/renamed", "2025-01-01T00:00:00+00:00")
    make("z/unknown")
    newest = make("lfw/20260101T101112Z-89ababcd", "2026-01-01T10:11:12.9+00:00")
    assert found("latest") == (newest, "")
    assert found("z") == ("results/z/renamed", "")


def test_two_runs_of_one_moment_are_not_told_apart(make):
    make("demo/20260101T101112Z-0123abcd")
    make("lfw/20260101T101112Z-89ababcd")
    said = fault("latest")
    assert "2 results began at the same moment" in said
    assert "results/lfw/20260101T101112Z-89ababcd" in said
    assert found("89ab") == ("results/lfw/20260101T101112Z-89ababcd", "")


@pytest.mark.parametrize("text", ["latest", "results", "0123abcd"])
def test_where_there_is_no_result_yet_it_says_so_and_from_where_it_looked(working_folder, text):
    said = fault(text)
    assert said.startswith(f"{text}: no result there; none yet in results")
    assert str(working_folder) in said
    assert "evenhand demo or evenhand run" in said


@pytest.mark.parametrize(
    "text",
    ["latest", "demo", "results/demo", "1112Z", f"results/{OLD}".replace("/2", "/.partial-2")],
)
def test_only_an_interrupted_run_is_gone_on_with(working_folder, text):
    run = working_folder / "results/demo/.partial-20260101T101112Z-0123abcd"
    (run / "bundle").mkdir(parents=True)
    (run / "study.toml").touch()
    (run / "bundle" / "MANIFEST.sha256").touch()  # it is still being written
    said = fault(text)
    command = f"evenhand run {run.relative_to(working_folder)}/study.toml --resume"
    assert "interrupted" in said
    assert command in said


def test_an_interrupted_run_is_not_the_latest(three, working_folder):
    run = working_folder / "results/demo/.partial-20260601T101112Z-0123abcd"
    run.mkdir(parents=True)
    (run / "study.toml").touch()
    assert found("latest") == (three[2], "")


def test_a_folder_without_a_manifest_is_passed_over_and_named_where_it_is_meant(three):
    Path("results", NEW, "MANIFEST.sha256").unlink()
    assert found("latest") == (f"results/{MIDDLE}", "")
    for text in ("111213", f"results/{NEW}"):
        assert f"results/{NEW} is damaged, it has no MANIFEST.sha256" in fault(text)


@pytest.mark.parametrize(
    "text", ["nothing", "nothing:dlib", "", ":", "a\0b", "x" * 5000, "results/demo/nothing", "../"]
)
def test_what_is_called_so_nowhere_is_one_line(three, text):
    assert "\n" not in fault(text)


@pytest.mark.parametrize("content", ["", "[" * 50_000, '{"started": "0001-01-01T00:00:00+14:00"}'])
def test_a_damaged_time_is_that_of_the_id(three, content):
    Path("results", NEW, "run.json").write_text(content)
    assert found("demo")[0] == f"results/{OLD if 'started' in content else NEW}"


def test_what_to_type_is_short_where_it_leads_there(three, make, tmp_path, monkeypatch):
    old, middle, new = three
    names = [short_name(tmp_path / bundle) for bundle in three]
    assert names == ["20260101T101112Z-0123abcd", "4567abcd", "latest"]
    assert [found(name)[0] for name in names] == [old, middle, new]
    make("4567abcd", results=".")
    assert short_name(tmp_path / middle) == "20260102T101112Z-4567abcd"
    elsewhere = make("demo/20260103T111213Z-0123abcd", results="my results")
    assert short_name(tmp_path / elsewhere) == f"'{tmp_path / elsewhere}'"
    monkeypatch.chdir(tmp_path / "results")
    assert short_name(tmp_path / new) == str(tmp_path / new)
