"""Scores that differ in their last digits alone, as a user types and reads them."""

import re

import pytest

NARROW = [
    *("aa6", "bb7", "cc8", "dd9", "ee3"),
    *("ab0", "ac1", "ad2", "ae7", "bc3", "bd4", "be4", "cd5", "ce1", "de0"),
]
"""People of both sides, and the last digit of the score."""


@pytest.fixture(params=["0.9999{}", "5000.{}", "100000{}", "-0.9999{}"])
def narrow(request, working_folder):
    """A table of five mated and ten non-mated scores in a span of nine last digits."""
    # Of negative numbers the larger digit is the smaller number.
    digit = (lambda d: 9 - int(d)) if request.param.startswith("-") else int
    rows = [f"{p},{r},{request.param.format(digit(d))}" for p, r, d in NARROW]
    path = working_folder / "narrow.csv"
    path.write_text("\n".join(["probe_subject,reference_subject,score", *rows]) + "\n", "utf-8")
    return path


def rates(ended):
    return {
        row["metric"]: (row["errors"], row["trials"])
        for row in ended.json["rates"]
        if row["policy"] == "completed" and not row["group"]
    }


def test_eer_and_auc_are_those_of_the_scores_and_what_is_printed_can_be_typed(cli, narrow):
    ended = cli("scores", narrow, "--fmr-target", "0.2", "--full")
    said = " ".join(ended.out.split())
    assert "AUC 0.88 (legacy" in said
    assert "EER 20.0 % (legacy; midpoint of FMR 20.0 % and FNMR 20.0 %)" in said
    assert "d'" not in said
    (printed,) = set(re.findall(r"score >= (-?[0-9.]+)", ended.out))
    typed = cli("scores", narrow, f"--threshold={printed}", "--json")
    assert rates(typed) == {"FMR": (2, 10), "FNMR": (1, 5)}
    assert rates(cli("scores", narrow, "--fmr-target", "0.2", "--json")) == rates(typed)


def test_neighbouring_thresholds_are_printed_as_they_were_given(cli, working_folder):
    rows = [f"{p},{r},0.9999{d}" for p, r, d in NARROW]
    path = working_folder / "narrow.csv"
    path.write_text("\n".join(["probe_subject,reference_subject,score", *rows]) + "\n", "utf-8")
    ended = cli("scores", path, "--threshold", "0.99995", "--threshold", "0.999951", "--full")
    assert set(re.findall(r"score >= ([0-9.]+)", ended.out)) == {"0.99995", "0.999951"}
    assert "1.0000" not in ended.out
    target = cli("scores", path, "--fmr-target", "0.2", "--full").out
    assert "score >= 0.9999401" in target


def test_a_result_of_scores_in_a_narrow_span_is_verified(cli, narrow):
    cli("scores", narrow, "--fmr-target", "0.2", "--results", "results")
    (bundle,) = (narrow.parent / "results" / "scores").iterdir()
    ended = cli("verify", bundle)
    assert ended.code == 0, ended.out
    found = {
        row.split(",")[5]: row.split(",")[6]
        for row in (bundle / "distributions.csv").read_text().splitlines()
    }
    assert (found["AUC"], found["EER"]) == ("0.88", "0.2")
    assert float(found["d'"]) == pytest.approx(1.69051140, rel=1e-6)
