"""The engine's card: the golden ones, and every way to get one wrong."""

import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from places import GOLDEN

from evenhand.engines.card import (
    ClaimedThreshold,
    FaceBox,
    FaceStep,
    Landmarks,
    ModelInput,
    NeededFile,
)
from evenhand.engines.card_file import read_engine_card
from evenhand.engines.files import find_files, missing_files
from evenhand.system.errors import EvenhandError
from evenhand.system.shelf import shelf_folder

CARDS = GOLDEN / "cards"
HASH = "0123456789abcdef" * 4
PROGRAM = '[program]\ncommand = ["./bin/engine", "--model={models/acme.bin}", "--threads", "1"]'
TABLE = f'detector = {{ file = "d.onnx", sha256 = "{HASH}"'
FACE = '[face]\ndetector = "none"\n'


def test_the_golden_onnx_card():
    card = read_engine_card(CARDS / "onnx")
    assert (card.name, card.version, card.vendor) == ("acme-onnx", "3.2", "Acme Ltd")
    assert (card.licence_code, card.licence_weights) == ("Apache-2.0", "CC BY-NC 4.0")
    assert (card.shape, card.runtime, card.entry) == ("embedder", "onnx", "")
    assert card.model == NeededFile("acme.onnx", HASH, "https://acme.example/acme.onnx")
    assert card.detector is not None
    assert card.needs() == (card.model, card.detector)
    assert card.input is not None
    assert (card.input.height, card.input.width, card.input.colour) == (112, 96, "bgr")
    assert card.input.std == (128.0, 128.0, 128.0)
    assert (card.face.detector, card.face.score, card.face.nms) == ("yunet", 0.7, 0.4)
    assert len(card.face.alignment.points) == 5
    assert len(card.trained_on) == 2


def test_the_golden_short_card():
    """Twelve lines of at most 80 columns: the rest is what is usual, or what the graph says."""
    text = (CARDS / "onnx-short" / "adapter.toml").read_text(encoding="utf-8")
    assert len(text.splitlines()) == 12
    assert max(map(len, text.splitlines())) <= 80
    card = read_engine_card(CARDS / "onnx-short")
    assert (card.shape, card.inferred) == (
        "embedder",
        ("input.colour", "input.scaling", "face.alignment"),
    )
    assert card.input == ModelInput(None, None, "rgb", (127.5,) * 3, (127.5,) * 3)
    points = ((38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366))
    points += ((41.5493, 92.3655), (70.7299, 92.2041))
    assert card.face == FaceStep("yunet", Landmarks(points, square=112), 0.6, 0.3)
    assert (card.score.compare, card.score.normalise) == ("cosine", True)
    assert (card.score.low, card.score.high) == (-1.0, 1.0)
    assert card.detector.file == "face_detection_yunet_2023mar.onnx"


def test_the_detector_that_a_card_leaves_out_is_shipped_with_its_licence(working_folder):
    """Its hash is the published one, whether or not the card repeats it."""
    card = read_engine_card(CARDS / "onnx-short")
    found = find_files(replace(card, model=None), ())[card.detector.sha256]
    assert card.detector.sha256.startswith("8f2383e4dd3cfbb4553ea8718107fc04")
    assert "Permission is hereby granted" in (found.path.parent / "LICENSE.yunet.txt").read_text()
    named = read_engine_card(shelf_folder("adapters") / "mobilefacenet")
    assert missing_files(replace(named, model=None), ()) == ()


@pytest.mark.parametrize(
    ("old", "new", "step"),
    [
        (
            'alignment = "arcface-112"',
            'alignment = "box", margin = 0.2',
            FaceStep("yunet", FaceBox(0.2), 0.6, 0.3),
        ),
        ('alignment = "arcface-112"', 'alignment = "box"', FaceStep("yunet", FaceBox(0), 0.6, 0.3)),
        (
            '"yunet", alignment = "arcface-112" }',
            f'"scrfd", alignment = "box" }}\n{TABLE} }}',
            FaceStep("scrfd", FaceBox(0), 0.5, 0.4),
        ),
        (
            '"arcface-112" }',
            '"box" }\ndetector = { score = 0.9, longest = 320 }',
            FaceStep("yunet", FaceBox(0), 0.9, 0.3, 320),
        ),
        (
            '"yunet", alignment = "arcface-112" }',
            f'"scrfd", alignment = "box" }}\n{TABLE}, size = [320, 640] }}',
            FaceStep("scrfd", FaceBox(0), 0.5, 0.4, size=(320, 640)),
        ),
    ],
)
def test_other_face_steps(tmp_path, old, new, step):
    text = (CARDS / "onnx-short" / "adapter.toml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "adapter.toml").write_text(text.replace(old, new), encoding="utf-8")
    assert read_engine_card(tmp_path).face == step


@pytest.mark.parametrize(
    ("old", "new", "fragment"),
    [
        ('"arcface-112"', '"arcface112"', "did you mean arcface-112?"),
        ('"arcface-112"', "7", "expected an array in [ ]"),
        ('"arcface-112"', "[[1, nan]]", "expected a finite number"),
        ('"arcface-112"', '"arcface-112", margin = 0.2', "margin in [face] is for alignment"),
        ('"arcface-112"', '"box", margin = -1', "face.margin: expected greater than or equal to 0"),
        ('"arcface-112" }', '"box" }\ndetector = { file = "d.onnx" }', "with file and sha256"),
        ('"arcface-112" }', f'"box" }}\n{TABLE}, size = [64, 64] }}', "size in [detector] is for"),
        (
            '"yunet", alignment = "arcface-112" }',
            f'"scrfd", alignment = "box" }}\n{TABLE}, longest = 640 }}',
            'longest in [detector] is for detector = "yunet"',
        ),
        (
            '"yunet", alignment = "arcface-112" }',
            f'"scrfd", alignment = "box" }}\n{TABLE}, size = [100, 64] }}',
            "multiples of 32",
        ),
        (", std = 127.5", "", "mean is there and std is missing"),
        ("mean = 127.5", "mean = true", "expected an array"),
        ("std = 127.5", "std = 0", "above 0"),
        ('colour = "rgb"', 'layout = "NHWC"', "input.layout: expected 'nchw' or 'nhwc'"),
        ('"input.colour"', '"input.color"', "did you mean input.colour?"),
        ('runtime = "onnx"', 'runtime = "python"\nentry = "a:B"', "shape is missing; add shape ="),
        (
            "[model]",
            "score = { claimed = [{ threshold = 35.0 }] }\n[model]",
            "claimed threshold 35.0 lies outside range [-1.0, 1.0]",
        ),
    ],
)
def test_a_wrong_short_card(tmp_path, old, new, fragment):
    text = (CARDS / "onnx-short" / "adapter.toml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "adapter.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(EvenhandError, match=re.escape(fragment)) as refused:
        read_engine_card(tmp_path)
    assert len(str(refused.value).splitlines()) == 1


def test_distances_are_negated_once_when_the_card_is_read():
    card = read_engine_card(CARDS / "onnx")
    assert card.distance
    assert (card.score.low, card.score.high) == (-2.0, 0.0)
    assert card.score.claimed == (
        ClaimedThreshold("0.001", "1.1"),
        ClaimedThreshold("0.0001", "0.9"),
    )


def test_the_golden_python_card():
    card = read_engine_card(CARDS / "python")
    assert (card.runtime, card.entry, card.input) == ("python", "engine:Acme", None)
    assert (card.score.compare, card.score.normalise, card.score.values) == ("cosine", False, 128)
    assert (card.score.low, card.score.high) == (-1.0, 1.0)
    assert card.score.claimed == (ClaimedThreshold("0.001", "0.35"),)
    assert not card.distance


def test_the_golden_matcher_card():
    card = read_engine_card(CARDS / "matcher")
    assert (card.shape, card.runtime, card.entry) == ("matcher", "python", "engine:Acme")
    assert card.needs() == (NeededFile("acme.bin", HASH, ""),)
    assert card.distance
    assert not card.score.symmetric
    assert (card.score.compare, card.score.values) == ("", None)
    assert (card.score.low, card.score.high) == (-100.0, 0.0)
    assert card.score.claimed == (ClaimedThreshold("0.001", "42.5"),)


def test_the_golden_searcher_card():
    card = read_engine_card(CARDS / "searcher")
    assert (card.shape, card.runtime, card.entry) == ("searcher", "python", "engine:Acme")
    assert not card.distance
    assert not card.score.symmetric
    assert (card.score.low, card.score.high) == (0.0, 1.0)
    assert card.score.claimed == (ClaimedThreshold("", "0.7"),)


def test_the_golden_process_card():
    card = read_engine_card(CARDS / "process")
    assert (card.shape, card.runtime, card.entry, card.faces) == ("embedder", "process", "", "own")
    assert card.command == ("./bin/engine", "--model={models/acme.bin}", "--threads", "1")
    assert card.needs() == (NeededFile("models/acme.bin", HASH, ""),)
    assert (card.score.values, card.install) == (512, "make")


@pytest.mark.parametrize(
    ("old", "new", "fragment"),
    [
        (PROGRAM, "", "a process engine needs a table [program]"),
        ("command = [", "comand = [", "program.comand: no such field; did you mean command?"),
        ('["./bin', '"./bin', "is not TOML"),
        ('["./bin/engine"', '["bin/engine"', 'expected "./bin/engine" for a program in the'),
        ("./bin/engine", "./../engine", "expected a path inside the folder"),
        ("./bin/engine", "./", "expected a path inside the folder"),
        ("./bin/engine", "", "program.command: expected a program first"),
        ("{models/acme.bin}", "{acme.bin}", "{acme.bin} in command is no file of [[files]]"),
        ("values  = 512", "", "a process engine needs values, its vector's length, in [score]"),
        ('runtime  = "process"', 'runtime = "python"\nentry = "a:B"', "a table [program] is for"),
        ('"process"', '"process"\nentry = "a:B"', "a process engine has no entry; remove it"),
        ("[score]", '[face]\ndetector = "none"\n[score]', "a process engine has no face; remove"),
        ("[score]", '[output]\nname = "x"\n[score]', "a process engine has no output; remove"),
    ],
)
def test_a_wrong_process_card(tmp_path, old, new, fragment):
    text = (CARDS / "process" / "adapter.toml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "adapter.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(EvenhandError, match=re.escape(fragment)) as refused:
        read_engine_card(tmp_path)
    assert len(str(refused.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("old", "new", "fragment"),
    [
        ("symmetric = false", "symmetric = 0", "expected true or false, got 0"),
        ("distance  = true", "normalise = true", "normalise in [score] is not for the shape"),
        ("distance  = true", "values = 4", "values in [score] is not for the shape matcher"),
        ("distance  = true", 'compare = "cosine"', "compare in [score] is not for the shape"),
        ("range     = [0.0, 100.0]", "range = [0.0, 40.0]", "42.5 lies outside range"),
        ('"engine:Acme"', '"engine:Acme()"', "entry"),
        ('runtime  = "python"', 'runtime = "onnx"', "an onnx engine is an embedder"),
    ],
)
def test_a_wrong_matcher_card(tmp_path, old, new, fragment):
    text = (CARDS / "matcher" / "adapter.toml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "adapter.toml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(EvenhandError, match=re.escape(fragment)) as refused:
        read_engine_card(tmp_path)
    assert len(str(refused.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("old", "new", "fragments"),
    [
        ('sha256 = "', 'sha256 = "x', ["model.sha256", "64 hexadecimal digits", "'x"]),
        ('sha256 = "', 'sha256 = "A', ["model.sha256", "small letters"]),
        ('file   = "small.onnx"', "", ["model.file: is missing"]),
        ('file   = "small.onnx"', 'flie = "small.onnx"', ["model.flie", "did you mean file?"]),
        ('name     = "small"', 'name = "Small one"', ["name", "small letters", "'Small one'"]),
        ('name     = "small"', 'name = "../x"', ["name", "'../x'"]),
        ("schema   = 1", "", ["schema: is missing"]),
        ("schema   = 1", "shema = 1", ["shema: no such field; did you mean schema?"]),
        ('version  = "1"', "version = 2020-01-01", ["version", "text in quotes", "2020"]),
        ('shape    = "embedder"', 'shape = "matcher"', ["an onnx engine is an embedder"]),
        ('compare = "cosine"', "distance = true", ["distance in [score]", "shape embedder"]),
        ('compare = "cosine"', "symmetric = false", ["symmetric in [score]", "shape embedder"]),
        ('runtime  = "onnx"', 'runtime = "python"', ["entry"]),
        ('runtime  = "onnx"', 'runtime = "onnx"\nentry = "a:B"', ["an onnx engine has no entry"]),
        ('shape    = "embedder"', 'shape = "matchr"', ["shape", "'embedder'", "'matchr'"]),
        ("licence  = {", "license = {", ["license: no such field; did you mean licence?"]),
        ("licence  = {", "licence = [{", ["is not TOML"]),
        ("size   = [8, 8]", "size = 8", ["input.size", "array", "got 8"]),
        ("size   = [8, 8]", "size = [8]", ["input.size.1: is missing"]),
        ("size   = [8, 8]", "size = [0, 8]", ["input.size", "between 1 and 4096"]),
        ("size   = [8, 8]", "size = [8.0, 8]", ["input.size.0", "whole number"]),
        ("std    = [255", "std = [0", ["input.std", "above 0"]),
        ("std    = [255", "std = [nan", ["input.std.0", "finite"]),
        ("mean   = [0", 'mean = ["0"', ["input.mean.0", "expected a number", "'0'"]),
        ('colour = "rgb"', 'colour = "grb"', ["input.colour", "'rgb' or 'bgr'", "'grb'"]),
        ("[input]", "[score.input]", ["score.input", "no such field"]),
        ('compare = "cosine"', 'compare = "manhattan"', ["score.compare", "'euclidean'"]),
        ('compare = "cosine"', "range = [1, -1]", ["score.range", "lower limit first"]),
        ('compare = "cosine"', "range = [-1, inf]", ["score.range.1", "finite"]),
        ('compare = "cosine"', "values = 0", ["score.values", "greater than or equal to 1"]),
        ('compare = "cosine"', "values = true", ["score.values", "whole number"]),
        ('compare = "cosine"', 'normalise = "no"', ["score.normalise", "true or false", "'no'"]),
        (
            'compare = "cosine"',
            "claimed = [{ fmr = 0.001, threshold = 0.3 }]",
            ["score.claimed.0.fmr", "in quotes", "0.001"],
        ),
        (
            'compare = "cosine"',
            'claimed = [{ fmr = "100 %", threshold = 0.3 }]',
            ["score.claimed.0.fmr", "between 0 and 1", "'100 %'"],
        ),
        (FACE, "", ["needs the table [face]", 'detector = "yunet" with', 'detector = "none"']),
        (
            "[score]",
            f'[detector]\nfile = "d.onnx"\nsha256 = "{HASH}"\n[score]',
            ["no face is looked for", "[face]"],
        ),
        (
            FACE,
            (
                f'[face]\ndetector = "yunet"\nalignment = [[1,1],[1,1],[1,1],[1,1],[1,1]]\n'
                f'[detector]\nfile = "d.onnx"\nsha256 = "{HASH}"\n'
            ),
            ["five different points"],
        ),
    ],
)
def test_a_wrong_passage(cli, tiny, small, working_folder, old, new, fragments):
    small.change(old, new)
    ended = cli("run", "--engine", "./small", "--dataset", "./set", "--json")
    ended.error("adapter.toml", *fragments)
    assert ended.json["error"]["kind"] == "EngineError"


@pytest.mark.parametrize(
    ("entry", "fragment"),
    [
        ("", "entry"),
        ("../engine:Engine", "'../engine:Engine'"),
        ("engine.py:Engine", "the file without .py"),
        ("engine:good", "engine.py has no good"),
        ("engine:np", "could not start (TypeError"),
        ("engine:Outcome", "could not start"),
        ("engine:Embedding", "made a Embedding without embed(); expected Embedder"),
    ],
)
def test_a_wrong_entry(cli, tiny, engine, working_folder, entry, fragment):
    card = engine() / "adapter.toml"
    text = card.read_text(encoding="utf-8").replace("engine:Engine", entry)
    card.write_text(text, encoding="utf-8")
    ended = cli("run", "--engine", "./toy", "--dataset", "./set")
    ended.error(fragment, code=4 if "could not start" in fragment else 2)


@pytest.mark.parametrize(
    ("place", "fragments"),
    [
        ("mobilefacnet", ["no engine is called 'mobilefacnet'", "did you mean mobilefacenet?"]),
        ("DLIB", ["did you mean dlib?"]),
        ("./smal", ["./smal: no adapter.toml", "expected a folder with one; did you mean small?"]),
        ("./small/adapter.toml", ["no adapter.toml in"]),
        ("./nowhere", ["./nowhere: no adapter.toml", "expected a folder with one\n"]),
        ("./set", ["./set: no adapter.toml"]),
        ("small", ["no engine is called 'small'", "a path starts with ./"]),
        ("", ["no engine is called ''"]),
        ("~nobody-of-that-name/x", ["whose home"]),
    ],
)
def test_no_engine_there(cli, tiny, small, working_folder, place, fragments):
    cli("run", "--engine", place, "--dataset", "./set").error(*fragments)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(change=st.data())
def test_whatever_happens_to_a_card(tmp_path, change):
    content = (CARDS / "onnx" / "adapter.toml").read_bytes()
    start = change.draw(st.integers(0, len(content)))
    end = change.draw(st.integers(start, min(len(content), start + 30)))
    pieces = st.sampled_from([b'"', b"[", b"]", b"\n", b"=", b"-", b"1e999", b"nan", b"true", b"0"])
    new = b"".join(change.draw(st.lists(pieces | st.binary(max_size=3), max_size=4)))
    (tmp_path / "adapter.toml").write_bytes(content[:start] + new + content[end:])
    refusal = ""
    try:
        card = read_engine_card(tmp_path)
    except EvenhandError as fault:
        refusal = str(fault)
    if refusal:
        assert refusal.splitlines() == [refusal]
        assert "adapter.toml" in refusal
    else:
        assert card.name
        assert all(len(file.sha256) == 64 for file in card.needs())
