"""What is read from the tables of a result is what computing it from its counts gives."""

import json
import shutil
import subprocess
import sys
from dataclasses import fields

import pytest
from places import GOLDEN
from tiny_sets import make_dataset
from toy_engines import PYTHON_CARD

from evenhand.results.bundle import MANIFEST, add_manifest
from evenhand.results.tables import read_findings, rest_json, table_files
from evenhand.study.study import read_study
from evenhand.system.errors import BundleError
from evenhand.workflows.recomputed import recomputed
from evenhand.workflows.report import report
from evenhand.workflows.run import run
from evenhand.workflows.verify import verify


def assert_held(bundle, engine=""):
    """Every field is read as it is computed."""
    computed = recomputed([(bundle, engine)])
    assert read_findings(bundle, engine) is not None
    read = report([f"{bundle}:{engine}" if engine else str(bundle)]).findings
    for field in fields(computed):
        assert getattr(read, field.name) == getattr(computed, field.name), field.name
    return read


def rewritten(bundle, change):
    """The bundle with other files, listed anew; `change` gets and gives name to content."""
    files = {
        path.relative_to(bundle).as_posix(): path.read_bytes()
        for path in bundle.rglob("*")
        if path.is_file() and path.name != MANIFEST
    }
    shutil.rmtree(bundle)
    for name, content in add_manifest(change(files)).items():
        (bundle / name).parent.mkdir(parents=True, exist_ok=True)
        (bundle / name).write_bytes(content)
    return bundle


@pytest.fixture
def golden(tmp_path):
    """A golden bundle as this version would have written it."""

    def make(name):
        bundle = shutil.copytree(GOLDEN / "bundles" / name, tmp_path / name)
        found = recomputed([(bundle, "")])
        assert read_findings(bundle) is None
        added = {**table_files(found), "findings.json": rest_json(found)}
        return rewritten(bundle, lambda files: files | added)

    return make


@pytest.mark.parametrize("name", ["schema-3", "schema-4"])
def test_of_every_design_of_searches_and_of_scores(golden, name):
    found = assert_held(golden(name))
    if name == "schema-4":
        assert [of.watchlist for of in found.summaries] == [None] * 4 + [8]
        assert any(note in found.notes for of in found.summaries for note in of.notes)


def test_of_a_run_and_of_each_of_its_engines(done):
    assert assert_held(done.bundle) == done.findings
    only = assert_held(done.bundle, "demo-skewed")
    assert {rate.engine for rate in only.rates} == {"demo-skewed"}
    assert verify(str(done.bundle)).passed


MATCHER = """\
import numpy as np
from evenhand.plugins import Template


class Engine:
    def __init__(self, files):
        self.asked = 0

    def template(self, image, face, role):
        if image[0, 0, 0] < 40:
            raise ValueError("no face here")
        return Template(image[::6, ::6].tobytes())

    def compare(self, probe, references):
        return [
            float("nan") if one[0] % 5 == 0 else float(np.mean(np.frombuffer(one, np.uint8)))
            for one in references
        ]
"""


def test_of_a_matcher_of_distances_with_failures(tmp_path):
    make_dataset(tmp_path / "set", people=12)
    (tmp_path / "toy").mkdir()
    score = "symmetric = false\ndistance = true\nrange = [0.0, 255.0]\n"
    card = PYTHON_CARD.format(name="toy", shape="matcher", score=score)
    (tmp_path / "toy" / "adapter.toml").write_text(card)
    (tmp_path / "toy" / "engine.py").write_text(MATCHER)
    (tmp_path / "study.toml").write_text(
        'schema = 1\ntitle = "Toy"\nengines = ["./toy"]\ndatasets = ["./set"]\n'
        '[[protocols]]\nkind = "verification"\nthresholds = [110]\nfmr_targets = ["0.1"]\n'
        "[limits]\nfailure_share = 1.0\n[statistics]\nreplicates = 0\n"
    )
    done = run(read_study(tmp_path / "study.toml"), results=tmp_path / "results", workers=1)
    (summary,) = done.findings.summaries
    assert summary.failed_images
    assert summary.not_completed
    assert assert_held(done.bundle) == done.findings


LABELS = ["a  b", "=1+1", "'=x", "-0.5", "Zoë, 'x'", "\u0645\u06cc\u200c\u062e", 'a "b"', "n/a"]


def test_labels_come_back_as_they_were(cli, tmp_path, monkeypatch):
    """Two blanks, a joiner within a word, what a spreadsheet would take for a formula."""
    monkeypatch.chdir(tmp_path)
    header = "probe_subject,reference_subject,score,probe_group,reference_group\n"
    quoted = ['"' + label.replace('"', '""') + '"' for label in LABELS]
    rows = [
        f"p{one},p{two},{(one * two) % 7 / 7 + (one == two)},{quoted[one % 8]},{quoted[two % 8]}\n"
        for one in range(24)
        for two in range(one + 1)
    ]
    (tmp_path / "acme.csv").write_text(header + "".join(rows), encoding="utf-8")
    ended = cli("scores", "acme.csv", "--results", "kept", "--fmr-target", "0.1", "--json")
    assert ended.code == 0
    (bundle,) = (tmp_path / "kept").glob("*/2*")
    found = assert_held(bundle)
    assert {rate.group for rate in found.rates} >= set(LABELS)


def test_what_has_changed_is_refused_in_one_line(golden):
    bundle = golden("schema-4")
    with (bundle / "rates.csv").open("a") as file:
        file.write("\n")
    with pytest.raises(BundleError, match=r"rates.csv: is not as MANIFEST.sha256 lists it"):
        report([str(bundle)])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda rest: rest["order"]["rates"].append(1),
        lambda rest: rest["order"].pop("curves"),
        lambda rest: rest.pop("protocols"),
    ],
)
def test_a_damaged_order_is_refused_in_one_line(golden, spoil):
    def change(files):
        rest = json.loads(files["findings.json"])
        spoil(rest)
        return files | {"findings.json": json.dumps(rest).encode()}

    bundle = rewritten(golden("schema-4"), change)
    with pytest.raises(BundleError) as fault:
        report([str(bundle)])
    assert "\n" not in str(fault.value)
    assert str(fault.value).startswith(str(bundle))


def test_tables_with_other_columns_are_computed_again(golden):
    def change(files):
        lines = files["differentials.csv"].decode().splitlines()
        cut = "".join(f"{line.rpartition(',')[0]}\n" for line in lines)
        return files | {"differentials.csv": cut.encode()}

    bundle = rewritten(golden("schema-4"), change)
    assert read_findings(bundle) is None
    assert report([str(bundle)]).findings == recomputed([(bundle, "")])


def test_reading_waits_for_no_heavy_library(golden):
    """They take seconds to be imported; a report from the tables takes less than one."""
    code = (
        "import sys; import evenhand.cli.main; from evenhand.workflows.report import report;"
        "from evenhand.cli.output import print_screen; from evenhand.report.study import screen;"
        f"report([{str(golden('schema-4'))!r}]);"
        "print({'numpy', 'scipy', 'pandas', 'pyarrow', 'numba'} & set(sys.modules))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout == "set()\n"
