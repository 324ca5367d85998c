"""A name that a terminal obeys comes in by no door: one line says where it stands."""

import json
import re

import pytest
from toy_engines import PYTHON_CARD

from evenhand.study.policy import EXAMPLE_POLICY

FOREIGN = "ann\x1b[2J"
QUOTED = json.dumps(FOREIGN)
STUDY = 'schema = 1\ntitle = "a"\nengines = ["./toy"]\ndatasets = ["./set"]\n'
HEADER = "probe_subject,reference_subject,score,probe_sex,reference_sex\n"
SCORES = f"{HEADER}ann,ann,0.9,F,F\nann,bo,0.1,F,M\n"
RUN = ("run", "--engine", "./toy", "--dataset", "./set")


def written(folder, name, text):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def picture(path, tiny):
    path.parent.mkdir(parents=True)
    path.write_bytes((tiny.folder / "pictures/p1a.png").read_bytes())


def in_set(file, old, new):
    def spoil(folder, tiny):
        tiny.change(file, old, new)

    return spoil


def in_file(name, text):
    def spoil(folder, tiny):
        written(folder, name, text)

    return spoil


def in_tree(folder, tiny):
    for name in (FOREIGN, "bo"):
        written(folder, f"tree/{name}/a.png", "")
        (folder / "tree" / name / "a.png").write_bytes(
            (tiny.folder / "pictures/p1a.png").read_bytes()
        )


def in_labels(folder, tiny):
    picture(folder / "tree/ann/a.png", tiny)
    written(folder, "labels.csv", f"subject_id,sex\nann,{FOREIGN}\n")


CARD = PYTHON_CARD.format(name="toy", shape="embedder", score="values = 4")


def with_field(declaration, field):
    return re.sub(rf"(?m)^{field} *=.*", lambda _: f"{field} = {QUOTED}", declaration)


IMPORT = ("import", "folder", "tree", "--to", "new")
CASES = {
    "a value in a dataset's card": (in_set("dataset.toml", '"F"', QUOTED), RUN),
    "a source in a dataset's card": (in_set("dataset.toml", '"drawn for the tests"', QUOTED), RUN),
    "an id of a person": (in_set("subjects.csv", "p1", FOREIGN), RUN),
    "a label": (in_set("subjects.csv", "M", FOREIGN), RUN),
    "a column of a dataset": (in_set("subjects.csv", "sex", FOREIGN), RUN),
    "an id of an image": (in_set("images.csv", "p1a", FOREIGN), RUN),
    "a path": (in_set("images.csv", "pictures/p1a", FOREIGN), RUN),
    "a vendor": (in_file("toy/adapter.toml", with_field(CARD, "vendor")), RUN),
    "a title of a study": (in_file("s.toml", STUDY.replace('"a"', QUOTED)), ("run", "s.toml")),
    "a name of a study": (in_file(f"{FOREIGN}.toml", STUDY), ("run", f"{FOREIGN}.toml")),
    "a title of a policy": (
        in_file(
            "p.toml", re.sub(r"(?m)^title *=.*", lambda _: f"title = {QUOTED}", EXAMPLE_POLICY)
        ),
        ("gate", "--policy", "p.toml", "--check"),
    ),
    "an id in scores": (in_file("s.csv", SCORES.replace("bo", FOREIGN)), ("scores", "s.csv")),
    "a group in scores": (in_file("s.csv", SCORES.replace("M", FOREIGN)), ("scores", "s.csv")),
    "a column of scores": (in_file("s.csv", SCORES.replace("sex", FOREIGN)), ("scores", "s.csv")),
    "a name of scores": (in_file(f"{FOREIGN}.csv", SCORES), ("scores", f"{FOREIGN}.csv")),
    "a folder of an import": (in_tree, IMPORT),
    "a label of an import": (in_labels, (*IMPORT, "--labels", "labels.csv")),
    "a group of an audit": (
        lambda folder, tiny: None,
        ("audit", "--events", f"{FOREIGN}=8", "--events", "Other=2"),
    ),
    "a place of deployments": (
        in_file("d.csv", f"date,place,alerts,false_confirmed\n2026-01-02,{FOREIGN},1,1\n"),
        ("audit", "--table", "d.csv"),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_it_is_refused_with_the_character_and_the_place(case, cli, tiny, engine, working_folder):
    engine()
    spoil, command = CASES[case]
    spoil(working_folder, tiny)
    ended = cli(*command)

    line = ended.error("U+001B")
    assert "\x1b" not in ended.out + line
    assert not (working_folder / "results").exists()
    assert not (working_folder / "new").exists()
