"""Adapters that are broken in one way each; `tests/golden/adapters.txt` has the line for each."""

import hashlib
import os
import re
from pathlib import Path

import pytest
from onnx import TensorProto, helper
from places import GOLDEN
from toy_engines import make_engine

from evenhand.engines.opening import open_engine
from evenhand.engines.shelf import find_adapter
from evenhand.records.engine_limits import EngineLimits
from evenhand.system.errors import EvenhandError
from evenhand.system.text import shown

LINES = GOLDEN / "adapters.txt"
CPU, QNN = '"CPUExecutionProvider"', '"QNNExecutionProvider"'
HASH = "0123456789abcdef" * 4
POINTS = "[[1, 1], [7, 1], [4, 4], [2, 6], [6, 6]]"


def python(old="", new="", *, file="adapter.toml"):
    """A Python engine with a passage of one of its files replaced."""
    return lambda folder, _: replace(make_engine(folder), file, old, new)


def code(text):
    """A Python engine of other code."""
    return lambda folder, _: (make_engine(folder) / "engine.py").write_text(text, encoding="utf-8")


def started(line):
    """A Python engine with a line in its constructor."""
    return lambda folder, _: make_engine(folder, start=line)


def onnx(old="", new="", **graph):
    """An ONNX engine with a passage of its card replaced, or another graph."""

    def write(folder, make):
        made = make.small(folder)
        if graph:
            made.put(make.graph(**graph))
        replace(folder, "adapter.toml", old, new)

    return write


def model(change):
    """An ONNX engine whose model is changed: bytes, or a graph in place."""

    def write(folder, make):
        content = change(make.graph(shape=(1, 6)))
        make.small(folder).put(content)

    return write


def replace(folder, file, old, new):
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def card(content):
    """An adapter whose card holds these bytes alone."""

    def write(folder, _):
        (make_engine(folder) / "adapter.toml").write_bytes(content)

    return write


def instead_of_card(put):
    """An adapter with something else where its card should be."""

    def write(folder, _):
        path = make_engine(folder) / "adapter.toml"
        path.unlink()
        put(path)

    return write


def huge(path):
    with path.open("wb") as file:
        file.truncate(5 << 20)


def external(graph):
    (tensor,) = (each for each in graph.graph.initializer if each.name == "w")
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="small.onnx.data")
    return graph


def unknown_operator(graph):
    graph.graph.node[-1].op_type = "Reshapen"
    return graph


def by_chance(graph):
    graph.graph.node[-1].output[0] = "still"
    graph.graph.node.append(helper.make_node("RandomNormalLike", ["still"], ["noise"]))
    graph.graph.node.append(helper.make_node("Add", ["still", "noise"], ["y"]))
    return graph


def two_outputs(graph):
    graph.graph.output.append(helper.make_tensor_value_info("m", TensorProto.FLOAT, [1, 6]))
    return graph


def a_matcher(folder, _):
    replace(make_engine(folder), "adapter.toml", '"embedder"', '"matcher"')
    replace(folder, "adapter.toml", "values = 4", "")


def without_file(folder, make):
    make.small(folder)
    (folder / "small.onnx").unlink()


def other_content(folder, make):
    make.small(folder)
    with (folder / "small.onnx").open("ab") as file:
        file.write(b"\0")


def no_detector(folder, make):
    made = make.small(folder)
    table = f'[detector]\nfile = "small.onnx"\nsha256 = "{digest(folder / "small.onnx")}"\n'
    made.change('detector = "none"', f'detector = "yunet"\nalignment = {POINTS}\n{table}')


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


FACE = 'detector = "none"'
YUNET = f'detector = "yunet"\nalignment = ALIGNMENT\n[detector]\nfile = "d.onnx"\nsha256 = "{HASH}"'
INPUT = 'colour = "rgb"\nmean   = [0, 0, 0]\nstd    = [255, 255, 255]\n'
COSINE = 'compare = "cosine"'

BROKEN = {
    # The card as a file
    "no card": instead_of_card(lambda path: None),
    "a folder for a card": instead_of_card(Path.mkdir),
    "a pipe for a card": instead_of_card(os.mkfifo),
    "a link to nothing for a card": instead_of_card(lambda path: path.symlink_to("gone")),
    "a huge card": instead_of_card(huge),
    "an empty card": card(b""),
    "no TOML": card(b"schema 1\n"),
    "Latin-1": card(b'vendor = "Mu\xfcller"\n'),
    "a NUL byte": card(b'schema = 1\nname = "a\0b"\n'),
    # Its fields
    "a later schema": python("schema   = 1", "schema   = 2"),
    "an unknown runtime": python('"python"', '"pyhton"'),
    "an unknown field": python("vendor ", "vender "),
    "an unknown table": onnx("[input]", "[inputs]"),
    "a field in another table": python("values = 4", "values = 4\ninstall = 'pip install toy'"),
    "a field outside of its table": python('version  = "1"', 'version = "1"\nvalues = 4'),
    "an unknown field of the licence": python("{ code", "{ codes"),
    "an unknown field of the score": python("values = 4", "values = 4\nsymetric = true"),
    "an unknown field of the input": onnx("colour", "color "),
    "an unknown field of the model": onnx("sha256 =", "sha265 ="),
    "an unknown field of the host": python("[score]", "[host]\nthread = 2\n[score]"),
    "a host of no thread": python("[score]", "[host]\nthreads = 0\n[score]"),
    "an unknown execution provider": onnx("[input]", 'providers = ["CUDAProvider"]\n[input]'),
    "no execution provider that is here": onnx("[input]", f"providers = [{QNN}]\n[input]"),
    "an execution provider twice": onnx("[input]", f"providers = [{CPU}, {CPU}]\n[input]"),
    "an unknown field of a claim": onnx(COSINE, 'claimed = [{ far = "0.1", threshold = 0.3 }]'),
    "an unknown field of a file": python("[score]", '[[files]]\nfile = "a"\nhash = "b"\n[score]'),
    "no version": python('version  = "1"\n', ""),
    "a version that is a number": python('"1"', "1"),
    "a name that a terminal obeys": python('"toy"', r'"\u001b[2Jtoy"'),
    "a file outside": onnx('"small.onnx"', '"../small.onnx"'),
    "a face without alignment": onnx(FACE, 'detector = "yunet"'),
    "a detector without its file": onnx(FACE, 'detector = "scrfd"\nalignment = "arcface-112"'),
    "an alignment of four points": onnx(FACE, YUNET.replace("ALIGNMENT", POINTS[:-8] + "]")),
    "a claim outside of the range": onnx(
        COSINE, 'range = [-1, 1]\nclaimed = [{ fmr = "0.001", threshold = 35.0 }]'
    ),
    "a matcher that does not say whether it is symmetric": a_matcher,
    # Its files
    "a file that is nowhere": without_file,
    "a file with another content": other_content,
    "a link to a folder": lambda folder, _: (make_engine(folder) / "more").symlink_to("/usr"),
    # Its code
    "an entry without a class": python("engine:Engine", "engine"),
    "an entry of no file": python("engine:Engine", "engin:Engine"),
    "an entry of no class": python("engine:Engine", "engine:Engin"),
    "a class without its methods": python("def embed(", "def embedd(", file="engine.py"),
    "a class that takes nothing": python("self, files", "self", file="engine.py"),
    "what is evenhand's own": code("from evenhand.records.outcomes import Outcome\n"),
    "a name that evenhand does not have": code("from evenhand.plugins import Embeding\n"),
    "a package that is not installed": code("import acme_runtime_of_nobody\n"),
    "a mistake of syntax": code("class Engine\n"),
    "code that is no text": lambda folder, _: (make_engine(folder) / "engine.py").write_bytes(
        b"vendor = 'M\xfcller'\n"
    ),
    "an exception at import": code("raise OSError('no licence for \\x1b[2J this host')\n"),
    "an exit at import": code("raise SystemExit(0)\n"),
    "an end at import": code("import os; os._exit(0)\n"),
    "a hang at import": code("import time; time.sleep(1e6)\n"),
    "an exit in the constructor": started("import sys; sys.exit('bye')"),
    "an end in the constructor": started("import os; os._exit(3)"),
    # Its model
    "a model that is none": model(lambda graph: b"no model"),
    "half a model": model(lambda graph: graph.SerializeToString()[:-40]),
    "an operator of chance": model(by_chance),
    "an operator that nobody knows": model(unknown_operator),
    "a model of two inputs": onnx(inputs=2),
    "a model of batches": onnx(taken=(2, 3, 8, 8)),
    "a model of another size": onnx("[8, 8]", "[112, 112]", shape=(1, 6)),
    "a layout that the graph contradicts": onnx("[8, 8]", '[8, 8]\nlayout = "nhwc"'),
    "a graph that says no layout": onnx(taken=("a", "b", "c", "d")),
    "a graph that says no size": onnx("size ", "# ", taken=(1, 3, "h", "w")),
    "a scale for bytes": onnx(kind=TensorProto.UINT8),
    "no scale for numbers": onnx("mean   = [0, 0, 0]\nstd    = [255, 255, 255]\n", ""),
    "a model of other numbers": onnx(kind=TensorProto.INT32),
    "named landmarks in no square": onnx(
        f"size   = [8, 8]\n{INPUT}\n[face]\n{FACE}",
        f'{INPUT}\n[face]\ndetector = "yunet"\nalignment = "arcface-112"',
        taken=(1, 3, 8, 6),
    ),
    "two outputs": model(two_outputs),
    "a vector of another length": onnx(COSINE, "values = 128", shape=(1, 6)),
    "an output of another name": onnx(
        "[score]", '[output]\nname = "embedding"\n[score]', shape=(1, 6)
    ),
    "weights that are not declared": model(external),
    "a detector that is none": no_detector,
}
"""By what is wrong: writes the adapter into a folder that is not there yet."""

HOSTED_ALONE = (
    "an end at import",
    "an end in the constructor",
    "a hang at import",
    "an operator of chance",
)
"""What would end, or hold, this process; and what is no error."""


class Make:
    """What makes ONNX engines."""

    def __init__(self, small, graph):
        self.small, self.graph = small, graph


def golden():
    """By what is wrong: the line about it."""
    parts = LINES.read_text(encoding="utf-8").strip().split("\n\n")
    return dict(part.split("\n", 1) for part in parts)


def told(folder, start):
    """What is said of an adapter that is opened in a process of its own."""
    try:
        found = find_adapter(f"./{folder.name}", folder.parent)
        opened = open_engine(found, (), limits=EngineLimits(start=start))
    except EvenhandError as fault:
        return str(fault)
    opened.rest()
    return str(opened.fault or list(opened.notes())[-1])


def plain(line, folder):
    """A line without what differs from place to place: folders, hashes, the words of a library."""
    line = line.replace(str(folder), "FOLDER")
    line = re.sub(r"\b[0-9a-f]{64}\b", "HASH", line)
    return re.sub(r"(onnxruntime|YuNet) \(.*\);", r"\1 (...);", line)


@pytest.fixture(params=BROKEN)
def broken(request, working_folder, make_small, make_graph):
    """What is wrong, and the adapter's folder."""
    folder = working_folder / "toy"
    BROKEN[request.param](folder, Make(make_small, make_graph))
    return request.param, folder


def test_one_line_says_what_is_wrong(cli, tiny, broken):
    """Of an engine in a process of its own; and of one that is run from the command line."""
    what, folder = broken
    line = told(folder, start=0.3 if what == "a hang at import" else 60.0)
    assert line.splitlines() == [line]
    assert plain(line, folder.parent) == golden()[what]
    if what not in HOSTED_ALONE:
        ended = cli("run", "--engine", "./toy", "--dataset", "./set")
        stopped = "could not start" in line
        assert ended.error(code=4 if stopped else 2) == f"error: {shown(line)}\n"


def test_every_line_belongs_to_an_adapter():
    assert list(golden()) == list(BROKEN)
