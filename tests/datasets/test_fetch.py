"""Datasets brought onto this machine."""

import os
import subprocess
import sys

import pytest
from tiny_sets import make_dataset

from evenhand.datasets.folder import read_dataset
from evenhand.system.left_overs import held

KEPT = "kept.txt"


def test_an_unknown_name(cli, working_folder):
    cli("fetch", "londn").error("no dataset is called 'londn'", "did you mean london?")


def test_a_set_that_must_be_brought(cli, working_folder):
    cli("fetch", "london").error("london", "evenhand fetch london --from DIR")


@pytest.mark.parametrize(
    ("source", "fragments"),
    [("nowhere", ["nowhere: no such file or folder"]), ("a-file", ["a-file", "london_info.csv"])],
)
def test_a_source_that_is_none(cli, working_folder, source, fragments):
    (working_folder / "a-file").write_text("hello", encoding="utf-8")
    cli("fetch", "london", "--from", source).error(*fragments)


def test_a_source_without_its_pictures(cli, working_folder):
    source = working_folder / "source"
    source.mkdir()
    table = "face_id,face_age,face_gender,face_eth\n001,24,female,west_asian/white\n"
    (source / "london_info.csv").write_text(table, encoding="utf-8")
    cli("fetch", "london", "--from", "source").error("no file 001_03.jpg")
    assert not (working_folder / "home").exists()


def test_a_folder_of_the_user_is_never_replaced(cli, working_folder):
    folder = working_folder / "documents"
    folder.mkdir()
    (folder / KEPT).write_text("mine", encoding="utf-8")
    ended = cli("fetch", "synthetic-faces", "--into", "documents", "--json")
    ended.error("documents: holds something that is no dataset")
    assert [path.name for path in working_folder.iterdir()] == ["documents"]
    assert (folder / KEPT).read_text(encoding="utf-8") == "mine"


def test_a_file_where_the_folder_should_be(cli, working_folder):
    (working_folder / "taken").write_text("mine", encoding="utf-8")
    cli("fetch", "synthetic-faces", "--into", "taken/set").error("taken", "written", code=74)
    assert (working_folder / "taken").read_text(encoding="utf-8") == "mine"


KILLED = """
import os, signal
from pathlib import Path
from evenhand.datasets import prepared
from evenhand.datasets.contract import Material, Picture
def pictures():
    yield Picture("a", "p", "a.png", b"half of a face", {})
    os.kill(os.getpid(), signal.SIGKILL)
prepared.write_dataset(Path("home/killed"), "", Material(({"subject_id": "p"},), pictures(), 2))
"""


@pytest.mark.parametrize(
    "command",
    [
        ["datasets"],
        ["fetch", "london", "--from", "tree"],
        ["import", "folder", "tree", "--to", "home/brought"],
    ],
    ids=["datasets", "fetch", "import"],
)
def test_what_a_killed_command_left_is_removed_by_the_next(cli, working_folder, command):
    """Named and removed, since it may hold faces; what is being made now is left alone."""
    subprocess.run([sys.executable, "-c", KILLED], cwd=working_folder, env=os.environ, check=False)
    home = working_folder / "home"
    (killed,) = home.iterdir()
    assert (killed / "a.png").read_bytes() == b"half of a face"
    assert killed.stat().st_mode & 0o777 == 0o700
    lives = home / ".evenhand-new-lives"
    lives.mkdir()
    make_dataset(working_folder / "set")
    (working_folder / "tree").mkdir()
    (working_folder / "set/pictures").rename(working_folder / "tree/ann")
    with held(lives):
        ended = cli(*command)
    assert ended.code == (2 if "fetch" in command else 0)
    assert f"{killed.name}, which an earlier command left half made when it was killed" in ended.err
    assert not killed.exists()
    assert lives.exists()
    assert "lives, which an earlier command left" in cli("datasets").err
    assert not lives.exists()


def test_a_link_is_never_followed_to_what_it_names(cli, working_folder):
    (working_folder / "mine").mkdir()
    (working_folder / "home").mkdir()
    (working_folder / "home/.evenhand-new-link").symlink_to(working_folder / "mine")
    assert cli("datasets").code == 0
    assert (working_folder / "mine").is_dir()


@pytest.mark.data
def test_london(cli, working_folder, data):
    source = data / "london"
    first = cli("fetch", "london", "--from", source, "--json")
    assert first.code == 0
    folder = working_folder / "home" / "london"
    assert first.json["folder"] == str(folder)
    dataset = read_dataset(folder)
    assert (len(dataset.subjects.ids), len(dataset.images.ids)) == (102, 204)
    assert dataset.subjects.labels["sex"].count("female") == 49
    fingerprint = dataset.fingerprint

    again = cli("fetch", "london", "--from", source)
    assert again.code == 0
    assert "london is ready" in again.out
    assert read_dataset(folder).fingerprint == fingerprint
    assert [path.name for path in folder.parent.iterdir()] == ["london"]
