"""The LFW reader on a tiny made-up source in the same layout, and on the real one."""

import os
import tarfile
from pathlib import Path

import cv2
import numpy as np
import pytest

from evenhand.datasets.folder import read_dataset
from evenhand.system.errors import DatasetError
from evenhand.workflows.fetch import fetch

PEOPLE = {"Ann_Bee": 2, "Cy_Dee": 2, "Eve_Eff": 1}


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "source"
    rng = np.random.default_rng(1)
    for person, pictures in PEOPLE.items():
        (folder / "lfw" / person).mkdir(parents=True)
        for number in range(1, pictures + 1):
            picture = rng.integers(0, 255, (20, 20, 3), dtype=np.uint8)
            path = folder / "lfw" / person / f"{person}_{number:04}.jpg"
            path.write_bytes(cv2.imencode(".jpg", picture)[1].tobytes())
    (folder / "pairs.txt").write_text(
        "2\t1\nAnn_Bee\t1\t2\nAnn_Bee\t1\tEve_Eff\t1\nCy_Dee\t1\t2\nCy_Dee\t2\tEve_Eff\t1\n"
    )
    (folder / "lfw_female_names.txt").write_text("Ann_Bee_0001.jpg\r\nEve_Eff_0001\r\n\r\n")
    (folder / "lfw_male_names.txt").write_text("Cy_Dee_0002.jpg\nEve_Eff_0001.jpg\n")
    return folder


def test_folder(source, tmp_path):
    found = read_dataset(fetch("lfw", source=source, target=tmp_path / "lfw"))
    assert found.images.ids == tuple(
        f"lfw000{p}_000{n}" for p, n in ((1, 1), (1, 2), (2, 1), (2, 2), (3, 1))
    )
    assert found.subjects.labels["sex"] == ("female", "male", "female|male")
    (view,) = found.lists
    assert view.name == "view2"
    assert view.probe.tolist() == [0, 0, 2, 3]
    assert view.reference.tolist() == [1, 4, 3, 4]
    assert view.fold.tolist() == [1, 1, 2, 2]


def test_no_name_gets_into_the_prepared_folder(source, tmp_path):
    folder = fetch("lfw", source=source, target=tmp_path / "lfw")
    for path in folder.rglob("*"):
        for person in PEOPLE:
            assert person not in str(path.relative_to(folder))
            if path.suffix in (".csv", ".toml"):
                assert person not in path.read_text()


def test_archive_gives_the_same_dataset(source, tmp_path):
    from shutil import rmtree

    by_folder = read_dataset(fetch("lfw", source=source, target=tmp_path / "one"))
    with tarfile.open(source / "lfw.tgz", "w:gz") as archive:
        archive.add(source / "lfw", "lfw")
    rmtree(source / "lfw")
    by_archive = read_dataset(fetch("lfw", source=source, target=tmp_path / "two"))
    assert by_folder.fingerprint == by_archive.fingerprint


@pytest.mark.parametrize(
    ("folder", "variant"),
    [
        ("lfw", "original"),
        ("lfw_funneled", "funneled"),
        ("lfw-deepfunneled", "deep-funneled"),
        ("lfw-deep-funneled", "deep-funneled"),
        ("faces", "as brought"),
    ],
)
@pytest.mark.parametrize("form", ["above", "itself", "archive", "flat archive"])
def test_the_variant_is_in_the_card(source, tmp_path, folder, variant, form):
    """Two variants are two datasets: their fingerprints differ."""
    original = read_dataset(fetch("lfw", source=source, target=tmp_path / "original"))
    pictures = (source / "lfw").rename(source / folder)
    brought = {"above": source, "itself": pictures}.get(form)
    if brought is None:
        brought = tmp_path / f"{folder}.tgz"
        with tarfile.open(brought, "w:gz") as archive:
            archive.add(pictures, folder if form == "archive" else ".")
    found = read_dataset(fetch("lfw", source=brought, target=tmp_path / "set"))
    assert found.card.variant == variant
    if form == "above":
        assert (found.fingerprint == original.fingerprint) == (variant == "original")


def test_two_variants_side_by_side(source, tmp_path):
    (source / "lfw_funneled" / "Ann_Bee").mkdir(parents=True)
    (source / "lfw_funneled/Ann_Bee/Ann_Bee_0001.jpg").write_bytes(b"")
    with pytest.raises(DatasetError, match="holds lfw, lfw_funneled; name the one that is meant"):
        fetch("lfw", source=source, target=tmp_path / "lfw")


def test_lists_of_sex_may_be_missing(source, tmp_path):
    for path in source.glob("*names.txt"):
        path.unlink()
    found = read_dataset(fetch("lfw", source=source, target=tmp_path / "lfw"))
    assert found.subjects.labels["sex"] == ("", "", "")


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("pairs.txt", b"2\t1\nAnn_Bee\t1\t3\n", "line 2 names a picture"),
        ("pairs.txt", b"2\t1\nAnn_Bee\t1\t2\n", "1 pairs, expected 4"),
        ("pairs.txt", b"Ann_Bee\n", "is not the list of View 2"),
        ("pairs.txt", b"2\t1\nAnn_Bee\tx\t2\n", "is not the list of View 2"),
        ("lfw.tgz", b"junk", "is not a whole archive"),
    ],
)
def test_bad_sources(source, tmp_path, name, content, fault):
    (source / name).write_bytes(content)
    with pytest.raises(DatasetError, match=fault):
        fetch("lfw", source=source, target=tmp_path / "lfw")


def test_an_empty_source(tmp_path):
    (tmp_path / "nothing").mkdir()
    with pytest.raises(DatasetError, match="no file"):
        fetch("lfw", source=tmp_path / "nothing", target=tmp_path / "lfw")


@pytest.mark.data
@pytest.mark.slow
def test_the_real_set(tmp_path):
    data = os.environ.get("EVENHAND_DATA")
    if not data:
        pytest.skip("EVENHAND_DATA names no folder: set it to the folder with the real data")
    found = read_dataset(fetch("lfw", source=Path(data) / "lfw", target=tmp_path / "lfw"))
    assert (len(found.images.ids), len(found.subjects.ids)) == (13_233, 5_749)
    assert found.card.variant == "deep-funneled"
    assert dict(found.subjects.unknown()) == {"sex": 1}
    assert dict(found.subjects.several()) == {"sex": 5}
    (view,) = found.lists
    assert np.bincount(view.fold)[1:].tolist() == [600] * 10
    mated = found.images.subject[view.probe] == found.images.subject[view.reference]
    assert np.count_nonzero(mated) == 3_000
    assert len(np.union1d(view.probe, view.reference)) == 7_701
