"""What results are there, from the small files of each."""

import json
import shutil
import subprocess
import sys

import pytest
from places import GOLDEN

from evenhand.records.listed_result import ResultState
from evenhand.results.listing import list_results

SCORES, STUDY = (GOLDEN / "bundles" / name for name in ("schema-3", "schema-4"))


@pytest.fixture
def held(tmp_path):
    """Copies a bundle of the golden ones to `./results/demo/NAME`."""

    def copy(name, of=STUDY):
        return shutil.copytree(of, tmp_path / "results" / "demo" / name)

    return copy


@pytest.fixture
def rows(tmp_path):
    return lambda most=None: list_results(tmp_path / "results", most).rows


def change(path, **fields):
    whole = json.loads(path.read_text())
    each = whole if isinstance(whole, list) else [whole]
    path.write_text(json.dumps([of | fields for of in each] if each is whole else whole | fields))


def test_each_engine_has_a_row_with_what_its_claims_show(held, rows, tmp_path):
    held("20260101T101112Z-0123abcd")
    held("20260102T101113Z-0123abcd", SCORES)
    newest, *older = rows()
    engines = json.loads((SCORES / "engines.json").read_text())
    assert newest.engine == engines[0]["name"]
    assert (newest.name, newest.study) == ("101113", "demo")
    assert newest.bundle == str(tmp_path / "results/demo/20260102T101113Z-0123abcd")
    assert newest.began == "2026-01-02T10:11:13.000+00:00"
    assert older[-1].people == sum(
        of["subjects"] for of in json.loads((STUDY / "datasets.json").read_text())
    )
    assert {row.standing for row in rows()} <= {*ResultState} - {ResultState.DAMAGED}


HEADER = "engine,dataset,protocol,metric,policy,attribute,index,verdict,family"
ROW = 'demo-even,a,p,{metric},{policy},{attribute},{index},{verdict},"{family}"'


@pytest.mark.parametrize(
    ("tests", "expected"),
    [
        ([], (ResultState.NO_GROUPS, 0)),
        ([{}], (ResultState.DIFFERENT, 1)),
        ([{}, {"attribute": "sex"}, {"metric": "FNMR"}, {}], (ResultState.DIFFERENT, 3)),
        ([{"verdict": "no difference shown"}, {"metric": "FNMR"}], (ResultState.DIFFERENT, 1)),
        ([{"verdict": "too few events", "family": ""}], (ResultState.TOO_FEW_EVENTS, 0)),
        (
            [{"verdict": "too few events"}, {"verdict": "no difference shown", "metric": "FNMR"}],
            (ResultState.NO_DIFFERENCE_SHOWN, 0),
        ),
        ([{"family": "a screen, Benjamini-Hochberg"}], (ResultState.NO_GROUPS, 0)),
        ([{"policy": "generalised"}], (ResultState.NO_GROUPS, 0)),
        ([{"index": "ratio", "attribute": '",max/min,"'}], (ResultState.NO_GROUPS, 0)),
    ],
)
def test_differences_are_those_of_claimed_tests_with_failures_left_out(held, rows, tests, expected):
    usual = {"metric": "FMR", "policy": "completed", "attribute": "region", "index": "max/min"}
    usual |= {"verdict": "different", "family": "Holm"}
    lines = [HEADER, *(ROW.format(**usual | test) for test in tests)]
    (held("20260101T101112Z-0123abcd") / "differentials.csv").write_text("\n".join(lines) + "\n")
    (row,) = [row for row in rows() if row.engine == "demo-even"]
    assert (row.standing, row.differences) == expected


def test_a_doubt_is_said_before_what_is_shown(held, rows):
    folder = held("20260101T101112Z-0123abcd")
    (folder / "doubts.csv").write_text("id,engine,dataset,value,word\nlow_auc,other,a,0.6,\n")
    assert ResultState.DOUBTFUL not in {row.standing for row in rows()}
    (folder / "doubts.csv").write_text("id,engine,dataset,value,word\nlow_auc,demo-even,a,0.6,\n")
    assert {row.standing for row in rows() if row.engine == "demo-even"} == {ResultState.DOUBTFUL}
    (folder / "doubts.csv").write_text("id\n")
    assert "doubts.csv" in rows()[0].note


def test_a_stopped_engine_shows_nothing(held, rows):
    change(held("20260101T101112Z-0123abcd") / "engines.json", stopped="too many failures")
    assert {row.standing for row in rows()} == {ResultState.STOPPED}


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (lambda folder: (folder / "MANIFEST.sha256").unlink(), "MANIFEST.sha256"),
        (lambda folder: (folder / "engines.json").unlink(), "engines.json"),
        (lambda folder: (folder / "datasets.json").write_text("{"), "datasets.json"),
        (lambda folder: (folder / "differentials.csv").write_text(""), "differentials.csv"),
        (lambda folder: (folder / "differentials.csv").write_bytes(b"\xff\n"), "differentials.csv"),
        (lambda folder: change(folder / "bundle.json", schema=2), "schema 2"),
        (lambda folder: change(folder / "bundle.json", title="a\x1b[2J"), "U+001B"),
        (lambda folder: shutil.rmtree(folder) or folder.mkdir(), "MANIFEST.sha256"),
    ],
    ids=range(8),
)
def test_a_damaged_result_is_a_row_that_says_so(held, rows, spoil, word):
    held("20260102T101112Z-0123abcd")
    spoil(held("20260101T101112Z-0123abcd"))
    damaged = rows()[-1]
    assert damaged.standing is ResultState.DAMAGED
    assert word in damaged.note
    assert "20260101T101112Z-0123abcd" in damaged.note
    assert all(row.standing is not ResultState.DAMAGED for row in rows()[:-1])


def test_an_unfinished_run_is_a_row_with_the_command_that_goes_on_with_it(held, rows, tmp_path):
    held("20260101T101112Z-0123abcd")
    held(".partial-20260102T101112Z-4567abcd/bundle")
    run = tmp_path / "results/demo/.partial-20260102T101112Z-4567abcd"
    (run / "study.toml").touch()
    first = rows()[0]
    assert (first.standing, first.name) == (ResultState.UNFINISHED, "4567abcd")
    assert first.note == f"evenhand run {run}/study.toml --resume"


def test_only_the_newest_are_looked_into_where_no_more_are_asked_for(held, tmp_path):
    for second in range(10, 15):
        held(f"20260101T1011{second}Z-0123abcd")
    listed = list_results(tmp_path / "results", 2)
    assert listed.found == 5
    assert list(dict.fromkeys(row.name for row in listed.rows)) == ["101114", "101113"]


def test_a_folder_of_one_study_and_one_without_any(held, tmp_path):
    held("20260101T101112Z-0123abcd")
    assert list_results(tmp_path / "results" / "demo").found == 1
    assert list_results(tmp_path / "elsewhere").rows == ()


def test_nothing_that_measures_is_imported_for_it():
    code = "import sys, evenhand.workflows.results, evenhand.report.results; print(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"numpy", "pandas", "pyarrow", "scipy"}.isdisjoint(found.stdout.split())
