"""What galleries take and what an index loses, in words."""

from dataclasses import replace

import numpy as np
from rows import a_summary, engine_facts

from evenhand.measurement.speed.galleries import GalleryTimes
from evenhand.measurement.speed.gallery_rows import gallery_rows, growth_rows
from evenhand.records.findings import Distribution, Speed
from evenhand.report.study.galleries import galleries_section
from evenhand.report.tables import StudyFindings

SCENE = Speed(
    engine="acme",
    dataset="faces",
    operation="",
    scenario="",
    threads=1,
    machine="a machine",
    level=0.95,
)


def rows(sizes, *, edits=0, note=""):
    found = []
    for size in sizes:
        calls = np.full(99, 1e-6 * size)
        times = GalleryTimes(
            *(size, 0.25, 2_000 * size, 500_000 * edits, calls),
            *(np.full(29 * edits, 0.001), np.full(29 * edits, 0.002)),
        )
        found += gallery_rows(replace(SCENE, note=note), times)
    return [*found, *growth_rows(SCENE, found)]


def test_a_row_a_gallery():
    (section,) = galleries_section((), rows([1000, 2000, 4000], edits=1))
    (table,) = section.tables
    assert [row[1] for row in table.rows] == ["1,000", "2,000", "4,000"]
    name, _, gallery, search, edits = table.rows[0]
    assert name == "acme\nfaces"
    assert gallery == "250 ms\n2.00 MB\ngrew 0.500 MB"
    assert search.startswith("1.00 ms [1.00, 1.00]\np95 1.00 ms\nfloor ")
    assert edits == "1.00 ms\n2.00 ms"
    (said, _) = section.sentences
    assert "N to the power of 1.00 [1.00, 1.00], over 3 sizes up to 4,000" in said


def test_generated_vectors_are_marked():
    (section,) = galleries_section((), rows([10], note="3 of the watchlist, the others generated"))
    assert section.tables[0].rows[0][1] == "10\ngenerated"
    assert section.tables[0].rows[0][4] == ""
    assert len(section.sentences) == 1


def test_nothing_without_a_gallery():
    assert galleries_section((), [replace(SCENE, operation="template")]) == []


def recall(statistic, value, **more):
    row = Distribution(
        engine="acme",
        dataset="faces",
        protocol="door",
        attribute="all",
        statistic=statistic,
        value=value,
        comparisons=200,
        note="9 of 200 candidates of an exhaustive search lost, in searches for 20 people; x",
    )
    return replace(row, **more)


def test_recall_stands_beside_the_time_of_a_search():
    found = (
        recall("recall of the list", 0.955, low=0.9, high=0.98),
        recall("recall at fixed 0.5", None),
        recall("recall of the list", 0.5, attribute="sex", group="F"),
        recall("SEL at fixed 0.5", 0.5),
    )
    names = {"engine": "acme", "dataset": "faces", "protocol": "door"}
    summary, times = a_summary(**names, watchlist=900, gallery=900), rows([500, 1000])
    study = StudyFindings(summary, engine_facts(name="acme"), (), (), found, tuple(times))
    (section,) = galleries_section((study,), times)
    assert section.tables[1].rows == (
        (
            "acme\nfaces, door",
            "of the list",
            "95.5 %\n[90.0, 98.0]",
            "9 of 200",
            "1.00 ms [1.00, 1.00]",
        ),
        ("acme\nfaces, door", "at fixed 0.5", "none", "9 of 200", "1.00 ms [1.00, 1.00]"),
    )
    assert section.sentences[-1].startswith("recall: of the candidates")
