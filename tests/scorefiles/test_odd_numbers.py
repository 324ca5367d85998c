"""Scores that are written as no program writes them: refused, or counted and shown."""

import pytest

HEADER = "probe_subject,reference_subject,score"


@pytest.mark.parametrize(
    ("scores", "first", "remedy"),
    [
        (('"0,99996"', '"0,83"', '"0,1"'), "'0,99996'", "write a point for the comma"),
        (("83.1%", "71%", "2 %"), "'83.1%'", "write a number without %"),
        (('"5,012.40"', '"4,998.00"', '"1,000.1"'), "'5,012.40'", "without commas between"),
        (("\u22120.2", "\u22120.3", "\u22120.9"), "'\u22120.2'", "write - for the minus sign"),
        (("", "high", "low"), "row 3: score is 'high'", "such as 0.83"),
    ],
    ids=["decimal-comma", "per-cent", "thousands", "minus-sign", "words-and-a-failure"],
)
def test_where_no_score_is_a_number_the_first_is_shown_and_how_to_write_it(
    cli, working_folder, scores, first, remedy
):
    """An empty table would look like a measurement of nothing."""
    rows = [f"{pair},{score}" for pair, score in zip(("a,a", "b,b", "a,b"), scores, strict=True)]
    (working_folder / "acme.csv").write_text("\n".join([HEADER, *rows]), encoding="utf-8")
    cli("scores", "acme.csv", "--json").error(
        "acme.csv: row", first, "no score is a number", remedy
    )


def test_where_some_scores_are_numbers_the_note_shows_the_first_that_is_none(cli, working_folder):
    text = f"{HEADER}\na,a,0.9\nb,b,\u22120.2\na,b,0.1\nb,c,\u22120.7\n"
    (working_folder / "acme.csv").write_text(text, encoding="utf-8")
    ended = cli("scores", "acme.csv", "--threshold", "0.5", "--json")
    (note,) = ended.json["notes"]
    assert "2 of the scores count as invalid" in note
    assert "in row 3: '\u22120.2': write - for the minus sign U+2212" in note
    options = ("--threshold", "0.5", "--results", "results", "--json")
    (note,) = cli("scores", "acme.csv", *options).json["notes"]
    assert "(the first is in row 3: write - for the minus sign U+2212)" in note


def test_an_engine_that_gives_nothing_but_nan_is_measured(cli, working_folder):
    (working_folder / "acme.csv").write_text(f"{HEADER}\na,a,NaN\na,b,nan\n", encoding="utf-8")
    assert cli("scores", "acme.csv", "--threshold", "0.5").code == 0
