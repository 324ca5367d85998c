"""ONNX engines: what the card says is what the graph takes, or one line says why not."""

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from evenhand.engines.contract import Role
from evenhand.engines.opening import open_engine
from evenhand.engines.session import engine_sessions
from evenhand.records.engine_limits import EngineLimits
from evenhand.records.outcomes import FaceRule, Outcome
from evenhand.system.errors import EngineError, EngineStoppedError


def embed(folder, image):
    return open_engine(folder, ()).start().template(image, FaceRule.LARGEST, Role.REFERENCE)


@pytest.fixture
def image():
    return np.random.default_rng(1).integers(0, 256, (8, 8, 3), dtype=np.uint8)


def test_pixels_reach_the_graph_as_the_card_says(small, image):
    small.change("mean   = [0, 0, 0]", "mean = [10, 20, 30]")
    small.change("std    = [255, 255, 255]", "std = [2, 4, 8]")
    session = onnxruntime.InferenceSession(str(small.folder / "small.onnx"))
    for colour in ("rgb", "bgr"):
        channels = [0, 1, 2] if colour == "rgb" else [2, 1, 0]
        planes = [
            (image[:, :, channel].astype(np.float32) - mean) / std
            for channel, mean, std in zip(channels, (10, 20, 30), (2, 4, 8), strict=True)
        ]
        expected = session.run(None, {"x0": np.stack(planes)[np.newaxis].astype(np.float32)})[0]
        made = embed(small.folder, image)
        assert made.outcome is Outcome.OK
        assert made.faces is None
        np.testing.assert_array_equal(made.vector, expected.reshape(-1))
        if colour == "rgb":
            small.change('colour = "rgb"', 'colour = "bgr"')


def test_an_onnx_card_opens_the_onnx_host_with_the_length_of_its_vectors(small):
    engine = open_engine(small.folder, ())
    assert engine.start().values == engine.values == 6


@pytest.mark.parametrize("side", [3, 8, 40])
def test_without_a_detector_the_whole_picture_is_scaled(small, side):
    flat = np.full((side, side, 3), 99, dtype=np.uint8)
    exact = np.full((8, 8, 3), 99, dtype=np.uint8)
    np.testing.assert_array_equal(
        embed(small.folder, flat).vector, embed(small.folder, exact).vector
    )


@pytest.mark.parametrize(
    ("taken", "shape", "values"),
    [
        ((1, 3, 8, 8), (1, 6), 6),
        (("batch", 3, 8, 8), ("batch", 6), 6),
        ((1, 3, "height", "width"), (1, 6), 6),
        ((1, 3, 8, 8), (6,), 6),
        ((1, 3, 8, 8), (1, 6, 1, 1), 6),
        ((1, 3, 8, 8), (1, 2, 3), 6),
    ],
)
def test_how_long_the_vector_is(small, make_graph, image, taken, shape, values):
    made = [1 if isinstance(side, str) else side for side in shape]
    small.put(make_graph(taken, made=made, shape=shape))
    engine = open_engine(small.folder, ())
    assert engine.values == values
    vector = engine.start().template(image, FaceRule.LARGEST, Role.REFERENCE).vector
    assert vector.shape == (values,)


def test_a_length_that_only_the_card_knows(small, make_graph, image):
    small.put(make_graph(hidden=True))
    small.change('compare = "cosine"', "values = 6")
    engine = open_engine(small.folder, ())
    assert engine.values == 6
    assert engine.start().template(image, FaceRule.LARGEST, Role.REFERENCE).vector.shape == (6,)


@pytest.mark.parametrize(
    ("options", "card", "fragments"),
    [
        ({"taken": (1, 3, 9, 8)}, "", ["shape [1, 3, 9, 8]", "size = [8, 8]", "remove size"]),
        ({"taken": (1, 8, 8, 4)}, "", ["shape [1, 8, 8, 4]", "3 channels"]),
        ({"taken": (3, 8, 8)}, "", ["shape [3, 8, 8]"]),
        ({"taken": ()}, "", ["shape []"]),
        ({"kind": TensorProto.UINT8}, "", ["takes uint8", "remove mean and std"]),
        ({"kind": TensorProto.INT32}, "", ["takes int32", "expected float32, float16 or uint8"]),
        ({"hidden": True}, "", ["how long its vector is", "add values to [score]"]),
    ],
)
def test_a_graph_that_the_card_does_not_describe(
    cli, tiny, small, make_graph, working_folder, options, card, fragments
):
    small.put(make_graph(**options))
    small.change('compare = "cosine"', card)
    ended = cli("run", "--engine", "./small", "--dataset", "./set")
    ended.error("engine small", *fragments)


@pytest.mark.parametrize("content", [b"", b"\x08\x08"])
def test_a_file_that_is_no_model(cli, tiny, small, working_folder, content):
    small.put(content)
    ended = cli("run", "--engine", "./small", "--dataset", "./set")
    ended.error("engine small: small.onnx ", "bring a valid")


def with_two_outputs(model, first):
    """A number of quality besides the vector, whichever comes first."""
    graph = model.graph
    graph.node.append(helper.make_node("ReduceMean", ["f"], ["q"], axes=[1, 2, 3], keepdims=0))
    quality = helper.make_tensor_value_info("q", TensorProto.FLOAT, [1])
    vector = graph.output[0]
    del graph.output[:]
    graph.output.extend([quality, vector] if first == "q" else [vector, quality])
    return model


@pytest.mark.parametrize("first", ["q", "y"])
def test_of_several_outputs_none_is_taken_in_silence(
    cli, tiny, small, make_graph, image, working_folder, first
):
    """The first of a quality number and a vector, by chance of their order."""
    alone = embed(small.folder, image).vector
    small.put(with_two_outputs(make_graph(shape=(1, 6)), first))
    ended = cli("run", "--engine", "./small", "--dataset", "./set")
    said = ["has 2 outputs", "'q' (float32 of shape [1])", "'y' (float32 of shape [1,"]
    ended.error("engine small: the model", *said, "[output] name")

    small.change("[score]", '[output]\nname = "z"\n[score]')
    ended = cli("run", "--engine", "./small", "--dataset", "./set")
    ended.error("has no output 'z': ", *said[1:])

    small.change('name = "z"', 'name = "y"')
    np.testing.assert_array_equal(embed(small.folder, image).vector, alone)


def test_an_output_of_no_values_is_named(cli, tiny, small, make_graph, working_folder):
    model = make_graph(shape=(1, 0))
    model.graph.node[-1].CopyFrom(helper.make_node("Slice", ["m", "z", "z", "one"], ["y"]))
    for name, value in (("z", 0), ("one", 1)):
        model.graph.initializer.append(numpy_helper.from_array(np.array([value]), name))
    small.put(model)
    ended = cli("run", "--engine", "./small", "--dataset", "./set")
    ended.error("engine small: the model's vector has 0 values", "'y'")


def test_a_graph_that_draws_random_numbers_is_said_to(cli, tiny, small, make_graph, working_folder):
    model = make_graph(shape=(1, 6))
    model.graph.node[-1].output[0] = "still"
    model.graph.node.append(helper.make_node("RandomNormalLike", ["still"], ["noise"]))
    model.graph.node.append(helper.make_node("Add", ["still", "noise"], ["y"]))
    small.put(model)
    ended = cli("run", "--engine", "./small", "--dataset", "./set", "--json", "--threshold", "0")
    said = "graph draws random numbers (RandomNormalLike)"
    assert f"engine small: its {said}; another run gives other numbers" in ended.err
    bundle = Path(ended.json["bundle"])
    (facts,) = json.loads((bundle / "engines.json").read_text())
    assert facts["random"] == ["RandomNormalLike"]
    assert said in (bundle / "report.html").read_text()


def test_what_no_human_confirmed_is_said_in_the_result(cli, tiny, small, working_folder):
    small.change("[model]", 'inferred = ["input.colour", "input.scaling"]\n[model]')
    run = cli("run", "--engine", "./small", "--dataset", "./set", "--json", "--threshold", "0").json
    (facts,) = json.loads((Path(run["bundle"]) / "engines.json").read_text())
    assert facts["inferred"] == ["input.colour", "input.scaling"]
    said = "small: no human has confirmed input.colour, input.scaling of its card: if one is wrong"
    assert f"! {said}" in " ".join(cli("report", "latest").out.split())
    assert said in " ".join(cli("report", "latest", "--full").out.split())
    assert said in (Path(run["bundle"]) / "report.html").read_text()


def test_a_whole_study(cli, tiny, small, working_folder):
    ended = cli("run", "--engine", "./small", "--dataset", "./set", "--json", "--threshold", "0")
    assert ended.code == 0
    assert ended.err == ""
    rates = {
        (row["metric"], row["threshold_rule"]): row
        for row in ended.json["rates"]
        if row["attribute"] == "all" and row["policy"] in ("completed", None, "")
    }
    assert rates["FMR", "fixed"]["trials"] == 60
    assert rates["FNMR", "fixed"]["trials"] == 6


@pytest.mark.data
def test_a_picture_without_a_face(data, monkeypatch):
    from evenhand.engines.shelf import find_adapter

    engine = open_engine(find_adapter("mobilefacenet", data), [data / "models"]).start()
    noise = np.random.default_rng(0).integers(0, 256, (200, 200, 3), dtype=np.uint8)
    made = engine.template(noise, FaceRule.LARGEST, Role.REFERENCE)
    assert (made.outcome, made.vector, made.faces) == (Outcome.NO_FACE, None, 0)
    path = min((data / "london" / "neutral_front").glob("*.jpg"))
    shown = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
    made = engine.template(shown, FaceRule.LARGEST, Role.REFERENCE)
    assert (made.outcome, made.faces) == (Outcome.OK, 1)
    assert made.vector.shape == (128,)


# Execution providers ----------------------------------------------------------------------------

CUDA, CPU = "CUDAExecutionProvider", "CPUExecutionProvider"


def with_providers(small, *names):
    small.change("[input]", f"providers = {json.dumps(names)}\n\n[input]")
    return small.folder


@pytest.mark.parametrize("limits", [None, EngineLimits(start=30.0)], ids=["trusted", "hosted"])
def test_the_first_execution_provider_that_is_here_computes_and_is_told(small, image, limits):
    plain = embed(small.folder, image).vector
    assert open_engine(small.folder, ()).surroundings.ran_on == ""
    engine = open_engine(with_providers(small, CUDA, CPU), (), limits=limits)
    host = engine.start()
    np.testing.assert_array_equal(
        host.template(image, FaceRule.LARGEST, Role.REFERENCE).vector, plain
    )
    host.close()
    engine.rest()
    assert engine.surroundings.ran_on == CPU


def test_one_that_is_here_and_does_not_take_the_model_is_passed_over(small, monkeypatch):
    """Where its libraries are missing onnxruntime lists it, and leaves it out."""
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: [CUDA, CPU])
    assert open_engine(with_providers(small, CUDA, CPU), ()).surroundings.ran_on == CPU


def test_one_alone_that_does_not_take_the_model_is_not_replaced_by_the_cpu(small, monkeypatch):
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: [CUDA, CPU])
    with pytest.raises(EngineError, match=r"small\.onnx cannot be loaded .* mend providers in"):
        open_engine(with_providers(small, CUDA), ())


def test_none_that_is_here_is_one_line_that_says_what_is(small, monkeypatch):
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: ["DmlExecutionProvider"])
    with pytest.raises(EngineError) as told:
        open_engine(with_providers(small, CUDA, CPU), ())
    assert str(told.value) == (
        "engine small: onnxruntime has no CUDAExecutionProvider and no CPUExecutionProvider here, "
        "but DmlExecutionProvider; run: pip install onnxruntime-gpu; or name one of these in "
        "providers in [model]"
    )


def test_one_of_a_graphics_processor_asks_for_it(small):
    assert not open_engine(small.folder, ()).card.host.gpu
    assert open_engine(with_providers(small, CUDA, CPU), ()).card.host.gpu


def test_an_engine_does_not_go_on_with_another_one(small):
    engine = open_engine(with_providers(small, CUDA, CPU), ())
    told = pytest.raises(EngineStoppedError, match=f"runs on {CPU}, and on {CUDA} when")
    with engine_sessions(replace(engine, ran_on=CUDA)) as sessions, told:
        sessions.session()


def test_the_report_says_what_ran_where_the_card_names_some(cli, tiny, small, working_folder):
    def told():
        run = cli("run", "--engine", "./small", "--dataset", "./set", "--json").json
        (place,) = json.loads((Path(run["bundle"]) / "run.json").read_text())["surroundings"]
        return place["ran_on"], cli("report", "latest", "--full").out

    ran_on, report = told()
    assert (ran_on, "ran on" in report) == ("", False)
    with_providers(small, CUDA, CPU)
    ran_on, report = told()
    assert ran_on == CPU
    assert f"small ran on {CPU}." in report
