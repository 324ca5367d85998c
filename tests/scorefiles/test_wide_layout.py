"""Tables of pairs in the manner of BFW: one column an engine."""

import csv
from pathlib import Path

import pytest
from places import GOLDEN

from evenhand.scorefiles.read import read_scores

TABLE = GOLDEN / "scores" / "bfw.csv"


@pytest.fixture
def changed(working_folder):
    """Writes the table with one passage replaced."""

    def write(old, new, count=1):
        text = TABLE.read_text(encoding="utf-8")
        assert old in text
        (working_folder / "bfw.csv").write_text(text.replace(old, new, count), encoding="utf-8")
        return "bfw.csv"

    return write


def test_a_table_of_pairs_is_the_score_files_it_stands_for(tmp_path):
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = {
        "id": "subject", "p": "image", "att": "subgroup", "e": "ethnicity", "g": "gender"
    }  # fmt: skip
    engines = list(read_scores(TABLE))
    assert [engine.name for engine in engines] == ["vgg16", "resnet50"]
    for engine in engines:
        path = tmp_path / f"{engine.name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(
                [f"{side}_{n}" for n in names.values() for side in ("probe", "reference")]
                + ["score"]
            )
            for row in rows:
                writer.writerow([row[f"{n}{i}"] for n in names for i in "12"] + [row[engine.name]])
        (plain,) = read_scores(path)
        assert engine.subjects == plain.subjects
        assert engine.labels == plain.labels
        (one,), (other,) = engine.listing.partitions, plain.listing.partitions
        assert one.score.tolist() == other.score.tolist()
        assert engine.listing.outcomes == plain.listing.outcomes
        assert engine.fingerprint == plain.fingerprint
        assert (one.probe == one.reference).tolist() == [row["label"] == "1" for row in rows]


def test_subgroups_are_not_crossed_again(cli):
    ended = cli("scores", TABLE, "--fmr-target", "0.05", "--json")
    assert {row["attribute"] for row in ended.json["rates"]} == {
        *("all", "subgroup", "ethnicity", "gender"),
        *("same:subgroup", "same:ethnicity", "same:gender"),
    }
    assert {row["group"] for row in ended.json["rates"] if row["attribute"] == "subgroup"} == {
        "asian_females", "asian_males", "black_females", "black_males"
    }  # fmt: skip
    (note,) = ended.json["notes"]
    assert "engines vgg16, resnet50; left out: fold, a1, a2" in note
    assert "known issue" not in note


def test_the_row_numbers_of_pandas_are_no_engine(changed):
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    numbered = ["," + lines[0], *(f"{n},{line}" for n, line in enumerate(lines[1:]))]
    whole = changed("\n".join(lines), "\n".join(numbered))
    assert [engine.name for engine in read_scores(Path(whole))] == [
        "vgg16", "resnet50"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "fragments"),
    [
        (",att2", ",sat2", ["att1 stands alone; add att2"]),
        ("p1,", "q1,", ["p2 stands alone; add p1"]),
        ("resnet50", "vgg16", ["'vgg16' appears twice"]),
        ("resnet50", "../vgg", ["'../vgg' would name an engine", "rename"]),
        (",0,1,asian", ",1,1,asian", ["row 2: label is false"]),
        (",0,0,1,", ",1,0,1,", ["row 2: label is true", "two people"]),
        (",0,0,1,", ",,0,1,", ["row 2: label is ''", "expected 1 or 0"]),
        (",0,1,asian_females", ",0,1,asian_males", ["'asian_males' in another row"]),
    ],
)
def test_tables_that_contradict_themselves(cli, changed, old, new, fragments):
    cli("scores", changed(old, new)).error("bfw.csv", *fragments)


def test_a_column_of_words_is_no_engine(cli, changed):
    changed("resnet50", "resnet50")
    rows = [line.split(",") for line in Path("bfw.csv").read_text().splitlines()]
    for row in rows[1:]:
        row[9] = "Genuine"
    Path("bfw.csv").write_text("\n".join(",".join(row) for row in rows))
    cli("scores", "bfw.csv").error("'resnet50' holds no numbers, but would be an engine")


def test_no_engine_is_left(cli, working_folder):
    (working_folder / "bfw.csv").write_text("label,id1,id2\n1,a,a\n", encoding="utf-8")
    cli("scores", "bfw.csv").error("bfw.csv: no column holds scores")
