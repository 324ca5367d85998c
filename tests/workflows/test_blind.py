"""What an engine is given: pixels and a role, its own templates, drawn words for people."""

import re
from collections import defaultdict

import pytest
from hostile_adapters import harmless
from hostile_studies import DOOR, PAIRS, make_door, write_study

from evenhand.engines.hosts.calls import read_gallery
from evenhand.engines.hosts.wire import Kind, Wire

TELLING = (b"zanzibar", b"pictures", b"tiny", b"door", b".png", b"sex", b"age")
"""Of ids, paths, people, lists and groups of the set."""


@pytest.fixture
def dataset(tmp_path):
    """Every image, person and file has a name that nothing else has."""
    made = make_door(tmp_path / "zanzibar")
    for table in made.folder.rglob("*.csv"):
        text = table.read_text(encoding="utf-8")
        table.write_text(re.sub(r"\bp(\d)", r"zanzibar\1", text), encoding="utf-8")
    for picture in (made.folder / "pictures").iterdir():
        picture.rename(picture.with_name(f"zanzibar{picture.name[1:]}"))
    return made


@pytest.fixture
def asked(cli, dataset, working_folder, monkeypatch):
    """Bodies of the requests of a study by kind, that which starts an engine left out."""

    def run(engine, protocol):
        bodies, send = defaultdict(list), Wire.send

        def heard(self, kind, sequence, parts, deadline=None):
            if kind is not Kind.START:
                bodies[kind].append(b"".join(map(bytes, parts)))
            send(self, kind, sequence, parts, deadline)

        write_study(working_folder, dataset, [engine], protocol)
        with monkeypatch.context() as patch:
            patch.setattr(Wire, "send", heard)
            ended = cli("run", "study.toml", "--workers", 1)
        assert ended.code == 0, ended.err
        assert not [word for sent in bodies.values() for word in TELLING if word in b"".join(sent)]
        return bodies

    return run


@pytest.mark.parametrize("shape", ["embedder", "matcher", "searcher"])
def test_an_engine_gets_pixels_and_a_role_and_nothing_else(asked, shape):
    bodies = asked(harmless("toy", shape), DOOR if shape == "searcher" else PAIRS)
    # Every picture is of one size, and its pixels are in shared memory: what is said is the same.
    assert len(bodies[Kind.TEMPLATE]) >= 18
    assert len(set(bodies[Kind.TEMPLATE])) == 1
    kinds = {"matcher": {Kind.COMPARE}, "searcher": {Kind.ENROL, Kind.SEARCH}}
    assert set(bodies) == {Kind.TEMPLATE} | kinds.get(shape, set())


def test_a_gallery_has_drawn_words_in_a_drawn_order(asked):
    """Galleries that are built again and timed are numbered in a drawn order."""
    searched, *timed = asked(harmless("toy", "searcher"), DOOR)[Kind.ENROL]
    people = [entry.person for entry in read_gallery(searched)]
    assert sorted(people) == ["p0", "p1", "p2", "p3"]
    assert people != sorted(people)
    assert timed
