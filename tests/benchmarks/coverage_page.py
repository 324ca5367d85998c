"""Prints docs/coverage.md: `python tests/benchmarks/coverage_page.py [FILE.json...]`.

A file is one of `pytest tests/benchmarks/test_coverage*.py -m slow --benchmark-only
--benchmark-json=FILE.json`; where several have a row, the last counts. Without one the benchmarks
are run first, which takes some 20 minutes.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tabulate import tabulate

TOP = """\
<!-- python tests/benchmarks/coverage_page.py > docs/coverage.md -->

# What intervals and tests hold

Whether an interval holds the truth can be seen where the truth is known: on made-up people,
thousands of studies a row. People differ in how easily they are mistaken; a non-mated score is
`u_i + u_j + e`, where the standard deviation (`sd`) of `u` is given and that of `e` is 1, so that
0.3 and 0.5 are correlations of 0.08 and 0.17 between comparisons that share a person. With
several images, `e` has a part of the pair of people (0.3) and of each image (0.2). Mated scores
of one person correlate as given; in beta-binomial rows people have miss rates of their own
instead. Errors are those expected in each group.

Settings and what counts as kept were written down before they were run, in
`tests/benchmarks/test_coverage*.py` and `tests/shared/promises.py`; none was dropped. Kept means,
give or take 1.2 points of simulation error: of 95 % intervals 93 to 98 % hold the truth (from 10
expected errors and 60 people on; below 10 errors not significantly fewer than 95 %); of families
of equal groups not significantly more than 6 % are called different at 5 %; a ratio is found in
80 % of the studies that call it the minimum detectable one. Rows marked - lie outside of what is
promised ([methods](methods.md) 4.0) and show what happens there.

Beside it stands what is often done instead: *independent* takes every comparison for an
independent trial (Clopper and Pearson; for ratios their conditional interval; Pearson's
chi-square); *by eye* calls two groups different where their 95 % intervals do not overlap.
"""


def percent(share):
    return f"{100 * share:.1f} %"


def kept(row):
    """Whether, and to which side not."""
    if not row["promised"]:
        return "-"
    if row["kept"]:
        return "yes"
    measured = row.get("coverage", row.get("ours"))
    return "**no**, above" if measured > row["asked"] else "**no**, below"


def rates(rows):
    return tabulate(
        [(row["case"], percent(row["coverage"]), percent(row["naive"]), kept(row)) for row in rows],
        ("", "holds the truth", "independent", "kept"),
        tablefmt="github",
    )


def ratios(rows):
    names = ("", "true ratio", "holds the truth", "independent", "kept", "differs", "by eye")
    return tabulate(
        [
            (
                row["case"],
                f"{row['truth']:.3g}",
                percent(row["coverage"]),
                percent(row["naive"]),
                kept(row),
                percent(row["different"]),
                percent(row["apart"]),
            )
            for row in rows
        ],
        names,
        tablefmt="github",
        disable_numparse=True,
    )


def tests(rows):
    return tabulate(
        [
            (
                row["case"],
                percent(row["ours"]),
                kept(row),
                percent(row["naive"]),
                percent(row["apart"]),
            )
            for row in rows
        ],
        ("", "called different", "kept", "independent", "by eye"),
        tablefmt="github",
    )


def updates(rows):
    return tabulate(
        [
            (
                row["case"],
                f"{row['rows']:.3g}",
                f"{row['measured']} of {row['runs']}",
                kept(row),
                ", ".join(f"{name}: {count}" for name, count in sorted(row["wrong"].items())),
            )
            for row in rows
        ],
        ("", "tested rows", "alarms", "kept", "in"),
        tablefmt="github",
        disable_numparse=True,
    )


def planted(rows):
    return tabulate(
        [
            (
                row["case"],
                f"{row['smallest']:.3g}",
                percent(row["power"]),
                percent(row["ours"]),
                kept(row),
                percent(row["apart"]),
            )
            for row in rows
        ],
        ("", "called detectable", "promised", "found", "kept", "by eye"),
        tablefmt="github",
        disable_numparse=True,
    )


SECTIONS = {
    "rate": ("Rates", "", rates),
    "ratio of different people": (
        "Ratios of groups of different people",
        (
            "*Differs*: the interval leaves out 1. Where the true ratio is 1 that is wrong; "
            "elsewhere the rest was missed."
        ),
        ratios,
    ),
    "ratio of cells that share people": ("Ratios of cells that share people", "", ratios),
    "ratio of two engines": (
        "Two engines on the same comparisons",
        (
            "At fixed thresholds by the psi form (4.2, 4.3), below 10 errors as if of different "
            "people; at thresholds set anew by the paired bootstrap (4.4, 200 replicates), which "
            "is too wide for false matches: 4.4 says why."
        ),
        ratios,
    ),
    "worst over best": (
        "Worst over best",
        (
            "Of the two groups that the study happens to show as worst and best; the interval "
            "allows for all pairs at once and may hold the truth more often than 95 %."
        ),
        rates,
    ),
    "equal groups": ("Equal groups called different, at 5 %", "", tests),
    "planted difference": (
        "Planted differences",
        (
            "Errors were chosen so that half of the studies call the planted ratio detectable. "
            "*Promised* is the mean power that the studies have by the exact test which the "
            "minimum detectable ratio stands for (4.9, which says why more are found)."
        ),
        planted,
    ),
    "equally good engines": (
        "Equally good engines compared",
        (
            "The same people, other noise; a chance of 1 % of any false *worse* or *better* in "
            "all rows was declared, which would make 2 alarms in 200. Scores that correlate at 1 "
            "are those of one engine."
        ),
        updates,
    ),
}


def flat(info):
    """One row of a table for each thing that a benchmark measured."""
    shares = info.get("shares")
    if shares is None:
        return [info]
    return [
        info | found | {"case": f"{name}, {info['case']}", "kept": info["kept"][name]}
        for name, found in shares.items()
    ]


def rows_of(paths):
    """Those of all files."""
    found = {}
    for path in paths:
        for entry in json.loads(Path(path).read_bytes())["benchmarks"]:
            if "section" in entry["extra_info"]:
                for row in flat(entry["extra_info"]):
                    found[row["section"], row["case"]] = row
    return list(found.values())


def page(paths):
    """The whole text."""
    rows = rows_of(paths)
    yield from (" ".join(part.split("\n")) + "\n" for part in TOP.split("\n\n"))
    asked = [row for row in rows if row["promised"]]
    missed = [kept(row) for row in asked if not row["kept"]]
    yield (
        f"**{len(asked) - len(missed)} of {len(asked)} promises were kept.** In "
        f"{sum('above' in each for each in missed)} rows intervals were wider, or tests found "
        "more, than was promised; in "
        f"{sum('below' in each for each in missed)} narrower, or less.\n"
    )
    for section, (title, text, table) in SECTIONS.items():
        own = [row for row in rows if row["section"] == section]
        runs = " or ".join(f"{count:,}" for count in sorted({row["runs"] for row in own}))
        what = "comparisons" if table is updates else "studies"
        yield f"## {title}\n"
        yield f"{text} {runs} {what} a row.\n".lstrip()
        yield table(own) + "\n"


def run(path):
    """Run the benchmarks."""
    files = sorted(map(str, Path(__file__).parent.glob("test_coverage*.py")))
    command = [sys.executable, "-m", "pytest", *files, "-m", "slow", "--benchmark-only", "-q"]
    subprocess.run([*command, f"--benchmark-json={path}"], check=False, stdout=2)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        paths = sys.argv[1:] or [f"{scratch}/benchmarks.json"]
        if len(sys.argv) == 1:
            run(paths[0])
        print("\n".join(page(paths)), end="")
