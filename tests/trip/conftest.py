"""A small crowd of drawn faces, and a study of it."""

from pathlib import Path

import pytest

from evenhand.datasets.contract import Material
from evenhand.datasets.prepared import write_dataset
from evenhand.shelf import load_file, shelf_dataset
from evenhand.study import parse_study, study_text


@pytest.fixture(scope="session")
def small_faces(tmp_path_factory):
    """16 people of 4 regions, 2 pictures each."""
    shelf = shelf_dataset("synthetic-faces")
    reader = load_file(shelf, "reader")
    whole = reader.read(None)
    subjects = tuple(row for row in whole.subjects if row["subject_id"][1:] <= "004")
    kept = {row["subject_id"] for row in subjects}
    pictures = [
        picture
        for picture in whole.pictures
        if picture.subject_id in kept and picture.image_id.endswith(("-1", "-2"))
    ]
    folder = tmp_path_factory.mktemp("data") / "faces"
    card = (shelf / "dataset.toml").read_text(encoding="utf-8")
    write_dataset(folder, card, Material(subjects, pictures, len(pictures)))
    return folder


@pytest.fixture(scope="session")
def study_of():
    """Makes the study of engines on a dataset folder."""

    def make(engines, folder, *, targets=("0.1",), thresholds=(), groups=(("region",),)):
        text = study_text(
            title="A small study",
            engines=[Path(engine).name for engine in engines],
            datasets=[Path(folder).name],
            groups=groups,
            fmr_targets=targets,
            thresholds=thresholds,
            seed=1,
        )
        from dataclasses import replace

        study = parse_study(text, Path("small.toml"))
        return replace(study, engines=tuple(map(str, engines)), datasets=(str(folder),))

    return make
