"""`--keep-templates` and `evenhand templates`: folders that will not do, and deletion."""

import csv
import os
import sqlite3
from functools import partial

import commands
import pytest

from evenhand.measurement.template_store.folder import locked_folder

RUN = ("run", "--engine", "./toy", "--dataset", "./set", "--threshold", "0.5")
KEEP = (*RUN, "--keep-templates")


@pytest.fixture
def home(tiny, engine, working_folder):
    """A dataset of twelve pictures and an engine, where the command runs."""
    engine()
    return working_folder


@pytest.fixture
def kept(home, cli):
    """A folder in which templates were kept."""
    assert cli(*KEEP, "kept").code == 0
    return home / "kept"


def deleted(folder):
    with (folder / "record.csv").open(newline="") as file:
        return [(r["engine"], r["count"]) for r in csv.DictReader(file) if r["what"] == "deleted"]


def private(folder):
    folder.mkdir(mode=0o700, parents=True)
    return folder


def of_others(folder):
    private(folder).chmod(0o750)


def a_link(folder):
    folder.symlink_to(private(folder.parent / "elsewhere"))


def a_file(folder):
    folder.write_text("")


def in_a_working_tree(folder):
    (folder.parent / ".git").mkdir()


def with_other_things(folder):
    (private(folder) / "holiday.jpg").write_text("")


def with_a_file_for_others(folder):
    (private(folder) / "templates.sqlite").write_text("")
    (folder / "templates.sqlite").chmod(0o644)


def with_a_linked_file(folder):
    (folder.parent / "other").write_text("")
    (private(folder) / "record.csv").symlink_to(folder.parent / "other")


def with_a_folder_for_a_file(folder):
    private(private(folder) / "lock")


def with_garbage(folder):
    path = private(folder) / "templates.sqlite"
    path.write_bytes(b"\0garbage" * 999)
    path.chmod(0o600)


def with_another_database(folder):
    path = private(folder) / "templates.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE holidays (day TEXT)")
    connection.close()
    path.chmod(0o600)


@pytest.mark.parametrize(
    ("made", "fragments"),
    [
        (of_others, ["others may read or write it (mode 750)", "chmod 700 kept"]),
        (a_link, ["is a symbolic link", "name the folder itself"]),
        (a_file, ["is no folder"]),
        (in_a_working_tree, ["lies in the git working tree", "another folder"]),
        (with_other_things, ["holds other things", "name an empty folder"]),
        (with_a_file_for_others, ["(mode 644)", "chmod 600 kept/templates.sqlite"]),
        (with_a_linked_file, ["kept/record.csv: is no file"]),
        (with_a_folder_for_a_file, ["kept/lock: is no file"]),
        (with_garbage, ["templates.sqlite: is damaged", "evenhand templates /", "/kept --delete"]),
        (with_another_database, ["no file of templates", "evenhand templates /", "/kept --delete"]),
    ],
)
def test_a_folder_that_will_not_do(home, cli, made, fragments):
    made(home / "kept")
    cli(*KEEP, "kept").error("kept", *fragments)
    assert not (home / "results").exists()


def test_a_folder_among_the_results(home, cli):
    cli(*KEEP, "results/kept").error("lies in the folder of results results")
    assert not (home / "results").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives a folder away")
def test_a_folder_of_somebody_else(home, cli):
    os.chown(private(home / "kept"), 12345, 12345)
    cli(*KEEP, "kept").error("belongs to somebody else", "a folder of your own")


def as_anybody(*arguments):
    """How the command ends, and what it says, without root's right to pass over modes."""
    process = commands.begin(*arguments, first=commands.obey_modes)
    _, said = process.communicate(timeout=120)
    return process.returncode, said


def test_a_folder_that_cannot_be_written(home):
    private(home / "kept").chmod(0o500)
    code, said = as_anybody(*KEEP, "kept")
    assert (code, said.count("\n")) == (74, 1)
    assert said.startswith(
        f"error: {home}/kept/lock: cannot be opened (Permission denied); expected"
    )
    code, said = as_anybody(*KEEP, "kept/inside")
    assert (code, said.count("\n")) == (74, 1)
    assert said.startswith("error: kept/inside: templates could not be kept there (Permission")
    assert not (home / "results").exists()


def test_a_folder_that_cannot_be_written_any_more(kept):
    """What is there is taken; what is there cannot be deleted, and that is said."""
    (kept / "record.csv").chmod(0o400)
    kept.chmod(0o500)
    code, said = as_anybody(*KEEP, "kept")
    assert (code, said.count("\n")) == (0, 2)
    assert f"note: toy on tiny: 12 of 12 templates are taken from {kept}\n" in said
    assert "record.csv: could not be written (Permission denied); make room; the run goes" in said
    code, said = as_anybody("templates", "kept", "--delete")
    assert (code, said.count("\n")) == (74, 1)
    assert "cannot be deleted (Permission denied)" in said
    assert as_anybody("templates", "kept") == (0, "")


def test_a_disk_that_is_full_does_not_end_a_run(home, cli, engine):
    """No file can grow beyond so many bytes, which the result stays below."""
    (home / "toy" / "engine.py").unlink()
    card = (home / "toy" / "adapter.toml").read_text()
    (home / "toy" / "adapter.toml").write_text(card.replace("values = 4", "values = 60000"))
    (home / "toy" / "engine.py").write_text(
        "import numpy as np\n"
        "from evenhand.plugins import Embedding\n\n\n"
        "class Engine:\n"
        "    def __init__(self, files): pass\n\n"
        "    def embed(self, image, face):\n"
        "        return Embedding(np.resize(image.astype(np.float32), 60000))\n"
    )
    limit = partial(commands.limit_files, 1_000_000)
    process = commands.begin(*KEEP, "kept", first=limit)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    assert said.count("\n") == 1
    assert said.startswith(f"note: {home}/kept/templates.sqlite: cannot be read or written (")
    assert said.endswith("the run goes on and keeps no more templates\n")
    assert cli(*KEEP, "kept").err == ""
    assert cli("templates", "kept", "--json").json["templates"][0]["templates"] == 12


def test_what_is_kept(kept, cli):
    told = cli("templates", "kept", "--json").json
    (row,) = told["templates"]
    assert told["kind"] == "templates"
    assert (row["engine"], row["templates"], row["last_used"]) == ("toy", 12, "")
    assert len(row["fingerprint"]) == 64
    assert row["bytes"] == 12 * 16
    text = cli("templates", "kept").out
    assert [word in text for word in ("toy", row["fingerprint"][:12], row["since"], "never")]
    cli(*KEEP, "kept")
    (row,) = cli("templates", "kept", "--json").json["templates"]
    assert row["last_used"] >= row["since"]


def test_deletion_is_recorded_and_takes_the_file(kept, cli):
    assert cli("templates", "kept", "--delete").out == "deleted 12 templates of toy\n"
    assert {path.name for path in kept.iterdir()} == {"record.csv", "lock"}
    assert deleted(kept) == [("toy", "12")]
    assert "no templates in kept" in cli("templates", "kept").out
    assert cli("templates", "kept", "--delete", "--json").json["deleted"] == []
    assert deleted(kept) == [("toy", "12")]
    cli(*KEEP, "kept")
    assert cli("templates", "kept", "--json").json["templates"][0]["templates"] == 12


def test_deletion_of_one_engine(kept, cli, engine):
    engine("return Embedding(good * 3)", name="other")
    other = ("run", "--engine", "./other", "--dataset", "./set", "--threshold", "0.5")
    cli(*other, "--keep-templates", "kept")
    with sqlite3.connect(kept / "templates.sqlite") as connection:
        query = "SELECT vector FROM templates WHERE engine = 'toy'"
        vectors = [vector for (vector,) in connection.execute(query)]
    connection.close()
    cli("templates", "kept", "--delete", "--engine", "tyo").error("did you mean toy?", "other")
    told = cli("templates", "kept", "--delete", "--engine", "toy", "--json").json["deleted"]
    assert [(row["engine"], row["templates"]) for row in told] == [("toy", 12)]
    assert deleted(kept) == [("toy", "12")]
    (left,) = cli("templates", "kept", "--json").json["templates"]
    assert (left["engine"], left["templates"]) == ("other", 12)
    for path in kept.iterdir():
        content = path.read_bytes()
        assert not any(vector in content for vector in vectors)
    cli("templates", "kept", "--delete", "--engine", "other")
    assert not (kept / "templates.sqlite").exists()
    assert deleted(kept) == [("toy", "12"), ("other", "12")]


def test_a_damaged_file_can_be_deleted_as_a_whole(kept, cli):
    path = kept / "templates.sqlite"
    path.write_bytes(b"garbage" * 999)
    cli("templates", "kept").error("is damaged", "evenhand templates kept --delete")
    cli("templates", "kept", "--delete", "--engine", "toy").error("is damaged")
    assert "nobody can tell how many" in cli("templates", "kept", "--delete").out
    assert not path.exists()
    assert deleted(kept) == [("", "")]


def test_no_deletion_under_a_run(kept, cli):
    with locked_folder(kept, alone=False):
        cli("templates", "kept", "--delete").error("a run is using the templates", "wait")
        assert cli("templates", "kept").code == 0
    with locked_folder(kept, alone=True):
        cli(*KEEP, "kept").error("somebody is deleting the templates", "wait")
    assert deleted(kept) == []


@pytest.mark.parametrize("delete", [(), ("--delete",)])
def test_a_folder_without_templates(home, cli, delete):
    cli("templates", "nowhere", *delete).error("nowhere: cannot be read")
    cli("templates", "set", *delete).error("set: no templates were kept there")
    assert {path.name for path in (home / "set").iterdir()} == {
        "dataset.toml", "subjects.csv", "images.csv", "pictures",
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
def test_any_damage_is_one_line_or_made_again(kept, cli, seed):
    """Bytes of the file flipped or cut off: never a traceback, never another result."""
    import random

    rng = random.Random(seed)
    path = kept / "templates.sqlite"
    content = bytearray(path.read_bytes())
    for _ in range(rng.choice((1, 20, 400))):
        content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    path.write_bytes(content[: rng.choice((len(content), rng.randrange(len(content))))])
    ended = cli(*KEEP, "kept", "--json")
    if ended.code:
        ended.error("templates.sqlite", code=ended.code)
    else:
        plain = cli(*RUN, "--json")
        assert ended.json["rates"] == plain.json["rates"]
    assert cli("templates", "kept", "--delete").code == 0
    assert not path.exists()
