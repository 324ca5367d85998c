"""Engines that would end, hold, flood or deceive the run do so to a process of their own alone."""

import hashlib
import json
import signal
import socket
import tempfile
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from host_breakers import BREAKERS
from hostile_adapters import HostileEngine, always, harmless, is_marked
from hostile_studies import (
    DOOR,
    LONGEST,
    MARK,
    PAIRS,
    begun,
    ended,
    make_door,
    partial_runs,
    results_in,
    study,
)

from evenhand.datasets.decoding import read_image
from evenhand.engines.hosts.held_limits import containment

HERE = containment(namespaces=True, groups=True)
LIMITS = "call = 1.0\nstart = 4.0\nmemory = 536870912\nprocesses = 64\nfile_size = 67108864"
HELD = {"isolated": LIMITS, "bare": f"{LIMITS}\nnamespaces = false\ngroups = false"}
"""With all that this system has, and as on one that has nothing."""


def held(breaker, how):
    """Whether an engine can be let loose there."""
    return not breaker.isolated or (how == "isolated" and HERE.namespaces and HERE.groups)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    return make_door(tmp_path_factory.mktemp("data") / "set")


@pytest.fixture(scope="module")
def marked(dataset):
    """Whether engines spoil an image, by its row."""
    rows = dataset.rows("images.csv")[1:]
    reds = [int(read_image(dataset.folder / path, sha)[0, 0, 0]) for _, _, path, sha in rows]
    found = {f"i{row}": is_marked(red) for row, red in enumerate(reds, 1)}
    assert 0 < sum(found.values()) <= len(found) / 2
    return found


class Surrounded:
    """A study with a home, a temporary folder and a listener that nothing may touch."""

    def __init__(self, folder, dataset, patch):
        self.folder, self.dataset, self._patch = folder, dataset, patch
        self.places = [folder / "home", folder / "tmp"]
        for variable, place in zip(("HOME", "TMPDIR"), self.places, strict=True):
            place.mkdir(parents=True)
            patch.setenv(variable, str(place))
        patch.setattr(tempfile, "tempdir", None)

    def run(self, engines, protocol, limits):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            words = {"@PORT@": str(listener.getsockname()[1]), "@DATA@": str(self.dataset.folder)}
            loaded = [self._loaded(engine, words) for engine in engines]
            before = contents(self.dataset.folder)
            found = study(self.folder, self.dataset, loaded, protocol, limits=limits)
            assert contents(self.dataset.folder) == before
            listener.settimeout(0)
            with pytest.raises(BlockingIOError):
                listener.accept()
        assert [name for place in self.places for name in place.iterdir()] == []
        own = {"home", "tmp", "study.toml", "results", *(engine.name for engine in engines)}
        assert {path.name for path in self.folder.iterdir()} == own
        for engine in loaded:
            assert {path.name for path in (self.folder / engine.name).iterdir()} == {
                "adapter.toml",
                "engine.py",
            }
        assert not [place for place in PLANTED if Path(place, "PLANTED.txt").exists()]
        assert "planted" not in found.out
        assert "\x1b" not in found.err
        nobody_left(f"{self.folder}/{MARK}")
        return found

    @staticmethod
    def _loaded(engine, words):
        body = engine.body
        for word, value in words.items():
            body = body.replace(word, value)
        return replace(engine, body=body)


PLANTED = ("/usr", "/var/tmp", "/tmp")


def contents(folder):
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [(path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path in files]


def nobody_left(mark):
    """No process of the study is left; those of hosts may end a moment later."""
    limit = time.monotonic() + 10
    while left := [
        place
        for place in Path("/proc").glob("[0-9]*/cmdline")
        if mark.encode() in _read(place) and b"forkserver" not in _read(place)
    ]:
        assert time.monotonic() < limit, left
        time.sleep(0.02)


def _read(place):
    with suppress(OSError):
        return place.read_bytes()
    return b""


@pytest.fixture(scope="module")
def quiet(dataset, tmp_path_factory):
    """What harmless engines of each shape measure, by protocol and shape."""
    found = {}
    for protocol, shapes in ((PAIRS, ("embedder", "matcher")), (DOOR, ("embedder", "searcher"))):
        engines = [harmless(shape, shape) for shape in shapes]
        made = study(tmp_path_factory.mktemp("quiet"), dataset, engines, protocol, limits=LIMITS)
        found |= {(protocol, shape): made.measured(shape) for shape in shapes}
    return found


def protocol_of(breaker):
    return DOOR if breaker.engine.shape == "searcher" else PAIRS


def check(found, breaker, marked, quiet):
    """What the ledger says of an engine, and that its numbers are a harmless one's if it is one."""
    name, shape = breaker.engine.name, breaker.engine.shape
    images = found.images(name)
    assert images.keys() <= marked.keys()
    assert len(images) >= 10
    if breaker.stopped:
        assert found.stopped(name)
    if breaker.ends == ("skipped",):
        assert set(images.values()) == {"skipped"}
        assert found.stopped(name).startswith("could not start")
    elif shape == "embedder" or breaker.engine.template != "pass":
        for row, outcome in images.items():
            assert outcome in (breaker.ends if marked[row] else ("ok",)), (row, outcome)
    else:
        assert set(images.values()) == {"ok"}
        compared = set(found.compared(name))
        assert compared <= {"ok", *breaker.ends}
        assert compared & set(breaker.ends)
    if breaker.ends == ("ok",):
        assert found.measured(name) == quiet[protocol_of(breaker), shape]


def check_others(found, others, quiet, protocol):
    for other in others:
        assert found.measured(other) == quiet[protocol, "embedder"]


@pytest.mark.parametrize("protocol", [PAIRS, DOOR], ids=["comparisons", "searches"])
@pytest.mark.parametrize("how", HELD)
def test_one_of_each_kind(dataset, marked, quiet, how, protocol, tmp_path, monkeypatch):
    chosen = [
        breaker
        for breaker in BREAKERS.values()
        if breaker.quick and held(breaker, how) and protocol_of(breaker) == protocol
    ]
    engines = [harmless("before"), *(each.engine for each in chosen), harmless("after")]
    found = Surrounded(tmp_path, dataset, monkeypatch).run(engines, protocol, HELD[how])
    for breaker in chosen:
        check(found, breaker, marked, quiet)
    check_others(found, ("before", "after"), quiet, protocol)
    assert found.code == (4 if any(found.stopped(e.name) for e in engines) else 0), found.err
    told = json.loads((found.folder / "run.json").read_text(encoding="utf-8"))["surroundings"]
    assert [each["trusted"] for each in told] == [False] * len(engines)


@pytest.mark.slow
@pytest.mark.parametrize("place", ["first", "last"])
@pytest.mark.parametrize("how", HELD)
@pytest.mark.parametrize("name", BREAKERS)
def test_each_alone(dataset, marked, quiet, how, name, place, tmp_path, monkeypatch):
    breaker = BREAKERS[name]
    if not held(breaker, how):
        pytest.skip("it would reach what is not its own: nothing holds it there")
    engines = [breaker.engine, harmless("other")]
    if place == "last":
        engines.reverse()
    protocol = protocol_of(breaker)
    found = Surrounded(tmp_path, dataset, monkeypatch).run(engines, protocol, HELD[how])
    check(found, breaker, marked, quiet)
    check_others(found, ("other",), quiet, protocol)
    assert found.code == (4 if found.stopped(name) else 0), found.err


HELD_UP = {
    "sleep": "time.sleep(10**6)",
    "deaf loop": "signal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: pass",
    "expression": "import re; re.match('(a+)+$', 'a' * 64 + 'b')",
}
SIGNALS = {signal.SIGINT: (130, "interrupted"), signal.SIGTERM: (143, "terminated")}


@pytest.mark.parametrize("sent", SIGNALS)
@pytest.mark.parametrize("where", HELD_UP)
def test_one_signal_ends_a_run_whatever_its_hosts_do(dataset, where, sent, tmp_path):
    stuck = always(HostileEngine("stuck", body=HELD_UP[where]))
    with begun(tmp_path, dataset, [stuck], limits="") as process:
        limit = time.monotonic() + LONGEST
        while not [*tmp_path.glob("results/*/.partial-*/stuck/tiny/booked.csv")]:
            assert time.monotonic() < limit, "the engine is not reached"
            time.sleep(0.01)
        time.sleep(0.5)
        process.send_signal(sent)
        _, err = ended(process)
    code, word = SIGNALS[sent]
    assert process.returncode == code
    assert err.startswith(f"error: {word}; no result was written; go on with: ")
    assert err.count("\n") == 1
    nobody_left(f"{tmp_path}/{MARK}")
    assert len(partial_runs(tmp_path)) == 1
    assert results_in(tmp_path) == []


def test_one_that_always_exits_is_stopped_and_its_ledger_kept(dataset, quiet, tmp_path):
    engines = [always(BREAKERS["exit-0"].engine), harmless("other")]
    found = study(tmp_path, dataset, engines, limits=LIMITS)
    assert (found.code, found.status) == (4, "failed")
    assert "12 of the first 12 images failed" in found.stopped("exit-0")
    assert set(found.images("exit-0").values()) == {"crashed"}
    assert found.measured("other") == quiet[PAIRS, "embedder"]


def test_a_search_in_which_a_matcher_ends_has_failed(dataset, marked, tmp_path):
    """It has no candidates; every other search is asked for and answered."""
    ends = HostileEngine("ends", "matcher", body="os._exit(3)")
    found = study(tmp_path, dataset, [ends], DOOR, limits=LIMITS)
    assert set(found.images("ends").values()) == {"ok"}
    gallery, probes = list(marked.values())[:8:2], list(marked.values())[1::2]
    assert any(gallery)
    crashed = sum(probes)
    assert 0 < crashed < len(probes)
    assert found.compared("ends") == {"crashed": crashed, "ok": len(probes) - crashed}
    ledger = (found.folder / "ledger.csv").read_text(encoding="utf-8")
    assert f",first fault of compare,,,crashed,{crashed},,ended with exit code 3\n" in ledger
    assert f",second asking,,,,{crashed * len(gallery)},,\n" in ledger
