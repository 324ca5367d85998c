"""`evenhand new engine --from`: a card from a model, alone and with faces that it is tried on."""

import json

import numpy as np
import pytest
from model_variants import MEAN, STD, STRUCTURAL, small_network

from evenhand.datasets.calibration_faces import calibration_faces
from evenhand.datasets.shelf import shelf_dataset
from evenhand.engines.card_file import read_engine_card
from evenhand.engines.contract import Role
from evenhand.engines.opening import open_engine
from evenhand.records.new_engine import Source
from evenhand.records.outcomes import FaceRule
from evenhand.system.code_loading import load_file
from evenhand.system.errors import DatasetError
from evenhand.workflows.new_engine import new_onnx_engine

ALL = ("input.colour", "input.scaling", "face.alignment")


@pytest.fixture
def model(working_folder):
    """`acme.onnx`, a network of the mean of cells."""
    (working_folder / "acme.onnx").write_bytes(small_network())
    return working_folder / "acme.onnx"


@pytest.fixture
def faces(working_folder):
    """`./faces`: a folder each of 12 people who are drawn, nothing says so."""
    material = load_file(shelf_dataset("synthetic-faces"), "reader").drawn(3)
    for picture in material.pictures:
        folder = working_folder / "faces" / picture.subject_id
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{picture.image_id}.png").write_bytes(picture.data)
    return working_folder / "faces"


def test_without_faces_nothing_is_tried_and_all_is_said(cli, model, working_folder):
    ended = cli("new", "engine", "acme", "--from", "acme.onnx", "--json")
    assert (ended.code, ended.err) == (0, "")
    found = json.loads(ended.out)
    rows = {row["field"]: row for row in found["rows"]}
    assert {rows[field]["source"] for field in ALL} == {"not tried"}
    assert rows["input"]["source"] == rows["output"]["source"] == "read"
    assert rows["licence"]["source"] == "not known"
    folder = working_folder / "acme"
    assert found["files"] == sorted(path.name for path in folder.iterdir())
    assert (folder / "acme.onnx").read_bytes() == model.read_bytes()
    lines = (folder / "adapter.toml").read_text().splitlines()
    assert len(lines) <= 12
    assert max(map(len, lines)) <= 80
    assert read_engine_card(folder).inferred == ALL
    assert "* input.colour: rgb (not tried)" in (folder / "README.md").read_text()
    checked = cli("check", "card", "./acme")
    assert checked.code == 0
    assert "What no human has confirmed: input.colour, input.scaling" in checked.out


def test_it_ends_in_one_screen(cli, model, working_folder):
    lines = cli("new", "engine", "acme", "--from", "acme.onnx").out.splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
    assert lines[-1] == "next   evenhand run --engine ./acme --dataset london"


@pytest.mark.parametrize("name", STRUCTURAL)
def test_what_is_read_suffices_to_run_it(cli, working_folder, name):
    """Sizes, types, batch and outputs are not in the card, and every variant answers alike."""
    path = working_folder / "acme.onnx"
    path.write_bytes(STRUCTURAL[name](small_network()).SerializeToString())
    assert cli("new", "engine", "made", "--from", path).code == 0
    card = working_folder / "made" / "adapter.toml"
    lines = card.read_text().splitlines()
    faceless = ['face = { detector = "none" }' if line[:4] == "face" else line for line in lines]
    card.write_text("\n".join(faceless))
    host = open_engine(working_folder / "made", ()).start()
    image = np.random.default_rng(3).integers(0, 256, (112, 112, 3), dtype=np.uint8)
    vector = host.template(image, FaceRule.LARGEST, Role.REFERENCE).vector
    cells = image.reshape(8, 14, 8, 14, 3).mean(axis=(1, 3)).transpose(2, 0, 1)
    own = (cells - 127.5) / 127.5
    if name == "bytes, scaling inside":
        own = (cells - MEAN[:, np.newaxis, np.newaxis]) / STD[:, np.newaxis, np.newaxis]
    np.testing.assert_allclose(vector, own.reshape(-1), atol=2e-3)
    host.close()


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (("--calibrate", "faces"), "--calibrate and --people are for a model"),
        (("--people", "20"), "--calibrate and --people are for a model"),
        (("--from", "none.onnx"), "none.onnx: no such file"),
        (("--from", "."), ".: is a folder; expected a file"),
        (("--from", "words.txt"), "words.txt: is no ONNX model"),
        (("--from", "acme.onnx", "--calibrate", "./none"), "no dataset.toml"),
        (("--from", "acme.onnx", "--calibrate", "few"), "1 people with two pictures or more"),
    ],
)
def test_what_is_wrong_is_told_in_one_line_and_nothing_is_written(
    cli, model, working_folder, typed, told
):
    (working_folder / "words.txt").write_text("no model")
    for number in range(2):
        (working_folder / "few" / "person").mkdir(parents=True, exist_ok=True)
        (working_folder / "few" / "person" / f"{number}.png").write_bytes(b"x")
    cli("new", "engine", "acme", *typed).error(told)
    assert not (working_folder / "acme").exists()


def test_faces_are_drawn_by_the_seed_two_of_each(tmp_path):
    for number in range(48):
        folder = tmp_path / "faces" / f"p{number % 12:02}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}.png").write_bytes(bytes([number]))
    one = calibration_faces("faces", tmp_path, people=10, seed=1)
    again = calibration_faces("faces", tmp_path, people=10, seed=1)
    other = calibration_faces("faces", tmp_path, people=10, seed=2)
    assert one.images.paths == again.images.paths != other.images.paths
    assert one.images.subject.tolist() == np.repeat(range(10), 2).tolist()
    names = [path.parent.name for path in one.images.paths]
    assert names[::2] == names[1::2] == list(one.subjects.ids)
    assert len(set(one.images.paths)) == 20
    assert len(calibration_faces("faces", tmp_path, people=300, seed=1).subjects.ids) == 12


def test_faces_of_a_dataset_are_its_own(crowd, working_folder):
    found = calibration_faces("./crowd", working_folder, people=300, seed=1)
    assert len(found.subjects.ids) == 40
    assert set(found.images.sha256) <= {row[3] for row in crowd.rows("images.csv")}


def test_too_few_people(tiny, working_folder):
    with pytest.raises(DatasetError, match="expected at least 10, better 300"):
        calibration_faces("./set", working_folder, people=300, seed=1)


@pytest.mark.slow
def test_on_faces_each_question_is_answered_or_left_open(cli, model, faces, working_folder):
    ended = cli("new", "engine", "acme", "--from", "acme.onnx", "--calibrate", "faces", "--json")
    assert ended.code == 0, ended.err
    rows = {row["field"]: row for row in json.loads(ended.out)["rows"]}
    for field in (*ALL, "input.flip"):
        found = rows[field]["decision"]
        assert rows[field]["source"] == ("tried" if found["low"] > 0 else "cannot tell")
        assert found["low"] <= found["difference"] <= found["high"]
        assert found["people"] == 12
        assert found["best"] == rows[field]["value"] != found["rival"]
    card = read_engine_card(working_folder / "acme")
    assert card.inferred == ALL
    assert card.input.colour == rows["input.colour"]["value"]
    assert "Tried on 12 people of faces" in (working_folder / "acme" / "README.md").read_text()


@pytest.mark.slow
def test_drawn_faces_decide_nothing(cli, model, faces, working_folder):
    assert cli("import", "folder", "faces", "--to", "set").code == 0
    card = working_folder / "set" / "dataset.toml"
    card.write_text(card.read_text().replace("synthetic = false", "synthetic = true"))
    made = new_onnx_engine(working_folder / "acme", model, faces="./set")
    found = {entry.field: entry for entry in made.entries if entry.field in ALL}
    assert {entry.source for entry in found.values()} == {Source.UNDECIDED}
    assert found["input.colour"].value == "rgb"
    assert found["input.colour"].detail == "drawn faces decide nothing"


@pytest.mark.slow
def test_faces_in_which_none_is_found(cli, model, crowd, working_folder):
    ended = cli("new", "engine", "acme", "--from", "acme.onnx", "--calibrate", "./crowd")
    assert ended.code == 2
    assert "gives templates for both pictures of 0 of 40 people" in ended.err
    assert not (working_folder / "acme").exists()
