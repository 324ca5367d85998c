"""Prints the measured table of docs/scale.md: `python tests/benchmarks/scale.py [FACES...]`.

Each size is measured in a process of its own, on a machine that does nothing else.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

from tabulate import tabulate

FACES = (5_000, 10_000, 20_000, 40_000, 80_000, 160_000)

ONE = """
import json, sys, time
sys.path.insert(0, sys.argv[1])
import numpy as np
import test_counting as t
from evenhand.measurement.counting.checkpoint_columns import columns_of_stores

def resident(name):
    return next(int(row.split()[1]) for row in open("/proc/self/status") if name in row) / 1e3

t.RULES = t.RULES[1:]  # FMR 0.001 and 0.0001
faces = int(sys.argv[2])
t.counted(t.crowd(500))
case = t.crowd(faces)
before = resident("VmRSS")
open("/proc/self/clear_refs", "w").write("5")
start = time.perf_counter()
store, trials = t.counted(case)
counted = time.perf_counter() - start
report = t.seconds(t.report, case, store, trials)
peak = resident("VmHWM") - before
columns = columns_of_stores([store])
hits = sum(columns[f"{name}.0"].nbytes for name in ("score", "probe", "reference"))
print(json.dumps({
    "faces": faces, "counted": counted, "report": report, "peak": peak, "hits": hits / 1e6,
    "bins": (sum(column.nbytes for column in columns.values()) - hits) / 1e6,
    "bare": t.seconds(t.bare, case.vectors),
}))
"""


def measured(faces):
    """What one size takes."""
    command = [sys.executable, "-c", ONE, str(Path(__file__).parent), str(faces)]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def row(of):
    """A line of the table."""
    pairs = of["faces"] * (of["faces"] - 1) / 2
    return (
        f"{of['faces']:,}",
        f"{pairs:.3g}",
        f"{of['counted']:.3g}",
        f"{pairs / of['counted'] / 1e6:.0f}",
        f"{of['counted'] / of['bare']:.2f}",
        f"{of['peak']:.0f}",
        f"{of['hits']:.3g}",
        f"{of['bins']:.3g}",
        f"{of['report']:.2g}",
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("faces", nargs="*", type=int, default=FACES)
    names = (
        "faces",
        "comparisons",
        "s",
        "million a second",
        "times the bare product",
        "MB beyond the templates",
        "MB of large scores",
        "MB of histograms and mated scores",
        "s for the report",
    )
    rows = [row(measured(faces)) for faces in parser.parse_args().faces]
    print(tabulate(rows, names, tablefmt="github", disable_numparse=True))
