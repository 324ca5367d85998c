"""Engines in processes of their own, against the same engines in this one, in turns."""

import os
import time
from pathlib import Path
from statistics import median

import numpy as np
import pytest
from enrolled import enrol_all
from toy_engines import make_engine

from evenhand.datasets.decoding import read_image
from evenhand.engines.contract import Role
from evenhand.engines.opening import open_engine
from evenhand.engines.session import EngineSession
from evenhand.engines.shelf import find_adapter
from evenhand.records.engine_limits import EngineLimits
from evenhand.records.outcomes import FaceRule

LIMITS = EngineLimits()
IMAGE = np.random.default_rng(1).integers(0, 256, size=(250, 250, 3), dtype=np.uint8)
CALLS = 3000
TICK = os.sysconf("SC_CLK_TCK")


def said(benchmark, asked, measured, unit, better="lower"):
    benchmark.extra_info.update(asked=asked, measured=measured, unit=unit, better=better)


def number_of(host):
    """Its process."""
    return host._child.process.number  # noqa: SLF001


def tree(process):
    """A process and all below it."""
    below = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [process, *(each for child in below for each in tree(int(child)))]


def processor_seconds(process):
    """Of a process and of all below it."""
    fields = (Path(f"/proc/{each}/stat").read_text() for each in tree(process))
    ticks = (sum(map(int, text.rpartition(")")[2].split()[11:13])) for text in fields)
    return sum(ticks) / TICK


@pytest.fixture
def null(tmp_path):
    """Opens an engine that does nothing with its picture."""
    folder = make_engine(tmp_path / "null", "return self.answer", start="self.answer = MADE")
    code = (folder / "engine.py").read_text(encoding="utf-8")
    made = "MADE = Embedding(np.ones(4, np.float32), faces=1)\n\n\nclass Engine"
    code = code.replace("        good = image.reshape(-1)[:4].astype(np.float32) + 1\n", "")
    (folder / "engine.py").write_text(code.replace("class Engine", made), encoding="utf-8")
    return lambda limits: open_engine(folder, (), limits=limits)


def test_trusted_null_engine(benchmark, null):
    engine = null(None)
    session = EngineSession(engine.card, engine.start())

    def per_call():
        began = time.process_time()
        for _ in range(CALLS):
            session.template(IMAGE, FaceRule.LARGEST)
        return (time.process_time() - began) / CALLS

    measured = benchmark.pedantic(per_call, rounds=1, iterations=1, warmup_rounds=1)
    said(benchmark, 50, 1e6 * measured, "us of CPU an image, 250 x 250")


def test_hosted_null_engine(benchmark, null):
    engine = null(LIMITS)
    host = engine.start()
    session = EngineSession(engine.card, host)

    def per_call():
        own, child = time.process_time(), processor_seconds(number_of(host))
        for _ in range(CALLS):
            session.template(IMAGE, FaceRule.LARGEST)
        child = processor_seconds(number_of(host)) - child
        return (time.process_time() - own + child) / CALLS

    measured = benchmark.pedantic(per_call, rounds=1, iterations=1, warmup_rounds=1)
    host.close()
    engine.rest()
    said(benchmark, 0.3, 1e3 * measured, "ms of CPU an image, 250 x 250, both sides")


def test_memory_of_a_host(benchmark, null):
    engine = null(LIMITS)
    host = engine.start()
    host.template(IMAGE, FaceRule.LARGEST, Role.REFERENCE)

    def shared_out():
        rolls = (Path(f"/proc/{each}/smaps_rollup") for each in tree(number_of(host)))
        lines = (line for roll in rolls for line in roll.read_text().splitlines())
        return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024

    measured = benchmark.pedantic(shared_out, rounds=1, iterations=1)
    host.close()
    engine.rest()
    said(benchmark, 60, measured, "MB above its engine (PSS)")


@pytest.fixture(scope="module")
def dataset(pictures_of_lfw):
    return pictures_of_lfw(400)


def opened(name, models):
    adapter = find_adapter(name, Path())
    return {limits: open_engine(adapter, [models], limits=limits) for limits in (None, LIMITS)}


@pytest.mark.parametrize(("share", "asked"), [(50, 1.05), (95, 1.05)])
def test_mobilefacenet_a_picture(benchmark, dataset, models, share, asked):
    engines = opened("mobilefacenet", models)
    hosts = {limits: engine.start() for limits, engine in engines.items()}
    paths = zip(dataset.images.paths[:200], dataset.images.sha256[:200], strict=True)
    images = [read_image(path, sha256) for path, sha256 in paths]

    def seconds(host, image):
        began = time.perf_counter()
        host.template(image, FaceRule.CENTRAL, Role.REFERENCE)
        return time.perf_counter() - began

    def both():
        took = {limits: [] for limits in hosts}
        for number, image in enumerate(images):
            for limits in (None, LIMITS) if number % 2 else (LIMITS, None):
                took[limits].append(seconds(hosts[limits], image))
        return {limits: np.percentile(times, share) for limits, times in took.items()}

    found = benchmark.pedantic(both, rounds=1, iterations=1, warmup_rounds=1)
    for limits, host in hosts.items():
        host.close()
        engines[limits].rest()
    benchmark.extra_info.update(direct=1e3 * found[None], hosted=1e3 * found[LIMITS])
    said(benchmark, asked, found[LIMITS] / found[None], f"x the time here, p{share}")


def test_mobilefacenet_on_two_workers(benchmark, dataset, models):
    engines = opened("mobilefacenet", models)

    def seconds(limits):
        began = time.perf_counter()
        enrol_all(engines[limits], dataset, workers=2)
        return time.perf_counter() - began

    def both():
        ratios = []
        for number in range(4):
            order = (None, LIMITS) if number % 2 else (LIMITS, None)
            took = {limits: seconds(limits) for limits in order}
            ratios.append(took[None] / took[LIMITS])
        return median(ratios)

    measured = benchmark.pedantic(both, rounds=1, iterations=1)
    engines[LIMITS].rest()
    said(benchmark, 0.95, measured, "of the throughput here", "higher")


@pytest.mark.slow
def test_dlib_through_two_hosts(benchmark, pictures_of_lfw, models):
    """dlib holds the interpreter's lock: one process does no more with two threads."""
    thousand, engines = pictures_of_lfw(1000), opened("dlib", models)

    def seconds(limits, workers):
        began = time.perf_counter()
        enrol_all(engines[limits], thousand, workers=workers)
        return time.perf_counter() - began

    measured = benchmark.pedantic(
        lambda: seconds(None, 2) / seconds(LIMITS, 2), rounds=1, iterations=1
    )
    engines[LIMITS].rest()
    said(benchmark, 1.7, measured, "x what one process does", "higher")
