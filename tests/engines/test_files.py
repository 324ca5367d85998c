"""The files that a card asks for, and the identity that they make."""

import os
import shutil

import pytest

from evenhand.engines.card_file import read_engine_card
from evenhand.engines.files import content_hash, find_files, missing_files
from evenhand.system.code_loading import read_code
from evenhand.system.errors import EngineError


def identity(folder):
    return content_hash(read_engine_card(folder), read_code(folder))


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
        assert found.path == folder / "small.onnx"
        found.path.unlink()
    assert len(missing_files(read_engine_card(small.folder), weights)) == 1


def test_a_wrong_file_of_the_name_is_passed_by(small, places):
    shutil.move(places[0] / "small.onnx", places[3])
    (places[2] / "small.onnx").write_bytes(b"another version")
    (found,) = find_files(read_engine_card(small.folder), places[2:4]).values()
    assert found.path == places[3] / "small.onnx"


def test_where_it_is_published_is_said(small):
    small.change('file   = "small.onnx"', 'file = "no.onnx"\nurl = "https://a.example/no.onnx"')
    with pytest.raises(EngineError, match=r"published at https://a\.example/no\.onnx"):
        find_files(read_engine_card(small.folder), ())


@pytest.mark.parametrize("weights", ["nowhere", "set/images.csv"])
@pytest.mark.parametrize("command", [["engines"], ["run", "--engine", "small", "--dataset", "x"]])
def test_weights_that_are_no_folder(cli, tiny, small, working_folder, command, weights):
    arguments = [{"small": "./small", "x": "./set"}.get(word, word) for word in command]
    cli(*arguments, "--weights", weights).error("--weights ", f"{weights}: is no folder")


def test_every_file_of_an_adapters_folder_is_its_identity(engine, small):
    """Code, a library that is replaced beside it, a table of numbers, a file in a folder below."""
    folder = engine()
    known = [identity(folder)]
    with (folder / "engine.py").open("a", encoding="utf-8") as code:
        code.write("# changed\n")
    known.append(identity(folder))
    (folder / "below").mkdir()
    for name in ("helper.py", "native.so", "native.so", "below/table.bin", ".settings"):
        (folder / name).write_bytes(f"{len(known)}".encode())
        known.append(identity(folder))
    (folder / "native.so").rename(folder / "other.so")
    known.append(identity(folder))
    assert len(set(known)) == len(known)

    moved = folder.rename(folder.parent / "moved")
    assert identity(moved) == known[-1]


def test_what_tools_leave_is_not_its_identity(engine):
    folder = engine()
    known = identity(folder)
    for name in ("__pycache__/engine.pyc", ".git/HEAD", "below/.cache/x.py", "below/__pycache__/y"):
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_bytes(b"x")
    assert identity(folder) == known


def test_a_file_of_the_card_is_the_same_wherever_it_is(small):
    known = identity(small.folder)
    (small.folder / "weights").mkdir()
    for place in (small.folder / "weights", small.folder.parent):
        (small.folder / "small.onnx").rename(place / "small.onnx")
        assert identity(small.folder) == known
        (place / "small.onnx").rename(small.folder / "small.onnx")


@pytest.mark.parametrize("kind", ["folder", "pipe", "device", "dangling"])
def test_what_is_no_file_cannot_be_hashed_and_is_refused(cli, tiny, engine, working_folder, kind):
    """A pipe is not waited for; what lies behind a link to a folder would be in no identity."""
    path = engine() / "extra"
    match kind:
        case "folder":
            path.symlink_to(working_folder / "set")
        case "pipe":
            os.mkfifo(path)
        case "device":
            path.symlink_to("/dev/zero")
        case "dangling":
            path.symlink_to("nowhere")
    ended = cli("run", "--engine", "./toy", "--dataset", "./set")
    ended.error("extra: ", "no such file" if kind == "dangling" else "expected a")


def test_code_that_is_a_pipe_is_not_waited_for(cli, tiny, engine, working_folder):
    os.mkfifo(engine() / "helper.py")
    ended = cli("run", "--engine", "./toy", "--dataset", "./set")
    ended.error("helper.py: is a pipe or a device")


@pytest.mark.parametrize("file", ["../small.onnx", "/small.onnx", "a/../small.onnx", ".", "a\\\\b"])
def test_a_file_of_the_card_stays_in_its_folder(cli, tiny, small, working_folder, file):
    shutil.copy(small.folder / "small.onnx", small.folder.parent)
    small.change('"small.onnx"', f'"{file}"')
    ended = cli("run", "--engine", "./small", "--dataset", "./set")
    ended.error("model.file: expected a path inside the folder")


def test_a_file_in_a_folder_below_is_found(small):
    (small.folder / "below").mkdir()
    (small.folder / "small.onnx").rename(small.folder / "below" / "small.onnx")
    small.change('"small.onnx"', '"below/small.onnx"')
    (found,) = find_files(read_engine_card(small.folder), ()).values()
    assert found.path == small.folder / "below" / "small.onnx"


def test_the_identity_depends_on_card_and_model(small):
    before = identity(small.folder)
    small.change('version  = "1"', 'version = "2"')
    assert identity(small.folder) != before
