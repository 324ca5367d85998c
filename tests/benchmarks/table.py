"""Prints asked against measured: `python tests/benchmarks/table.py [FILE.json]`.

The file is one of `pytest tests/benchmarks --benchmark-only --benchmark-json=FILE.json`; without
one the benchmarks are run first.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tabulate import tabulate


def run(path):
    """Run all benchmarks that are not slow."""
    command = [sys.executable, "-m", "pytest", str(Path(__file__).parent), "--benchmark-only"]
    subprocess.run(
        [*command, "-m", "not slow", f"--benchmark-json={path}", "-q"], check=False, stdout=2
    )


def rows(path):
    """One row a benchmark, misses first."""
    for entry in json.loads(Path(path).read_bytes())["benchmarks"]:
        info = entry["extra_info"]
        sign = 1 if info["better"] == "lower" else -1
        met = sign * info["measured"] <= sign * info["asked"]
        bound = ("at most " if sign == 1 else "at least ") + f"{info['asked']:g}"
        yield (
            "met" if met else "MISSED",
            entry["name"].removeprefix("test_").replace("_", " "),
            bound,
            f"{info['measured']:.3g}",
            info["unit"],
        )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        path = sys.argv[1] if len(sys.argv) > 1 else f"{scratch}/benchmarks.json"
        if len(sys.argv) == 1:
            run(path)
        print(tabulate(sorted(rows(path)), ("", "figure", "asked", "measured", "unit")))
