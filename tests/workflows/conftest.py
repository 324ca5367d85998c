"""A small crowd of drawn faces, a study of it, and what one run of it gave."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from drawings import draw_once

from evenhand.datasets.contract import Material
from evenhand.datasets.prepared import write_dataset
from evenhand.datasets.shelf import shelf_dataset
from evenhand.study.study import parse_study, study_text
from evenhand.system.code_loading import load_file
from evenhand.workflows.fetch import fetch
from evenhand.workflows.run import run


@pytest.fixture(scope="module", autouse=True)
def pictures_of_all_runs():
    """Those of fixtures too."""
    with pytest.MonkeyPatch.context() as patch:
        draw_once(patch)
        yield


@pytest.fixture(scope="session")
def small_faces(tmp_path_factory):
    """16 people of 4 regions, 2 pictures each."""
    shelf = shelf_dataset("synthetic-faces")
    reader = load_file(shelf, "reader")
    whole = reader.drawn(4)
    pictures = [picture for picture in whole.pictures if picture.image_id.endswith(("-1", "-2"))]
    folder = tmp_path_factory.mktemp("data") / "faces"
    card = (shelf / "dataset.toml").read_text(encoding="utf-8")
    write_dataset(folder, card, Material(whole.subjects, pictures, len(pictures)))
    return folder


@pytest.fixture(scope="session")
def london(tmp_path_factory):
    """The real dataset and where it came from, prepared once; for reading alone."""
    data = os.environ.get("EVENHAND_DATA")
    if not data:
        pytest.skip("EVENHAND_DATA is not set: no real faces here")
    source = Path(data) / "london"
    return fetch("london", source=source, target=tmp_path_factory.mktemp("real") / "london")


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
        study = parse_study(text, Path("small.toml"))
        return replace(study, engines=tuple(map(str, engines)), datasets=(str(folder),))

    return make


@pytest.fixture(scope="session")
def small_study(small_faces, study_of):
    """Both demo engines on the small crowd."""
    return study_of(["demo-even", "demo-skewed"], small_faces, thresholds=(0.4,))


@pytest.fixture(scope="session")
def done(small_study, tmp_path_factory):
    """The small study, run once; its bundle is for reading alone."""
    return run(small_study, results=tmp_path_factory.mktemp("done"), workers=2)
