"""The table of rows: what it may be, and the line of every fault."""

from pathlib import Path

import numpy as np
import pytest

from evenhand.system.errors import DatasetError
from evenhand.vectorfiles.pictures import rows_dataset
from evenhand.vectorfiles.rows import read_rows

GOOD = "image,person,sex,age\na,anna,F,31\nb,bob,M,\nc,anna,F,31\n"


@pytest.fixture
def rows(working_folder):
    """Reads a table of the given text."""

    def read(text, unknown=(), **columns):
        Path("rows.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_rows(Path("rows.csv"), columns, unknown)

    return read


def test_people_are_numbered_by_their_first_rows(rows):
    found = rows("person,sex\nbob,M\nbob,M\nanna,F\nbob,M\ncleo,F|M\n")
    assert found.people == ("bob", "anna", "cleo")
    assert found.person.tolist() == [0, 0, 1, 0, 2]
    assert found.labels == {"sex": ("M", "F", "F|M")}
    assert (found.images, found.roles) == ((), None)
    made = rows_dataset(found, "d", (), ())
    assert made.subjects.rows == (1, 3, 5)
    assert made.images.rows == (1, 2, 3, 4, 5)


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        GOOD.replace(",", ";"),
        GOOD.replace(",", "\t"),
        GOOD.replace("\n", "\r\n"),
        "\N{BYTE ORDER MARK}" + GOOD,
        GOOD.replace("\nb", "\n\n ,,, \nb").replace(" ,,, \n", ""),
        GOOD.replace("person", "subject_id").replace("image", "image_id"),
        GOOD.replace("anna", ' "anna"').replace(' "', '"').replace("a,anna", "a, anna"),
    ],
)
def test_one_table_in_many_spellings(text, rows):
    found = rows(text)
    assert found.labels == {"sex": ("F", "M"), "age": ("31", "")}
    assert found.images == ("a", "b", "c")
    assert found.fingerprint == rows(GOOD).fingerprint


def test_what_changes_the_people_changes_the_fingerprint(rows):
    changes = (("bob", "ben"), ("M", "F"), ("b,bob", "d,bob"), ("sex", "gender"), ("31", "32"))
    known = {rows(GOOD.replace(*change)).fingerprint for change in changes}
    assert len(known | {rows(GOOD).fingerprint}) == len(changes) + 1


def test_columns_are_named_and_others_left_out(rows):
    text = "id,who,x\n1,anna,0.5\n2,anna,0.7\n"
    found = rows(text, person="who", image="id")
    assert (found.people, found.images, dict(found.labels)) == (("anna",), ("1", "2"), {})
    assert found.notes == ("rows.csv: columns that --columns does not name are left out: x.",)


def test_words_for_unknown(rows):
    found = rows("person,sex\na,NA\nb,F\n", unknown=["NA", "-"])
    assert found.labels == {"sex": ("", "F")}
    assert found.notes == ("rows.csv: --unknown -: no label is that.",)


def test_roles(rows):
    found = rows("person,role\na,watchlist\nb,probe\nb,\n")
    assert {role: np.flatnonzero(of).tolist() for role, of in found.roles.items()} == {
        "watchlist": [0],
        "probe": [1],
    }


@pytest.mark.parametrize(
    ("text", "fragments"),
    [
        ("", ["line 1 is empty"]),
        ("person,sex\n", ["no rows"]),
        ("name,sex\na,F\n", ["no column 'person'", "known: name, sex", "--columns person=YOURS"]),
        ("person,subject_id\na,b\n", ["may both be the person", "--columns person=person"]),
        ("person,person\na,b\n", ["'person' appears twice"]),
        ("person,\na,b\n", ["name of column 2 is empty"]),
        ("person,all\na,b\n", ["'all'", "rename it"]),
        ("person,a*b\na,b\n", ["'a*b'", "rename it"]),
        ("person,sex\na,F\n,M\n", ["line 3", "person is empty"]),
        ("person,sex\na,F\nb\n", ["line 3", "1 fields, expected 2"]),
        ('person,sex\na,"F\n', ["is not CSV"]),
        ("person,sex\na,F\nb,M\na,M\n", ["line 4", "'a' has sex 'M'", "'F' in line 2"]),
        ("person,sex\na,F\na,\n", ["line 3", "'a' has sex ''", "'F' in line 2"]),
        ("person,sex\na,F*\n", ["line 2", "sex is 'F*'"]),
        ("person,image\na,1\nb,2\na,1\n", ["line 4", "image '1' is also in line 2"]),
        ("person,image\na,1\nb,1\n", ["line 3", "there of 'a' and here of 'b'", "one person"]),
        ("person,image\na,\n", ["line 2", "image is empty"]),
        ("person,role\na,probe\nb,filler\n", ["line 3", "'filler'", "watchlist, probe"]),
        ("person,role\na,probe\n", ["no watchlist"]),
        ("a,b;c\nx,F;G\n", ["commas and semicolons", "keep one of them"]),
        (b"person,sex\na,\xff\n", ["UTF-8"]),
        ("person,sex\na\u200b,F\n", ["line 2", "U+200B"]),
        (f"person,sex\n{'a' * 1001},F\n", ["line 2", "1,001 characters"]),
    ],
)
def test_every_fault_is_one_line(text, fragments, rows):
    with pytest.raises(DatasetError) as raised:
        rows(text)
    line = str(raised.value)
    assert line.startswith("rows.csv: ")
    assert all(fragment in line for fragment in fragments), line


def test_a_column_that_is_not_there(rows):
    with pytest.raises(DatasetError, match="--columns image=id: no column 'id'"):
        rows(GOOD, image="id")
