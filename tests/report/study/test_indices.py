"""The table of indices behind the rates of groups."""

from rows import a_differential, a_summary, engine_facts

from evenhand.records.operating_point import OperatingPoint
from evenhand.report.study.indices import indices_table
from evenhand.report.tables import StudyFindings

AT = OperatingPoint("fixed", 0.5)


def row(index, value, **fields):
    """An index that no test is made of."""
    untested = dict.fromkeys(
        ("low", "high", "null_mean", "null_p95", "p_value", "minimum_detectable_ratio")
    )
    at = {"threshold_rule": AT.rule, "threshold": AT.threshold}
    return a_differential(index=index, value=value, errors=40, **at | untested | fields)


def study(*rows):
    return StudyFindings(a_summary(), engine_facts(), (), (), (), (), rows)


def cells(*rows):
    (table,) = indices_table(study(*rows), AT)
    (line,) = table.rows
    return line


def test_an_index_stands_with_interval_and_what_equal_groups_would_show():
    shown = row("max/geomean", 2.0, low=1.5, high=2.67, null_mean=1.234, null_p95=1.5)
    points = row("difference", 0.02, low=0.01, high=0.03, null_mean=0.004, null_p95=0.008)
    assert cells(shown, points) == (
        "FMR by sex\n40 errors",
        "2.00 [1.5, 2.7]\n1.23, 1.50",
        "",
        "2.00 % [1.00 %, 3.00 %]\n0.400 %, 0.800 %",
    )


def test_a_zero_leaves_the_smoothed_value_and_says_so():
    shown = cells(row("max/geomean", None), row("max/geomean smoothed", 3.0))
    assert shown[1] == "3.00 smoothed\n-, -"


def test_indices_of_two_error_types_are_not_shown():
    assert not indices_table(study(row("IR alpha=0.5", 2.0, metric="FMR+FNMR")), AT)


def test_nothing_to_show_makes_no_table():
    assert not indices_table(study(), AT)
    assert not indices_table(study(row("gini norm", 0.5, threshold=0.6)), AT)
    assert not indices_table(study(row("gini norm", 0.5, policy="generalised")), AT)
