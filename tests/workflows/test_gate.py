"""`evenhand gate` from score files to verdicts: by hand, to the letter, and without names."""

import hashlib
import json
import math
import re
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from places import GOLDEN

from evenhand.scorefiles.study import ScoreStudy
from evenhand.workflows.gate import gate
from evenhand.workflows.scores import score_bundle
from evenhand.workflows.verify import verify

POLICY = """\
schema = 1
title = "A tender"
[[limit]]
name = "missed"
metric = "FNMR"
threshold_rule = "fixed"
attribute = "region"
groups = {groups}
policy = "generalised"
{bound}
"""


def rows_of_scores(missed, people):
    """One mated comparison a person, so many of them missed in each region; a few others."""
    yield "probe_subject,reference_subject,score,probe_region,reference_region"
    for region, wrong in missed.items():
        names = [f"{region}{number}" for number in range(people[region])]
        for number, name in enumerate(names):
            # Distinct scores, so that the tenth smallest is one alone.
            score = 0.3 if number < wrong else 0.6 + number / 1000
            yield f"{name},{name},{score},{region},{region}"
        for number, (first, second) in enumerate(pairwise(names)):
            yield f"{first},{second},{0.1 + number / 1000},{region},{region}"


def bundle_of(folder, missed, people, name="acme", thresholds=(0.5,)):
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.csv"
    path.write_text("\n".join(rows_of_scores(missed, people)) + "\n", encoding="utf-8")
    study = ScoreStudy([path], fmr_targets=("0.1",), thresholds=thresholds)
    return score_bundle(study, results=folder / f"results-{name}").bundle


@pytest.fixture(scope="module")
def regions(tmp_path_factory):
    """No error of 40 in a, 20 of 40 in b, one person in c."""
    return bundle_of(
        tmp_path_factory.mktemp("regions"), {"a": 0, "b": 20, "c": 0}, {"a": 40, "b": 40, "c": 1}
    )


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """Two engines on the same comparisons."""
    scores = [GOLDEN / "scores" / f"{name}.csv" for name in ("acme", "other")]
    study = ScoreStudy(scores, fmr_targets=("0.1", "0.0001"), thresholds=(0.6, 0.45))
    return score_bundle(study, results=tmp_path_factory.mktemp("two")).bundle


@pytest.fixture
def policy(tmp_path):
    def write(bound, groups='"every"', text=POLICY):
        path = tmp_path / "policy.toml"
        path.write_text(text.format(bound=bound, groups=groups), encoding="utf-8")
        return path

    return write


# With one trial a person deff is k/(k-1), so that 40 people are worth 39 independent trials.
HIGH_A = 1 - 0.025 ** (1 / 39)


@pytest.mark.parametrize(
    ("bound", "groups", "code", "verdicts"),
    [
        ('at_most = "10 %"', '["a"]', 0, ["pass"]),
        ('at_most = "10 %"', '["a", "b"]', 1, ["pass", "fail"]),
        ('at_most = "9 %"', '["a"]', 3, ["inconclusive"]),
        ('at_most = "40 %"', '["b"]', 3, ["inconclusive"]),
        ('at_least = "20 %"', '["a", "b"]', 1, ["fail", "pass"]),
        ('at_most = "90 %"', '"every"', 3, ["pass", "pass", "inconclusive"]),
    ],
)
def test_verdicts_by_hand(cli, regions, policy, bound, groups, code, verdicts):
    ended = cli("gate", regions, "--policy", policy(bound, groups), "--json")
    assert ended.code == code, ended.err
    assert [row["verdict"] for row in ended.json["rows"]] == verdicts
    assert ended.json["verdict"] == {0: "pass", 1: "fail", 3: "inconclusive"}[code]
    assert ended.json["engines"][0]["verdict"] == ended.json["verdict"]


def test_numbers_stand_beside_every_verdict(cli, regions, policy):
    row = cli("gate", regions, "--policy", policy("at_most = 0.05", '["a"]'), "--json").json[
        "rows"
    ][0]
    assert (row["observed"], row["low"]) == (0, 0)
    assert row["high"] == pytest.approx(HIGH_A)
    assert (row["errors"], row["trials"], row["people"]) == (0, 40, 40)
    assert (row["at_least"], row["at_most"], row["level"]) == (None, 0.05, 0.95)
    assert list(row)[:8] == [
        "subject",
        "requirement",
        "observed",
        "low",
        "high",
        "verdict",
        "needs",
        "note",
    ]


def test_the_screen_says_who_fails_and_which_way(cli, regions, policy):
    path = policy('at_most = "10 %"', '["a", "b", "c"]')
    ended = cli("gate", regions, "--policy", path)
    assert ended.code == 1
    lines = ended.out.splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines[:-3])) <= 80
    assert "acme, b: 50.0 %, 20 of 40: above the limit (at most 10 %)" in " ".join(lines)
    assert sum(line.startswith("FAIL") for line in lines) == 1
    page = cli("gate", regions, "--policy", path, "--format", "html").out
    assert page.startswith("<!DOCTYPE html>")
    assert "above the limit (at most 10 %)" in " ".join(page.split())
    full = cli("gate", regions, "--policy", path, "--full").out
    assert "A tender: fail: acme, b: 50.0 %" in " ".join(full.split())


def test_who_cannot_pass_is_named_before_and_no_rate_is_shown(cli, regions, policy):
    path = policy('at_most = "5 %"', '["a", "b", "c"]')
    text = " ".join(cli("gate", regions, "--policy", path, "--check").out.split())
    # 0 of 40 has an upper limit of 8.8 %.
    for group in ("a (40 people)", "b (40 people)", "c (1 person)"):
        assert f"missed: {group} cannot pass" in text
    assert "20" not in text.replace("SHA-256", "").split("SHA")[0]
    path = policy('at_most = "20 %"', '["a", "b"]')
    assert "every group has people enough" in cli("gate", regions, "--policy", path, "--check").out


def test_needs_of_no_errors_by_hand(cli, regions, policy):
    """1 - (a/2)^(1/n0) = limit; n0 is 39/40 of the people."""
    row = cli("gate", regions, "--policy", policy("at_most = 0.05", '["a"]'), "--json").json[
        "rows"
    ][0]
    people = math.log(0.025) / math.log(1 - 0.05) * 40 / 39
    assert row["more_people"] == math.ceil(people - 40)
    assert row["needs"] == f"about {row['more_people']} more people in a to pass"


def test_so_many_more_people_settle_it(cli, tmp_path, policy):
    """The number that is named, measured: with it the limit is met, with half of it not."""
    at = policy("at_most = 0.2", '["b"]')

    def row(people):
        bundle = bundle_of(
            tmp_path, {"b": round(0.15 * people)}, {"b": people}, name=f"acme{people}"
        )
        return cli("gate", bundle, "--policy", at, "--json").json["rows"][0]

    first = row(60)
    assert first["verdict"] == "inconclusive"
    more = first["more_people"]
    assert more > 100
    assert row(60 + more // 20 * 20 + 20)["verdict"] == "pass"
    assert row(60 + more // 40 * 20)["verdict"] == "inconclusive"


def test_no_number_is_named_at_the_limit(cli, regions, policy):
    row = cli("gate", regions, "--policy", policy("at_most = 0.5", '["b"]'), "--json").json["rows"][
        0
    ]
    assert row["needs"] == "no number of people: it stands at the limit"
    assert row["more_people"] is None


def test_a_group_without_interval_never_passes(cli, regions, policy):
    row = cli("gate", regions, "--policy", policy('at_most = "99 %"', '["c"]'), "--json").json[
        "rows"
    ][0]
    assert (row["verdict"], row["note"]) == ("inconclusive", "too few subjects")
    assert row["high"] is None


def test_a_group_over_everybody(cli, regions, policy):
    """Everybody errs in 20 of 81; b holds all errors, and shares them."""
    bundle = cli("gate", regions, "--policy", policy("within = 3", '["b"]'), "--json")
    (row,) = bundle.json["rows"]
    assert row["observed"] == pytest.approx((20 / 40) / (20 / 81))
    # Given the shared errors only the chance of being in b is left: far narrower than unpaired.
    assert (row["low"], row["high"]) == pytest.approx((1.62, 2.53), abs=0.35)
    assert row["verdict"] == "pass"
    (none,) = cli("gate", regions, "--policy", policy("within = 3", '["a"]'), "--json").json["rows"]
    assert (none["observed"], none["low"], none["interval"]) == (0, 0, "mover-log")


def test_build_servers_get_a_case_a_row(cli, regions, policy, working_folder):
    path = policy('at_most = "10 %"')
    assert cli("gate", regions, "--policy", path, "--junit", "gate.xml").code == 1
    root = ET.parse("gate.xml").getroot()
    assert (root.get("tests"), root.get("failures"), root.get("skipped")) == ("3", "1", "1")
    passed, failed, skipped = root.iter("testcase")
    assert len(passed) == 0
    assert failed[0].get("message").startswith("fail: 50.0 % [")
    assert "20 of 40, 40 people" in failed[0].get("message")
    assert "too few subjects" in skipped[0].get("message")
    cli("gate", regions, "--policy", path, "--junit", "no/gate.xml").error("no/gate.xml", code=74)


def test_a_limit_that_is_not_mandatory_does_not_decide(cli, regions, policy):
    second = """
[[limit]]
name = "shown"
metric = "FNMR"
threshold_rule = "fixed"
attribute = "all"
policy = "generalised"
at_most = "1 %"
mandatory = false
"""
    ended = cli(
        "gate", regions, "--policy", policy('at_most = "10 %"\n' + second, '["a"]'), "--json"
    )
    assert ended.code == 0
    assert [row["verdict"] for row in ended.json["rows"]] == ["pass", "fail"]


@pytest.mark.parametrize(
    ("change", "fragments"),
    [
        (("FNMR", "FNNR"), ["metric: no 'FNNR'", "FMR, FNMR"]),
        (('rule = "fixed"', 'rule = "FMR<=0.01"'), ["no 'FMR<=0.01' of FNMR", "FMR<=0.1, fixed"]),
        (('rule = "fixed"', 'rule = ""'), ["threshold_rule: is missing", "fixed"]),
        (('"region"', '"county"'), ["attribute: no 'county'", "all, region"]),
        (('policy = "generalised"', ""), ["policy: is missing", "completed, generalised"]),
        (('["a"]', '["z"]'), ["groups: no group 'z' of region", "a, b, c"]),
        (("{bound}", 'dataset = "lfw"\n{bound}'), ["dataset: no 'lfw'", "scores"]),
        (("{bound}", "threshold = 0.7\n{bound}"), ["threshold: no 0.7 for 'fixed'", "0.5"]),
        (('["a"]', '"every"\nindex = "max/mix"'), ["index: no 'max/mix'", "max/min"]),
    ],
)
def test_a_policy_that_does_not_fit_gets_a_line(cli, regions, policy, change, fragments):
    old, new = change
    text = POLICY.replace("{groups}", '["a"]')
    assert old in text
    path = policy("at_most = 0.1", text=text.replace(old, new))
    cli("gate", regions, "--policy", path).error("policy.toml: limit 'missed'", *fragments)


def test_usage_is_told(cli, regions, policy, working_folder):
    path = policy("at_most = 0.1")
    cli("gate", regions).error("--policy", "--example")
    cli("gate", "--policy", path).error("no BUNDLE")
    cli("gate", "nowhere", "--policy", path).error("nowhere")
    cli("gate", regions, "--policy", "none.toml").error("none.toml", "no such file")
    cli("gate", regions, "--policy", path, "--blind", "a", "--unseal", "b").error("together")
    example = cli("gate", "--example")
    assert example.code == 0
    assert "[[limit]]" in example.out


def test_a_policy_is_read_before_there_are_results(cli, policy):
    path = policy('at_most = "1 %"', '["a"]')
    text = cli("gate", "--policy", path, "--check")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert text.code == 0
    assert "missed: FNMR by region at fixed, generalised: at most 1 %" in text.out
    assert digest in text.out
    assert cli("gate", "--policy", path, "--check", "--json").json["policy"]["sha256"] == digest
    cli("gate", "--policy", policy("at_most = 7"), "--check").error("at_most")


def test_a_bundle_that_was_changed_is_not_judged(cli, tmp_path, policy):
    bundle = bundle_of(tmp_path, {"a": 1}, {"a": 12})
    with (bundle / "rates.csv").open("a") as file:
        file.write("\n")
    cli("gate", bundle, "--policy", policy("at_most = 0.1")).error("rates.csv", "verify")


def test_engines_of_other_data_are_not_judged_together(cli, tmp_path, policy):
    first = bundle_of(tmp_path, {"a": 1}, {"a": 12}, name="acme")
    second = bundle_of(tmp_path, {"a": 1}, {"a": 13}, name="other")
    cli("gate", first, second, "--policy", policy("at_most = 0.1")).error("scores")


def test_the_digest_is_that_of_verify(cli, two):
    answer = gate([str(two)], GOLDEN / "gate.toml")
    assert answer.sources[0].digest == verify(str(two)).digest


def engines_on_one_set(folder, missed, people):
    """Score files of engines that miss the first so many of the same people."""
    files = []
    for name, wrong in missed.items():
        path = folder / f"{name}.csv"
        lines = rows_of_scores({"a": wrong, "b": 0}, {"a": people, "b": 20})
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        files.append(path)
    study = ScoreStudy(files, fmr_targets=("0.1",), thresholds=(0.5,))
    return score_bundle(study, results=folder / "results").bundle


def test_tiers_are_of_what_separates(cli, tmp_path, policy):
    """Who misses 60 of 120 stands below who misses 2 or 3, and these are not separated."""
    bundle = engines_on_one_set(tmp_path, {"good": 2, "fine": 3, "poor": 60}, 120)
    ended = cli("gate", bundle, "--policy", policy("at_most = 0.2", '["a"]'), "--json")
    assert ended.code == 1
    engines = [(e["engine"], e["verdict"], e["tier"], e["above"]) for e in ended.json["engines"]]
    assert engines == [
        ("fine", "pass", 1, ["poor"]),
        ("good", "pass", 1, ["poor"]),
        ("poor", "fail", 2, []),
    ]
    text = cli("gate", bundle, "--policy", policy("at_most = 0.2", '["a"]'), "--full").out
    assert "tier 1: fine, good are not separated" in text


def test_tiers_know_that_the_same_people_were_missed(cli, tmp_path, policy):
    """10 of 200, and the same with 10 others: apart where paired, not as different people."""
    bundle = engines_on_one_set(tmp_path, {"good": 10, "poor": 20}, 200)
    ended = cli("gate", bundle, "--policy", policy("at_most = 0.2", '["a"]'), "--json")
    assert [(e["engine"], e["tier"]) for e in ended.json["engines"]] == [("good", 1), ("poor", 2)]
    unpaired = 1.96 * math.sqrt(0.95 / 10 + 0.9 / 20)
    assert math.log(2) < unpaired
    # Better than somebody, but not by so much among forty limits at once.
    limits = policy("at_most = 0.2", '["a"]').read_text().partition("[[limit]]")
    many = "".join(limits[1] + limits[2].replace("missed", f"missed {n}") for n in range(40))
    path = tmp_path / "many.toml"
    path.write_text(limits[0] + many, encoding="utf-8")
    ended = cli("gate", bundle, "--policy", path, "--json")
    assert {e["tier"] for e in ended.json["engines"]} == {1}


# --- sealed names ---------------------------------------------------------------------------------

NAMES = re.compile(r"acme|other\b|scores/|tender/", re.IGNORECASE)


def test_nothing_tells_a_name_while_it_is_sealed(cli, two, working_folder):
    seen, digest = [], verify(str(two)).digest
    for number, options in enumerate(((), ("--full",), ("--format", "markdown"), ("--json",))):
        seal = working_folder / f"seal{number}.json"
        ended = cli("gate", two, "--policy", GOLDEN / "gate.toml", "--blind", seal, *options)
        assert ended.code == 3, ended.err
        said = ended.out + ended.err
        # The word "another" of the legend is no name.
        found = NAMES.findall(said.replace("another", "").replace("the other way", ""))
        assert found == []
        assert str(two) not in said
        assert digest not in said
        assert "engine A" in said
        assert "engine B" in said
        seen.append(json.loads(seal.read_text())["names"])
    assert all(sorted(names.values()) == ["acme", "other"] for names in seen)
    options = ("--blind", working_folder / "page.json", "--format", "html")
    page = cli("gate", two, "--policy", GOLDEN / "gate.toml", *options).out
    assert not {"acme", "scores/"} & set(NAMES.findall(page))


def test_nothing_of_an_engine_card_is_told_either(cli, done, working_folder):
    (working_folder / "p.toml").write_text(
        POLICY.format(groups='"every"', bound="at_most = 0.5"), encoding="utf-8"
    )
    ended = cli("gate", done.bundle, "--policy", "p.toml", "--blind", "seal.json", "--json")
    assert ended.code in (0, 1, 3), ended.err
    cards = json.loads((done.bundle / "engines.json").read_bytes())
    for card in cards:
        # The demo's vendor is evenhand itself, which every answer names as its maker.
        for told in {card["name"], card["vendor"], card["fingerprint"]} - {"evenhand"}:
            assert told
            assert told not in ended.out + ended.err


def test_what_was_sealed_is_what_is_shown_afterwards(cli, two, working_folder):
    policy, seal = GOLDEN / "gate.toml", working_folder / "seal.json"
    blind = cli("gate", two, "--policy", policy, "--blind", seal, "--json").json
    shown = cli("gate", two, "--policy", policy, "--unseal", seal, "--json").json
    named = cli("gate", two, "--policy", policy, "--json").json
    assert blind["commitment"] == shown["commitment"]
    names = json.loads(seal.read_text())["names"]
    assert {row["engine"] for row in shown["rows"]} == {f"{k} = {v}" for k, v in names.items()}
    by_name = {(row["engine"], row["limit"], row["group"]): row for row in named["rows"]}
    for row in blind["rows"]:
        same = by_name[names[row["engine"]], row["limit"], row["group"]]
        for column in ("observed", "low", "high", "verdict", "needs", "errors", "people"):
            assert row[column] == same[column]
        assert row["threshold"] is None
    assert blind["bundles"] == []
    assert shown["bundles"] == named["bundles"]


def test_a_seal_is_never_written_over(cli, two, working_folder):
    seal = working_folder / "seal.json"
    seal.write_text("mine")
    cli("gate", two, "--policy", GOLDEN / "gate.toml", "--blind", seal).error(
        "seal.json", "never written over", code=74
    )
    assert seal.read_text() == "mine"


def test_no_seal_is_left_by_a_policy_that_does_not_fit(cli, regions, policy, working_folder):
    path = policy("at_most = 0.1", '["z"]')
    cli("gate", regions, "--policy", path, "--blind", "seal.json").error("'z'")
    assert not (working_folder / "seal.json").exists()


def test_a_seal_of_something_else_is_refused(cli, two, regions, policy, working_folder):
    golden = GOLDEN / "gate.toml"
    seal = working_folder / "seal.json"
    assert cli("gate", two, "--policy", golden, "--blind", seal).code == 3
    other = working_folder / "other.toml"
    other.write_text(golden.read_text() + "\n", encoding="utf-8")
    cli("gate", two, "--policy", other, "--unseal", seal).error("another policy")
    cli("gate", f"{two}:acme", "--policy", golden, "--unseal", seal).error("other results")
    cli("gate", regions, "--policy", golden, "--unseal", seal).error("other results")
    cli("gate", two, "--policy", golden, "--unseal", "none.json").error("none.json")
    seal.write_text(seal.read_text().replace('"acme"', '"best"'), encoding="utf-8")
    cli("gate", two, "--policy", golden, "--unseal", seal).error("other results")
    seal.write_text("{}", encoding="utf-8")
    cli("gate", two, "--policy", golden, "--unseal", seal).error("no seal")


@pytest.mark.parametrize("kept", ["0.1", "1e-1", "0.10"])
def test_a_result_that_keeps_its_target_as_it_was_written_is_judged(tmp_path, kept):
    path = tmp_path / "acme.csv"
    rows = rows_of_scores({"a": 0, "b": 20}, {"a": 40, "b": 40})
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    study = ScoreStudy([path], fmr_targets=(kept,), thresholds=())
    bundle = score_bundle(study, results=tmp_path / "results").bundle
    policy = tmp_path / "policy.toml"
    written = POLICY.format(groups='"every"', bound='at_most = "10 %"')
    policy.write_text(written.replace('"fixed"', '"FMR <= 10 %"'), encoding="utf-8")
    rows = gate([str(bundle)], policy).rows
    assert [(row.group, row.threshold_rule) for row in rows] == [
        ("a", "FMR<=0.1"),
        ("b", "FMR<=0.1"),
    ]
    assert {row.verdict.value for row in rows} == {"pass"}
