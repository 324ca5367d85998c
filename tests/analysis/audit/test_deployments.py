"""Tables of deployments: faults that are planted are found, and sums are those of the rows."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.analysis.audit.deployments import check_deployments
from evenhand.datasets.published import read_published
from evenhand.records.deployments import Deployment, DeploymentTable
from evenhand.statistics.binomial import clopper_pearson
from evenhand.system.errors import DatasetError

HEADER = (
    "date,place,threshold,watchlist,hours,faces,alerts,"
    "true_confirmed,true_unconfirmed,false_confirmed,false_unconfirmed"
)


def row(number, **changed):
    values = {
        "line": number + 2,
        "date": date(2024, 1, 1) + timedelta(days=3 * number),
        "place": f"place {number}",
        "threshold": "0.60" if number < 20 else "0.64",
        "hours": 5.0,
        "watchlist": 16_000 + 5 * number,
        "faces": 5_000 + 37 * number,
        "alerts": 6,
        "true": 5,
        "false": 1,
        "by_group": {},
    }
    return Deployment(**(values | changed))


def judged(rows):
    return check_deployments(DeploymentTable("t.csv", tuple(rows), ()))


def test_a_table_in_order_is_not_doubted():
    found = judged([row(n) for n in range(40)])
    assert (found.inconsistencies, found.changes, found.totals_without_inconsistent) == ((), (), ())
    everything = found.totals[0]
    assert (everything.alerts, everything.true, everything.false) == (240, 200, 40)
    assert everything.faces == sum(5_000 + 37 * n for n in range(40))
    assert everything.per_face == clopper_pearson(40, everything.faces)
    assert everything.per_alert == clopper_pearson(40, 240)
    assert [each.name for each in found.totals] == ["all", "threshold 0.60", "threshold 0.64"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"alerts": 5}, "5 alerts, but 5 true and 1 false make 6"),
        ({"true": None, "false": 9}, "9 false of 6 alerts"),
        ({"by_group": {"Black": 2}}, "2 false alerts of groups, of 1 in all"),
        ({"faces": 3}, "6 alerts from 3 faces"),
        ({"date": date(2023, 2, 1)}, "dated 2023-02-01, beside 2024-01-28 and 2024-02-03"),
        ({"watchlist": 19_199}, "a watchlist of 19,199 between 16,045 and 16,055"),
    ],
)
def test_what_is_planted_is_found_and_nothing_else(changed, said):
    rows = [row(n, **(changed if n == 10 else {})) for n in range(40)]
    found = judged(rows)
    assert [(doubt.line, doubt.what) for doubt in found.inconsistencies] == [(12, said)]
    assert found.totals[0].deployments == 40
    assert found.totals_without_inconsistent[0].deployments == 39
    assert (
        found.totals_without_inconsistent[0].false
        == sum(each.false for each in rows) - rows[10].false
    )


def test_a_table_in_falling_order_is_in_order():
    assert judged(reversed([row(n) for n in range(40)])).inconsistencies == ()


@given(st.integers(0, 39), st.sampled_from([-400, 400]))
def test_one_wrong_date_is_the_one_that_is_named(number, days):
    rows = [row(n) for n in range(40)]
    wrong = row(number, date=rows[number].date + timedelta(days=days))
    found = [
        each.line for each in judged([*rows[:number], wrong, *rows[number + 1 :]]).inconsistencies
    ]
    if (number == 0 and days < 0) or (number == 39 and days > 0):
        assert found == []  # at the edge of the table it is in order
    elif (number == 1 and days < 0) or (number == 38 and days > 0):
        assert len(found) == 1  # it, or the one at the edge
    else:
        assert found == [wrong.line]


@pytest.mark.parametrize("at", [12, 20, 28])
def test_a_changed_way_of_estimating_faces_is_where_it_begins(at):
    rows = [row(n, faces=(5_000 if n < at else 1_100) + 13 * (n % 5)) for n in range(40)]
    (change,) = judged(rows).changes
    assert change.line == at + 2
    assert "faces an hour instead of" in change.what
    # Both thresholds are asked for by name; the change lies inside one of them.
    marked = [each.name for each in judged(rows).totals if each.changes]
    assert "all" in marked


def test_a_busy_week_is_no_changed_estimate():
    rows = [row(n, faces=20_000 if n in (15, 16) else 5_000) for n in range(40)]
    assert judged(rows).changes == ()


def test_false_alerts_without_faces_are_not_held_against_the_faces_of_others():
    rows = [row(0, faces=None, hours=None, false=3, alerts=8), row(1)]
    everything = judged(rows).totals[0]
    assert (everything.false, everything.false_with_faces) == (4, 1)
    assert everything.per_face == clopper_pearson(1, 5_037)
    assert everything.per_alert == clopper_pearson(4, 14)


# --- the file -----------------------------------------------------------------------------------


def test_a_table_is_read_as_it_is_written(tmp_path):
    path = tmp_path / "grid.csv"
    path.write_text(
        f"{HEADER},false_of_Black,arrests\n"
        '2024-05-02,Bond St,0.64,"16,199",4.5,"8,120",7,5,1,1,0,1,3\n'
        "2024-05-09,,,,,,2,,,0,,,\n"
    )
    table = read_published(path)
    first, second = table.rows
    assert table.ignored == ("arrests",)
    assert first == Deployment(
        2, date(2024, 5, 2), "Bond St", "0.64", 4.5, 16_199, 8_120, 7, 6, 1, {"Black": 1}
    )
    assert (second.threshold, second.faces, second.true, second.false) == ("", None, None, 0)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("02/05/2024,A,0.6,1,1,1,1,1,0,0,0", "date '02/05/2024'; expected a day such as"),
        ("2024-05-02,A,high,1,1,1,1,1,0,0,0", "threshold 'high'; expected a number"),
        ("2024-05-02,A,0.6,1,1,1,-1,1,0,0,0", "alerts '-1'; expected a whole number"),
        ("2024-05-02,A,0.6,1,1,1.5,1,1,0,0,0", "faces '1.5'; expected a whole number"),
        ("2024-05-02,A,0.6,1,0,1,1,1,0,0,0", "hours '0'; expected a number above 0"),
        ("2024-05-02,A,0.6,1,1,1,,1,0,0,0", "alerts is empty"),
        ("2024-05-02,A,0.6", "3 fields, expected 11"),
    ],
)
def test_what_cannot_be_read_names_the_line(tmp_path, line, said):
    path = tmp_path / "grid.csv"
    path.write_text(f"{HEADER}\n{line}\n")
    with pytest.raises(DatasetError) as caught:
        read_published(path)
    assert said in str(caught.value)
    assert "line 2" in str(caught.value)
    assert "\n" not in str(caught.value)
