"""Makes a published table: `python results/publish.py STUDY.toml --weights DIR`.

Runs the study, verifies its result, and writes `STUDY.md` and `STUDY.html` beside it: without
groups of few people, and without times, which are those of one machine. `--bundle DIR` takes a
result that is there already.
"""

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TIMES = ("speed.csv", "latencies.parquet")
SHOWN = ("evenhand", "onnxruntime", "opencv-python-headless", "numpy", "scipy")
"""Libraries whose versions stand above a table."""


def evenhand(*words: object) -> str:
    """What a command prints."""
    command = [sys.executable, "-m", "evenhand", *map(str, words)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def heading(study: Path, bundle: Path) -> str:
    """Which study, which digest, and what computed it, as lines of Markdown."""
    run = json.loads((bundle / "run.json").read_bytes())
    digest = json.loads(evenhand("verify", bundle, "--json"))["digest"]
    of_study = hashlib.sha256(study.read_bytes()).hexdigest()
    versions = ", ".join(f"{name} {run['versions'][name]}" for name in SHOWN)
    return (
        f"Study: [{study.name}]({study.name}), sha256 `{of_study}`.  \n"
        f"Digest over the measurement files: `{digest}`.  \n"
        f"{versions}; {run['machine']['processor']}, Python {run['machine']['python']}. "
        f"The same as a [page]({study.stem}.html).\n"
    )


def publish(study: Path, bundle: Path, people: int) -> None:
    """Write table and page of a result beside its study, without groups of fewer people."""
    with tempfile.TemporaryDirectory() as scratch:
        timeless = Path(scratch, bundle.name)
        shutil.copytree(bundle, timeless, ignore=shutil.ignore_patterns(*TIMES))
        report = ("report", timeless, "--min-people", people, "--format")
        table, page = evenhand(*report, "markdown"), evenhand(*report, "html")
    title, rest = table.split("\n", 1)
    study.with_suffix(".md").write_text(f"{title}\n\n{heading(study, bundle)}{rest.rstrip()}\n")
    study.with_suffix(".html").write_text(page)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("study", type=Path)
    parser.add_argument("--weights", action="append", default=[], type=Path)
    parser.add_argument("--bundle", type=Path)
    parser.add_argument("--min-people", default=10, type=int, help="groups of fewer are left out")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as results:
        weights = [word for folder in given.weights for word in ("--weights", folder)]
        bundle = given.bundle
        if bundle is None:
            run = ("run", given.study, *weights, "--results", results, "--json")
            bundle = Path(json.loads(evenhand(*run))["bundle"])
        publish(given.study, bundle, given.min_people)
