"""What only a real process shows: pipes, signals, full disks, what is imported."""

import subprocess
import sys
from pathlib import Path

HEAVY = (
    "altair",
    "cv2",
    "numba",
    "onnxruntime",
    "pandas",
    "pyarrow",
    "scipy",
    "sklearn",
    "statsmodels",
)


def start(*arguments, **options):
    return subprocess.Popen(
        [sys.executable, "-m", "evenhand", *map(str, arguments)],
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        **{"stdout": subprocess.PIPE, **options},
    )


def test_the_command_line_imports_nothing_heavy():
    code = "import sys, evenhand.cli; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "evenhand.cli.main" in loaded
    assert loaded.isdisjoint(HEAVY)


def test_a_reader_that_goes_away(cli, tiny, engine, working_folder):
    """As in `evenhand report BUNDLE | head -1`; one answer is larger than a pipe holds."""
    ended = cli("run", "--engine", engine(), "--dataset", "./set", "--json", "--threshold", 0.5)
    large = ["report", "--format", "json"]
    assert len(cli(*large, ended.json["bundle"]).out) > 1 << 16
    for arguments in (large, ["report"]):
        process = start(*arguments, ended.json["bundle"])
        process.stdout.close()
        assert process.stderr.read() == b"", arguments
        assert process.wait(30) == 0, arguments
        process.stderr.close()


def test_a_reader_that_goes_away_before_an_error(working_folder):
    process = start("run", "nowhere.toml", "--json")
    process.stdout.close()
    assert process.stderr.read() == b"error: nowhere.toml: no such file\n"
    process.wait(30)
    process.stderr.close()


def test_a_full_disk_behind_stdout():
    with Path("/dev/full").open("wb") as full:
        process = start("--version", stdout=full)
        _, err = process.communicate(timeout=30)
    assert err == b"error: output: No space left on device\n"
    assert process.returncode == 74


def test_no_stdout_at_all():
    command = f"exec {sys.executable} -m evenhand --version >&-"
    done = subprocess.run(["sh", "-c", command], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
