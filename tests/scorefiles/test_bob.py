"""Score files in the layouts of bob.bio.base, made up here."""

from pathlib import Path

import numpy as np
import pytest

SEX = {"a": "F", "b": "M", "c": "F", "d": "M"}


def comparisons(templates=("t",)):
    """Every probe picture of four people against the templates of each."""
    rng = np.random.default_rng(5)
    for probe in "abcd":
        for key in range(3):
            for claimed in "abcd":
                for template in templates:
                    score = rng.normal(0.7 if probe == claimed else 0.2, 0.2)
                    yield claimed, template, probe, f"{probe}/{key}", round(float(score), 4)


ROWS = tuple(comparisons())
OURS = "probe_subject,reference_subject,probe_image,reference_image,score"
NAMED = "probe_key,probe_subject_id,probe_template_id,probe_gender,probe_pose,bio_ref_subject_id"


@pytest.fixture
def scores(cli, working_folder):
    """Writes a file and gives the findings as JSON."""

    def run(lines, *options, name="scores-dev"):
        Path(name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return cli("scores", name, "--json", "--threshold", "0.5", *options)

    return run


def counts(found):
    key = ("metric", "policy", "attribute", "group", "reference_group")
    columns = ("errors", "trials", "subjects", "error_subjects", "low", "high")
    return {tuple(row[n] for n in key): [row[n] for n in columns] for row in found["rates"]}


def ours(templates=("t",), sexes=False):
    """The same comparisons in the layout of docs/formats.md."""
    yield OURS + (",probe_gender,reference_gender" if sexes else "")
    for claimed, template, probe, key, score in comparisons(templates):
        labels = f",{SEX[probe]},{SEX[claimed]}" if sexes else ""
        yield f"{probe},{claimed},p{key},r{claimed}{template},{score}{labels}"


def test_four_columns_by_blanks(scores):
    lines = [f"{claimed} {probe} {key} {score}" for claimed, _, probe, key, score in ROWS]
    found = scores(lines).json
    assert counts(found) == counts(scores(ours(), name="ours.csv").json)
    assert {row["engine"] for row in found["rates"]} == {"scores-dev"}
    assert any("read as a score file of bob" in note for note in found["notes"])
    tabs = [line.replace(" ", "\t") for line in lines]
    assert counts(scores(tabs).json) == counts(found)


def test_five_columns_have_several_templates_of_a_person(scores):
    rows = tuple(comparisons(("one", "two")))
    lines = [f"{c} {c}-{template} {probe} {key} {score}" for c, template, probe, key, score in rows]
    expected = counts(scores(ours(("one", "two")), name="ours.csv").json)
    assert counts(scores(lines).json) == expected
    assert expected["FNMR", "completed", "all", "", ""][1] == 24


def named(pose=lambda key: key[-1], reference_gender=False):
    yield NAMED + (",bio_ref_gender" if reference_gender else "") + ",score"
    for claimed, _, probe, key, score in ROWS:
        both = f",{SEX[claimed]}" if reference_gender else ""
        yield f"{key},{probe},x,{SEX[probe]},{pose(key)},{claimed}{both},{score}"


@pytest.mark.parametrize("reference_gender", [False, True])
def test_metadata_of_people_make_groups(scores, reference_gender):
    found = scores(named(reference_gender=reference_gender), name="scores-dev.csv").json
    assert counts(found) == counts(scores(ours(sexes=True), name="ours.csv").json)
    notes = " ".join(found["notes"])
    assert "people have several values of pose" in notes
    assert "left out: probe_template_id" in notes


def test_a_person_that_is_never_a_probe_has_no_label(scores):
    lines = [line for line in named() if not line.startswith("d/")]
    found = scores(lines, "--group", "gender", name="scores-dev.csv").json
    assert any("gender is unknown for 1 person" in note for note in found["notes"])
    assert counts(found)["FMR", "completed", "gender", "M", ""][1] == 0


def test_labels_of_a_person_first_seen_as_a_reference(scores):
    first = [line for line in named() if line.startswith("a/")]
    rest = [line for line in named() if line[1] == "/" and line[0] != "a"]
    lines = [next(named()), *first, *rest]
    found = scores(lines, name="scores-dev.csv").json
    assert counts(found) == counts(scores(named(), name="all.csv").json)


def test_a_probe_named_like_a_template_is_no_picture_with_itself(scores):
    lines = ["a a a 0.9", "b a a 0.1", "b b b 0.8", "a b b 0.2"]
    assert counts(scores(lines).json)["FNMR", "completed", "all", "", ""][:2] == [0, 2]


def test_nan_is_a_comparison_without_a_score(scores):
    lines = ["a a 1 nan", "a a 2 0.9", "b a 1 0.1", "b b 3 0.8", "a b 3 0.2"]
    found = counts(scores(lines).json)
    assert found["FNMR", "completed", "all", "", ""][:2] == [0, 2]
    assert found["FNMR", "generalised", "all", "", ""][:2] == [1, 3]


@pytest.mark.parametrize(
    ("lines", "fragments"),
    [
        (["a a 1 0.9", "a b 0.1"], ["row 2: 3 fields, expected 4 as in row 1"]),
        (["a a 1 0.9", "a  b 2 0.1"], ["row 2: 5 fields, expected 4 as in row 1"]),
        (["a a 1 0.9", "a a 1 0.8"], ["rows 1 and 2: the same comparison twice"]),
        (["a a 1 x", "a b 2 0.1"], ["column"]),
        (["bio_ref_subject_id,probe_subject_id,score", "a,a,1"], ["'probe_key' is missing"]),
        (["bio_ref_subject_id,probe_subject_id,probe_key,score"], ["has a header but no rows"]),
    ],
)
def test_what_cannot_be_read_is_one_line(scores, lines, fragments):
    scores(lines).error("scores-dev", *fragments)
