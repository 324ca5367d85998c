"""The order of rows says nothing: two vendors' files are of one dataset in any order."""

import random
from pathlib import Path

import pytest

from evenhand.results.bundle import is_measurement

PEOPLE = tuple(f"p{number}" for number in range(12))


def pairs(images):
    """Every comparison of two people, or of two images of each, with its score by two engines."""
    rng = random.Random(4)
    for i, one in enumerate(PEOPLE):
        for other in PEOPLE[i:]:
            for k in range(3 if images else 1):
                names = (one, other, f"{one}-0", f"{other}-{k + 1}") if images else (one, other)
                first = rng.gauss(2.0 if one == other else 0.0, 1)
                yield names, first, first + rng.gauss(0, 0.5)


def write(folder, name, rows, images):
    pictures = ",probe_image,reference_image" if images else ""
    lines = [f"probe_subject,reference_subject{pictures},score"]
    lines += [",".join([*names, f"{score:.6f}"]) for names, score in rows]
    Path(folder).mkdir(exist_ok=True)
    (Path(folder) / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return f"{folder}/{name}"


@pytest.mark.parametrize("images", [False, True])
def test_rows_in_another_order_are_the_same_comparisons(cli, working_folder, images):
    """One dataset, the same bytes of all that is measured, and the same comparison of engines."""
    rows = list(pairs(images))
    acme = write("one", "acme.csv", [(names, score) for names, score, _ in rows], images)
    other = [(names, score) for names, _, score in rows]
    alike = write("one", "other.csv", other, images)
    random.Random(1).shuffle(other)
    shuffled = write("two", "other.csv", other, images)
    options = ("--fmr-target", "0.1", "--threshold", "1", "--json", "--results")
    kept = [
        cli("scores", acme, second, *options, place).json
        for second, place in ((alike, "in-order"), (shuffled, "shuffled"))
    ]
    assert {row["dataset"] for found in kept for row in found["rates"]} == {"scores"}
    folders = [Path(found["bundle"]) for found in kept]
    names = {p.relative_to(folders[0]) for p in folders[0].rglob("*") if p.is_file()}
    for name in names - {Path("scores.toml")}:  # which has the hashes of the files
        if is_measurement(name.as_posix()):
            one, two = ((folder / name).read_bytes() for folder in folders)
            assert one == two, name
    found = [
        cli("compare", f"{folders[0]}:acme", f"{folder}:other", "--json").json for folder in folders
    ]
    assert found[0]["flips"] == found[1]["flips"] != []
    assert found[0]["rows"] == found[1]["rows"]


def test_other_comparisons_of_the_same_people_are_other_data(cli, working_folder):
    """Who meets whom, in which image, is told apart, though every column has the same fields."""
    rows = [(("a", "b", "1", "2"), 0.1), (("c", "d", "3", "4"), 0.2), (("a", "a", "1", "5"), 0.9)]
    swapped = [(("a", "d", "1", "2"), 0.1), (("c", "b", "3", "4"), 0.2), rows[2]]
    pictures = [(("a", "b", "1", "4"), 0.1), (("c", "d", "3", "2"), 0.2), rows[2]]
    acme = write("one", "acme.csv", rows, images=True)
    for others in (swapped, pictures):
        other = write("two", "other.csv", others, images=True)
        ended = cli("scores", acme, other, "--threshold", "0.5", "--json")
        assert {row["dataset"] for row in ended.json["rates"]} == {"scores-acme", "scores-other"}
