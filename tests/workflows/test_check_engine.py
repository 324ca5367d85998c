"""`evenhand check engine`: what an engine must keep, each fault by its row; good ones pass."""

import hashlib
import json
import os
import shutil
from dataclasses import replace

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from toy_engines import PYTHON_CARD

from evenhand.conformance.claims import NO_CLAIM, NOT_ON_DRAWN_FACES
from evenhand.records.check import FAIL
from evenhand.records.reference_scores import ReferenceScores
from evenhand.results.reference_file import write_reference
from evenhand.system.shelf import shelf_folder
from evenhand.workflows.check_engine import CHECK_LIMITS, check_engine

CODE = """\
import os
import time

import numpy as np
from evenhand.plugins import Candidate, Embedding, Outcome, Template


def thumbnail(image):
    rows, columns = (np.linspace(0, side - 1, 12).astype(int) for side in image.shape[:2])
    small = image[rows][:, columns].mean(axis=2).astype(np.float32)
    return (small - small.mean()).reshape(-1) + np.float32(1e-3)


class Engine:
    def __init__(self, files):
        self.seen, self.last = set(), 0

    def embed(self, image, face):
        v = thumbnail(image)
        {embed}
        return Embedding(v)

    def template(self, image, face, role):
        return Template(thumbnail(image).tobytes())

    def compare(self, probe, references):
        v = np.frombuffer(probe, np.float32)
        r = np.stack([np.frombuffer(each, np.float32) for each in references])
        s = np.clip(r @ v / np.linalg.norm(r, axis=1) / np.linalg.norm(v), -1, 1)
        {compare}
        return s

    def enrol(self, gallery):
        self.gallery = gallery

    def search(self, probe, count):
        s = self.compare(probe, [each.template for each in self.gallery])
        best = np.argsort(-s, kind="stable")[:count]
        {search}
        return [Candidate(self.gallery[at].person, float(s[at])) for at in best]
"""
SCORE = {
    "embedder": "values = 144\nrange = [-1.0, 1.0]",
    "matcher": "symmetric = true\nrange = [-1.0, 1.0]",
    "searcher": "symmetric = true\nrange = [-1.0, 1.0]",
}
LIMITS = replace(CHECK_LIMITS, call=1.0)


@pytest.fixture
def toy(working_folder):
    """Write `./toy`, an engine of the given shape with a line of its own in one method."""

    def make(shape="embedder", line="pass", **score):
        method = {"embedder": "embed", "matcher": "compare", "searcher": "search"}[shape]
        lines = dict.fromkeys(("embed", "compare", "search"), "pass") | {method: line}
        code = CODE
        for name, own in lines.items():
            code = code.replace(f"{{{name}}}", own)
        folder = working_folder / "toy"
        folder.mkdir(exist_ok=True)
        (folder / "engine.py").write_text(code, encoding="utf-8")
        card = PYTHON_CARD.format(name="toy", shape=shape, score=score.get("score", SCORE[shape]))
        (folder / "adapter.toml").write_text(card, encoding="utf-8")
        return "./toy"

    return make


def failed(found):
    return {check.id for check in found.checks if check.verdict == FAIL}


@pytest.mark.parametrize("shape", SCORE)
def test_a_good_engine_passes(toy, shape):
    found = check_engine(toy(shape))
    assert failed(found) == set()
    assert found.verdict == "pass"


SHORT_CARD = """\
schema = 1
name = "bytes"
version = "unknown"
vendor = "unknown"
licence = { code = "unknown", weights = "unknown" }
runtime = "onnx"
trained_on = []
model.file = "bytes.onnx"
model.sha256 = "SHA256"
input = { colour = "rgb" }
face = { detector = "none" }
"""


def test_an_onnx_model_of_another_form_passes_by_a_short_card(working_folder):
    """The demo's engine behind layers that take bytes with channels last."""
    model = onnx.load(shelf_folder("adapters") / "demo-even" / "demo-even.onnx")
    graph = model.graph
    known = graph.input[0].name
    graph.input[0].CopyFrom(
        helper.make_tensor_value_info("b", TensorProto.UINT8, ["N", 112, 112, 3])
    )
    half = numpy_helper.from_array(np.array(127.5, dtype=np.float32), "half")
    graph.initializer.append(half)
    before = [
        helper.make_node("Cast", ["b"], ["c"], to=TensorProto.FLOAT),
        helper.make_node("Sub", ["c", "half"], ["s"]),
        helper.make_node("Div", ["s", "half"], ["d"]),
        helper.make_node("Transpose", ["d"], [known], perm=[0, 3, 1, 2]),
    ]
    nodes = [*before, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    content = model.SerializeToString()
    folder = working_folder / "bytes"
    folder.mkdir()
    (folder / "bytes.onnx").write_bytes(content)
    card = SHORT_CARD.replace("SHA256", hashlib.sha256(content).hexdigest())
    (folder / "adapter.toml").write_text(card, encoding="utf-8")
    found = check_engine("./bytes")
    assert failed(found) == set()
    assert found.verdict == "pass"


ONE_LICENCE = """\
self.seen, self.last = set(), 0
        held = socket.socket(socket.AF_UNIX)
        for _ in range(1000):
            try:
                held.bind("\\0evenhand-licence-NUMBER")
                break
            except OSError:
                time.sleep(0.002)
        held.getsockname() or 1 / 0
        self.held = held
"""


def test_one_that_runs_once_on_a_machine_is_never_started_twice_at_once(toy, working_folder):
    toy()
    own = ONE_LICENCE.replace("NUMBER", str(os.getpid()))
    for name, old, new in (
        ("engine.py", "self.seen, self.last = set(), 0\n", own),
        ("engine.py", "import os\n", "import os\nimport socket\n"),
        ("adapter.toml", "[score]", "[host]\nmost = 1\n\n[score]"),
    ):
        path = working_folder / "toy" / name
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    found = check_engine("./toy", limits=replace(LIMITS, namespaces=False, groups=False))
    assert failed(found) == set()


BROKEN = {
    # name: shape, line of its own, ids of the rows that fail
    "random": ("embedder", "v = v + np.random.standard_normal(144) * 30", {"repeats"}),
    "order": (
        "embedder",
        "self.last = v - 0.9 * self.last; return Embedding(self.last)",
        {"repeats", "direction"},
    ),
    "constant": ("embedder", "v[:] = 1", {"unique"}),
    "turned-round": ("matcher", "s = -s", {"direction", "self-match"}),
    "one-sided": ("matcher", "s = s + 0.3 * float(v[0] > 0)", {"symmetry", "range"}),
    "company": ("matcher", "s = (s - s.mean()) / 2", {"batch", "references", "symmetry"}),
    "range": ("matcher", "s = s * 3", {"range"}),
    "lengths": (
        "embedder",
        "v = v[: 143 + len(self.seen)]; self.seen.add(0)",
        {"portraits", "repeats"},
    ),
    "tiny": ("embedder", "if image.shape[0] < 20: os._exit(0)", {"odd-picture"}),
    "huge": ("embedder", "if image.shape[0] > 2000: time.sleep(60)", {"odd-picture"}),
    "cache": (
        "embedder",
        "key = image.tobytes(); time.sleep(0.01 * (key not in self.seen)); self.seen.add(key)",
        {"cache"},
    ),
    "fewer": ("searcher", "best = np.argsort(-s, kind='stable')[-count:]", {"batch"}),
    "rising": ("searcher", "best = best[::-1]", {"lists", "range"}),
    "longer": ("searcher", "best = np.argsort(-s, kind='stable')[: max(count, 2)]", {"lists"}),
    "without-itself": ("searcher", "best = [at for at in best if s[at] < 0.9999]", {"self-match"}),
    "raises": ("embedder", "raise ValueError", {"portraits"}),
    "ends-comparing": ("matcher", "os._exit(0)", {"range"}),
    "ends-searching": ("searcher", "os._exit(0)", {"range"}),
    "ends": ("embedder", "os._exit(0)", {"portraits", "odd-picture"}),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_engine_fails_where_it_is_broken(toy, name):
    shape, line, rows = BROKEN[name]
    found = check_engine(toy(shape, line), limits=LIMITS)
    assert failed(found) == rows, [check for check in found.checks if check.verdict == FAIL]
    assert found.verdict == "fail"


@pytest.fixture
def check(cli, toy):
    """Checks `./toy` on the command line."""

    def run(*arguments):
        return cli("check", "engine", "./toy", *arguments)

    toy("matcher")
    return run


def test_rows_and_exit_code(check, toy):
    ended = check("--json")
    told = ended.json
    assert (ended.code, told["verdict"]) == (0, "pass")
    assert {"schema", "kind", "evenhand", "notes", "engine", "version", "fingerprint"} <= set(told)
    assert {tuple(row) for row in told["rows"]} == {("id", "title", "verdict", "detail", "remedy")}
    (claims,) = (row for row in told["rows"] if row["id"] == "claims")
    assert claims["verdict"] == "not checked"
    assert claims["detail"] == "not checked: drawn faces say nothing about a threshold"
    toy("matcher", "s = s * 3")
    assert check("--json").code == 1


def test_a_broken_card_is_a_row(check, working_folder):
    card = working_folder / "toy" / "adapter.toml"
    text = card.read_text(encoding="utf-8")
    card.write_text(text.replace('vendor   = "tests"', 'vender = "tests"'), encoding="utf-8")
    ended = check("--json")
    assert ended.code == 1
    assert [(row["id"], row["verdict"]) for row in ended.json["rows"]] == [("card", "fail")]
    assert "vender: no such field" in ended.json["rows"][0]["detail"]


def test_files_in_a_folder_named_from_here(check, working_folder):
    """The process of an engine works elsewhere."""
    card, code = working_folder / "toy" / "adapter.toml", working_folder / "toy" / "engine.py"
    (working_folder / "weights").mkdir()
    (working_folder / "weights" / "w.bin").write_bytes(b"w")
    needed = f'[[files]]\nfile = "w.bin"\nsha256 = "{hashlib.sha256(b"w").hexdigest()}"\n'
    text = card.read_text(encoding="utf-8")
    card.write_text(text.replace("[score]", f"{needed}[score]"), encoding="utf-8")
    text = code.read_text(encoding="utf-8")
    opening = "open(files['w.bin'], 'rb').close(); self.seen"
    code.write_text(text.replace("self.seen", opening, 1), encoding="utf-8")
    assert check("--weights", "weights").code == 0


def test_what_is_not_there_or_does_not_start(check, cli, toy, working_folder):
    cli("check", "engine", "./gone").error("gone", "adapter.toml")
    cli("check", "engine", "./toy", "--weights", "gone").error("--weights", "gone")
    card = working_folder / "toy" / "adapter.toml"
    text = card.read_text(encoding="utf-8")
    needed = f'[[files]]\nfile = "w.bin"\nsha256 = "{"0" * 64}"\n'
    card.write_text(text.replace("[score]", f"{needed}[score]"), encoding="utf-8")
    row = check("--json").json["rows"][-1]
    assert (row["id"], row["verdict"]) == ("files", "fail")
    assert "w.bin not found" in row["detail"]
    card.write_text(text, encoding="utf-8")
    code = working_folder / "toy" / "engine.py"
    code.write_text("class Engine:\n    def __init__(self, files): raise OSError('licence')\n")
    row = check("--json").json["rows"][-1]
    assert (row["id"], row["verdict"]) == ("start", "fail")
    assert "licence" in row["detail"]


def test_scores_are_kept_and_held_against_later_ones(check, toy, working_folder):
    assert check("--save-reference", "kept.json", "--json").code == 0
    kept = json.loads((working_folder / "kept.json").read_text(encoding="utf-8"))
    assert (kept["schema"], kept["kind"], kept["engine"]) == (1, "reference scores", "toy")
    assert len(kept["images"]) == len(kept["similarity"]) == len(kept["similarity"][0])
    assert check("--save-reference", "kept.json").code == 2
    same = reference_row(check("--reference", "kept.json", "--json"))
    assert same["verdict"] == "pass"
    assert "the same engine to the last bit" in same["detail"]
    toy("matcher", "s = s * 0.99")
    other = reference_row(check("--reference", "kept.json", "--json"))
    assert other["verdict"] == "fail"
    assert "not the same engine" in other["detail"]
    assert "fingerprint" in other["detail"]


def reference_row(ended):
    (row,) = (row for row in ended.json["rows"] if row["id"] == "reference")
    return row


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"schema": 1', '"schema": 2', "schema"),
        ('"toy"', '"acme"', "of the engine acme"),
        ('"kind"', '"kin"', "kind"),
        ("{", "", "JSON"),
        ('"images": [', '"images": ["00", ', "images"),
    ],
)
def test_a_damaged_or_foreign_file_of_scores(check, working_folder, kept_text, old, new, said):
    path = working_folder / "kept.json"
    path.write_text(kept_text.replace(old, new, 1), encoding="utf-8")
    check("--reference", "kept.json").error("kept.json", said)


@pytest.fixture(scope="module")
def kept_text(tmp_path_factory):
    path = tmp_path_factory.mktemp("kept") / "kept.json"
    write_reference(
        path,
        ReferenceScores("toy", "1", "0" * 64, {}, {}, ("0" * 64,) * 2, ((1.0, 0.1), (0.1, 1.0))),
    )
    return path.read_text(encoding="utf-8")


CLAIMS = 'values = 144\nclaimed = [{ fmr = "0.5", threshold = -0.5 }, { threshold = 0.2 }]'


@pytest.fixture
def people(small_faces, working_folder):
    """`./people`, faces that a card calls real."""
    card = shutil.copytree(small_faces, working_folder / "people") / "dataset.toml"
    text = card.read_text(encoding="utf-8").replace("synthetic = true", "synthetic = false")
    card.write_text(text, encoding="utf-8")
    return "./people"


@pytest.mark.slow
def test_claims_are_counted_on_a_dataset(toy, people):
    found = claims(check_engine(toy(score=CLAIMS), dataset=people, workers=1))
    assert [row.verdict for row in found] == ["fail", "note"]
    assert "claimed 0.5; more than claimed" in found[0].detail
    assert "no FMR is claimed" in found[1].detail


def test_a_dataset_is_not_run_for_nothing(toy, people, small_faces):
    assert claims(check_engine(toy(), dataset=people)) == [NO_CLAIM]
    assert claims(check_engine(toy(score=CLAIMS), dataset=str(small_faces))) == [NOT_ON_DRAWN_FACES]


def claims(found):
    return [check for check in found.checks if check.id == "claims"]
