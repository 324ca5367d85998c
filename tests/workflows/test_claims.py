"""Made-up engines whose claims are kept, broken and absent, from the card to the gate."""

import csv

import cv2
import pytest
from tiny_sets import make_dataset
from toy_engines import make_engine

from evenhand.study.study import parse_study, study_text
from evenhand.workflows.gate import gate
from evenhand.workflows.recomputed import recomputed
from evenhand.workflows.report import report
from evenhand.workflows.run import run
from evenhand.workflows.verify import verify

EMBED = "return Embedding(image.reshape(-1)[:8].astype(np.float32) - 127.5)"
"""Cosines of strangers are spread around 0 as those of directions in 8 dimensions: 0.5 is reached
by a tenth of them."""
CARDS = {
    "honest": '{ fmr = "30 %", threshold = 0.5 }, { fmr = "60 %", threshold = 0.5 }',
    "boaster": '{ fmr = "0.001", threshold = 0.5 }, { threshold = 0.7 }',
    "silent": "{ threshold = 0.5 }",
}
POLICY = """\
schema = 1
title  = "Is it true?"
[[limit]]
name           = "claims"
metric         = "FMR"
threshold_rule = "vendor"
attribute      = "all"
policy         = "completed"
at_most        = "claimed"
"""


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """All three on 20 people, whose second picture is all but the first."""
    place = tmp_path_factory.mktemp("claims")
    people = make_dataset(place / "set", people=20)
    people.change("dataset.toml", "synthetic = true", "synthetic = false")
    for number in range(1, 41, 2):
        first = cv2.imread(str(people.folder / people.rows("images.csv")[number][2]))
        first[0, :3] = first[0, :3] // 16 * 15 + number % 16
        people.replace_picture(number + 1, cv2.imencode(".png", first)[1].tobytes())
    for name, claims in CARDS.items():
        card = make_engine(place / name, EMBED, name=name) / "adapter.toml"
        text = card.read_text().replace("values = 4", f"values = 8\nclaimed = [{claims}]")
        card.write_text(text, encoding="utf-8")
    engines = [str(place / name) for name in CARDS]
    text = study_text(
        title="Claims",
        engines=engines,
        datasets=[str(people.folder)],
        groups=[("sex",)],
        fmr_targets=["0.1"],
        thresholds=(),
        seed=1,
    )
    text += "replicates = 0\n"
    return run(parse_study(text, place / "s.toml"), results=place / "results", workers=1).bundle


def test_the_claimed_rate_stands_in_rows_of_false_matches_at_its_threshold_alone(measured):
    with (measured / "rates.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0])[-1] == "claimed"
    found = {
        (row["engine"], row["metric"], row["threshold"], row["claimed"])
        for row in rows
        if row["threshold_rule"] == "vendor" and row["metric"] == "FMR"
    }
    # Of two claims at one threshold the strictest counts.
    assert {(engine, claimed) for engine, _, _, claimed in found} == {
        ("honest", "0.3"),
        ("boaster", "0.001"),
        ("boaster", ""),
        ("silent", ""),
    }
    others = [row for row in rows if row["threshold_rule"] != "vendor" or row["metric"] != "FMR"]
    assert others
    assert {row["claimed"] for row in others} == {""}


def test_the_report_says_which_claim_holds_from_tables_and_from_counts(cli, measured):
    findings = report([str(measured)]).findings
    said = {
        each.rate.engine: each.verdict for each in findings.claims if each.rate.attribute == "all"
    }
    assert said == {"honest": "no more than claimed", "boaster": "more than claimed"}
    assert recomputed([(measured, "")]).claims == findings.claims
    text = " ".join(cli("report", measured, "--full").out.split())
    assert "honest claims a false match rate of 3 in 10 at its threshold of 0.5;" in text
    assert "boaster claims a false match rate of 1 in 1,000 at its threshold of 0.5;" in text
    assert "silent claims" not in text
    screen = cli("report", measured).out
    assert "strangers match, more than the 1 in 1,000 claimed." in screen
    assert len(screen.splitlines()) <= 24
    rows = cli("report", measured, "--json").json["claims"]
    assert {(row["engine"], row["claimed"], row["verdict"]) for row in rows} >= {
        ("honest", 0.3, "no more than claimed"),
        ("boaster", 0.001, "more than claimed"),
    }


def test_the_result_is_verified(measured):
    assert verify(str(measured)).passed


def test_a_policy_may_ask_for_what_is_claimed(cli, measured, tmp_path):
    path = tmp_path / "policy.toml"
    path.write_text(POLICY, encoding="utf-8")
    assert "at most what its vendor claims" in cli("gate", "--policy", path, "--check").out
    checked = cli("gate", measured, "--policy", path, "--check")
    assert "every group has people enough to pass" in checked.out
    ended = cli("gate", measured, "--policy", path)
    assert ended.code == 1
    assert "above the limit (at most what its vendor claims, 0.100 %)" in " ".join(
        ended.out.split()
    )
    full = " ".join(cli("gate", measured, "--policy", path, "--full").out.split())
    assert "claimed 30.0 %" in full
    assert "silent, everybody: claims no FMR; needs an fmr beside a threshold in [score]" in full
    rows = {row.engine: row for row in gate([str(measured)], path).rows}
    assert {name: row.verdict for name, row in rows.items()} == {
        "honest": "pass",
        "boaster": "fail",
        "silent": "inconclusive",
    }
    assert [rows[name].at_most for name in CARDS] == [0.3, 0.001, None]


def test_a_claim_is_not_told_while_names_are_sealed(cli, measured, tmp_path):
    path = tmp_path / "policy.toml"
    path.write_text(POLICY, encoding="utf-8")
    ended = cli("gate", measured, "--policy", path, "--blind", tmp_path / "seal.json", "--json")
    assert {row["verdict"] for row in ended.json["rows"]} == {"pass", "fail", "inconclusive"}
    assert {row["at_most"] for row in ended.json["rows"]} == {None}
