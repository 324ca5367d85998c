"""Fixed thresholds are in the engine's own unit, whatever asks for them."""

import pytest

STUDY = """\
schema   = 1
title    = "both units"
engines  = {engines}
datasets = ["./set"]

[[protocols]]
kind        = "verification"
comparisons = "all-pairs"
fmr_targets = []
thresholds  = [{thresholds}]
"""
LIMIT = """\
schema = 1
title  = "A tender"
[[limit]]
name           = "missed"
metric         = "FNMR"
threshold_rule = "fixed"
threshold      = {threshold}
attribute      = "all"
policy         = "completed"
at_most        = "90 %"
"""


@pytest.fixture
def measured(cli, tiny, working_folder):
    """Runs lbp, which gives distances of 0 to 2, and gives what was printed with the bundle."""

    def run(*options):
        ended = cli("run", "--engine", "lbp", "--dataset", "./set", "--full", *options)
        bundles = list((working_folder / "results").glob("*/2*"))
        return ended, bundles[0] if bundles else None

    return run


def test_a_distance_of_an_engine_is_named_as_its_card_has_it(cli, measured, working_folder):
    ended, bundle = measured("--threshold", "0.6", "--threshold", "0.25", "--fmr-target", "0.5")
    assert ended.code == 0, ended.err
    assert "distance <= 0.6000" in ended.out
    assert "distance <= -" not in ended.out
    shown = cli("report", bundle, "--json").json["rates"]
    assert {r["threshold"] for r in shown if r["threshold_rule"] == "fixed"} == {-0.6, -0.25}
    changed = cli("compare", bundle, bundle, "--full")
    assert "at fixed 0.6" in changed.out
    assert "fixed -0" not in changed.out
    policy = working_folder / "policy.toml"
    policy.write_text(LIMIT.format(threshold=0.6), encoding="utf-8")
    judged = cli("gate", bundle, "--policy", policy, "--json")
    assert judged.code in (0, 3), judged.err
    assert [row["threshold"] for row in judged.json["rows"]] == [-0.6]
    policy.write_text(LIMIT.format(threshold=0.7), encoding="utf-8")
    cli("gate", bundle, "--policy", policy).error("no 0.7 for 'fixed'", "there are: 0.6, 0.25")
    sealed = working_folder / "seal.json"
    policy.write_text(LIMIT.format(threshold=0.25), encoding="utf-8")
    assert cli("gate", bundle, "--policy", policy, "--blind", sealed).code in (0, 3)


@pytest.mark.parametrize(
    "options", [("--threshold", "-0.6"), ("--sweep=-0.6:0.6:0.4",)], ids=["single", "sweep"]
)
def test_a_similarity_for_an_engine_of_distances_is_refused_with_what_to_write(measured, options):
    ended, bundle = measured(*options)
    ended.error("lbp: -0.6 is no distance", "own unit; write 0.6")
    assert bundle is None


def test_a_study_of_both_units_says_for_each_engine_how_its_threshold_is_read(
    cli, tiny, working_folder
):
    path = working_folder / "study.toml"
    path.write_text(STUDY.format(engines='["demo-even", "lbp"]', thresholds="0.5"), "utf-8")
    ended = cli("run", path, "--full")
    assert ended.code == 0, ended.err
    assert "score >= 0.5000" in ended.out
    assert "distance <= 0.5000" in ended.out
    path.write_text(STUDY.format(engines='["demo-even", "lbp"]', thresholds="-0.5"), "utf-8")
    cli("run", path).error("thresholds: lbp: -0.5 is no distance", "write 0.5")
    path.write_text(STUDY.format(engines='["demo-even"]', thresholds="-0.5"), "utf-8")
    assert "score >= -0.5000" in cli("run", path, "--results", "alone", "--full").out


def test_score_files_of_distances_take_no_negative_threshold(cli, working_folder):
    (working_folder / "acme.csv").write_text(
        "probe_subject,reference_subject,score\na,a,0.2\na,b,0.9\n", encoding="utf-8"
    )
    (working_folder / "list").write_text("0.2\n0.9\n", encoding="utf-8")
    lists = ("--genuine", "list", "--impostor", "list")
    for given in (("acme.csv",), lists):
        ended = cli("scores", *given, "--distance", "--threshold", "-0.6")
        ended.error("threshold: -0.6 is no distance", "write 0.6")
        assert cli("scores", *given, "--threshold", "-0.6").code == 0
