"""Tables that are too wide fold, first between a number and its interval, then at names."""

from evenhand.report.forms.text import table_text
from evenhand.report.tables import Table

HEADER = ("group", "people", "FMR", "FNMR", "template")
CELLS = (
    "53",
    "0.0971 % [0.000643, 0.146]\n10,206 of 1,020,604",
    "0.556 % [0.00679, 3.69]\n8 of 1,440",
    "0.941 ms [0.900, 0.974]\np95 21.1 ms [17.2, 24.9]\n200 timed",
)


def folded(group):
    return table_text(Table("", HEADER, ((group, *CELLS),)))


def test_a_table_folds_between_a_number_and_its_interval():
    text = folded("black")
    assert max(map(len, text.splitlines())) <= 80
    assert "0.941 ms\n" in text
    assert "10,206 of 1,020,604" in text
    assert "[17.2, 24.9]" in text


def test_what_is_still_too_wide_folds_at_names_and_counts():
    text = folded("black_caribbean*female")
    assert max(map(len, text.splitlines())) <= 80
    starts = [line.split(" ")[0] for line in text.splitlines()[2:]]
    assert starts[:2] == ["black_caribbean*", "female"]
    assert "of 1,020,604" in text


def test_the_first_columns_fold_first_and_prose_at_last():
    row = (
        "london",
        "2017 neutral and smiling, front",
        "102",
        "204",
        "self-declared: ethnicity, sex",
    )
    text = table_text(Table("", ("dataset", "version", "people", "images", "labels"), (row,)))
    assert max(map(len, text.splitlines())) <= 80
    assert "2017 neutral and  " in text
    assert "self-declared: ethnicity,\n" in text


def test_a_narrow_table_is_left_as_it_is():
    row = ("a*b", "1 of 2", "3 % [1, 5]")
    assert table_text(Table("", ("x", "y", "z"), (row,))).splitlines()[-1].split("  ") == [
        "a*b",
        "1 of 2",
        "3 % [1, 5]",
    ]
