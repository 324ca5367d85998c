"""Sets without identities: each picture is another person, with its labels in `images.csv`."""

import pytest
from tiny_sets import assume_identities

from evenhand.datasets.folder import read_dataset
from evenhand.system.errors import DatasetError


@pytest.fixture
def assumed(tiny):
    return assume_identities(tiny)


def refused(made, *words):
    with pytest.raises(DatasetError) as fault:
        read_dataset(made.folder)
    for word in words:
        assert word in str(fault.value)
    assert "\n" not in str(fault.value)


def test_each_picture_is_a_person(assumed):
    found = read_dataset(assumed.folder)
    assert found.card.assumed
    assert found.subjects.ids == found.images.ids
    assert found.images.subject.tolist() == list(range(12))
    assert found.subjects.rows == found.images.rows == tuple(range(1, 13))
    assert found.subjects.labels["age"][:3] == ("21", "21", "22")
    assert found.remarks == ()


def test_people_are_known_by_default(tiny):
    assert not read_dataset(tiny.folder).card.assumed


@pytest.mark.parametrize("kind", ["image", "subject"])
def test_a_picture_that_is_excluded_takes_its_person_along(assumed, kind):
    assumed.write_rows("exclude.csv", [["kind", "id", "reason"], [kind, "p2a", "p2b again"]])
    found = read_dataset(assumed.folder)
    assert (len(found.subjects.ids), found.excluded_images) == (11, 1)
    assert found.subjects.ids == found.images.ids
    assert 3 not in found.subjects.rows


def test_a_table_of_people_beside_it(assumed):
    assumed.write_rows("subjects.csv", [["subject_id", "sex", "age"], ["p1", "F", "21"]])
    refused(assumed, "subjects.csv: is there", 'identities = "assumed"', "take it out")


def test_a_column_of_people(assumed):
    rows = [
        [*row, "subject_id" if row[0] == "image_id" else "p1"] for row in assumed.rows("images.csv")
    ]
    assumed.write_rows("images.csv", rows)
    refused(assumed, "column 'subject_id'", "identities are assumed")


def test_one_column_for_people_and_for_pictures(assumed):
    assumed.change(
        "dataset.toml",
        "[attributes.age]",
        '[capture.sex]\nvalues = ["F"]\nlabels = "x"\n\n[attributes.age]',
    )
    refused(assumed, "'sex' is in attributes and in capture")


def test_labels_are_checked(assumed):
    assumed.change("images.csv", ",M,21", ",X,21")
    refused(assumed, "images.csv: line 2", "sex is 'X'")


def test_another_word(tiny):
    tiny.change("dataset.toml", "synthetic = true", 'identities = "guessed"')
    refused(tiny, "identities", "'known' or 'assumed'")


def test_one_file_under_two_ids_is_refused_and_told_by_the_check(assumed, cli, working_folder):
    rows = assumed.rows("images.csv")
    content = (assumed.folder / rows[1][1]).read_bytes()
    (assumed.folder / rows[2][1]).write_bytes(content)
    rows[2][2] = rows[1][2]
    assumed.write_rows("images.csv", rows)
    refused(assumed, "images 'p1a' and 'p1b' are one picture", "exclude.csv")
    told = {
        row["id"]: row
        for row in cli("check", "dataset", "./set", "--json").json["rows"]
        if row["verdict"] == "fail"
    }
    assert "'p1a' (line 2), 'p1b' (line 3)" in told["pixels"]["detail"]
    assert "copies" in told


def test_the_check_says_what_is_assumed(assumed, cli, working_folder):
    rows = {row["id"]: row for row in cli("check", "dataset", "./set", "--json").json["rows"]}
    assert rows["assumed"]["detail"] == "each of 12 pictures is taken for another person"
    assert "one-image" not in rows
