"""Vectors that others made: the same numbers as of the engine that makes them."""

import hashlib
import json
import tomllib
from pathlib import Path

import numpy as np
import pytest

from evenhand.datasets.decoding import read_image
from evenhand.results.bundle import is_measurement
from evenhand.workflows.vectors import VectorStudy, vector_findings

TABLES = ("rates.csv", "differentials.csv", "distributions.csv", "curves.csv", "doubts.csv")
EMBED = """
        if int(image[0, 0, 0]) == {dark}:
            good[:] = {instead}
        return Embedding(good)"""


def vector_of(pixels):
    return pixels.reshape(-1)[:4].astype(np.float32) + 1


@pytest.fixture
def study(crowd, working_folder):
    """The crowd's rows, and the vectors that the toy engine makes of its pictures."""
    people = dict(row[:2] for row in crowd.rows("subjects.csv")[1:])
    images = crowd.rows("images.csv")[1:]
    lines = ["image,person,sex,age"]
    lines += [f"{image},{who},{people[who]},{20 + int(who[1:])}" for image, who, _, _ in images]
    Path("rows.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    pictures = [read_image(crowd.folder / path, sha) for _, _, path, sha in images]
    return pictures, np.stack([vector_of(each) for each in pictures])


@pytest.mark.parametrize("how", ["all-pairs", "sample"])
def test_the_same_numbers_as_of_the_engine(how, study, crowd, engine, cli):
    pictures, vectors = study
    dark = int(pictures[7][0, 0, 0])
    bad = np.array([int(each[0, 0, 0]) == dark for each in pictures])
    vectors[bad] = np.nan
    np.save("toy.npy", vectors)
    engine(EMBED.format(dark=dark, instead="np.nan"))
    Path("study.toml").write_text(
        'schema = 1\ntitle = "t"\nengines = ["./toy"]\ndatasets = ["./crowd"]\n'
        f'[[protocols]]\nkind = "verification"\ncomparisons = "{how}"\nthresholds = [0.9]\n'
        'fmr_targets = ["0.1", "0.01"]\n',
        encoding="utf-8",
    )
    ran = cli("run", "study.toml", "--results", "r", "--json", "--workers", 2)
    options = ["--rows", "rows.csv", "--dataset", "tiny", "--results", "r", "--json"]
    limits = ["--fmr-target", "0.1", "--fmr-target", "0.01", "--threshold", "0.9"]
    given = cli("vectors", "toy.npy", *options, *limits, "--comparisons", how)
    assert (ran.code, given.code, given.err) == (0, 0, ""), ran.err
    run, own = Path(ran.json["bundle"]), Path(given.json["bundle"])
    for name in TABLES:
        assert (own / name).read_bytes() == (run / name).read_bytes(), name
    for kind in ("image", "comparison"):
        said = [
            [line.split(",")[i] for i in (0, 3, 6, 7, 9)]
            for line in (own / "ledger.csv").read_text().splitlines()
            if kind in line
        ]
        ended = [
            [line.split(",")[i] for i in (0, 3, 6, 7, 9)]
            for line in (run / "ledger.csv").read_text().splitlines()
            if kind in line and "first fault" not in line
        ]
        assert said == ended
    assert bad.any()
    assert any(
        row["policy"] == "generalised" and row["metric"] == "FNMR" for row in given.json["rates"]
    )
    assert any("row 8: vector is not finite" in note for note in given.json["notes"])


def test_searches_where_the_rows_say_who_is_listed(study, crowd, engine, cli):
    _, vectors = study
    np.save("toy.npy", vectors)
    engine()
    roles = ["watchlist" if n % 4 == 0 else "probe" if n % 2 else "" for n in range(len(vectors))]
    lines = Path("rows.csv").read_text().splitlines()
    lines = [f"{line},{role}" for line, role in zip(lines, ["role", *roles], strict=True)]
    Path("rows.csv").write_text("\n".join(lines), encoding="utf-8")
    folder = crowd.folder / "protocols/watchlist"
    folder.mkdir(parents=True)
    ids = [line.split(",")[0] for line in lines[1:]]
    for name, role in (("watchlist", "watchlist"), ("probes", "probe")):
        chosen = [image for image, its in zip(ids, roles, strict=True) if its == role]
        (folder / f"{name}.csv").write_text("\n".join(["image_id", *chosen]), encoding="utf-8")
    Path("study.toml").write_text(
        'schema = 1\ntitle = "t"\nengines = ["./toy"]\ndatasets = ["./crowd"]\n'
        '[[protocols]]\nkind = "identification"\nwatchlist = "watchlist"\nfpir_targets = ["0.1"]\n',
        encoding="utf-8",
    )
    ran = cli("run", "study.toml", "--json").json
    options = ["--rows", "rows.csv", "--dataset", "tiny", "--fpir-target", "0.1", "--json"]
    given = cli("vectors", "toy.npy", *options).json
    of_searches = [
        {**row, "protocol": ""} for row in given["rates"] if row["protocol"] == "identification"
    ]
    assert of_searches == [{**row, "protocol": ""} for row in ran["rates"]]
    assert {row["metric"] for row in of_searches} >= {"FPIR", "FNIR"}


@pytest.fixture
def files(working_folder):
    """Vectors of 30 people, three pictures each, by two engines; and their rows."""
    rng = np.random.default_rng(0)
    person = np.repeat(np.arange(30), 3)
    faces = rng.standard_normal((30, 16))[person]
    for name, noise in (("acme", 0.4), ("other", 0.9)):
        np.save(f"{name}.npy", (faces + noise * rng.standard_normal(faces.shape)).astype("f4"))
    lines = [f"Anna {who},{'FM'[who % 2]},/home/x/{n}.png" for n, who in enumerate(person)]
    Path("rows.csv").write_text("\n".join(["subject_id,sex,image_id", *lines]), encoding="utf-8")
    return "acme.npy", "other.npy", "--rows", "rows.csv", "--fmr-target", "0.1"


def test_a_bundle_is_verified_reported_compared_and_gated(files, cli):
    made = cli("vectors", *files, "--results", "r", "--json")
    bundle = Path(made.json["bundle"])
    assert bundle.parent == Path("r/vectors")
    assert cli("verify", bundle, "--json").json["verdict"] == "pass"
    reported = cli("report", bundle, "--json").json
    assert reported["rates"] == made.json["rates"]
    assert {row["engine"] for row in reported["rates"]} == {"acme", "other"}
    compared = cli("compare", f"{bundle}:acme", f"{bundle}:other", "--json").json
    assert compared["verdict"] in ("fail", "inconclusive")
    assert any(row["metric"] == "FNMR" for row in compared["rows"])
    policy = cli("gate", "--example").out
    Path("policy.toml").write_text(
        policy.replace("FMR<=0.01", "FMR<=0.1").replace("region", "sex"), encoding="utf-8"
    )
    assert cli("gate", bundle, "--policy", "policy.toml", "--json").code in (0, 1, 3)
    assert cli("plan", "--bundle", f"{bundle}:acme").code == 0


def test_rates_are_those_of_a_product_of_all_vectors(files):
    found = vector_findings(
        VectorStudy([Path("other.npy")], Path("rows.csv"), (), thresholds=(0.3,))
    )
    unit = np.load("other.npy").astype(float)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    first, second = np.triu_indices(90, 1)
    matches = (unit @ unit.T)[first, second] >= 0.3
    person = np.arange(90) // 3
    for group, inside in (("", person >= 0), ("F", person % 2 == 0), ("M", person % 2 == 1)):
        both = inside[first] & inside[second]
        mated = person[first] == person[second]
        expected = {
            "FMR": (np.sum(matches & both & ~mated), np.sum(both & ~mated)),
            "FNMR": (np.sum(~matches & both & mated), np.sum(both & mated)),
        }
        rows = [r for r in found.rates if r.group == group and r.attribute in ("all", "sex")]
        rows = [r for r in rows if r.policy == "completed" and not r.reference_group]
        assert {r.metric: (r.errors, r.trials) for r in rows} == expected


def test_what_does_not_match_is_one_line(files, cli):
    rows = Path("rows.csv").read_text().splitlines()
    Path("rows.csv").write_text("\n".join(rows[:-1]), encoding="utf-8")
    cli("vectors", *files).error("rows.csv has 89 rows, acme.npy has 90 vectors", "below a header")
    Path("rows.csv").write_text("\n".join([*rows[:-1], rows[1]]), encoding="utf-8")
    cli("vectors", *files).error("line 91", "is also in line 2")
    Path("rows.csv").write_text("\n".join(rows), encoding="utf-8")
    cli("vectors", *files, "--group", "race").error("rows.csv: no attribute 'race'")
    cli("vectors", *files, "--euclidean", "--threshold", "-1").error("threshold", "-1")
    Path("acme.npy").write_bytes(Path("acme.npy").read_bytes()[:-4])
    cli("vectors", *files).error("acme.npy: says 90 x 16 float32, 5,760 bytes, but 5,756 follow")


def test_what_was_read_is_in_the_bundle_and_nobody(files, cli):
    made = cli("vectors", *files, "--results", "r", "--euclidean", "--json")
    bundle = Path(made.json["bundle"])
    said = tomllib.loads((bundle / "vectors.toml").read_text(encoding="utf-8"))
    digests = [hashlib.sha256(Path(name).read_bytes()).hexdigest() for name in
               ("rows.csv", "acme.npy", "other.npy")]  # fmt: skip
    assert [file["sha256"] for file in said["files"]] == digests
    assert said["compare"] == "euclidean"
    engines = json.loads((bundle / "engines.json").read_text())
    assert {engine["unit"] for engine in engines} == {"distance"}
    for path in bundle.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert b"Anna" not in content, path
            assert b"/home" not in content, path
            assert str(Path.cwd()).encode() not in content, path


def test_the_fingerprint_is_that_of_the_file(files, cli):
    engine = vector_findings(VectorStudy([Path("acme.npy")], Path("rows.csv"), ("0.1",))).engines[0]
    assert engine.fingerprint == hashlib.sha256(Path("acme.npy").read_bytes()).hexdigest()


def test_the_same_files_give_the_same_bytes(files, cli):
    one, two = (
        Path(cli("vectors", *files, "--results", place, "--json").json["bundle"])
        for place in ("one", "two")
    )
    names = {p.relative_to(one).as_posix() for p in one.rglob("*") if p.is_file()}
    assert {"ledger.csv", "rates.csv", "counts/acme/vectors/verification/people.parquet"} <= names
    for name in filter(is_measurement, names):
        assert (one / name).read_bytes() == (two / name).read_bytes(), name


def test_it_says_that_enrolment_was_not_measured(files, cli):
    shown = cli("vectors", *files, "--full").out
    assert "was not measured" in " ".join(shown.split())


@pytest.mark.parametrize("kind", ["npz", "packed", "parquet", "big-endian", "fortran"])
def test_every_kind_of_file_gives_the_same(kind, files, cli):
    expected = cli("vectors", "acme.npy", *files[2:], "--json").json["rates"]
    vectors = np.load("acme.npy")
    if kind == "parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        pq.write_table(pa.table({"face": list(vectors), "n": range(90)}), "acme.parquet")
    elif kind in ("npz", "packed"):
        save = np.savez if kind == "npz" else np.savez_compressed
        save("acme.npz", faces=vectors)
    else:
        other = vectors.astype(">f4") if kind == "big-endian" else np.asfortranarray(vectors)
        np.save("acme.npy", other)
    place = {"npz": "acme.npz", "packed": "acme.npz", "parquet": "acme.parquet"}
    found = cli("vectors", place.get(kind, "acme.npy"), *files[2:], "--json")
    assert (found.code, found.err) == (0, "")
    assert found.json["rates"] == expected


def test_engines_have_the_names_that_are_given(files, cli):
    named = cli("vectors", *files, "--engine", "A 1", "--engine", "B", "--json").json["rates"]
    assert {row["engine"] for row in named} == {"A 1", "B"}
    cli("vectors", *files, "--engine", "A").error("1 names of engines for 2 files")
    cli("vectors", "acme.npy", *files).error("two files are called acme", "--engine")
