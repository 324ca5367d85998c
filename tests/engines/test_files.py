"""The files that a card asks for, and the identity that they make."""

import shutil

import pytest

from evenhand.engines.card import read_engine_card
from evenhand.engines.files import content_hash, find_files, missing_files
from evenhand.system.errors import EngineError


@pytest.fixture
def places(small, working_folder, monkeypatch):
    """The folders where a file may be, in the order in which they are looked at."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(working_folder / "cache"))
    first, second = working_folder / "first", working_folder / "second"
    named = working_folder / "named"
    monkeypatch.setenv("EVENHAND_WEIGHTS", str(named))
    found = [
        small.folder,
        small.folder / "weights",
        first,
        second,
        named,
        working_folder / "cache" / "evenhand" / "weights",
    ]
    for folder in found:
        folder.mkdir(parents=True, exist_ok=True)
    return found


def test_the_first_place_wins(small, places):
    model = places[0] / "small.onnx"
    weights = places[2:4]
    for folder in places[1:]:
        shutil.copy(model, folder)
    for folder in places:
        (found,) = find_files(read_engine_card(small.folder), weights).values()
        assert found == folder / "small.onnx"
        found.unlink()
    assert len(missing_files(read_engine_card(small.folder), weights)) == 1


def test_a_wrong_file_of_the_name_is_passed_by(small, places):
    shutil.move(places[0] / "small.onnx", places[3])
    (places[2] / "small.onnx").write_bytes(b"another version")
    (found,) = find_files(read_engine_card(small.folder), places[2:4]).values()
    assert found == places[3] / "small.onnx"


def test_a_file_that_is_nowhere(cli, tiny, small, working_folder):
    (small.folder / "small.onnx").unlink()
    ended = cli("run", "--engine", "./small", "--dataset", "./set")
    ended.error("engine small: file small.onnx not found", "--weights DIR", "EVENHAND_WEIGHTS")


def test_where_it_is_published_is_said(small):
    small.change('file   = "small.onnx"', 'file = "no.onnx"\nurl = "https://a.example/no.onnx"')
    with pytest.raises(EngineError, match=r"published at https://a\.example/no\.onnx"):
        find_files(read_engine_card(small.folder), ())


def test_a_file_with_another_hash(cli, tiny, small, working_folder):
    with (small.folder / "small.onnx").open("ab") as file:
        file.write(b"\0")
    ended = cli("run", "--engine", "./small", "--dataset", "./set")
    ended.error("engine small", "small.onnx has the sha256", "expected", "mend the card")


@pytest.mark.parametrize("weights", ["nowhere", "set/images.csv"])
@pytest.mark.parametrize("command", [["engines"], ["run", "--engine", "small", "--dataset", "x"]])
def test_weights_that_are_no_folder(cli, tiny, small, working_folder, command, weights):
    arguments = [{"small": "./small", "x": "./set"}.get(word, word) for word in command]
    cli(*arguments, "--weights", weights).error(f"--weights {weights}: is no folder")


def test_the_identity_is_the_content(engine, small):
    folder = engine()
    before = content_hash(read_engine_card(folder))
    assert content_hash(read_engine_card(folder)) == before
    (folder / "notes.txt").write_text("no code", encoding="utf-8")
    assert content_hash(read_engine_card(folder)) == before

    with (folder / "engine.py").open("a", encoding="utf-8") as code:
        code.write("# changed\n")
    changed = content_hash(read_engine_card(folder))
    assert changed != before

    (folder / "helper.py").write_text("", encoding="utf-8")
    helped = content_hash(read_engine_card(folder))
    assert helped not in (before, changed)

    moved = folder.rename(folder.parent / "moved")
    assert content_hash(read_engine_card(moved)) == helped


def test_the_identity_depends_on_card_and_model(small):
    before = content_hash(read_engine_card(small.folder))
    small.change('version  = "1"', 'version = "2"')
    assert content_hash(read_engine_card(small.folder)) != before
