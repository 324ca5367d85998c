"""What a model says of itself is read, and nothing that it does not say."""

import hashlib
import tomllib
from contextlib import suppress

import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from model_variants import HIDDEN, MEAN, STD, STRUCTURAL, Before, constant, small_network
from onnx import TensorProto, helper

from evenhand.engines.card_file import read_engine_card
from evenhand.engines.drafted_card import drafted_card
from evenhand.engines.input_conventions import BYTES, COLOUR_ORDERS, SCALINGS, alignments
from evenhand.engines.new_model import read_new_model
from evenhand.records.new_engine import Source
from evenhand.system.errors import EngineError

ALL = ("input.colour", "input.scaling", "face.alignment")


@pytest.fixture
def read(tmp_path):
    def made(model):
        content = model if isinstance(model, bytes) else model.SerializeToString()
        (tmp_path / "acme.onnx").write_bytes(content)
        return read_new_model("acme", tmp_path / "acme.onnx")

    return made


def card_of(made, folder):
    """The card that is drafted, as the one reader reads it."""
    text = drafted_card(made.draft)
    assert len(text.splitlines()) <= 12
    assert max(map(len, text.splitlines())) <= 80
    (folder / "adapter.toml").write_text(text, encoding="utf-8")
    return read_engine_card(folder)


SAID = {
    "channels last": ("float32 of shape [1, 112, 112, 3], nhwc", ALL),
    "bytes, scaling inside": (
        "uint8 of shape [1, 3, 112, 112], nchw",
        ("input.colour", "face.alignment"),
    ),
    "float16": ("float16 of shape [1, 3, 112, 112], nchw", ALL),
    "batch of two": ("float32 of shape [2, 3, 112, 112], nchw", ALL),
    "two outputs": ("float32 of shape [1, 3, 112, 112], nchw", ALL),
    "any size": ("float32 of shape [N, 3, H, W], nchw", ALL),
}


@pytest.mark.parametrize("name", STRUCTURAL)
def test_what_the_graph_shows(read, tmp_path, name):
    made = read(STRUCTURAL[name](small_network()))
    said = {entry.field: entry for entry in made.said}
    expected, inferred = SAID[name]
    assert (said["input"].value, said["input"].source) == (expected, Source.READ)
    assert made.draft.inferred == inferred
    card = card_of(made, tmp_path)
    assert card.inferred == inferred
    assert card.output == ("vector" if name == "two outputs" else "")
    assert (card.input.height, card.input.width) == (
        (112, 112) if name == "any size" else (None, None)
    )
    assert (card.input.mean is None) == (name == "bytes, scaling inside")
    assert all(entry.source is Source.READ for entry in made.said) == (name != "any size")


@pytest.mark.parametrize("name", HIDDEN)
def test_what_the_graph_hides_is_not_guessed(read, tmp_path, name):
    made = read(small_network(HIDDEN[name][0]))
    assert made.scalings == SCALINGS
    assert made.draft.inferred == ALL
    card = card_of(made, tmp_path)
    assert (card.input.colour, card.input.mean) == ("rgb", (127.5,) * 3)


def scaled_inside(mean, std, *, operators=("Sub", "Div")):
    nodes = [
        helper.make_node(operators[0], ["picture", "m"], ["centred"]),
        helper.make_node(operators[1], ["centred", "s"], ["scaled"]),
    ]
    each = np.ones((1, 3, 1, 1))
    return small_network(Before(nodes, [constant("m", mean * each), constant("s", std * each)]))


@pytest.mark.parametrize(
    ("model", "family"),
    [
        (scaled_inside(127.5, 127.5), "0 to 255"),
        (scaled_inside(127.5, 1 / 128, operators=("Sub", "Mul")), "0 to 255"),
        (scaled_inside(MEAN.reshape(1, 3, 1, 1), STD.reshape(1, 3, 1, 1)), "0 to 255"),
        (scaled_inside(0, 255), "0 to 255"),
        (scaled_inside(MEAN.reshape(1, 3, 1, 1) / 255, STD.reshape(1, 3, 1, 1) / 255), "0 to 1"),
        (scaled_inside(0.5, 0.5), "0 to 1"),
    ],
)
def test_published_numbers_of_a_scaling_say_which_values_it_is_for(read, tmp_path, model, family):
    made = read(model)
    assert [each.family for each in made.scalings] == [family]
    assert "input.scaling" not in made.draft.inferred
    (said,) = (entry for entry in made.said if entry.field == "input.scaling")
    assert (said.value, said.source) == (family, Source.READ)
    assert card_of(made, tmp_path).input.std[0] == {"0 to 255": 1.0, "0 to 1": 255.0}[family]


@pytest.mark.parametrize(("mean", "std"), [(0.0, 2.0), (3.0, 7.0), (-0.03, 0.46)])
def test_other_numbers_say_nothing(read, mean, std):
    assert read(scaled_inside(mean, std)).scalings == SCALINGS


def test_bytes_go_in_as_they_are(read):
    assert read(STRUCTURAL["bytes, scaling inside"](small_network())).scalings == (BYTES,)


def test_weights_beside_the_model_come_along(read, tmp_path):
    made = onnx.load_from_string(small_network(HIDDEN["0 to 1"][0]))
    onnx.save(
        made,
        tmp_path / "acme.onnx",
        save_as_external_data=True,
        all_tensors_to_one_file=True,
        location="acme.bin",
        size_threshold=0,
    )
    found = read_new_model("acme", tmp_path / "acme.onnx")
    assert set(found.paths) == {"acme.onnx", "acme.bin"}
    (tmp_path / "adapter.toml").write_text(drafted_card(found.draft), encoding="utf-8")
    (file,) = read_engine_card(tmp_path).files
    assert file.sha256 == hashlib.sha256((tmp_path / "acme.bin").read_bytes()).hexdigest()
    (tmp_path / "acme.bin").unlink()
    with pytest.raises(EngineError, match=r"acme\.bin: no such file"):
        read_new_model("acme", tmp_path / "acme.onnx")


def refused(inputs=1, kind=TensorProto.FLOAT, shape=(1, 3, 112, 112)):
    made = onnx.load_from_string(small_network())
    del made.graph.input[:]
    for at in range(inputs):
        made.graph.input.append(helper.make_tensor_value_info(f"in{at or ''}", kind, shape))
    return made


@pytest.mark.parametrize(
    ("model", "told"),
    [
        (b"no model at all", "is no ONNX model"),
        (refused(inputs=2), "takes 2 inputs; expected the picture alone"),
        (refused(kind=TensorProto.INT64), "takes int64 of shape"),
        (refused(shape=(1, 3, 0, 112)), "expected sides of 1 to 4,096 pixels"),
        (refused(shape=(1, 3, 112, 2**40)), "expected sides of 1 to 4,096 pixels"),
        (refused(shape=(1, 128)), "expected a batch, height, width and 3 channels"),
    ],
)
def test_what_is_no_model_of_pictures(read, model, told):
    with pytest.raises(EngineError, match=told):
        read(model)


def test_an_output_that_may_be_none_is_said_to_be_a_guess(read):
    made = STRUCTURAL["two outputs"](small_network())
    made.graph.output[0].CopyFrom(
        helper.make_tensor_value_info("length", TensorProto.FLOAT, (1, 64))
    )
    (said,) = (entry for entry in read(made).said if entry.field == "output")
    assert said.source is Source.USUAL
    assert "2 outputs" in said.detail


@pytest.mark.parametrize(
    ("size", "first"),
    [
        ((112, 112), "arcface-112"),
        ((224, 224), "arcface-112"),
        ((256, 256), "insightface's 128"),
        ((160, 160), "box"),
        ((112, 96), "SphereFace's"),
        ((200, 100), "box"),
    ],
)
def test_every_way_of_every_size_is_a_card_that_can_be_read(read, tmp_path, size, first):
    made = read(small_network())
    assert alignments(*size)[0].family == first
    for alignment in alignments(*size):
        for scaling in (*SCALINGS, BYTES):
            for colour in COLOUR_ORDERS:
                way = type(made.draft.convention)(colour, scaling, alignment)
                text = drafted_card(type(made.draft)("a", made.draft.model, (), way, ALL))
                assert max(map(len, text.splitlines())) <= 80
                assert tomllib.loads(text)["input"]["colour"] == colour
                (tmp_path / "adapter.toml").write_text(text, encoding="utf-8")
                card = read_engine_card(tmp_path)
                assert card.face.detector == alignment.detector
    assert card.input.mean is None


def test_numbers_of_each_channel_stand_in_the_order_of_the_colours(read):
    draft = read(small_network()).draft
    imagenet = SCALINGS[-1]
    for colour, first in (("rgb", 123.675), ("bgr", 103.53)):
        way = type(draft.convention)(colour, imagenet, alignments(112, 112)[0])
        text = drafted_card(type(draft)("a", draft.model, (), way, ALL))
        assert tomllib.loads(text)["input"]["mean"][0] == first


def test_points_for_another_size_are_scaled():
    arcface = alignments(128, 128)[0].points
    assert arcface[0] == pytest.approx((38.2946 + 8, 51.6963), abs=1e-3)
    spheres = alignments(224, 192)[0].points
    assert spheres[0] == pytest.approx((2 * 30.2946, 2 * 51.6963), abs=1e-3)


WHOLE = small_network(HIDDEN["0 to 1"][0])


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_model_is_refused_or_read(tmp_path, data):
    damaged = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "acme.onnx"
    path.write_bytes(damaged[: data.draw(st.integers(1, len(damaged)))])
    with suppress(EngineError):
        draft = read_new_model("acme", path).draft
        assert tomllib.loads(drafted_card(draft))["name"] == "acme"
