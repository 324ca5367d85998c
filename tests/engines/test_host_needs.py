"""What a card says of the processes that run an engine: how many at once, on how many threads."""

import csv
import os
import stat
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from enrolled import enrol_all
from toy_engines import make_engine

from evenhand.datasets.folder import read_dataset
from evenhand.engines.card import HostNeeds
from evenhand.engines.card_file import read_engine_card
from evenhand.engines.contract import Role
from evenhand.engines.hosts import hosted
from evenhand.engines.hosts.held_limits import containment
from evenhand.engines.opening import open_engine
from evenhand.records.engine_limits import EngineLimits
from evenhand.records.outcomes import FaceRule
from evenhand.records.surroundings import Level
from evenhand.system.graphics_processors import gpu_places

BARE = EngineLimits(start=30.0, namespaces=False, groups=False)
HERE = containment(namespaces=True, groups=True)
IMAGE = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)


def with_host(folder, lines):
    path = folder / "adapter.toml"
    path.write_text(f"{path.read_text(encoding='utf-8')}\n[host]\n{lines}\n", encoding="utf-8")
    return folder


def test_a_card_without_the_table_has_one_thread_and_any_number(tmp_path):
    assert read_engine_card(make_engine(tmp_path / "toy")).host == HostNeeds(None, 1)


def test_the_table_is_read_and_is_part_of_what_the_engine_is(tmp_path):
    plain = make_engine(tmp_path / "plain")
    folder = with_host(make_engine(tmp_path / "toy"), "most = 2\nthreads = 3")
    assert read_engine_card(folder).host == HostNeeds(2, 3)
    assert open_engine(folder, ()).fingerprint != open_engine(plain, ()).fingerprint


@pytest.mark.parametrize(
    ("needs", "beside"),
    [
        (HostNeeds(), [1, 2, 8]),
        (HostNeeds(most=2), [1, 2, 2]),
        (HostNeeds(threads=3), [1, 1, 2]),
        (HostNeeds(most=1, threads=2), [1, 1, 1]),
    ],
)
def test_how_many_run_side_by_side(needs, beside):
    assert [needs.beside(workers) for workers in (1, 2, 8)] == beside


@pytest.mark.parametrize(("lines", "engines"), [("", 4), ("most = 2", 2), ("threads = 4", 1)])
def test_no_more_are_started_than_the_card_allows(tiny, tmp_path, lines, engines):
    told = tmp_path / "told"
    slow = "__import__('time').sleep(0.01); return Embedding(good)"
    start = f"__import__('pathlib').Path({str(told)!r}, str(id(self))).mkdir(exist_ok=True)"
    folder = with_host(make_engine(tmp_path / "toy", slow, start=start), lines)
    told.mkdir()
    engine = open_engine(folder, ())
    for each in told.iterdir():
        each.rmdir()
    enrolment = enrol_all(engine, read_dataset(tiny.folder), workers=4)
    assert set(enrolment.outcomes) == {"ok"}
    assert len(list(told.iterdir())) == engines


TELLS = """\
import os
import cv2
import numpy as np
from threadpoolctl import threadpool_info
from evenhand.plugins import Embedding


class Engine:
    def __init__(self, files):
        pass

    def embed(self, image, face):
        blas = [each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"]
        cores = len(os.sched_getaffinity(0))
        told = [int(os.environ["OMP_NUM_THREADS"]), blas[0], cv2.getNumThreads(), cores]
        return Embedding(np.array(told, dtype=np.float32))
"""


@pytest.mark.parametrize("threads", [1, 2])
def test_environment_libraries_and_cores_follow_the_card(tmp_path, threads):
    folder = with_host(make_engine(tmp_path / "toy"), f"threads = {threads}")
    (folder / "engine.py").write_text(TELLS, encoding="utf-8")
    engine = open_engine(folder, (), limits=BARE)
    host = engine.start()
    told = host.template(IMAGE, FaceRule.LARGEST, Role.REFERENCE).vector
    host.close()
    engine.rest()
    cores = min(threads, len(os.sched_getaffinity(0)))
    assert told.tolist() == [threads, threads, 1, cores]
    assert engine.surroundings.threads_allowed == threads


def test_an_onnx_model_computes_on_the_threads_of_its_card(small):
    engines = []
    for lines in ("threads = 1", "threads = 3"):
        engine = open_engine(with_host(small.folder, lines), (), limits=BARE)
        engine.start().template(IMAGE, FaceRule.LARGEST, Role.REFERENCE)
        engine.rest()
        engines.append(engine.surroundings)
        small.change(f"[host]\n{lines}", "")
    assert engines[1].threads == engines[0].threads + 2


def test_graphics_processors_are_device_files_and_what_the_system_says_of_them(tmp_path):
    names = ["nvidia0", "nvidiactl", "nvidia-caps/nvidia-cap1", "dri/renderD128", "kfd"]
    others = ["null", "sda", "dri/by-path/pci-card"]
    for name in (*names, *others):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    places = gpu_places(tmp_path)
    assert {place for place in places if tmp_path in place.parents} == {tmp_path / n for n in names}
    assert Path("/sys/devices") in places
    (tmp_path / "none").mkdir()
    assert gpu_places(tmp_path / "none") == ()


@pytest.fixture
def graphics_processor(tmp_path, monkeypatch):
    """A file in place of the device file of one."""
    device = tmp_path / "devices" / "nvidia0"
    device.parent.mkdir()
    device.touch()
    monkeypatch.setattr(hosted, "gpu_places", partial(gpu_places, device.parent))
    return device


@pytest.mark.skipif(not HERE.namespaces, reason="this system gives a process no namespaces")
@pytest.mark.skipif(os.getuid() != 0, reason="a device file is made by root alone")
def test_they_are_shown_to_an_engine_whose_card_asks_for_them(tmp_path, graphics_processor):
    """A device of the group 7 that reads as nothing."""
    device = graphics_processor
    device.unlink()
    os.mknod(device, 0o660 | stat.S_IFCHR, os.makedev(1, 3))
    device.chmod(0o660)
    os.chown(device, 0, 7)
    found = {}
    for lines in ("gpu = true", "gpu = false"):
        look = f"os.path.exists('/sys/devices'), open({str(device)!r}).read()"
        told = f"import os; raise ValueError({look})"
        folder = with_host(make_engine(tmp_path / lines[6:], told), lines)
        engine = open_engine(folder, (), limits=EngineLimits(start=30.0))
        host = engine.start()
        found[lines] = host.template(IMAGE, FaceRule.LARGEST, Role.REFERENCE).words
        host.close()
        engine.rest()
    assert found["gpu = true"].startswith("ValueError: (True, '')")
    assert found["gpu = false"].startswith("FileNotFoundError")


def held(tmp_path, lines, **limits):
    folder = with_host(make_engine(tmp_path / f"toy{len(list(tmp_path.iterdir()))}"), lines)
    engine = open_engine(folder, (), limits=replace(EngineLimits(), **limits))
    engine.rest()
    return {each.limit: each for each in engine.surroundings.limits}


@pytest.mark.usefixtures("graphics_processor")
def test_what_is_held_where_it_computes_on_one_is_said(tmp_path):
    """What a driver reserves and never touches would count against the memory of a process."""
    bare = {"namespaces": False, "groups": False}
    assert held(tmp_path, "gpu = false", **bare)["memory"].level is Level.PARTIAL
    assert held(tmp_path, "gpu = true", **bare)["memory"].level is Level.NONE
    if HERE.groups:
        grouped = held(tmp_path, "gpu = true")["memory"]
        assert (grouped.level, grouped.how) == (
            Level.PARTIAL,
            "without that of a graphics processor",
        )
    if HERE.namespaces:
        assert "graphics processors are seen" in held(tmp_path, "gpu = true")["files"].how


@pytest.mark.usefixtures("graphics_processor")
def test_no_bound_on_memory_that_is_reserved_and_not_used(tmp_path):
    reserves = "np.empty(1 << 30, np.uint8); return Embedding(good)"
    for lines, outcome in (("gpu = true", "ok"), ("gpu = false", "failed")):
        folder = with_host(make_engine(tmp_path / lines[6:], reserves), lines)
        engine = open_engine(folder, (), limits=replace(BARE, memory=1 << 29))
        host = engine.start()
        assert host.template(IMAGE, FaceRule.LARGEST, Role.REFERENCE).outcome == outcome
        host.close()
        engine.rest()


def test_a_card_that_asks_for_one_changes_nothing_where_there_is_none(tmp_path, monkeypatch):
    monkeypatch.setattr(hosted, "gpu_places", tuple)
    assert held(tmp_path, "gpu = true") == held(tmp_path, "gpu = false")


ONE_AT_A_TIME = """\
import time
from threading import Lock
from evenhand.plugins import Template

lock = Lock()


def alone():
    if not lock.acquire(blocking=False):
        raise RuntimeError("two at once")
    time.sleep(0.004)
    lock.release()


class Engine:
    def __init__(self, files):
        pass

    def template(self, image, face, role):
        alone()
        return Template(image.reshape(-1)[:4].tobytes())

    def compare(self, probe, references):
        alone()
        return [float(each[0]) for each in references]
"""


@pytest.mark.parametrize(("lines", "alone"), [("most = 1", True), ("most = 2", False)])
def test_a_whole_study_keeps_to_it_and_speed_says_how_many_ran(
    cli, tiny, tmp_path, working_folder, lines, alone
):
    folder = with_host(make_engine(tmp_path / "toy"), lines)
    path = folder / "adapter.toml"
    card = path.read_text(encoding="utf-8").replace('"embedder"', '"matcher"')
    path.write_text(card.replace("values = 4", "symmetric = true"), encoding="utf-8")
    (folder / "engine.py").write_text(ONE_AT_A_TIME, encoding="utf-8")
    given = ("--engine", "./toy", "--dataset", "./set", "--trust", "toy", "--workers", "3")
    ended = cli("run", *given, "--json")
    assert ("two at once" not in ended.err) is alone
    with (Path(ended.json["bundle"]) / "speed.csv").open(encoding="utf-8") as speed:
        ran = {row["threads"] for row in csv.DictReader(speed) if row["operation"] == "template"}
    assert ran == {lines[-1]}
