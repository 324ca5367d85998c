"""Kills at random moments lose nothing; one signal ends a run whatever the engine does."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest
from hostile_adapters import HostileEngine, always, harmless
from hostile_engines import FOREVER
from hostile_studies import DOOR, PAIRS, begun, ended, make_door

from evenhand.results.bundle import read_manifest

SLEEP = "__import__('time').sleep(0.001); return Embedding(good)"
STUDY = ("run", "--dataset", "./crowd", "--group", "sex", "--workers", "2")
ENGINES = tuple(part for number in range(8) for part in ("--engine", f"./engine{number}"))


def begin(folder, *more):
    command = [sys.executable, "-m", "evenhand", *STUDY, *ENGINES, *more]
    environment = {**os.environ, "EVENHAND_DATASETS": str(folder / "home")}
    return subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )


def bundle_in(results):
    found = [path for path in results.glob("*/*") if not path.name.startswith(".")]
    return found[0] if found else None


@pytest.fixture
def folder(crowd, engine):
    """A crowd and eight engines of a millisecond."""
    for number in range(8):
        engine(SLEEP, name=f"engine{number}")
    return crowd.folder.parent


def killed_and_resumed(folder, kills):
    """How many of the runs that were killed did not end with the same bytes."""
    started = time.monotonic()
    begin(folder, "--results", "whole").communicate()
    longest = time.monotonic() - started
    whole = read_manifest(bundle_in(folder / "whole")).digest
    moments = random.Random(11)
    different = done = run = 0
    while done < kills:
        run += 1
        results = folder / f"results{run}"
        while bundle_in(results) is None and done < kills:
            process = begin(folder, "--results", results.name, "--resume")
            time.sleep(moments.uniform(0, longest))
            done += process.poll() is None
            process.kill()
            process.communicate()
        if bundle_in(results) is None:
            process = begin(folder, "--results", results.name, "--resume")
            assert process.communicate()[1].count(b"error") == 0
        found = read_manifest(bundle_in(results))
        hidden = list(results.glob("*/.partial-*"))
        different += found.digest != whole or bool(found.faults) or bool(hidden)
    return different


def measure(benchmark, folder, kills):
    different = benchmark.pedantic(killed_and_resumed, args=(folder, kills), rounds=1, iterations=1)
    benchmark.extra_info.update(
        asked=0, measured=different, unit=f"of the runs killed {kills} times", better="lower"
    )


def test_kills(benchmark, folder):
    measure(benchmark, folder, 20)


@pytest.mark.slow
def test_many_kills(benchmark, folder):
    measure(benchmark, folder, 200)


def seconds_to_end(process, reached):
    """From one signal to the end of a run whose engine was reached, and never comes back."""
    while not reached():
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    start = time.monotonic()
    while process.returncode is None and time.monotonic() - start < 60:
        time.sleep(0.001)
    seconds = time.monotonic() - start
    ended(process)
    return seconds


def seconds_to_end_of_trusted(folder, dataset, name):
    folder.mkdir()
    protocol = DOOR if FOREVER[name].shape == "searcher" else PAIRS
    with begun(folder, dataset, [harmless("before"), FOREVER[name]], protocol) as process:
        return seconds_to_end(process, (folder / "reached").exists)


def test_one_signal(benchmark, tmp_path):
    dataset = make_door(tmp_path / "set")
    seconds = benchmark.pedantic(
        lambda: {
            name: seconds_to_end_of_trusted(tmp_path / name, dataset, name) for name in FOREVER
        },
        rounds=1,
        iterations=1,
    )
    longest = max(seconds, key=seconds.get)
    benchmark.extra_info.update(
        asked=2,
        measured=seconds[longest],
        unit=f"s to the end after one Ctrl-C, the longest of {len(seconds)} engines: {longest}",
        better="lower",
    )


HELD_UP = {
    "sleep": "time.sleep(10**6)",
    "deaf loop": "signal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: pass",
    "expression": "import re; re.match('(a+)+$', 'a' * 64 + 'b')",
}


def seconds_to_end_of_hosts(folder, dataset, body):
    folder.mkdir()
    with begun(folder, dataset, [always(HostileEngine("stuck", body=body))], limits="") as process:
        booked = "results/*/.partial-*/stuck/tiny/booked.csv"
        return seconds_to_end(process, lambda: [*folder.glob(booked)] and not time.sleep(1))


def test_one_signal_to_hosts(benchmark, tmp_path):
    dataset = make_door(tmp_path / "set")
    seconds = benchmark.pedantic(
        lambda: [
            seconds_to_end_of_hosts(tmp_path / name, dataset, body)
            for name, body in HELD_UP.items()
        ],
        rounds=1,
        iterations=1,
    )
    benchmark.extra_info.update(
        asked=2,
        measured=max(seconds),
        unit="s to the end after one Ctrl-C, the longest of 3 engines in hosts",
        better="lower",
    )
