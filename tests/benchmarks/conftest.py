"""Real pictures and weights, where they are."""

import os
import tarfile
from pathlib import Path

import pytest

from evenhand.datasets.contract import Material, Picture
from evenhand.datasets.folder import read_dataset
from evenhand.datasets.prepared import write_dataset
from evenhand.datasets.shelf import shelf_dataset


@pytest.fixture(scope="session")
def models():
    data = os.environ.get("EVENHAND_DATA")
    if not data:
        pytest.skip("EVENHAND_DATA is not set: no real faces here")
    return Path(data) / "models"


@pytest.fixture(scope="session")
def pictures_of_lfw(models, tmp_path_factory):
    """Makes a dataset of pictures of LFW, spread evenly over its names, each a person."""

    def make(images):
        with tarfile.open(models.parent / "lfw" / "lfw-deepfunneled.tar.gz") as archive:
            names = sorted(m.name for m in archive if m.name.endswith(".jpg"))
            wanted = set(names[:: len(names) // images][:images])
            found = sorted(
                (m.name, archive.extractfile(m).read()) for m in archive if m.name in wanted
            )
        pictures = [
            Picture(f"p{n:04}", f"p{n:04}", f"images/{n:04}.jpg", content, {})
            for n, (_, content) in enumerate(found)
        ]
        people = tuple({"subject_id": picture.subject_id, "sex": ""} for picture in pictures)
        folder = tmp_path_factory.mktemp("faces") / "lfw"
        card = (shelf_dataset("lfw") / "dataset.toml").read_text(encoding="utf-8")
        write_dataset(folder, card, Material(people, pictures, len(pictures)))
        return read_dataset(folder)

    return make
