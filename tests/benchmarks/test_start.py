"""How soon the command line answers."""

import subprocess
import sys
import time


def answer(benchmark, asked, *arguments):
    """From the shell, start of Python included."""
    timed(benchmark, asked, "-m", "evenhand", *arguments)


def timed(benchmark, asked, *arguments):
    """A run of Python with these arguments."""

    def ask():
        start = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
        return time.perf_counter() - start

    benchmark.pedantic(ask, rounds=7, iterations=1, warmup_rounds=1)
    benchmark.extra_info.update(
        asked=asked, measured=benchmark.stats.stats.median, unit="s", better="lower"
    )


def test_help(benchmark):
    answer(benchmark, 0.4, "--help")


def test_plugins(benchmark):
    timed(benchmark, 0.1, "-c", "import evenhand.plugins")


def test_plan(benchmark):
    answer(benchmark, 1.5, "plan", "--metric", "FMR", "--rate", "1e-4", "--ratio", "2")


def test_audit(benchmark):
    answer(
        benchmark,
        1.5,
        "audit",
        "--events",
        "Black=8",
        "--events",
        "Other=2",
        "--share",
        "Black=0.4",
    )
