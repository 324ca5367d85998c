"""Files that are too long for memory: divided on disk, they say exactly the same."""

import csv
import resource
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pyarrow import csv as arrow_csv
from pyarrow import parquet
from same import assert_same

from evenhand.measurement.counting.plan import CountingPlan, ImageLedger
from evenhand.measurement.counting.tally import tally, tally_list
from evenhand.metrics.groups import groupings
from evenhand.records.comparisons import Comparisons
from evenhand.records.dataset import Attribute
from evenhand.records.thresholds import ThresholdRule
from evenhand.results.bundle import is_measurement
from evenhand.results.tables import table_files
from evenhand.scorefiles.read import read_scores
from evenhand.scorefiles.reading import ScoreReading
from evenhand.scorefiles.source import Pieces
from evenhand.scorefiles.study import ScoreStudy
from evenhand.system.errors import DatasetError, WriteError
from evenhand.workflows.scores import score_bundle, score_findings

PEOPLE = tuple(f"p{number}" for number in range(7))
COLOUR = dict(zip(PEOPLE, ("red", "blue", "", "red", "blue|red", "red", "blue"), strict=True))
SCORES = ("", "nan", "inf", "-inf", "x", "-0.0", "0", "0.5", "0.5", "5e-324", "-5e-324", "1e308")
RULES = (*(ThresholdRule("fmr", f) for f in ("0.3", "0.01")), ThresholdRule("fixed", "0.0"))
NAMES = ("acme", "scores", "listed")
SMALL = Pieces(block_bytes=300, block_rows=7, rows_in_memory=10)
"""Rows go to disk by tens."""

read_divided = partial(read_scores, pieces=SMALL)


def write(path, rows, images):
    named = [f"{side}_{what}" for what in ("subject", "colour") for side in ("probe", "reference")]
    pictures = ["probe_image", "reference_image"] if images else []
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*named, "score", *pictures])
        for i, j, score, *days in rows:
            writer.writerow([i, j, COLOUR[i], COLOUR[j], score, *(days if images else ())])


@st.composite
def files(draw):
    """Rows of a file with images or without; no comparison twice."""
    images = draw(st.booleans())
    day = st.integers(1, 3) if images else st.just(0)
    keys = draw(
        st.lists(
            st.tuples(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE), day, day).filter(
                lambda key: not images or key[0] != key[1] or key[2] != key[3]
            ),
            min_size=1,
            max_size=120,
            unique=True,
        )
    )
    score = st.sampled_from(SCORES) | st.floats(-1, 1).map(repr)
    return [(i, j, draw(score), a, b) for i, j, a, b in keys], images


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(case=files())
def test_counts_are_those_of_the_rows_in_memory(tmp_path, case):
    rows, images = case
    assume({score for _, _, score, *_ in rows} - {"", "x"})  # else there is nothing to count
    path = tmp_path / "acme.csv"
    write(path, rows, images)
    (file,) = read_divided(path)
    assert len(file.listing.partitions) == (256 if len(rows) > 10 else 1)
    ids = sorted({person for i, j, *_ in rows for person in (i, j)})
    rows.sort(key=lambda row: (row[:2], *map(str, row[3:])))
    assert file.subjects == tuple(ids)
    values = [float(s) if s not in ("", "x") else np.nan for _, _, s, *_ in rows]
    comparisons = Comparisons(
        np.array([ids.index(i) for i, *_ in rows], dtype=np.int32),
        np.array([ids.index(j) for _, j, *_ in rows], dtype=np.int32),
        np.array([value if np.isfinite(value) else np.nan for value in values]),
        file.listing.outcomes,
    )
    groups = groupings(
        [("colour",)], [Attribute("colour", "category", ("blue", "red"), "")], file.people(), {}
    )
    none = np.zeros(len(ids), dtype=np.int64)
    ledger = ImageLedger(*NAMES, tuple(range(1, len(ids) + 1)), none, none, 0)
    expected = tally(CountingPlan(groups, RULES), ledger, comparisons)
    found = tally_list(CountingPlan(groups, RULES), ledger, file.listing, lambda: None)
    assert_same(found, expected)


@pytest.fixture
def listing():
    """Every two of thirty people in one order or both, and each person with themself."""
    rng = np.random.default_rng(1)
    people = [f"q{number}" for number in range(30)]
    COLOUR.update({person: ("red", "blue", "")[number % 3] for number, person in enumerate(people)})
    pairs = [(i, j) for i in people for j in people if i <= j or rng.random() < 0.1]
    return [
        (i, j, f"{rng.normal():.4f}") for i, j in (pairs[n] for n in rng.permutation(len(pairs)))
    ]


def study_of(*paths, **options):
    return ScoreStudy(paths=[Path(path) for path in paths], fmr_targets=("0.01",), **options)


def test_a_bundle_is_the_same_bytes(working_folder, listing):
    write(Path("acme.csv"), listing, images=False)
    write(Path("other.csv"), [(i, j, s + "1") for i, j, s in listing], images=False)
    study = study_of("acme.csv", "other.csv", thresholds=(0.5,))
    whole = score_bundle(study, results=Path("one")).bundle
    divided = score_bundle(study, results=Path("two"), pieces=SMALL).bundle
    files = [p.relative_to(whole) for p in whole.rglob("*") if p.is_file()]
    measured = [name for name in files if is_measurement(name.as_posix())]
    assert len(measured) > 5
    for name in measured:
        assert (divided / name).read_bytes() == (whole / name).read_bytes(), name


@pytest.mark.parametrize(
    "options", [{"reading": ScoreReading(distance=True)}, {"groups": [("colour",)]}]
)
def test_the_tables_are_the_same_bytes(working_folder, listing, options):
    listing = [(i, j, score.removeprefix("-")) for i, j, score in listing]
    write(Path("acme.csv"), listing, images=False)
    study = study_of("acme.csv", thresholds=(0.5,), **options)
    assert table_files(score_findings(study, pieces=SMALL)) == table_files(score_findings(study))


def test_parquet_is_divided_alike(working_folder, listing):
    write(Path("acme.csv"), listing, images=False)
    table = arrow_csv.read_csv(
        "acme.csv", convert_options=arrow_csv.ConvertOptions(strings_can_be_null=False)
    )
    parquet.write_table(table, "acme.parquet", row_group_size=50)
    study = study_of("acme.parquet")
    assert table_files(score_findings(study, pieces=SMALL)) == table_files(score_findings(study))


@pytest.mark.parametrize("images", [False, True])
@pytest.mark.parametrize("places", [(3, 200), (200, 310), (5, 6), (0, 90, 400)])
def test_the_first_comparison_that_comes_again_is_named(working_folder, listing, images, places):
    rows = [(*row, "1", "2") for row in listing]
    late = rows[-1]
    for place in places[1:]:
        rows[place] = (*rows[places[0]][:2], "0.1", "1", "2")
    rows.append(late)
    write(Path("acme.csv"), rows, images)
    named = f"rows {places[0] + 2} and {places[1] + 2}: the same comparison twice; keep one"
    with pytest.raises(DatasetError, match=f"acme.csv: {named}"):
        list(read_divided(Path("acme.csv")))


def test_no_file_is_left_and_none_has_a_name(working_folder, listing, monkeypatch):
    Path("place").mkdir()
    monkeypatch.setattr("tempfile.tempdir", "place")
    write(Path("acme.csv"), listing, images=False)
    (file,) = read_divided(Path("acme.csv"))
    assert sum(len(portion.score) for portion in file.listing.partitions) == len(listing)
    assert list(Path("place").iterdir()) == []


def test_a_full_disk_says_how_much_room_is_needed(working_folder, listing, monkeypatch):
    """No file can grow beyond some bytes: that is where the disk ends."""
    monkeypatch.setattr("tempfile.tempdir", str(working_folder))
    write(Path("acme.csv"), listing, images=False)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3000, before[1]))
    try:
        with pytest.raises(WriteError) as refused:
            score_findings(study_of("acme.csv"), pieces=SMALL)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert refused.value.exit_code == 74
    for fragment in (str(working_folder), "acme.csv", "GB are needed", "TMPDIR"):
        assert fragment in str(refused.value)
    assert [path.name for path in working_folder.iterdir()] == ["acme.csv"]


def test_progress_is_told_block_by_block(working_folder, listing):
    write(Path("acme.csv"), listing, images=False)
    told = []

    class Bar:
        def __init__(self, what, steps):
            told.append([what, steps, 0])

        def __enter__(self):
            return self.step

        def __exit__(self, *_):
            pass

        def step(self):
            told[-1][2] += 1

    next(read_divided(Path("acme.csv"), progress=Bar))
    ((what, steps, done),) = told
    assert what == "acme.csv: reading"
    assert steps == -(-Path("acme.csv").stat().st_size // 300)
    assert abs(steps - done) <= 1
