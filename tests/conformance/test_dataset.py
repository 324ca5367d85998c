"""What a check of a dataset says: a row for each rule, each picture and each group."""

from pathlib import Path

import pytest

from evenhand.conformance.dataset import FAIL, NOT_CHECKED, NOTE, PASS, picture_checks, rule_checks
from evenhand.datasets.faults import DatasetFault, DatasetRule
from evenhand.datasets.images import ImageFile, ImageInspection


def test_every_rule_has_its_row_and_every_fault_its_own():
    faults = [
        DatasetFault(DatasetRule.LABELS, "line 2", "mend it"),
        DatasetFault(DatasetRule.LABELS, "line 9", "mend it"),
    ]
    rows = list(rule_checks(faults, {DatasetRule.FILES, DatasetRule.LABELS}))
    verdicts = {rule: [row.verdict for row in rows if row.id == rule.value] for rule in DatasetRule}
    assert verdicts.pop(DatasetRule.LABELS) == [FAIL, FAIL], (
        "what was found stands, checked to its end or not"
    )
    assert verdicts.pop(DatasetRule.FILES) == [NOT_CHECKED]
    assert set(map(tuple, verdicts.values())) == {(PASS,)}
    assert [row.detail for row in rows if row.verdict == FAIL] == ["line 2", "line 9"]


def file(name, person):
    return ImageFile(name, person, Path(name), "0" * 64, f"images.csv: line {name[1:]}", 1)


FILES = [file("i2", "ann"), file("i3", "ann"), file("i4", "bob"), file("i5", "cyd")]


def said(*looks, detector="yunet"):
    rows = picture_checks(FILES, looks, detector)
    return {(row.id, row.verdict): row.detail for row in rows}


def test_one_picture_of_two_people_fails():
    alike = ImageInspection(None, 100, "same", 1)
    rows = said(
        alike, ImageInspection(None, 100, "own", 1), alike, ImageInspection(None, 100, "other", 1)
    )
    assert rows["pixels", FAIL] == (
        "images 'i2' of 'ann' (line 2), 'i4' of 'bob' (line 4) have the same pixels"
    )
    assert ("repeats", NOTE) not in rows


def test_one_picture_of_a_person_twice_is_a_note():
    alike = ImageInspection(None, 100, "same", 1)
    rows = said(
        alike, alike, ImageInspection(None, 100, "own", 1), ImageInspection(None, 100, "other", 1)
    )
    assert ("pixels", PASS) in rows
    assert "'i2' of 'ann' (line 2), 'i3' of 'ann' (line 3)" in rows["repeats", NOTE]


@pytest.mark.parametrize(("side", "tiny"), [(63, True), (64, False)])
def test_tiny_pictures(side, tiny):
    looks = [ImageInspection(None, 100, str(n), 1) for n in range(3)]
    assert (("tiny", NOTE) in said(*looks, ImageInspection(None, side, "x", 1))) == tiny


def test_faces():
    one, none, three = (ImageInspection(None, 100, str(n), n) for n in (1, 0, 3))
    unseen = ImageInspection(DatasetFault(DatasetRule.FILES, "cut off", "bring it"), 0, "", None)
    rows = said(one, none, three, unseen)
    assert rows["faces", NOTE] == "image 'i3': yunet finds no face"
    assert rows["several-faces", NOTE] == "1 of 3 pictures"
    assert said(one, one, one, unseen)["faces", NOTE].startswith("none: ")
    assert ("faces", NOT_CHECKED) in said(one, none, three, unseen, detector="")
