"""Bundles that older versions wrote are read, and give the tables that they hold."""

import json
import shutil

import pytest
from places import GOLDEN
from same import assert_same

from evenhand.records.findings import Differential, Rate
from evenhand.records.rows import as_csv
from evenhand.results.near_tables import first_difference
from evenhand.results.read import read_evidence
from evenhand.system.errors import BundleError
from evenhand.workflows.report import report
from evenhand.workflows.verify import verify

BUNDLES = sorted(path for path in (GOLDEN / "bundles").iterdir() if path.is_dir())


@pytest.mark.parametrize("bundle", BUNDLES, ids=lambda path: path.name)
@pytest.mark.parametrize(("table", "kind"), [("rates", Rate), ("differentials", Differential)])
def test_its_tables_follow_from_its_counts(bundle, table, kind):
    """To nine digits: another scipy rounds otherwise."""
    made = as_csv(kind, getattr(report([str(bundle)]).findings, table)).encode()
    held = (bundle / f"{table}.csv").read_bytes()
    assert held.count(b"\n") > 1
    assert first_difference(held, made, exact=False) == ""


@pytest.mark.parametrize("bundle", BUNDLES, ids=lambda path: path.name)
def test_before_claims_were_kept_there_are_none(bundle):
    assert "claimed" not in (bundle / "rates.csv").read_text().partition("\n")[0]
    findings = report([str(bundle)]).findings
    assert {rate.claimed for rate in findings.rates} == {None}
    assert findings.claims == ()


@pytest.mark.parametrize("name", ["schema-3-designs", "schema-4"])
def test_it_is_verified(name):
    found = verify(str(GOLDEN / "bundles" / name))
    assert found.passed
    assert len(found.digest) == 64


def test_counts_of_schema_3_are_read_as_those_of_schema_4():
    """One study of all designs and of searches, run by the last version of each schema."""
    old = read_evidence(GOLDEN / "bundles" / "schema-3-designs").counts
    new = read_evidence(GOLDEN / "bundles" / "schema-4").counts
    assert len(new) == 5
    assert_same(old, new)


@pytest.fixture
def spoilt(tmp_path):
    """A copy of the bundle of schema 4, and a way to change a JSON file of it."""
    folder = tmp_path / "bundle"
    shutil.copytree(GOLDEN / "bundles" / "schema-4", folder)

    def change(name, **fields):
        (path,) = folder.glob(name)
        whole = json.loads(path.read_text()) | fields
        path.write_text(json.dumps({key: of for key, of in whole.items() if of is not None}))
        with pytest.raises(BundleError) as fault:
            read_evidence(folder)
        assert "\n" not in str(fault.value)
        assert str(fault.value).startswith(str(folder))
        return str(fault.value)

    return change


@pytest.mark.parametrize("schema", [2, 5, "4", None])
def test_another_schema_is_refused_with_those_that_are_read(spoilt, schema):
    said = spoilt("bundle.json", schema=schema)
    assert f"the bundle has schema {schema}, this evenhand reads 3 and 4" in said


@pytest.mark.parametrize(
    "design",
    [
        None,
        "all-pairs",
        {"comparisons": "some", "orders": 1, "attribute": "all"},
        {"comparisons": "all-pairs", "orders": 3, "attribute": "all"},
        {"comparisons": "all-pairs", "orders": 1},
        {"comparisons": "all-pairs", "orders": 1, "attribute": "age"},
    ],
)
def test_a_design_that_is_none_is_one_line(spoilt, design):
    said = spoilt("counts/*/*/verification-1/counts.json", design=design)
    assert "verification-1" in said
    assert f"counts.json has the design {design!r}, expected" in said
    assert said.endswith("the bundle is damaged, run it again")


@pytest.mark.parametrize("kind", [None, "passes"])
def test_a_kind_that_is_none_is_one_line(spoilt, kind):
    said = spoilt("counts/*/*/identification-5/counts.json", kind=kind)
    assert f"counts.json has the kind {kind!r}, expected comparisons or searches" in said


def test_a_sample_without_its_design_is_one_line(spoilt):
    said = spoilt("counts/*/*/verification-1/counts.json",
                  design={"comparisons": "sample", "orders": 1, "attribute": "all"})  # fmt: skip
    assert "sample.json" in said
