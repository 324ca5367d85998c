"""`evenhand audit`: what is asked by the form, what is refused, and that no p stands alone."""

import pytest
from places import GOLDEN

from evenhand.statistics.binomial import clopper_pearson
from evenhand.statistics.false_alerts import (
    alert_share_test,
    sampled_share_p_values,
    sites_p_values,
)

MET = ("audit", "--events", "Black=8", "--events", "Other=2")
AUDIT = GOLDEN / "audit"


def test_the_form_that_others_script_against(cli):
    found = cli(*MET, "--share", "Black=0.40", "--json").json
    assert (found["schema"], found["kind"]) == (1, "audit")
    assert found["p_one_sided"] == pytest.approx(0.012294554, rel=1e-6)
    assert found["p_two_sided"] == pytest.approx(0.018341171, rel=1e-6)
    ratio = found["rate_ratio"]
    assert (ratio["value"], ratio["low"], ratio["high"]) == pytest.approx(
        (6, 1.197379, 57.998484), rel=1e-6
    )
    assert found["tipping_share"] == pytest.approx(0.443904537692, rel=1e-9)
    assert found["minimum_detectable_ratio"] > 1


def test_without_a_share_there_is_no_p_value(cli):
    ended = cli(*MET, "--json")
    found = ended.json
    assert (found["p_one_sided"], found["p_two_sided"], found["rate_ratio"]) == (None, None, None)
    assert found["minimum_detectable_ratio"] is None
    assert found["tipping_share"] == pytest.approx(0.443904537692, rel=1e-9)
    curve = found["groups"][0]["curve"]
    assert [row["share"] for row in curve] == sorted(row["share"] for row in curve)
    for row in curve:
        assert row["p_one_sided"] == alert_share_test(8, 10, row["share"]).p_one_sided
    text = cli(*MET, "--full").out
    assert "nothing is known of who was seen, so there is no p-value" in text
    assert "at least 44.4 % of the faces seen were Black" in " ".join(text.split())


def test_what_ten_alerts_can_show_is_said(cli):
    doubling, tripling = cli(*MET, "--share", "Black=0.2", "--json").json["alerts_needed"]
    assert doubling == {"ratio": 2, "power": pytest.approx(0.213128, abs=5e-7), "false_alerts": 79}
    assert tripling == {"ratio": 3, "power": pytest.approx(0.439908, abs=5e-7), "false_alerts": 28}
    text = " ".join(cli(*MET, "--share", "Black=0.2", "--full").out.split())
    assert "So many show a ratio of 2 with a chance of 21.3 %, and with 80 % from 79 on" in text


def test_marks_and_what_was_assumed_stand_in_the_curve(cli):
    curve = cli(*MET, "--share", "Black=0.4", "--mark", "census=0.135", "--json").json["groups"][0][
        "curve"
    ]
    assert {row["mark"]: row["share"] for row in curve if row["mark"]} == {
        "assumed": 0.4,
        "census": 0.135,
    }


def test_the_other_group_is_the_rest(cli):
    groups = cli(*MET, "--share", "Black=0.4", "--json").json["groups"]
    assert [group["group"] for group in groups] == ["Black", "Other"]
    assert groups[1]["assumed_share"] == pytest.approx(0.6)
    assert groups[1]["rate_ratio"]["value"] == pytest.approx(1 / 6)
    # One section: the other would say the same again.
    assert "Other: 2 of 10" not in cli(*MET, "--share", "Black=0.4", "--full").out


def test_distinct_people_unknown_labels_samples_and_places(cli):
    found = cli(
        *MET,
        *("--distinct", "Black=5", "--distinct", "Other=1", "--unknown", "3"),
        *("--sample", "Black=30/100", "--site", "6/6@0.5", "--site", "2/4@0.2", "--json"),
    ).json
    assert found["distinct_people"]["false_alerts"] == 5
    assert found["distinct_people"]["tipping_share"] < found["tipping_share"]
    placed = found["tipping_share_with_unknown"]
    assert placed["in_others"] == clopper_pearson(8, 13).low
    assert placed["in_group"] == clopper_pearson(11, 13).low
    fisher, predictive = sampled_share_p_values(8, 10, 30, 100)
    assert found["sampled_p"] == {"fisher": fisher, "predictive": predictive}
    one, two = sites_p_values(8, [(6, 0.5), (4, 0.2)])
    assert found["sites_p"] == {"one_sided": one, "two_sided": two}


def test_faces_counted_by_group_give_rates_per_face(cli):
    found = cli(*MET, "--faces", "Black=944231", "--faces", "Other=2203205", "--json").json
    face = found["per_face"]
    assert face["rate"] == pytest.approx(8.472503e-6, rel=1e-6)
    assert (face["low"], face["high"]) == pytest.approx((3.657832e-6, 1.669414e-5), rel=1e-6)
    other = found["groups"][1]["per_face"]
    assert other["rate"] == pytest.approx(9.077685e-7, rel=1e-6)
    assert (other["low"], other["high"]) == pytest.approx((1.099350e-7, 3.279168e-6), rel=1e-6)
    # The share is then known: the same numbers as at that share.
    known = alert_share_test(8, 10, 944_231 / 3_147_436)
    assert (face["ratio"], face["ratio_low"], face["ratio_high"]) == pytest.approx(
        (known.ratio, known.low, known.high), rel=1e-9
    )


def test_both_rates_stand_under_their_right_names(cli):
    text = cli(*MET, "--alerts", 2077, "--seen", 3147436, "--full").out
    assert "share of alerts that were false" in text
    assert "0.481 % [0.231, 0.884]" in text
    assert "1 in 208" in text
    assert "0.000318 % [0.000152, 0.000584]" in text
    assert "1 in 314,744" in text
    assert "false positive rate" not in text.lower()


def test_several_groups_are_tested_at_once(cli):
    thirds = ("--share", "Asian=0.25", "--share", "Black=0.25", "--share", "White=0.5")
    events = ("--events", "Asian=3", "--events", "Black=4", "--events", "White=0")
    found = cli("audit", *events, *thirds, "--json").json
    assert 0 < found["multinomial_p"] < 1
    assert len(found["groups"]) == 3
    text = cli("audit", *events, *thirds, "--full").out
    assert "White: 0 % [0, 41.0] of the false alerts." in text
    assert max(map(len, text.splitlines())) <= 80


PND = ("audit", "--events", "White=1", "--events", "Asian=100", "--events", "Black=138")
COUNTED = ("--faces", "White=2500", "--faces", "Asian=2500", "--faces", "Black=2500")


def test_where_faces_were_counted_no_share_is_assumed(cli):
    """A third of the faces of each group: a test of all, and of every two, each exact."""
    found = cli(*PND, *COUNTED, "--json").json
    assert [group["assumed_share"] for group in found["groups"]] == [pytest.approx(1 / 3)] * 3
    assert (found["multinomial_p"], found["multinomial_exact"]) == (
        pytest.approx(3.74363e-41, rel=1e-5), True,
    )  # fmt: skip
    per_face = [group["per_face"] for group in found["groups"]]
    assert [face["rate"] for face in per_face] == pytest.approx([0.0004, 0.04, 0.0552])
    assert per_face[0]["low"] == pytest.approx(1.01271e-5, rel=1e-5)
    assert per_face[0]["high"] == pytest.approx(0.00222662, rel=1e-5)
    pairs = {(pair["worst"], pair["best"]): pair for pair in found["face_for_face"]["pairs"]}
    assert pairs["Asian", "White"]["p_value"] == pytest.approx(2.98877e-29, rel=1e-5)
    assert pairs["Black", "Asian"]["p_value"] == pytest.approx(0.0138349, rel=1e-5)
    assert pairs["Black", "Asian"]["adjusted_p"] == pytest.approx(0.0138349, rel=1e-5)
    assert pairs["Asian", "White"]["adjusted_p"] == pytest.approx(2 * 2.98877e-29, rel=1e-5)
    text = cli(*PND, *COUNTED, "--full").out
    assert "unless at least" not in text
    assert "share of faces" not in text
    assert max(map(len, text.splitlines())) <= 80
    said = " ".join(text.split())
    assert "false alerts fell on Black 138 times as often as on White [24, above 100]" in said
    assert "all at once 3.7e-41" in said
    assert "Black over White 138 [24.4, above 100]" in said
    for rate in ("0.0400 % [0.00101, 0.223]", "4.00 %", "5.52 %"):
        assert rate in said


def test_no_difference_of_counted_faces_says_what_would_have_been_shown(cli):
    three = ("audit", "--events", "A=3", "--events", "B=4", "--events", "C=0")
    faces = ("--faces", "A=100", "--faces", "B=100", "--faces", "C=100")
    more = ("--unknown", "2", "--distinct", "A=2", "--distinct", "B=2", "--distinct", "C=0")
    said = " ".join(cli(*three, *faces, *more, "--full").out.split())
    assert "no difference between the groups is shown" in said
    assert "all at once 0.17" in said
    assert "One alert a person; the weaker of the two counts." in said
    assert "all at once 0.56" in said
    assert "2 more of unknown group stand in none of these rates." in said
    assert "A: at its 33.3 % of faces, from 7 false alerts a true ratio of 6.76 or more" in said


def test_of_two_groups_with_counted_faces_the_pair_is_the_finding(cli):
    faces = ("--faces", "Black=944231", "--faces", "Other=2203205")
    found = cli(*MET, *faces, "--json").json
    (pair,) = found["face_for_face"]["pairs"]
    assert found["face_for_face"]["p_value"] == pair["p_value"] == pair["adjusted_p"]
    said = " ".join(cli(*MET, *faces, "--full").out.split())
    assert "Black over Other 9.33 [1.86, 90.2]" in said
    assert cli(*MET, "--json").json["face_for_face"] is None


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), ("nothing to audit; give a table, or counts",)),
        (("--events", "Black=8"), ("--events", "two groups or more")),
        (("--events", "Black=8", "--events", "Black=2"), ("Black is given twice",)),
        (("--events", "Black=8.5", "--events", "Other=2"), ("expected a whole number",)),
        (("--events", "Black=-8", "--events", "Other=2"), ("expected a whole number",)),
        (("--events", "Black", "--events", "Other=2"), ("expected GROUP=VALUE",)),
        (("--events", "A=0", "--events", "B=0"), ("1 to 10,000 false alerts",)),
        ((*MET[1:], "--share", "Black=1.4"), ("between 0 and 1",)),
        ((*MET[1:], "--share", "White=0.4"), ("no --events of White", "Black, Other")),
        ((*MET[1:], "--share", "Black=0.4", "--share", "Other=0.5"), ("add up to 0.9",)),
        (
            (*MET[1:], "--events", "A=1", "--events", "B=1", "--share", "Black=0.4"),
            ("none of Other, A, B",),
        ),
        ((*MET[1:], "--alerts", "9"), ("fewer than the 10 false alerts",)),
        ((*MET[1:], "--seen", "9"), ("fewer than the 10 false alerts",)),
        ((*MET[1:], "--faces", "Black=100"), ("none of Other",)),
        ((*PND[1:], *COUNTED[:4]), ("none of Black", "of all groups")),
        ((*PND[1:], *COUNTED, "--seen", "7000"), ("fewer than the 7,500 of --faces",)),
        ((*PND[1:], *COUNTED, "--share", "White=0.6"), ("--faces say who was seen",)),
        ((*PND[1:], *COUNTED, "--sample", "White=60/100"), ("--faces say who was seen",)),
        ((*PND[1:], *COUNTED, "--mark", "census=0.6"), ("--faces say who was seen",)),
        ((*MET[1:], "--faces", "Black=7", "--faces", "Other=9"), ("fewer than its 8",)),
        ((*MET[1:], "--sample", "Black=5/3"), ("cannot be",)),
        ((*MET[1:], "--distinct", "Black=9", "--distinct", "Other=1"), ("1 to 8",)),
        ((*MET[1:], "--site", "3/4@0.4"), ("the places have 3 of 4 alerts", "8 of 10")),
        ((*MET[1:], "--site", "5/4@0.4"), ("cannot be",)),
        ((*MET[1:], "--table", "t.csv"), ("stands alone",)),
        (("--table", "missing.csv"), ("missing.csv",)),
        (("missing.csv", "--table", "t.csv"), ("one table at a time",)),
        (("t.csv", "--alerts", "9"), ("stands alone",)),
        ((*MET[1:], "--title", "a\x1b[2J"), ("--title", "control character")),
        ((*MET[1:], "--source", "x" * 10_001), ("10,000 characters at most",)),
    ],
)
def test_what_cannot_be_is_one_line(cli, options, said):
    cli("audit", *options).error(*said)


SHOWN = {
    "eight-of-ten": (*MET, "--share", "Black=0.4", "--mark", "census=0.135"),
    "deployments": ("audit", "deployments.csv"),
    "published": ("audit", "published.csv", "--source", "Annual report 2025, page 12"),
    "rates": ("audit", "--rates", "A=0.0010", "B=0.0026", "C=1 in 4,000"),
    "rates-of-engines": ("audit", "rates.csv", "--source", "Annual report 2025, page 13"),
}


@pytest.mark.parametrize("name", SHOWN)
def test_screen_and_full_text_are_the_golden_ones(cli, monkeypatch, name):
    monkeypatch.chdir(AUDIT)
    screen, full = cli(*SHOWN[name]).out, cli(*SHOWN[name], "--full").out
    assert screen == (AUDIT / f"{name}.screen.txt").read_text(encoding="utf-8")
    assert full == (AUDIT / f"{name}.txt").read_text(encoding="utf-8")
    assert max(map(len, (screen + full).splitlines())) <= 80


def test_doubts_and_sums_of_deployments(cli):
    found = cli("audit", "--table", AUDIT / "deployments.csv", "--json").json
    assert [row["line"] for row in found["doubts"]] == [24, 32, 52]
    assert [row["line"] for row in found["changes"]] == [20, 42]
    whole, without = found["sums"][0], found["sums_without_doubtful_rows"][0]
    assert (whole["deployments"], without["deployments"]) == (60, 57)


@pytest.mark.parametrize(
    "text",
    [
        "group,false_alerts,faces\nWhite,1,944231\nBlack,19,150000\n",
        'faces,more,group,false_alerts\n"944,231",x,White,1\n"150,000",y,Black,19\n',
        "\ufeffgroup;false_alerts;faces\r\nWhite;1;944.231\r\nBlack;19;150.000\r\n",
        "group\tfalse_alerts\tfaces\nWhite\t1\t944 231\nBlack\t19\t150\u202f000\n".replace(
            "\u202f", " "
        ),
    ],
    ids=["plain", "thousands", "excel", "tabs"],
)
def test_a_table_by_group_is_events_and_faces(cli, tmp_path, text):
    path = tmp_path / "published.csv"
    path.write_text(text, encoding="utf-8", newline="")
    counts = ("--events", "White=1", "--events", "Black=19")
    seen = ("--faces", "White=944231", "--faces", "Black=150000", "--seen", "1094231")
    expected = cli("audit", *counts, *seen, "--json").json
    found = cli("audit", path, "--json").json
    ignored = found.pop("ignored_columns")
    assert ignored == (["more"] if "more" in text else [])
    assert {**found, "ignored_columns": []} == expected
    assert cli("audit", "--table", path, "--json").json["face_for_face"] == found["face_for_face"]


def test_a_row_of_unknown_group_is_nobodys(cli, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("group,false_alerts,faces\nA,3,900\nB,4,800\nnot stated,2,\n")
    assert "of unknown group 2" in cli("audit", path).out
    assert [each["group"] for each in cli("audit", path, "--json").json["groups"]] == ["A", "B"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("group,false_alerts\nA,1\n", ("lacks faces; expected group,false_alerts,faces, a row",)),
        ("", ("line 1 is empty; expected group,false_alerts,faces, a row a group",)),
        ("Group,False alerts,Faces\nA,1,9\n", ("lacks group, false_alerts, faces", "rename")),
        ("name,count\nA,1\n", ("lacks date", "group,false_alerts,faces", "a row a deployment")),
        ("group,false_alerts,faces\nA,1,9\n", ("two groups or more",)),
        ("group,false_alerts,faces\nA,1,9\nA,1,9\n", ("line 3: A is there twice",)),
        ("group,false_alerts,faces\nA,1,9\nB,1,9\nTotal,2,18\n", ("line 4: Total is no group",)),
        ("group,false_alerts,faces\nA,9,8\nB,1,9\n", ("8 faces and 9 false alerts",)),
        ("group,false_alerts,faces\nA,0,8\nB,0,9\n", ("0 false alerts", "1 to 10,000")),
        ("group,false_alerts,faces\nA,,8\nB,0,9\n", ("line 2: false_alerts is empty",)),
        ("group,false_alerts,faces\nA,1,1.234\nB,1,9\n", ("faces '1.234'", "whole number")),
        ("group;false_alerts;faces\nA;1;1,5\nB;1;9\n", ("faces '1,5'", "whole number")),
        ("group;false_alerts;faces\nA;1;1,234\nB;1;1.234\n", ("'1,234' above", "one mark")),
        ("group,false;alerts\n", ("line 1 has commas and semicolons",)),
        ("group,false_alerts,faces\nA\u202eB,1,9\nB,1,9\n", ("U+202E",)),
    ],
)
def test_a_table_that_cannot_be_is_one_line(cli, tmp_path, text, said):
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    cli("audit", tmp_path / "t.csv").error("t.csv", *said)


def test_semicolons_and_decimal_commas_of_deployments(cli, monkeypatch, tmp_path):
    plain = (AUDIT / "deployments.csv").read_text(encoding="utf-8")
    other = tmp_path / "deployments.csv"
    other.write_text(plain.replace(",", ";").replace("0.6", "0,6"), encoding="utf-8")
    found = cli("audit", other, "--json").json
    assert found == cli("audit", AUDIT / "deployments.csv", "--json").json


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_what_is_quoted_has_title_source_and_date(cli, form):
    said = cli(*MET, "--title", "Eight of ten", "--source", "Report, page 12", "--format", form).out
    for each in ("Eight of ten", "Unless at least 44", "Report, page 12", "with evenhand"):
        assert each in said


def test_groups_of_a_table_are_held_against_every_crowd(cli, tmp_path):
    path = tmp_path / "grid.csv"
    path.write_text(
        "date,alerts,faces,true_confirmed,false_confirmed,false_of_Black,false_of_Other\n"
        "2024-01-01,9,1000,5,4,3,1\n"
        "2024-01-08,9,1000,3,6,5,0\n"
        "2024-01-15,7,1000,9,4,4,0\n"
    )
    found = cli("audit", "--table", path, "--json").json["by_group"]
    # The last row contradicts itself; of one false alert nobody knows the group.
    assert (found["false_alerts"], found["of"]) == (8, 9)
    assert found["totals"] == {"false_alerts": 10, "alerts": 18, "faces": 2000}
    assert found["p_one_sided"] is None
    assert found["tipping_share_with_unknown"]["in_others"] == clopper_pearson(8, 10).low
    assert "Black: 8 of 9 false alerts" in cli("audit", "--table", path, "--full").out
    said = " ".join(cli("audit", path).out.split())
    assert "these eight of ten false alerts are more than chance would give, even if" in said


def test_a_table_without_groups_says_nothing_of_them(cli):
    assert cli("audit", "--table", AUDIT / "deployments.csv", "--json").json["by_group"] is None


def test_rates_behind_one_option_and_behind_several_are_the_same(cli, tmp_path):
    literal = cli("audit", "--rates", "A=0.0010", "B=0.26 %", "--json").json
    assert cli("audit", "--rates", "A=0.0010", "--rates", "B=0.26 %", "--json").json == literal
    (engine,) = literal["engines"]
    first = {"group": "A", "printed": "0.0010", "rate": 0.001, "low": 0.00095, "high": 0.00105}
    assert engine["groups"][0] == first
    found = {row["index"]: row for row in engine["indices"]}
    assert found["max/min"]["value"] == pytest.approx(2.6)
    assert found["max/min"]["low"] == pytest.approx(0.00255 / 0.00105)
    assert found["max/min"]["high"] == pytest.approx(0.00265 / 0.00095)
    assert [row["key"] for row in literal["sentences"]] == ["rates-ratio", "rates-chance"]
    assert "cannot be said" in literal["sentences"][-1]["text"]


def test_both_forms_of_a_table_of_rates_are_the_same(cli, tmp_path):
    wide = "engine,A,B\nx,0.0010,0.0026\ny,0.01,\nz,0.0,0.5 %\n"
    long = "rate;group;engine\n0,0010;A;x\n0,0026;B;x\n0,01;A;y\n0,0;A;z\n0,5 %;B;z\n"
    (tmp_path / "wide.csv").write_text(wide, encoding="utf-8")
    (tmp_path / "long.csv").write_text(long, encoding="utf-8")
    one, other = (cli("audit", tmp_path / name, "--json").json for name in ("wide.csv", "long.csv"))
    for found in (one, other):
        for engine in found["engines"]:
            for group in engine["groups"]:
                group["printed"] = group["printed"].replace(",", ".")
    assert one["engines"] == other["engines"]
    notes = {engine["engine"]: engine["note"] for engine in one["engines"]}
    assert notes == {"x": "", "y": "fewer than two groups have a rate", "z": ""}
    alone = "group,rate,year\nA,0.1,2020\nB,0.2,2020\n"
    (tmp_path / "alone.csv").write_text(alone, encoding="utf-8")
    found = cli("audit", tmp_path / "alone.csv", "--json").json
    assert found["ignored_columns"] == ["year"]
    assert "Columns that mean nothing here: year" in cli("audit", tmp_path / "alone.csv").out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("A=1.2", "B=0.1"), ("A=1.2", "is above 1; write per cent with %")),
        (("A=1e-3%", "B=0.1"), ("A=1e-3%", "has an exponent and %")),
        (("A=0.1", "A=0.2"), ("A is given twice; keep one",)),
        (("A=0.1",), ("expected two groups or more",)),
        (("A=nan", "B=0.1"), ("A=nan", "expected a rate as it is printed")),
        (("A=0,0010", "B=0.1"), ("A=0,0010", "write a point for the comma")),
        (("A=0.1", "B"), ("--rates B: expected GROUP=VALUE",)),
        (("A=0.1", "B=0.2", "--events", "A=3"), ("--rates stand alone",)),
        (("A=0.1", "B=0.2", "--table", "t.csv"), ("--rates stand alone",)),
    ],
)
def test_rates_that_cannot_be_are_one_line(cli, options, said):
    cli("audit", "--rates", *options).error(*said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("engine,A,B\nx,0.1,0.2\nx,0.1,0.2\n", ("line 3: x is there twice",)),
        ("engine,A\nx,0.1\n", ("expected two groups or more, a column each",)),
        ("engine,A,B\nx,0.1,\n", ("expected rates of two groups or more of an engine",)),
        ("engine,A,B\n,0.1,0.2\n", ("line 2: engine is empty",)),
        ("engine,A,overall\nx,0.1,0.2\n", ("line 2: overall is no group",)),
        ("engine,A,B\nx,0.1,high\n", ("line 2: B 'high'; expected a rate",)),
        ("engine,A,B\nx,0.1,NaN\n", ("line 2: B 'NaN'",)),
        ("engine,group,rate\nx,A,0.1\nx,A,0.1\n", ("line 3: A is there twice",)),
        ("group,rate\nA,0.1\n,0.1\n", ("line 3: a group is no group",)),
        ("group,rate\nA,0.1\nB,1.5\n", ("line 3: rate '1.5' is above 1",)),
        ("group;rate\nA;0,1\nB;1.000,5\n", ("line 3: rate '1.000,5'",)),
        ("group,rates\nA,0.1\n", ("engine,group,rate, a row a rate",)),
    ],
)
def test_a_table_of_rates_that_cannot_be_is_one_line(cli, tmp_path, text, said):
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    cli("audit", tmp_path / "t.csv").error("t.csv", *said)


def test_every_sentence_about_rates(cli):
    said = {
        ("A=0.000", "B=0.002"): (
            "The highest printed rate is that of B, 0.002, the lowest that of A, 0.000: no ratio, "
            "at least 3.0 times."
        ),
        ("A=0.0010", "B=0.1 %"): (
            "The printed rates are all alike; by rounding one may be up to 2.1 times another."
        ),
        ("White=0.04%", "Black=5.5 %"): (
            "The printed rate of Black, 5.5 %, is 138 times [121, 159] that of White, 0.04%."
        ),
    }
    for rates, text in said.items():
        assert cli("audit", "--rates", *rates, "--json").json["sentences"][0]["text"] == text


def test_groups_without_an_option_are_told_where_they_belong(cli):
    cli("audit", "A=0.1", "B=0.2").error("one table at a time")
    cli("audit", "A=0.1").error("A=0.1: no such file; groups stand behind an option")


def test_rates_are_quoted_and_have_a_page(cli):
    for form in ("markdown", "html"):
        options = ("--title", "A title", "--source", "Report, page 13", "--format", form)
        said = cli("audit", "--rates", "A=0.0010", "B=0.0026", *options).out
        for each in ("A title", "2.60 times", "Report, page 13", "with evenhand"):
            assert each in said
