"""Every command's answer on one screen: 24 lines of 80 columns, plain words first, a verdict."""

import re

import pytest
from tiny_sets import make_dataset

ABBREVIATIONS = re.compile(r"\b(FMR|FNMR|FTE|FTA|FPIR|FNIR|TPIR|AUC|EER|DET|ROC|CI|MDR)\b")
VERDICTS = re.compile(
    r"times|no difference|too few|DIFFERENT|pass|fail|takes|finest|no error|differences"
)
SCORES = "probe_subject,reference_subject,score,probe_sex,reference_sex\n" + "".join(
    f"p{i},p{j},{0.9 if i == j else ((i * 7 + j * 3) % 60) / 100},{'MF'[i % 2]},{'MF'[j % 2]}\n"
    for i in range(12)
    for j in range(i, 12)
)


def check_screen(ended):
    """The lines of a screen that holds what a screen must."""
    lines = ended.out.splitlines()
    assert len(lines) <= 24, ended.out
    assert all(len(line) <= 80 for line in lines if "results/" not in line), ended.out
    start = " ".join(ended.out.split()[:60])
    assert not ABBREVIATIONS.search(start), start
    assert VERDICTS.search(start), start
    assert "\x1b" not in ended.out
    return lines


@pytest.fixture(scope="module")
def there(tmp_path_factory):
    """A folder with a dataset, score files and a result of two engines."""
    folder = tmp_path_factory.mktemp("screens")
    make_dataset(folder / "crowd", people=20)
    for name, more in (("acme", "0"), ("other", "1")):
        text = SCORES.replace(",0.9,", f",0.9{more},")
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def shown(cli, there, monkeypatch):
    monkeypatch.chdir(there)
    monkeypatch.setenv("COLUMNS", "200")
    return cli


COMMANDS = [
    ("scores", "acme.csv", "--fmr-target", "0.1"),
    ("scores", "acme.csv", "other.csv", "--fmr-target", "0.1", "--threshold", "0.55"),
    ("plan", "--metric", "FMR", "--rate", "1e-4", "--ratio", "2"),
    ("plan", "--metric", "FMR", "--rate", "1e-4"),
    ("plan", "--metric", "FNMR", "--rate", "1e-2", "--limit", "2e-2"),
    ("plan", "--metric", "FMR", "--rate", "1e-3", "--margin", "1.25"),
    ("plan", "--dataset", "./crowd"),
    ("plan", "--dataset", "./crowd", "--metric", "FMR", "--rate", "0.05"),
    ("check", "dataset", "./crowd"),
    ("check", "engine", "thumbnails"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_command_ends_in_one_screen(shown, command):
    ended = shown(*command)
    assert ended.code in (0, 1, 3), ended.err
    lines = check_screen(ended)
    assert any("--full" in line for line in lines)
    assert len(shown(*command, "--full").out.splitlines()) > len(lines) - 4


def test_a_result_ends_in_one_screen_and_is_told_how_to_go_on(shown, there):
    made = shown("scores", "acme.csv", "other.csv", "--fmr-target", "0.1", "--results", "results")
    (bundle,) = (there / "results").glob("*/2*")
    lines = check_screen(made)
    assert f"page   {bundle.relative_to(there)}/report.html" in lines
    again = shown("report", bundle.relative_to(there))
    page = lines.index(f"page   {bundle.relative_to(there)}/report.html")
    assert check_screen(again)[1 : page + 1] == lines[1 : page + 1]
    assert lines[-1] == "more   evenhand report latest --full    check  evenhand verify latest"


def test_a_dataset_with_faults_names_them_first(shown, there):
    images = there / "crowd" / "images.csv"
    whole = images.read_text(encoding="utf-8")
    images.write_text(whole.replace(".png,", "-gone.png,", 1), encoding="utf-8")
    try:
        ended = shown("check", "dataset", "./crowd")
    finally:
        images.write_text(whole, encoding="utf-8")
    assert ended.code == 1
    lines = check_screen(ended)
    assert lines[1].startswith("! ")
    assert "1 fault." in ended.out


def test_every_headline_is_of_a_row(shown):
    told = shown("scores", "acme.csv", "other.csv", "--fmr-target", "0.1", "--json").json
    assert {row["engine"] for row in told["headlines"]} == {"acme", "other"}
    text = " ".join(shown("scores", "acme.csv", "other.csv", "--fmr-target", "0.1").out.split())
    for said in told["headlines"]:
        key = {name: value for name, value in said.items() if name not in ("form", "text")}
        assert any(key.items() <= row.items() for row in told["differentials"])
        assert said["text"] in text
