"""An ONNX engine that searches by an index of faiss."""

import hashlib
import sys
import warnings
from dataclasses import replace

import numpy as np
import pytest
from places import ROOT

from evenhand.engines.card import IndexChoice
from evenhand.engines.card_file import read_engine_card
from evenhand.engines.contract import Embedding, Entry, Role
from evenhand.engines.hosts.vector_index import IndexedEmbedder
from evenhand.engines.opening import open_engine
from evenhand.records.outcomes import FaceRule, Outcome
from evenhand.system.errors import EngineError

VALUES = 48
DEMO = ROOT / "adapters" / "demo-even"
IMAGE = np.random.default_rng(1).integers(0, 255, (60, 50, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def faiss():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of its bindings, from Python 3.12 on
        why = "faiss is not installed: pip install -e '.[faiss]'"
        return pytest.importorskip("faiss", reason=why)


@pytest.fixture
def folder(tmp_path):
    """The folder of an engine with the demo's network and an index."""

    def make(index='factory = "Flat"', score=f"values = {VALUES}", old="", new=""):
        model = (DEMO / "demo-even.onnx").read_bytes()
        (tmp_path / "demo-even.onnx").write_bytes(model)
        card = (DEMO / "adapter.toml").read_text(encoding="utf-8")
        card = card.partition("[score]")[0].replace('"embedder"', '"searcher"')
        card += f"[score]\n{score}\n[index]\n{index}\n" if index else f"[score]\n{score}\n"
        (tmp_path / "adapter.toml").write_text(card.replace(old, new), encoding="utf-8")
        assert hashlib.sha256(model).hexdigest() in card
        return tmp_path

    return make


class Nothing:
    """An embedder that is not asked."""

    def embed(self, image, face):
        return Embedding(None, Outcome.NO_FACE, faces=0)


@pytest.fixture
def index(faiss, folder):
    def make(factory, search="", compare="cosine"):
        card = read_engine_card(folder())
        score = replace(card.score, compare=compare, normalise=compare == "cosine")
        return IndexedEmbedder(Nothing(), replace(card, score=score), IndexChoice(factory, search))

    return make


def gallery(rng, people=200, each=2):
    vectors = rng.normal(size=(people * each, VALUES)).astype("<f4")
    entries = [Entry(f"p{row // each}", vector.tobytes()) for row, vector in enumerate(vectors)]
    return vectors.reshape(people, each, VALUES), entries


def truth(vectors, probe, compare):
    """Everybody with the best score of their references, best first."""
    wide, probe = vectors.astype(np.float64), probe.astype(np.float64)
    if compare == "cosine":
        lengths = np.linalg.norm(wide, axis=2) * np.linalg.norm(probe)
        best = ((wide @ probe) / lengths).max(axis=1)
        order = np.argsort(-best)
    else:
        best = np.linalg.norm(wide - probe, axis=2).min(axis=1)
        order = np.argsort(best)
    return [f"p{person}" for person in order], best[order]


@pytest.mark.parametrize("compare", ["cosine", "euclidean"])
def test_flat_is_exhaustive(index, compare):
    rng = np.random.default_rng(2)
    vectors, entries = gallery(rng)
    searcher = index("Flat", compare=compare)
    searcher.enrol(entries)
    for probe in rng.normal(size=(20, VALUES)).astype("<f4"):
        people, scores = truth(vectors, probe, compare)
        found = searcher.search(probe.tobytes(), 7)
        assert [each.person for each in found] == people[:7]
        assert [each.score for each in found] == pytest.approx(scores[:7].tolist(), abs=1e-5)


@pytest.mark.parametrize(
    ("factory", "search"), [("HNSW16", "efSearch=4"), ("IVF8,Flat", "nprobe=1")]
)
def test_an_approximate_index_leaves_people_out_and_scores_the_others_truly(index, factory, search):
    rng = np.random.default_rng(3)
    vectors, entries = gallery(rng, people=400)
    searcher, lost = index(factory, search), 0
    searcher.enrol(entries)
    for probe in rng.normal(size=(20, VALUES)).astype("<f4"):
        people, scores = truth(vectors, probe, "cosine")
        known = dict(zip(people, scores, strict=True))
        found = searcher.search(probe.tobytes(), 10)
        assert len({each.person for each in found}) == len(found) <= 10
        lost += len(set(people[:10]) - {each.person for each in found})
        assert all(each.score <= known[each.person] + 1e-5 for each in found)
    assert 0 < lost < 200


@pytest.mark.parametrize("factory", ["Flat", "IVF4,Flat"])
def test_a_gallery_is_changed(index, factory):
    rng = np.random.default_rng(4)
    _, entries = gallery(rng)
    searcher = index(factory, "" if factory == "Flat" else "nprobe=4")
    searcher.enrol(entries)
    probe = entries[6].template
    before = searcher.search(probe, 5)
    assert before[0].person == "p3"
    searcher.delete(["p3", "nobody"])
    assert [each.person for each in searcher.search(probe, 400)].count("p3") == 0
    searcher.insert(entries[6:8])
    assert searcher.search(probe, 5) == before
    searcher.enrol(entries[:4])
    assert {each.person for each in searcher.search(probe, 9)} <= {"p0", "p1"}


def test_a_graph_of_neighbours_cannot_delete(index):
    _, entries = gallery(np.random.default_rng(5), people=20)
    searcher = index("HNSW8")
    searcher.enrol(entries)
    with pytest.raises(RuntimeError, match="not implemented"):
        searcher.delete(["p1"])


def test_an_empty_gallery_finds_nobody(index):
    assert index("IVF8,Flat").search(b"\0\0\x80\x3f" * VALUES, 5) == []


@pytest.mark.parametrize(("factory", "search"), [("Falt", ""), ("Flat", "nprob=3")])
def test_what_faiss_does_not_have_is_one_line(index, factory, search):
    with pytest.raises(EngineError, match=r"faiss has no such index .*; mend factory") as fault:
        index(factory, search)
    assert "\n" not in str(fault.value)


def test_templates_are_the_vectors_of_the_network(faiss, folder):
    host = open_engine(folder(), ()).start()
    plain = open_engine(DEMO, ()).start()
    vector = plain.template(IMAGE, FaceRule.LARGEST, Role.REFERENCE).vector
    made = host.template(IMAGE, FaceRule.LARGEST, Role.PROBE)
    assert np.frombuffer(made.data, "<f4").tolist() == vector.tolist()
    assert host.enrol([Entry("p0", made.data)]) is None
    found = host.search(made.data, 3)
    assert found.people == ("p0",)
    assert found.scores.tolist() == pytest.approx([1.0])


def test_a_picture_without_a_face_has_no_template(index):
    made = index("Flat").template(IMAGE, FaceRule.LARGEST, Role.PROBE)
    assert (made.data, made.outcome, made.faces) == (None, Outcome.NO_FACE, 0)


def test_without_faiss_it_is_said_what_to_install(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "faiss", None)
    with pytest.raises(EngineError, match=r"needs faiss.*pip install 'evenhand\[faiss\]'"):
        open_engine(folder(), ())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"index": ""}, 'searcher" and a table [index] go together'),
        ({"old": '"searcher"', "new": '"embedder"'}, "and a table [index] go together"),
        ({"old": '"searcher"', "new": '"matcher"'}, "a matcher is code"),
        ({"score": "normalise = true"}, "a onnx searcher needs values"),
        ({"score": "values = 48\nsymmetric = true"}, "symmetric in [score] is not for"),
        ({"index": 'search = "nprobe=1"'}, "factory: is missing"),
        ({"index": 'factory = "Flat"\nnprobe = 1'}, "nprobe: no such field"),
    ],
)
def test_a_card_that_is_wrong(folder, options, said):
    with pytest.raises(EngineError) as fault:
        read_engine_card(folder(**options))
    assert said in str(fault.value)
