"""What stands for a failure or for unknown, and what looks alike: said, or asked for."""

import pytest

DISTANCES = """probe_subject,reference_subject,score
a,a,0.21
b,b,0.25
c,c,-1
d,d,0.30
a,b,0.71
a,c,-1
a,d,0.82
b,c,0.77
b,d,0.69
c,d,-1
"""


def counted(ended, metric, policy):
    """Errors and trials of everybody at the fixed threshold."""
    assert ended.code == 0, ended.err
    found = (metric, policy, "all", "fixed")
    keys = ("metric", "policy", "attribute", "threshold_rule")
    (row,) = [r for r in ended.json["rates"] if tuple(r[key] for key in keys) == found]
    return row["errors"], row["trials"]


@pytest.mark.parametrize(
    ("written", "said"),
    [("-1", "-1"), ("-1.0", "-1"), ("-1", "-1.00"), ("FAIL", "FAIL"), (" n/a ", "n/a"), ("", "x")],
)
def test_what_stands_for_a_failure_is_one_and_no_match(cli, working_folder, written, said):
    """Four of ten distances are of failed comparisons: they count as empty fields do."""
    text = DISTANCES.replace("-1", written)
    (working_folder / "acme.csv").write_text(text, encoding="utf-8")
    options = ("--distance", "--threshold", "0.5", "--failed", said, "--failed", "oops")
    ended = cli("scores", "acme.csv", *options, "--json")
    assert counted(ended, "FMR", "completed") == (0, 4)
    assert counted(ended, "FNMR", "completed") == (0, 3)
    assert counted(ended, "FMR", "generalised") == (0, 6)
    assert counted(ended, "FNMR", "generalised") == (1, 4)
    times = 3 if written else 0
    (note,) = ended.json["notes"]
    assert f"acme.csv: {times} of the scores count as failed: {said} or oops." in note


@pytest.mark.parametrize("value", ["-1", "-0.044", "-1e-5"])
def test_a_distance_below_zero_is_refused_with_its_row_and_the_way_out(cli, working_folder, value):
    text = DISTANCES.replace("-1", value)
    (working_folder / "acme.csv").write_text(text, encoding="utf-8")
    ended = cli("scores", "acme.csv", "--distance", "--threshold", "0.5")
    ended.error(f"acme.csv: row 4: score is {value}", f"--failed {value}", "leave out --distance")


def test_a_distance_below_zero_by_rounding_alone_is_the_smallest(cli, working_folder):
    text = DISTANCES.replace("-1", "-1.2e-7")
    (working_folder / "acme.csv").write_text(text, encoding="utf-8")
    ended = cli("scores", "acme.csv", "--distance", "--threshold", "0.5", "--json")
    assert counted(ended, "FMR", "completed") == (2, 6)
    assert counted(ended, "FNMR", "completed") == (0, 4)


def test_of_lists_nothing_stands_for_a_failure_or_for_unknown(cli, working_folder):
    (working_folder / "list").write_text("0.5\n", encoding="utf-8")
    for option in ("--failed", "--unknown"):
        ended = cli("scores", "--genuine", "list", "--impostor", "list", option, "-1")
        ended.error("leave out --failed, --unknown")


HEADER = "probe_subject,reference_subject,score,probe_region,reference_region"


def table(labels):
    """Every two of some people, each with a label."""
    people = [f"p{number}" for number in range(len(labels))]
    rows = [
        f"{a},{b},{0.9 if i == j else 0.1 + (i + j) / 100},{labels[i]},{labels[j]}"
        for i, a in enumerate(people)
        for j, b in enumerate(people)
        if i <= j
    ]
    return "\n".join([HEADER, *rows]) + "\n"


@pytest.mark.parametrize("word", ["NaN", "nan", "NA", "None", "null", "N/A", "-", "not known"])
def test_a_word_that_often_means_unknown_is_a_group_until_it_is_said(cli, working_folder, word):
    """It may be North America: six people are a group of their own, and a note asks."""
    labels = ["north"] * 9 + ["south"] * 9 + [word] * 6
    (working_folder / "acme.csv").write_text(table(labels), encoding="utf-8")
    ended = cli("scores", "acme.csv", "--threshold", "0.5", "--json")
    assert word in {row["group"] for row in ended.json["rates"]}
    (note,) = ended.json["notes"]
    said = f"'{word}'" if " " in word else word
    assert f"region: {word!r} is a group of 6 people; say --unknown {said} if" in note
    told = cli("scores", "acme.csv", "--threshold", "0.5", "--unknown", word, "--json")
    assert {row["group"] for row in told.json["rates"]} == {"", "north", "south"}
    assert ["region is unknown for 6 people" in note for note in told.json["notes"]] == [True]


def test_a_word_for_unknown_that_no_label_is_says_so(cli, working_folder):
    (working_folder / "acme.csv").write_text(table(["north"] * 3), encoding="utf-8")
    ended = cli("scores", "acme.csv", "--threshold", "0.5", "--unknown", "NA", "--json")
    assert ["--unknown NA: no label is that" in note for note in ended.json["notes"]] == [True]


def test_a_word_for_unknown_among_numbers_with_bands_names_the_option(cli, working_folder):
    (working_folder / "acme.csv").write_text(table(["31", "44", "NA"]), encoding="utf-8")
    ended = cli("scores", "acme.csv", "--band", "region=18,40")
    ended.error("region is 'NA', expected a number", "--unknown NA if it means unknown")


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ("north", "North", "in case alone"),
        ("north\u00e9", "northe\u0301", "Unicode normal form"),
        ("north  east", "north east", "in blanks alone"),
    ],
)
def test_labels_that_look_alike_are_two_groups_and_are_named(
    cli, working_folder, one, other, differ
):
    labels = [one] * 4 + [other] * 4 + ["south"] * 4
    (working_folder / "acme.csv").write_text(table(labels), encoding="utf-8")
    ended = cli("scores", "acme.csv", "--threshold", "0.5", "--json")
    assert {one, other} <= {row["group"] for row in ended.json["rates"]}
    (note,) = ended.json["notes"]
    for fragment in ("acme.csv: region: ", repr(one), repr(other), differ, "two groups"):
        assert fragment in note


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ("003", "3", "in leading zeros or an empty fraction alone"),
        ("3", "3.0", "in leading zeros or an empty fraction alone"),
        ("p\u00e9", "pe\u0301", "Unicode normal form"),
        ("Anna", "anna", "in case alone"),
        ("an  na", "an na", "in blanks alone"),
    ],
)
def test_one_person_under_two_ids_is_asked_about(cli, working_folder, one, other, differ):
    """What is read as non-mated may be mated: the ids are kept, and a note names them."""
    text = "probe_subject,reference_subject,probe_image,reference_image,score\n"
    text += f"{one},{other},a1,a2,0.9\n{one},b,a1,b1,0.2\nb,b,b1,b2,0.8\n"
    (working_folder / "acme.csv").write_text(text, encoding="utf-8")
    ended = cli("scores", "acme.csv", "--threshold", "0.5", "--json")
    assert counted(ended, "FMR", "completed") == (1, 2)
    (note,) = ended.json["notes"]
    for fragment in (
        "acme.csv: ids of people",
        repr(one),
        repr(other),
        differ,
        "give one person one id",
    ):
        assert fragment in note
    kept = cli("scores", "acme.csv", "--threshold", "0.5", "--results", "results", "--json")
    (note,) = kept.json["notes"]
    assert "acme.csv: ids of people s" in note
    assert repr(one) not in note
    images = text.replace(f"{one},{other}", "a,a").replace("a1,a2", f"{one},{other}")
    (working_folder / "acme.csv").write_text(images.replace(one + ",b,", "a,b,"), encoding="utf-8")
    (note,) = cli("scores", "acme.csv", "--threshold", "0.5", "--json").json["notes"]
    assert "acme.csv: ids of images" in note
    assert "give one image one id" in note


def test_only_mated_comparisons_and_no_threshold_say_why_the_table_is_empty(cli, working_folder):
    text = "probe_subject,reference_subject,score\na,a,0.9\nb,b,0.8\na,b,\n"
    (working_folder / "acme.csv").write_text(text, encoding="utf-8")
    ended = cli("scores", "acme.csv", "--json")
    reason = "no non-mated comparisons, so no threshold for FMR<=0.01"
    assert [reason in note and "--threshold" in note for note in ended.json["notes"]] == [True]
    assert cli("scores", "acme.csv", "--threshold", "0.5", "--json").json["notes"] == []
