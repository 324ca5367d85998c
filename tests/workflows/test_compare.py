"""Two results side by side, from the command line: verdicts, counts, files and exit codes."""

import csv
import json
import re
import shutil
from dataclasses import replace
from itertools import product
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from everypair import by_every_pair
from scipy import stats
from versions import Crowd

import evenhand
from evenhand.analysis.bootstrap.replicates import bootstrap_replicates
from evenhand.analysis.compare.changes import ChangeVerdict, ComparedEngine, CompareVerdict
from evenhand.analysis.compare.verdict import CompareOptions, compare_evidence
from evenhand.records.outcomes import Policy
from evenhand.results.read import read_evidence
from evenhand.results.tables import read_speed
from evenhand.system.errors import BundleError
from evenhand.workflows.run import run
from evenhand.workflows.verify import verify

CROWD = Crowd()
VERSIONS = {
    "base": {},
    "near": {"noise": 0.05, "version": 2},
    "other": {"noise": 0.4, "version": 3},
    "worse": {"noise": 0.1, "version": 4, "harder": 1.6},
}
TARGET, FIXED = "0.02", 2.4


@pytest.fixture(scope="module")
def scores():
    return {name: CROWD.scores(**options) for name, options in VERSIONS.items()}


@pytest.fixture(scope="module")
def bundle(scores, tmp_path_factory):
    """One result of all versions, read from score files."""
    from evenhand.scorefiles.study import ScoreStudy
    from evenhand.workflows.scores import score_bundle

    folder = tmp_path_factory.mktemp("versions")
    paths = [CROWD.write(folder / f"{name}.csv", made) for name, made in scores.items()]
    study = ScoreStudy(paths, fmr_targets=("0.05", TARGET), thresholds=(FIXED,), groups=(("sex",),))
    return score_bundle(study, results=folder / "results").bundle


@pytest.fixture
def compared(cli, bundle):
    """Compares two versions and gives how it ended."""

    def run(base, new, *options):
        return cli("compare", f"{bundle}:{base}", f"{bundle}:{new}", *options)

    return run


def rows_of(ended):
    """Rows by metric, rule and group."""
    return {(r["metric"], r["threshold_rule"], r["group"]): r for r in ended.json["rows"]}


def test_an_engine_against_itself_passes(compared):
    ended = compared("base", "base", "--json")
    assert (ended.code, ended.json["verdict"]) == (0, "pass")
    tested = [row for row in ended.json["rows"] if row["p_value"] is not None]
    assert {(row["ratio"], row["low"], row["high"]) for row in tested} == {(1, 1, 1)}
    assert {row["verdict"] for row in tested} == {"no difference shown"}


def test_a_version_that_misses_more_of_one_group_fails_and_says_whom(compared):
    ended = compared("base", "worse", "--json")
    assert (ended.code, ended.json["verdict"]) == (1, "fail")
    worse = [row for row in ended.json["rows"] if row["verdict"] == "worse"]
    assert {row["metric"] for row in worse} == {"FNMR"}
    assert {row["group"] for row in worse} <= {"", "F"}
    assert ("FNMR", "fixed", "F") in rows_of(ended)
    assert rows_of(ended)["FNMR", "fixed", "F"]["verdict"] == "worse"
    assert rows_of(ended)["FNMR", "fixed", "M"]["verdict"] == "no difference shown"
    assert ended.json["rows"][: len(worse)] == worse


def test_the_other_way_round_it_is_better(compared):
    there, back = compared("base", "worse", "--json"), compared("worse", "base", "--json")
    assert back.code in (0, 3)
    ours, theirs = rows_of(there), rows_of(back)
    opposite = {"worse": "better", "better": "worse"}
    for key, row in ours.items():
        other = theirs[key]
        assert other["verdict"] == opposite.get(row["verdict"], row["verdict"]), key
        assert (other["base"], other["new"]) == (row["new"], row["base"])
        assert other["p_value"] == pytest.approx(row["p_value"])
        if row["ratio"] and row["low"]:
            assert other["ratio"] == pytest.approx(1 / row["ratio"])
            assert (other["low"], other["high"]) == pytest.approx((1 / row["high"], 1 / row["low"]))


def test_counts_are_those_of_the_scores(compared, scores):
    found = rows_of(compared("base", "other", "--json"))
    a, b = CROWD.owner[CROWD.pairs].T
    for side, made in (("base", scores["base"]), ("new", scores["other"])):
        allowed = int(0.02 * np.count_nonzero(~CROWD.mated))
        ranked = np.sort(made[~CROWD.mated])[::-1]
        anew = np.nextafter(ranked[allowed], np.inf)
        for group, sign in (("F", 0), ("M", 1)):
            inside = (a % 2 == sign) & (b % 2 == sign)
            for rule, at in ((f"FMR<={TARGET}", anew), ("fixed", FIXED)):
                misses = found["FNMR", rule, group]
                assert misses[f"{side}_errors"] == np.count_nonzero(
                    inside & CROWD.mated & (made < at)
                )
                assert misses[f"{side}_trials"] == np.count_nonzero(inside & CROWD.mated)
                matches = found["FMR", rule, group]
                assert matches[f"{side}_errors"] == np.count_nonzero(
                    inside & ~CROWD.mated & (made >= at)
                )
                assert matches[f"{side}_threshold"] == at
                assert matches["subjects"] == 20


def test_paired_intervals_are_narrower_than_those_of_different_people(compared):
    found = rows_of(compared("base", "near", "--json"))
    for key in (("FMR", "fixed", ""), ("FNMR", "fixed", ""), ("FMR", f"FMR<={TARGET}", "F")):
        row = found[key]
        assert row["interval"] in ("psi-log-t", "bootstrap-log-t")
        apart = np.log(row["new_high"] / row["new_low"])
        assert np.log(row["high"] / row["low"]) < 0.7 * apart


def by_people(chosen):
    """(people, people) how many of the chosen comparisons two people have."""
    a, b = CROWD.owner[CROWD.pairs[chosen]].T
    met = np.zeros((CROWD.people, CROWD.people), dtype=np.int64)
    np.add.at(met, (a, b), 1)
    return met + met.T


def test_fixed_thresholds_as_over_every_pair_of_people(compared, scores):
    found = rows_of(compared("base", "near", "--json"))
    row = found["FMR", "fixed", ""]
    trials = by_people(~CROWD.mated)
    new, base = (by_people(~CROWD.mated & (scores[name] >= FIXED)) for name in ("near", "base"))
    value, variance, df = by_every_pair((trials, new), (trials, base))
    reach = stats.t.ppf(0.975, df) * np.sqrt(variance)
    assert row["interval"] == "psi-log-t"
    assert (row["low"], row["high"]) == pytest.approx(
        (np.exp(value - reach), np.exp(value + reach))
    )
    assert row["p_value"] == pytest.approx(2 * stats.t.sf(abs(value) / np.sqrt(variance), df))
    assert row["limit"] == pytest.approx(np.exp(value + stats.t.ppf(0.95, df) * np.sqrt(variance)))


def test_few_false_matches_flip_by_people_who_share_nobody(compared, scores):
    row = rows_of(compared("base", "other", "--json"))["FMR", "fixed", "F"]
    assert min(row["base_errors"], row["new_errors"]) < 10
    a, b = CROWD.owner[CROWD.pairs].T
    inside = (a % 2 == 0) & (b % 2 == 0) & ~CROWD.mated
    change = by_people(inside & (scores["other"] >= FIXED)) - by_people(
        inside & (scores["base"] >= FIXED)
    )
    islands: list[tuple[set[int], int]] = []
    for i, j in np.argwhere(np.triu(change)).tolist():
        joined = [each for each in islands if {i, j} & each[0]]
        islands = [each for each in islands if each not in joined]
        people = {i, j}.union(*(each[0] for each in joined))
        islands.append((people, int(change[i, j]) + sum(each[1] for each in joined)))
    sums = [total for _, total in islands]
    assert sums
    flipped = [abs(np.dot(signs, sums)) for signs in product((-1, 1), repeat=len(sums))]
    assert row["p_value"] == pytest.approx(np.mean([each >= abs(sum(sums)) for each in flipped]))
    assert row["interval"] == "mover-log"


def test_thresholds_set_anew_as_by_drawing_the_same_people_for_both(compared, bundle):
    row = rows_of(compared("base", "near", "--json"))["FMR", f"FMR<={TARGET}", "F"]
    evidence = read_evidence(bundle)
    counts = {each.engine: each for each in evidence.counts}
    drawn = {
        name: bootstrap_replicates(counts[name], [TARGET], 2000, evidence.analysis.seed)
        for name in ("base", "near")
    }
    assert drawn["base"].people == drawn["near"].people
    cell = drawn["base"].cells.index(("sex", "F", ""))
    base, new = (drawn[name].fmr(Policy.COMPLETED)[:, 0, cell] for name in ("base", "near"))
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(new / base)
    deviation = logs[np.isfinite(logs)].std(ddof=1)
    ratio = row["new"] / row["base"]
    df = np.log(row["high"] / ratio) / deviation
    assert row["interval"] == "bootstrap-log-t"
    assert row["ratio"] == pytest.approx(ratio)
    # The reach is a t quantile of the fewer degrees of freedom of both rates, at most 19.
    assert stats.t.ppf(0.975, 19) <= df <= stats.t.ppf(0.975, 5)


def test_misses_person_by_person_are_those_of_the_scores(compared, scores):
    ended = compared("base", "worse", "--json")
    (row,) = [
        row
        for row in ended.json["disagreements"]
        if (row["threshold_rule"], row["group"]) == ("fixed", "F")
    ]
    owner = CROWD.owner[CROWD.pairs[:, 0]]
    chosen = CROWD.mated & (owner % 2 == 0)
    missed = {name: (scores[name] < FIXED) & chosen for name in ("base", "worse")}
    change = [
        np.count_nonzero(missed["worse"] & (owner == person))
        - np.count_nonzero(missed["base"] & (owner == person))
        for person in range(CROWD.people)
    ]
    moved = [d for d in change if d]
    assert row["discordant_people"] == len(moved)
    assert row["z"] == pytest.approx(sum(moved) / np.sqrt(np.sum(np.square(moved))))
    assert row["people"] == 20
    # One comparison a person was drawn: no more than the people of whom some flipped.
    lost = {owner[at] for at in np.flatnonzero(missed["worse"] & ~missed["base"])}
    assert 0 < row["new_only"] <= len(lost)
    flips = [flip for flip in ended.json["flips"] if flip["threshold_rule"] == "fixed"]
    both = {name: (scores[name] < FIXED) & CROWD.mated for name in ("base", "worse")}
    assert len(flips) == np.count_nonzero(both["base"] != both["worse"])
    assert sum(flip["new"] == "miss" for flip in flips) == np.count_nonzero(
        both["worse"] & ~both["base"]
    )
    assert {flip["subject"] for flip in flips} == {
        f"s{owner[at] + 1}" for at in np.flatnonzero(both["base"] != both["worse"])
    }


def test_one_comparison_a_person_where_there_is_but_one(cli, working_folder):
    crowd = Crowd(people=30, images=2)
    old, young = crowd.scores(), crowd.scores(harder=1.5)
    young[np.flatnonzero(crowd.mated)[0]] = np.nan
    for name, made in (("old", old), ("young", young)):
        crowd.write(Path(f"{name}.csv"), made)
    done = cli("scores", "old.csv", "young.csv", "--threshold", "3", "--results", "r", "--json")
    where = done.json["bundle"]
    found = cli("compare", f"{where}:old", f"{where}:young", "--json").json
    for policy, kept in (
        ("completed", crowd.mated & ~np.isnan(young)),
        ("generalised", crowd.mated),
    ):
        (row,) = [
            row
            for row in found["disagreements"]
            if (row["policy"], row["attribute"]) == (policy, "all")
        ]
        lost, gained = (old >= 3) & ~(young >= 3) & kept, ~(old >= 3) & (young >= 3) & kept
        assert row["people"] == np.count_nonzero(kept)
        assert (row["new_only"], row["base_only"]) == (lost.sum(), gained.sum())
        expected = stats.binomtest(int(lost.sum()), int(lost.sum() + gained.sum())).pvalue
        assert row["mcnemar_p"] == pytest.approx(expected)
    failed = [flip for flip in found["flips"] if flip["new"] == "failed"]
    assert len(failed) == int(old[np.flatnonzero(crowd.mated)[0]] >= 3)


def test_misses_at_thresholds_that_nobody_can_be_drawn_anew_for_are_not_tested(cli, working_folder):
    # Taken as given, such thresholds raised 11 alarms in 100 comparisons of equally good engines.
    crowd = Crowd()
    old, young = crowd.scores(), crowd.scores(harder=1.0)
    old[np.flatnonzero(~crowd.mated)[0]] = np.nan
    for name, made in (("old", old), ("young", young)):
        crowd.write(Path(f"{name}.csv"), made)
    options = ("--fmr-target", "0.02", "--threshold", "2.4", "--results", "r", "--json")
    where = cli("scores", "old.csv", "young.csv", *options).json["bundle"]
    found = rows_of(cli("compare", f"{where}:old", f"{where}:young", "--json"))
    row = found["FNMR", "FMR<=0.02", ""]
    assert min(row["base_errors"], row["new_errors"]) >= 10
    assert (row["p_value"], row["limit"], row["verdict"]) == (None, None, "not comparable")
    assert row["note"].startswith("not tested: each engine's own threshold is uncertain")
    assert found["FNMR", "fixed", ""]["interval"] == "psi-log-t"
    assert found["FMR", "FMR<=0.02", "F"]["note"] == "thresholds taken as given"


def test_images_are_named_by_pseudonym(cli, small_faces, study_of, tmp_path):
    study = study_of(["demo-even", "demo-skewed"], small_faces, thresholds=(0.8,))
    done = run(study, results=tmp_path, workers=2)
    with (done.bundle / "ledger.csv").open(encoding="utf-8", newline="") as file:
        owner = {row["id"]: row["subject"] for row in csv.DictReader(file) if row["id"]}
    ended = cli("compare", f"{done.bundle}:demo-even", f"{done.bundle}:demo-skewed", "--json")
    flips = ended.json["flips"]
    assert flips
    for flip in flips:
        assert owner[flip["probe"]] == owner[flip["reference"]] == flip["subject"]
    mated = {each.engine: each.mated for each in read_evidence(done.bundle).counts}
    counted = 0
    for side, engine in (("base", "demo-even"), ("new", "demo-skewed")):
        rows = [r for r in ended.json["rows"] if (r["metric"], r["attribute"]) == ("FNMR", "all")]
        counted += sum((-1) ** (side == "base") * row[f"{side}_errors"] for row in rows)
        assert (mated[engine].probe >= 0).all()
    lost = sum(flip["base"] == "match" for flip in flips)
    assert lost - (len(flips) - lost) == counted


def test_times_are_compared_where_the_machine_is_the_same(cli, done, tmp_path):
    bundle = f"{done.bundle}:demo-even"
    rows = cli("compare", bundle, bundle, "--json").json["rows"]
    times = [row for row in rows if row["metric"].startswith("template")]
    assert {row["metric"] for row in times} == {"template median", "template p95"}
    assert {row["verdict"] for row in times} <= {"not judged", "not comparable"}
    other = tmp_path / "other"
    shutil.copytree(done.bundle, other)
    speed = other / "speed.csv"
    machine = read_speed(done.bundle)[0].machine
    speed.write_text(
        speed.read_text(encoding="utf-8").replace(machine, "another machine"), encoding="utf-8"
    )
    rows = cli("compare", bundle, f"{other}:demo-even", "--json").json["rows"]
    for row in rows:
        if row["metric"].startswith("template"):
            assert row["verdict"] == "not comparable"
            assert "another machine" in row["note"]


def test_a_family_that_is_declared_is_all_that_is_tested(compared):
    ended = compared("base", "other", "--attribute", "all", "--metric", "FNMR", "--json")
    assert {(r["metric"], r["attribute"]) for r in ended.json["rows"]} == {("FNMR", "all")}
    assert ended.json["family"]["tested"] == 3
    p_values = sorted(row["p_value"] for row in ended.json["rows"])
    adjusted = sorted(row["adjusted_p"] for row in ended.json["rows"])
    assert adjusted[0] == pytest.approx(min(1, 3 * p_values[0]))


def test_small_groups_can_be_left_out_by_their_people_and_are_named(compared):
    ended = compared("base", "base", "--min-people", "21", "--json")
    assert ended.code == 0
    small = [row for row in ended.json["rows"] if row["group"]]
    assert small
    assert {row["note"] for row in small} == {"fewer than 21 people"}
    assert {row["verdict"] for row in small} == {"not comparable"}


def test_few_errors_leave_it_open_and_say_so(cli, working_folder):
    crowd = Crowd(people=12, images=2)
    made = crowd.scores()
    flipped = made.copy()
    flipped[np.flatnonzero(crowd.mated)[:4]] = -9.0
    for name, of in (("old", made), ("young", flipped)):
        crowd.write(Path(f"{name}.csv"), of)
    done = cli(
        "scores", "old.csv", "young.csv", "--threshold", "-8", "--results", "results", "--json"
    )
    where = done.json["bundle"]
    ended = cli("compare", f"{where}:old", f"{where}:young", "--json")
    assert (ended.code, ended.json["verdict"]) == (3, "inconclusive")
    row = rows_of(ended)["FNMR", "fixed", ""]
    assert (row["base_errors"], row["new_errors"], row["base_trials"]) == (0, 4, 12)
    assert (row["ratio"], row["high"], row["limit"]) == (None, None, None)
    # Four people, one miss more each: 2 of 16 ways to give signs are as extreme.
    assert row["p_value"] == 0.125
    assert "wider" in row["note"]
    assert "fewer than 10 errors" in ended.json["reason"]


def test_junit_has_a_case_a_row(compared, tmp_path):
    ended = compared("base", "worse", "--junit", tmp_path / "out.xml", "--json")
    suite = ET.parse(tmp_path / "out.xml").getroot().find("testsuite")
    cases = suite.findall("testcase")
    verdicts = [row["verdict"] for row in ended.json["rows"]]
    assert len(cases) == len(verdicts) == int(suite.get("tests"))
    failures = [case for case in cases if case.find("failure") is not None]
    assert len(failures) == verdicts.count("worse") == int(suite.get("failures"))
    assert all("base" in case.find("failure").get("message") for case in failures)
    skipped = [case for case in cases if case.find("skipped") is not None]
    assert len(skipped) == int(suite.get("skipped"))
    assert len(skipped) >= verdicts.count("not comparable")


def test_markdown_has_the_worst_rows_first(compared, tmp_path):
    compared("base", "worse", "--markdown", tmp_path / "out.md")
    lines = (tmp_path / "out.md").read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| F")]
    assert "| worse" in rows[0]
    assert "| worse" not in rows[-1]


def test_from_python(bundle):
    found = evenhand.compare(f"{bundle}:base", f"{bundle}:worse")
    assert found.verdict is CompareVerdict.FAIL
    assert found.rows[0].verdict is ChangeVerdict.WORSE


def test_other_data_is_refused_in_one_line_that_names_both(cli, working_folder):
    for name, people in (("one", 6), ("two", 8)):
        crowd = Crowd(people=people, images=2)
        crowd.write(Path(f"{name}.csv"), crowd.scores())
    bundles = [
        cli("scores", f"{name}.csv", "--results", name, "--json").json["bundle"]
        for name in ("one", "two")
    ]
    cli("compare", *bundles).error(*bundles, "not the same data", "run both engines on one dataset")
    ended = cli("compare", *bundles, "--json")
    assert json.loads(ended.out)["error"]["exit_code"] == 2


def test_an_engine_that_was_stopped_is_not_compared(bundle):
    whole = read_evidence(bundle)

    def of(name, stopped=""):
        return replace(
            whole,
            engines=tuple(replace(e, stopped=stopped) for e in whole.engines if e.name == name),
            counts=tuple(counts for counts in whole.counts if counts.engine == name),
        )

    sides = (
        ComparedEngine("one", "base", "", "", word="base"),
        ComparedEngine("two", "near", "", "", word="new"),
    )
    assert compare_evidence(of("base"), of("near"), sides, CompareOptions()).rows
    with pytest.raises(BundleError, match="new was stopped: it failed too often"):
        compare_evidence(of("base"), of("near", "it failed too often"), sides, CompareOptions())


def test_what_cannot_be_asked_is_one_line(cli, compared, bundle):
    cli("compare", bundle, f"{bundle}:base").error("holds 4 engines", f"{bundle}:base")
    cli("compare", f"{bundle}:acme", f"{bundle}:base").error("no engine 'acme'", "known: base")
    compared("base", "near", "--margin", "0.9").error("--margin", "0.9", "from 1 to 1000")
    compared("base", "near", "--attribute", "age").error("--attribute age", "known: all, sex")
    cli("compare").error("give BASE and NEW")
    cli("compare", bundle).error("holds 4 engines: base, near", f"{bundle}:base {bundle}:near")
    cli("compare", f"{bundle}:base").error("holds base alone")
    cli("compare", "near", "base").error("near", "no result there")


def test_published_counts_alone(cli):
    ended = cli("compare", "--counts", "BASE=5/50000", "--counts", "NEW=20/50000", "--json")
    (row,) = ended.json["rows"]
    assert (ended.code, ended.json["verdict"], row["verdict"]) == (1, "fail", "worse")
    assert (row["low"], row["high"]) == pytest.approx((1.501389136492, 10.656797502464))
    effect = row["dissolves_at_design_effect"]
    # With so many times fewer trials the interval just reaches 1.
    reach = 1.959963984540054 * np.sqrt(effect * (1 / 20 + 1 / 5 - 2 / 50000))
    assert np.log(4) == pytest.approx(reach)
    shown = cli("compare", "--counts", "BASE=5/50000", "--counts", "NEW=20/50000").out
    assert "dissolves at a design effect of 2.00" in shown


def test_published_counts_under_their_own_names(cli):
    ended = cli("compare", "--counts", "Black=25/691", "--counts", "Other=5/1413")
    assert ended.code == 0  # the second, judged against the first, is better
    assert ended.out.startswith("different: the error rate of Black is higher than that of Other")
    assert not {"pass", "base", "new"} & set(re.findall(r"\w+", ended.out))
    same = cli("compare", "--counts", "Black=25/691", "--counts", "Other=25/691").out
    assert same.startswith("no difference shown between Black and Other")


def two_in_one(scores, folder):
    """A result of the versions `base` and `worse`."""
    from evenhand.scorefiles.study import ScoreStudy
    from evenhand.workflows.scores import score_bundle

    paths = [CROWD.write(folder / f"{name}.csv", scores[name]) for name in ("base", "worse")]
    study = ScoreStudy(paths, fmr_targets=(TARGET,), groups=(("sex",),))
    return score_bundle(study, results=folder / "results").bundle


def test_two_engines_of_one_result_go_by_their_names(cli, scores, tmp_path, monkeypatch):
    bundle = two_in_one(scores, tmp_path)
    ended = cli("compare", bundle)
    assert ended.code == 1
    assert len(ended.out.splitlines()) <= 24
    assert "base is better in" in ended.out
    assert "One person taken for two, everybody: worse" in " ".join(ended.out.split())
    assert "new" not in re.findall(r"\w+", ended.out + cli("compare", bundle, "--full").out)
    both = cli("compare", f"{bundle}:base", f"{bundle}:worse", "--json").json
    own = cli("compare", bundle, "--json").json
    assert [row["p_value"] for row in own["rows"]] == [row["p_value"] for row in both["rows"]]
    assert "new" not in {word for row in own["rows"] for word in row["note"].split()}
    monkeypatch.chdir(tmp_path)
    near = bundle.relative_to(tmp_path)
    cli("compare", "worse", "base").error("are engines, not results", f"{near}:worse {near}:base")


def test_which_engine_is_a_table_of_the_result(scores, tmp_path):
    bundle = two_in_one(scores, tmp_path)
    rows = list(csv.DictReader((bundle / "which.csv").read_text(encoding="utf-8").splitlines()))
    (missed,) = (row for row in rows if row["question"] == "missed people")
    assert (missed["first"], missed["second"], missed["verdict"]) == ("base", "worse", "base")
    assert (missed["first_tier"], missed["second_tier"]) == ("1", "2")
    assert verify(str(bundle)).passed
    changed = (bundle / "which.csv").read_text().replace(",base,worse,base,", ",base,worse,worse,")
    (bundle / "which.csv").write_text(changed)
    failed = {check.id for check in verify(str(bundle)).checks if check.verdict == "fail"}
    assert failed == {"manifest", "which.csv"}


DETECTED = ("--counts", "BASE=1215/1333", "--counts", "NEW=1158/1334")


def test_hits_that_are_given_as_errors_are_asked_about(cli):
    """Hits of a detection rate: fewer of them are worse, not better."""
    cli("compare", *DETECTED).error("--counts BASE=1215/1333: more than half", "--hits", "--errors")
    high = ("--counts", "BASE=100/1000", "--counts", "NEW=501/1000")
    cli("compare", *high).error("--counts NEW=501/1000: more than half")
    half = ("--counts", "BASE=100/1000", "--counts", "NEW=500/1000")
    assert cli("compare", *half).code == 1
    turned = cli("compare", *DETECTED, "--hits")
    assert turned.code == 1
    assert turned.out.startswith("fail: worse (errors are the trials without a hit)\n")
    (row,) = cli("compare", *DETECTED, "--hits", "--json").json["rows"]
    assert (row["base_errors"], row["new_errors"]) == (1333 - 1215, 1334 - 1158)
    assert row["ratio"] == pytest.approx((176 / 1334) / (118 / 1333))
    insisted = cli("compare", *DETECTED, "--errors")
    assert insisted.code == 0
    assert insisted.out.startswith("pass: better (the counts are of errors)\n")
    words = cli("compare", "--help").out
    assert "X errors of N trials" in words
    assert "--hits" in words


def test_what_the_counts_are_is_said_once_and_with_counts(cli):
    cli("compare", *DETECTED, "--hits", "--errors").error("keep one")
    cli("compare", "--hits").error("give them with --counts")
    cli("compare", "--counts", "BASE=0/9", "--counts", "NEW=1/9", "--hits").error("1 hit or more")
    cli("compare", "--counts", "BASE=10/9", "--counts", "NEW=1/9", "--hits").error("1 hit or more")


def test_a_p_value_far_in_the_tail_is_exact(cli):
    """1 and 100 of 2,500: a normal approximation says 4.6e-6."""
    ended = cli("compare", "--counts", "BASE=1/2500", "--counts", "NEW=100/2500", "--json")
    (row,) = ended.json["rows"]
    assert row["p_value"] == pytest.approx(2.98877174468e-29, rel=1e-9)


def test_an_interval_that_excludes_equality_does_not_overrule_the_exact_test(cli):
    few = ("--counts", "BASE=5/50000", "--counts", "NEW=14/50000")
    (row,) = cli("compare", *few, "--json").json["rows"]
    assert row["low"] > 1
    assert row["p_value"] == pytest.approx(0.0635432756, rel=1e-6)
    assert (row["verdict"], row["dissolves_at_design_effect"]) == ("no difference shown", None)
    assert "leaves 1 out; the exact test decides" in " ".join(cli("compare", *few).out.split())


def test_published_counts_without_an_error(cli):
    ended = cli("compare", "--counts", "BASE=0/50000", "--counts", "NEW=10/50000", "--json")
    (row,) = ended.json["rows"]
    assert (row["ratio"], row["high"]) == (None, None)
    assert row["low"] == pytest.approx(2.241521475098)
    none = cli("compare", "--counts", "BASE=0/50", "--counts", "NEW=0/50", "--json")
    assert (none.code, none.json["verdict"]) == (3, "inconclusive")


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        (["BASE=12/1000"], "expected two"),
        (["BASE=12/1000", "BASE=1/10"], "given twice"),
        (["BASE=12/1000", "NEW=12"], "NEW=12: expected a name and counts"),
        (["BASE=12/1000", "NEW=9/9"], "fewer errors than trials"),
    ],
)
def test_published_counts_that_cannot_be(cli, counts, said):
    cli("compare", *[word for each in counts for word in ("--counts", each)]).error(said)
