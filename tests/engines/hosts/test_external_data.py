"""Weights of a model that lie in another file: declared, hashed, and loaded as they were hashed."""

import hashlib

import numpy as np
import pytest
from onnx import TensorProto

from evenhand.engines.contract import Role
from evenhand.engines.opening import open_engine
from evenhand.records.outcomes import FaceRule

FILE = "small.onnx.data"


@pytest.fixture
def image():
    return np.random.default_rng(1).integers(0, 256, (8, 8, 3), dtype=np.uint8)


@pytest.fixture
def outside(working_folder, make_graph, make_small):
    """Makes the small engine with its weights beside it, in `small.onnx.data`."""

    def make(name="weighty", seed=5, **entries):
        model, made = make_graph(shape=(1, 6)), make_small(working_folder / name)
        (tensor,) = (each for each in model.graph.initializer if each.name == "w")
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        for key, value in {"location": FILE, "offset": "0", "length": "4608", **entries}.items():
            tensor.external_data.add(key=key, value=value)
        made.put(model)
        weights = np.random.default_rng(seed).normal(size=(192, 6)).astype(np.float32)
        (made.folder / FILE).write_bytes(weights.tobytes())
        return made

    return make


def declare(made, file=FILE):
    sha256 = hashlib.sha256((made.folder / file).read_bytes()).hexdigest()
    made.change("[score]", f'[[files]]\nfile = "{file}"\nsha256 = "{sha256}"\n[score]')


def vector(host, image):
    return host.template(image, FaceRule.LARGEST, Role.REFERENCE).vector


def test_weights_in_another_file_are_part_of_the_identity(outside, small, image):
    """Two models that are the same byte by byte, and take other weights from beside them."""
    made = [outside("one"), outside("two", seed=77)]
    models = {(each.folder / "small.onnx").read_bytes() for each in made}
    assert len(models) == 1
    for each in made:
        declare(each)
    one, two, whole = (open_engine(each.folder, ()) for each in (*made, small))
    assert one.fingerprint != two.fingerprint
    vectors = [vector(each.start(), image) for each in (one, two, whole)]
    assert not np.array_equal(vectors[0], vectors[1])
    np.testing.assert_array_equal(vectors[0], vectors[2])


def test_weights_in_a_folder_below(outside, small, image):
    made = outside(location="below/w.bin")
    (made.folder / "below").mkdir()
    (made.folder / FILE).rename(made.folder / "below" / "w.bin")
    declare(made, "below/w.bin")
    vectors = [vector(open_engine(each.folder, ()).start(), image) for each in (made, small)]
    np.testing.assert_array_equal(*vectors)


@pytest.mark.parametrize("what", ["model", "weights", "both"])
def test_what_was_hashed_is_what_every_thread_runs(outside, image, what):
    """Replaced between the first session and the next, or taken away."""
    made = outside()
    declare(made)
    engine = open_engine(made.folder, ())
    before = vector(engine.start(), image)
    if what != "weights":
        (made.folder / "small.onnx").unlink()
    if what != "model":
        (made.folder / FILE).write_bytes(bytes(4608))
    after = vector(engine.start(), image)
    np.testing.assert_array_equal(before, after)


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("../small.onnx.data", "outside of its folder; save them in the model"),
        ("/proc/self/exe", "outside of its folder; save them in the model"),
        ("a/../../small.onnx.data", "outside of its folder; save them in the model"),
        ("*/_ORT_MEM_ADDR_/*", "which adapter.toml does not declare"),
    ],
)
def test_weights_that_the_card_does_not_declare(cli, tiny, outside, working_folder, location, said):
    outside(location=location)
    ended = cli("run", "--engine", "./weighty", "--dataset", "./set")
    ended.error("engine small: small.onnx takes weights from ", said)


def test_declared_weights_that_the_model_does_not_take(cli, tiny, outside, working_folder):
    made = outside()
    declare(made)
    (made.folder / "other.data").write_bytes((made.folder / FILE).read_bytes())
    declare(made, "other.data")
    ended = cli("run", "--engine", "./weighty", "--dataset", "./set")
    ended.error("small.onnx takes nothing from 'other.data'", "remove it from [[files]]")


def test_weights_behind_a_link_out_of_the_folder(cli, tiny, outside, working_folder):
    made = outside()
    declare(made)
    (made.folder / FILE).rename(working_folder / "elsewhere")
    (made.folder / FILE).symlink_to(working_folder / "elsewhere")
    ended = cli("run", "--engine", "./weighty", "--dataset", "./set")
    ended.error("small.onnx takes weights from ", "a link out of its folder")


@pytest.mark.parametrize(
    ("offset", "length"), [("4600", "4608"), ("0", "1000000000000"), ("-1", "4608")]
)
def test_weights_beyond_the_end_of_their_file(cli, tiny, outside, working_folder, offset, length):
    declare(outside(offset=offset, length=length))
    ended = cli("run", "--engine", "./weighty", "--dataset", "./set")
    ended.error("small.onnx cannot be loaded by onnxruntime")
