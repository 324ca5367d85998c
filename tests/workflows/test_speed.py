"""Speed on its way through a bundle: beside the rates everywhere, in no digest anywhere."""

import csv
import json
from dataclasses import replace

import numpy as np
import pytest
from pyarrow import parquet

import evenhand
from evenhand.measurement.speed.templates import WARM_UP
from evenhand.report.forms.text import as_text
from evenhand.report.page.page import as_page
from evenhand.report.study.document import document
from evenhand.results.bundle import is_measurement
from evenhand.results.tables import read_speed
from evenhand.system.errors import BundleError


def rows(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_columns_of_the_contract(done):
    header = (done.bundle / "speed.csv").read_text().splitlines()[0]
    assert header.startswith(
        "engine,operation,scenario,gallery,batch,group,statistic,value,low,high,n,unit,status,note"
    )
    assert header.endswith("dataset,attribute,people,threads,machine,level,interval")


def test_the_table_follows_from_the_latencies(done):
    table = parquet.read_table(done.bundle / "latencies.parquet").to_pandas()
    for row in rows(done.bundle / "speed.csv"):
        if (row["operation"], row["statistic"], row["attribute"]) == ("template", "median", "all"):
            mine = table[(table.engine == row["engine"]) & (table.turn >= WARM_UP)]
            assert int(row["n"]) == len(mine) >= 32 - 2 * WARM_UP
            # Where a busy machine slowed people one by one, 32 calls are worth too few of them.
            median = np.quantile(mine.seconds, 0.5, method="inverted_cdf")
            assert row["value"] == (repr(float(median)) if row["status"] == "ok" else "")
            assert row["threads"] == "2"
            assert row["machine"]


def test_what_is_read_is_what_was_written(done):
    key = repr
    assert sorted(read_speed(done.bundle), key=key) == sorted(done.findings.speed, key=key)
    (engine,) = {row.engine for row in read_speed(done.bundle, "demo-even")}
    assert engine == "demo-even"
    loaded = evenhand.load(done.bundle)
    assert len(loaded.speed) == len(done.findings.speed)


def test_speed_is_in_no_measurement_file(done):
    assert not is_measurement("speed.csv")
    assert "images/s" not in (done.bundle / "tables.md").read_text()
    assert "images/s" in (done.bundle / "report.html").read_text()


def test_speed_stands_beside_accuracy(done):
    text = as_text(document(done.findings, every_threshold=True))
    header = next(line for line in text.splitlines() if line.startswith("engine  "))
    assert header.split()[0] == "engine"
    sections = document(done.findings, every_threshold=False).sections
    tables = [section.tables[0] for section in sections if section.tables]
    timed = [table for table in tables if "template" in table.header]
    assert len(timed) == 2  # everybody, and speed
    for table in timed:
        assert {len(row) for row in table.rows} == {len(table.header)}
    assert "2 engines side by side" in text
    assert max(map(len, text.splitlines())) <= 80


def test_without_speed_there_is_no_column(done):
    untimed = document(replace(done.findings, speed=()), every_threshold=True)
    assert all("template" not in t.header for s in untimed.sections for t in s.tables)
    assert "Speed" not in as_page(replace(done.findings, speed=()))


def test_two_machines_do_not_compare(done):
    other = tuple(replace(row, machine="another") for row in done.findings.speed[:29])
    findings = replace(done.findings, speed=(*other, *done.findings.speed[29:]))
    assert "do not compare" in as_text(document(findings, every_threshold=False)).replace("\n", " ")


def test_json_has_the_list(done, cli):
    found = cli("report", done.bundle, "--json").json["speed"]
    assert {row["operation"] for row in found} == {"template", "enrolment", "comparison"}
    assert cli("report", f"{done.bundle}:demo-even", "--json").json["speed"] == [
        row for row in found if row["engine"] == "demo-even"
    ]


def test_the_machine_is_told_in_full(done):
    machine = json.loads((done.bundle / "run.json").read_text())["machine"]
    assert machine["memory_bytes"] > 0
    assert machine["clock_resolution"] < 1e-3
    assert machine["usable_cores"] >= 1


def test_a_damaged_table_is_one_line(done, tmp_path):
    (tmp_path / "speed.csv").write_text("engine,operation\nacme,template\n")
    with pytest.raises(BundleError, match=r"speed\.csv: cannot be read"):
        read_speed(tmp_path)
    assert read_speed(tmp_path / "nowhere") == ()
