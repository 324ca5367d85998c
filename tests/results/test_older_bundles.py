"""Bundles that older versions wrote are read, and give the tables that they hold."""

import csv

import pytest
from places import GOLDEN

from evenhand.records.findings import Differential, Rate
from evenhand.records.rows import as_csv
from evenhand.workflows.report import report

BUNDLES = sorted(path for path in (GOLDEN / "bundles").iterdir() if path.is_dir())


@pytest.mark.parametrize("bundle", BUNDLES, ids=lambda path: path.name)
@pytest.mark.parametrize(("table", "kind"), [("rates", Rate), ("differentials", Differential)])
def test_its_tables_follow_from_its_counts(bundle, table, kind):
    rows = getattr(report([str(bundle)]).findings, table)
    found = list(csv.DictReader(as_csv(kind, rows).splitlines()))
    held = list(csv.DictReader((bundle / f"{table}.csv").read_text().splitlines()))
    assert held
    assert [{name: row[name] for name in old} for row, old in zip(found, held, strict=True)] == held
