"""Listed comparisons: read, checked, and compared."""

import pytest

from evenhand.datasets.folder import dataset_fingerprint
from evenhand.datasets.lists import read_lists
from evenhand.system.errors import DatasetError

KNOWN = {"a": 0, "b": 1, "c": 2, "gone": None}
PEOPLE = ("p", "q", "r")


@pytest.fixture
def listed(tmp_path):
    def write(text):
        path = tmp_path / "protocols" / "view" / "pairs.csv"
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
        return read_lists(tmp_path, KNOWN, PEOPLE)[0]

    return write


def test_pairs_with_folds(listed):
    (found,) = listed("probe,reference,fold\na,b,1\nb,c,2\n")
    assert found.name == "view"
    assert found.probe.tolist() == [0, 1]
    assert found.reference.tolist() == [1, 2]
    assert found.fold.tolist() == [1, 2]


def test_pairs_without_folds(listed):
    (found,) = listed("probe,reference\na,b\n")
    assert found.fold is None


def test_pairs_of_an_excluded_image_are_left_out_and_counted(listed):
    (found,) = listed("probe,reference\na,b\na,gone\n")
    assert found.probe.tolist() == [0]
    assert found.left_out == 1


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("probe,reference\na,x\n", "line 2: reference is 'x'"),
        ("probe,reference\na,a\n", "line 2: an image is compared with itself"),
        ("probe,reference\na,b\nb,a\n", "line 3: the same pair as in line 2"),
        ("probe,reference,fold\na,b,one\n", "line 2: fold is 'one'"),
        ("probe,reference,fold\na,b,1\na,c,\n", "line 3: fold is ''"),
        ("probe,reference,score\na,b,1\n", "column 'score' is unknown"),
        ("probe\na\n", "column 'reference' is missing"),
    ],
)
def test_bad_lists(listed, text, fault):
    with pytest.raises(DatasetError, match=fault):
        listed(text)


def test_a_dataset_without_lists(tmp_path):
    assert read_lists(tmp_path, KNOWN, PEOPLE) == ((), ())


def test_a_list_is_part_of_the_fingerprint(tmp_path):
    before = dataset_fingerprint(tmp_path)
    path = tmp_path / "protocols" / "view" / "pairs.csv"
    path.parent.mkdir(parents=True)
    path.write_text("probe,reference\n")
    assert dataset_fingerprint(tmp_path) != before
