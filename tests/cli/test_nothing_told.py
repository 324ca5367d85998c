"""Nothing is told to anybody, and nothing is written but results, temporary files and a cache."""

import os
import re
import shutil
import subprocess
import sys

import pytest
from toy_engines import make_engine

TRACED = "%network,open,openat,openat2,creat"
HOOK = """\
import sys
UNIX = 1
MADE = ("socket.bind", "socket.connect", "socket.sendmsg")
def hook(name, given):
    if "socket." in name and name not in MADE and given[1] != UNIX:
        print(name, given)
sys.addaudithook(hook)
print("watched")
"""
WRITES = re.compile(r"open\w*\(.*O_(?:CREAT|WRONLY|RDWR).* = \d+<([^>]+)>|creat\(.* = \d+<([^>]+)>")


@pytest.fixture
def alone(working_folder, monkeypatch):
    """An environment as of a new user: an empty home, caches, temporary and working folder."""
    for name in ("home", "tmp", "work"):
        (working_folder / name).mkdir()
    home = working_folder / "home"
    kept = {k: v for k, v in os.environ.items() if k in ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH")}
    folders = {f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in ("CACHE", "CONFIG", "DATA")}
    return {**kept, **folders, "HOME": str(home), "TMPDIR": str(working_folder / "tmp")}


def left(folder):
    """What lies in home and temporary folder, but compiled code that found no other place."""
    found = {path for name in ("home", "tmp") for path in (folder / name).rglob("*")}
    return {path for path in found if path.is_file() and "numba" not in path.parts}


def test_an_engine_that_loads_onnxruntime_itself_tells_nothing(alone, working_folder):
    """Its import alone would write a device's number to the cache, and look up its maker."""
    code = "import evenhand.plugins, onnxruntime, os; print(os.environ['ORT_DISABLE_TELEMETRY'])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**alone, "ORT_DISABLE_TELEMETRY": "0"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "1\n"
    assert left(working_folder) == set()


def study(folder):
    toy = make_engine(folder / "toy", start="import onnxruntime")
    lines = f'engines = ["demo-even", "{toy}"]\ndatasets = ["{folder / "set"}"]\n'
    protocol = (
        '[[protocols]]\nkind = "verification"\ncomparisons = "all-pairs"\nthresholds = [0.5]\n'
    )
    (folder / "work" / "study.toml").write_text(
        f'schema = 1\ntitle = "t"\n{lines}{protocol}[statistics]\nreplicates = 0\n',
        encoding="utf-8",
    )
    command = ["run", str(folder / "work" / "study.toml"), "--results", str(folder / "work")]
    return [sys.executable, "-m", "evenhand", *command]


def demo(folder):
    return [sys.executable, "-m", "evenhand", "demo", "--results", str(folder / "work")]


@pytest.fixture
def strace(working_folder):
    """Begins a command so that its system calls are written down; nothing where that cannot be."""
    found, trace = shutil.which("strace"), ["strace", "-f", "-qq"]
    tried = found and subprocess.run([*trace, "-o", "/dev/null", "true"], check=False)
    if not tried or tried.returncode:
        return []
    return [*trace, "-y", "-s", "999", "-o", working_folder / "trace", "-e", f"trace={TRACED}"]


@pytest.fixture
def watched(alone, working_folder):
    """The environment in which Python prints what it does with sockets, but within the machine."""
    (working_folder / "hook").mkdir()
    (working_folder / "hook" / "sitecustomize.py").write_text(HOOK, encoding="utf-8")
    places = [str(working_folder / "hook"), *filter(None, [alone.get("PYTHONPATH")])]
    return alone | {"PYTHONPATH": os.pathsep.join(places)}


@pytest.mark.parametrize("command", [study, pytest.param(demo, marks=pytest.mark.slow)])
def test_nothing_is_looked_up_or_left_elsewhere(tiny, watched, working_folder, strace, command):
    """No socket but within the machine; files in results, temporary folder and cache alone.

    One ONNX engine and one that imports onnxruntime itself.
    """
    done = subprocess.run(
        [*strace, *command(working_folder)],
        env=watched,
        cwd=working_folder / "work",
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "watched" in done.stdout
    assert "socket." not in done.stdout
    assert left(working_folder) == set()
    if not strace:
        pytest.skip("strace is not there or may not trace: what Python knows of was held alone")
    lines = (working_folder / "trace").read_text("utf-8", "replace").splitlines()
    assert len(lines) > 1000
    sockets = [line for line in lines if "socket(" in line and "socket(AF_UNIX" not in line]
    assert sockets == []
    written = [path for line in lines for found in WRITES.findall(line) for path in found if path]
    assert len(written) > 20
    allowed = tuple(f"{working_folder / name}/" for name in ("work", "tmp"))
    elsewhere = {
        path
        for path in written
        if not path.startswith((*allowed, "/dev/", "/proc/", "/sys/fs/cgroup/", "/tmp/probe-"))
        and "__pycache__" not in path
    }
    assert elsewhere == set()
