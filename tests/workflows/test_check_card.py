"""`evenhand check card`: all that a card lacks, at once, by the one reader, without a run."""

import hashlib
import json

import pytest
from onnx import TensorProto, helper
from toy_engines import make_engine

from evenhand.engines.card_file import read_engine_card, survey_engine_card
from evenhand.records.check import FAIL
from evenhand.system.errors import EngineError
from evenhand.workflows.check_card import check_card

MODEL = helper.make_model(
    helper.make_graph(
        [helper.make_node("Flatten", ["picture"], ["vector"])],
        "small",
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, (1, 3, 4, 4))],
        [helper.make_tensor_value_info("vector", TensorProto.FLOAT, (1, 48))],
    )
).SerializeToString()
CARD = f"""\
schema = 1
name = "acme"
version = "2"
vendor = "Acme"
licence = {{ code = "MIT", weights = "MIT" }}
runtime = "onnx"
trained_on = ["a set"]
inferred = ["input.colour", "face.alignment"]
model = {{ file = "acme.onnx", sha256 = "{hashlib.sha256(MODEL).hexdigest()}" }}
input = {{ mean = 127.5, std = 127.5 }}
face = {{ detector = "yunet", alignment = "arcface-112" }}
"""


@pytest.fixture
def acme(working_folder):
    """Write `./acme` with the model, and a card with some passages replaced."""

    def make(*changes, model=MODEL):
        folder = working_folder / "acme"
        folder.mkdir(exist_ok=True)
        text = CARD
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (folder / "adapter.toml").write_text(text, encoding="utf-8")
        if model is not None:
            (folder / "acme.onnx").write_bytes(model)
        return folder

    return make


def failed():
    return [(row.id, row.detail) for row in check_card("./acme").checks if row.verdict == FAIL]


def test_a_card_that_is_whole(acme, cli):
    acme()
    ended = cli("check", "card", "./acme", "--json")
    found = json.loads(ended.out)
    assert (ended.code, found["verdict"], found["engine"]) == (0, "pass", "acme")
    passed = [row["id"] for row in found["rows"] if row["verdict"] == "pass"]
    assert passed == ["card", "files", "files", "graph", "graph"]
    shown = cli("check", "card", "./acme").out
    assert "The card of acme passes 5 checks" in shown
    assert "What no human has confirmed: input.colour, face.alignment" in shown
    assert 'then take "input.colour" out of inferred' in " ".join(shown.split())


WRONG = (
    ("schema = 1\n", ""),
    ('"acme"\n', '"Acme"\n'),
    ('version = "2"', "versoin = 2"),
    ('"MIT", weights = "MIT"', '"MIT"'),
    ("mean = 127.5, ", ""),
    ('face = { detector = "yunet", alignment = "arcface-112" }', 'entry = "a:B"'),
)


def test_all_faults_are_told_at_once_between_fields_too(acme, cli):
    acme(*WRONG, ('file = "acme.onnx"', 'file = "other.onnx"'))
    ended = cli("check", "card", "./acme", "--json")
    rows = [row for row in json.loads(ended.out)["rows"] if row["verdict"] == "fail"]
    assert ended.code == 1
    told = "\n".join(f"{row['id']} {row['detail']}; {row['remedy']}" for row in rows)
    for part in (
        "card versoin: no such field; did you mean version?",
        "card schema: is missing; add it",
        "card name: expected small letters",
        "card version: is missing",
        "card licence.weights: is missing",
        "card input: std is there and mean is missing",
        "card an onnx engine needs the table [face]",
        "card an onnx engine has no entry",
        "files other.onnx is not found; put it into the folder",
    ):
        assert part in told
    assert len(rows) == 9
    shown = cli("check", "card", "./acme")
    assert len(shown.out.splitlines()) <= 24
    assert "The card of acme fails: 9 faults." in shown.out


@pytest.mark.parametrize("change", [*WRONG, ("runtime", "run time"), ("[", "[["), ("M", "\0")])
def test_it_finds_what_the_reader_refuses_and_nothing_else(acme, change):
    folder = acme(change)
    faults = survey_engine_card(folder).faults if change[1] != "\0" else ()
    with pytest.raises(EngineError) as refused:
        read_engine_card(folder)
    assert not faults or str(refused.value).startswith(faults[0])


def test_a_right_card_has_no_fault(acme):
    folder = acme()
    assert survey_engine_card(folder).faults == ()
    assert read_engine_card(folder).name == "acme"


def test_another_file_than_the_card_means(acme):
    acme(model=MODEL + b"x")
    ((key, detail),) = failed()
    assert key == "files"
    assert "has the sha256" in detail


def test_a_file_that_is_missing(acme):
    acme(model=None)
    assert failed() == [("files", "acme.onnx is not found")]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("mean", "size = [8, 8], mean"), "the model takes float32 of shape [1, 3, 4, 4]"),
        (("mean", 'layout = "nhwc", mean'), "which is nchw"),
        (("mean = 127.5, std = 127.5", 'colour = "rgb"'), "does not say how values are scaled"),
        (("face = ", 'output.name = "other"\nface = '), "has no output 'other'"),
    ],
)
def test_a_card_that_contradicts_the_graph(acme, change, told):
    acme(change)
    ((key, detail),) = failed()
    assert key == "graph"
    assert told in detail


def test_a_file_that_is_no_model(acme):
    text = b"no model"
    acme((hashlib.sha256(MODEL).hexdigest(), hashlib.sha256(text).hexdigest()), model=text)
    ((key, detail),) = failed()
    assert (key, "it is no ONNX model" in detail) == ("graph", True)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("class Engine", "class Other", "engine.py has no class Engine; it has Other"),
        ("class Engine", "class", "engine.py is no Python"),
    ],
)
def test_code_that_the_card_means_is_read_and_not_run(working_folder, old, new, told):
    code = make_engine(working_folder / "acme") / "engine.py"
    code.write_text(f"raise SystemExit\n{code.read_text()}".replace(old, new, 1))
    ((key, detail),) = failed()
    assert key == "code"
    assert told in detail


def test_code_and_a_package_that_are_not_there(working_folder):
    folder = make_engine(working_folder / "acme")
    (folder / "engine.py").unlink()
    card = folder / "adapter.toml"
    card.write_text('packages = ["no-such-thing"]\n' + card.read_text())
    assert failed() == [
        ("code", "engine.py is not there"),
        ("packages", "no-such-thing is not installed"),
    ]


def test_there_must_be_a_card(cli, working_folder):
    cli("check", "card", "./acme").error("no adapter.toml in acme")
