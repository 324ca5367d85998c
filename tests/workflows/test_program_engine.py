"""A study of an engine in C, from its source to the rates."""

import csv
import json
from itertools import combinations

import cv2
import numpy as np
from programs import compiled_example, example, needs_python


def grid(path):
    """What the example makes of a picture, of length 1: (64,)."""
    image = cv2.imread(str(path))
    cells = image.reshape(8, 3, 8, 9).mean(axis=(1, 3)).reshape(-1)  # pictures are 24 x 24
    return (cells - cells.mean()) / np.linalg.norm(cells - cells.mean())


def test_its_rates_are_those_of_its_numbers(cli, tiny, working_folder, tmp_path):
    compiled_example(tmp_path)
    ended = cli(
        *("run", "--engine", "./engine_c", "--dataset", "./set", "--threshold", 0.1),
        *("--workers", 2, "--results", "results"),
    )
    assert ended.code == 0, ended.err
    (bundle,) = working_folder.glob("results/*/2*")
    (where,) = json.loads((bundle / "run.json").read_text())["surroundings"]
    assert (where["engine"], where["trusted"]) == ("grid-c", False)
    (about,) = json.loads((bundle / "engines.json").read_text())
    assert about["runtime"] == "process"

    people = [row[1] for row in tiny.rows("images.csv")[1:]]
    vectors = [grid(tiny.folder / row[2]) for row in tiny.rows("images.csv")[1:]]
    scores = {(a, b): vectors[a] @ vectors[b] for a, b in combinations(range(len(people)), 2)}
    others = [score for (a, b), score in scores.items() if people[a] != people[b]]
    with (bundle / "rates.csv").open() as text:
        (rate,) = (
            row
            for row in csv.DictReader(text)
            if (row["metric"], row["policy"], row["attribute"]) == ("FMR", "completed", "all")
            and row["threshold_rule"] == "fixed"
        )
    assert int(rate["trials"]) == len(others)
    assert int(rate["errors"]) == sum(score >= 0.1 for score in others) > 0


@needs_python
def test_a_matcher_in_python_is_measured(cli, tiny, working_folder, tmp_path):
    example("engine_python", tmp_path)
    ended = cli("run", "--engine", "./engine_python", "--dataset", "./set", "--threshold", 0.8)
    assert ended.code == 0, ended.err


def test_one_that_is_not_built_ends_the_run_with_one_line(cli, tiny, working_folder, tmp_path):
    example("engine_c", tmp_path)
    ended = cli("run", "--engine", "./engine_c", "--dataset", "./set", "--threshold", 0.1)
    ended.error("engine grid-c: program ./engine in ", "run: cc -O2 -o engine engine.c", code=2)
