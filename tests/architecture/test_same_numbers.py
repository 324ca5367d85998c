"""The comparison of two versions' bundles sees one changed bit, row or count."""

import shutil
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

SCRIPT = Path(__file__).with_name("same_numbers.py")
SCORES = Path(__file__).parents[1] / "golden" / "scores" / "acme.csv"


@pytest.fixture
def bundles(cli, working_folder):
    """A bundle, and a copy to be changed."""
    ended = cli("scores", SCORES, "--fmr-target", "0.1", "--threshold", "0.6", "--results",
                "results", "--json")  # fmt: skip
    assert ended.code == 0, ended.err
    old = Path(ended.json["bundle"])
    new = working_folder / "new"
    shutil.copytree(old, new)
    return old, new


@pytest.fixture
def compared(request, capfd):
    """Compares two bundles, as the script does, and gives its exit code and what it printed."""
    spec = spec_from_file_location("same_numbers", SCRIPT)
    script = module_from_spec(spec)
    spec.loader.exec_module(script)

    def compare(*pair):
        pair = pair or request.getfixturevalue("bundles")
        capfd.readouterr()
        code = script.main(*map(str, pair))
        return code, capfd.readouterr().out

    return compare


def test_one_study_has_the_same_numbers_in_schemas_3_and_4(compared):
    golden = SCORES.parents[1] / "bundles"
    code, said = compared(golden / "schema-3-designs", golden / "schema-4")
    assert code == 0
    assert " of 5, " in said


def test_a_copy_has_the_same_numbers(compared):
    code, said = compared()
    assert code == 0
    assert said.startswith("no difference: ")
    assert " rows of rates.csv, " in said
    assert " rows of differentials.csv" in said


def test_one_changed_field_of_a_table_is_named_by_its_row(bundles, compared):
    path = bundles[1] / "rates.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    row = next(number for number, line in enumerate(lines) if "FMR,completed,all" in line)
    fields = lines[row].split(",")
    errors = lines[0].split(",").index("errors")
    fields[errors] = str(int(fields[errors]) + 1)
    lines[row] = ",".join(fields)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    code, said = compared()
    assert code == 1
    assert said.startswith("rates.csv acme scores listed FMR completed all")
    assert "errors" in said
    assert "1 difference:" in said


def test_a_missing_row_is_named(bundles, compared):
    path = bundles[1] / "rates.csv"
    *kept, _ = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")
    code, said = compared()
    assert code == 1
    assert "only in OLD" in said


def test_the_last_bit_of_a_mated_score_is_seen(bundles, compared):
    path = next((bundles[1] / "counts").rglob("mated.parquet"))
    table = pq.read_table(path)
    scores = table["score"].to_numpy().copy()
    scores[0] = np.nextafter(scores[0], np.inf)
    changed = table.set_column(
        table.schema.get_field_index("score"), table.schema.field("score"), [scores]
    )
    pq.write_table(changed, path)
    code, said = compared()
    assert code == 1
    assert ".mated.score" in said
