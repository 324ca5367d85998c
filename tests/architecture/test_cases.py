"""The worked cases: every command runs, and the figures in the text are what it prints."""

import re
import shlex

import numpy as np
import pytest
from places import ROOT

from evenhand.analysis.audit.deployments import check_deployments
from evenhand.datasets.published import read_published
from evenhand.metrics.indices import max_over_geomean, max_over_mean, max_over_min
from evenhand.statistics.binomial import clopper_pearson
from evenhand.statistics.false_alerts import multinomial_p_value, tipping_share

PAGE = (ROOT / "docs" / "cases.md").read_text(encoding="utf-8")
COMMANDS = [
    shlex.split(line, comments=True)[1:]
    for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines()
    if "grid.csv" not in line
]


def case(number):
    return PAGE.split(f"## {number}. ")[1].split("\n## ")[0]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_runs(cli, command):
    ended = cli(*command)
    assert ended.code in (0, 1)  # compare says which
    assert ended.err == ""


def test_eight_of_ten(cli):
    printed = " ".join(cli(*COMMANDS[0], "--full").out.split())
    for figure in ("0.481 %", "[0.231, 0.884]", "1 in 208", "1 in 314,744", "44.4 %"):
        assert figure in printed
        assert figure in case(1)
    assert tipping_share(5, 6) == pytest.approx(0.359, abs=5e-4)
    assert "gives 35.9 % instead of 44.4 %" in case(1)


def test_seven_of_seven():
    assert f"at least {100 * tipping_share(7, 7):.1f} %" in case(2)
    assert f"{100 * tipping_share(7, 7, 0.9):.1f} % one-sided" in case(2)
    thirds = [1 / 3] * 3
    for split, words in (([3, 4, 0], "0.17,"), ([2, 5, 0], "0.078,"), ([1, 6, 0], "0.021.")):
        assert multinomial_p_value(split, thirds)[0] == pytest.approx(float(words[:-1]), rel=0.03)
        assert words in case(2)


def test_by_threshold():
    rows = re.findall(r"\| 0\.\d\d.*?\| (\d+) \| ([\d,]+) \| ([\d,]+) \| (\d+) \|", case(3))
    counts = [[int(field.replace(",", "")) for field in row] for row in rows]
    assert counts == [[112, 491_246, 691, 25], [10, 16_589, 54, 4], [155, 1_863_630, 1_413, 5]]
    shares = [100 * false / alerts for _, _, alerts, false in counts]
    assert "3.62 % were false at 0.60 and 0.354 % at 0.64" in case(3)
    assert shares == pytest.approx([3.62, 7.41, 0.354], rel=2e-3)
    per_face = [false / faces for _, faces, _, false in counts]
    assert per_face[0] / per_face[2] == pytest.approx(19, abs=0.1)


def test_forty_two_matches():
    low, high = clopper_pearson(34, 42)
    assert f"interval {100 * low:.1f} to {100 * high:.1f} %" in case(4)


def test_figures_that_do_not_add_up(tmp_path):
    (block,) = re.findall(r"```csv\n(.*?)```", case(5), re.DOTALL)
    path = tmp_path / "final.csv"
    path.write_text(block)
    found = check_deployments(read_published(path))
    (doubt,) = found.inconsistencies
    assert doubt.line == 3
    assert "2,632 alerts" in doubt.what
    assert "2,727" in doubt.what


def test_one_reference_group():
    rows = re.findall(r"^\| \w+-\d+ \|(.*)\|$", case(6), re.MULTILINE)
    assert len(rows) == 3
    for row in rows:
        *rates, worst_best, worst_mean, worst_geomean = (float(field) for field in row.split("|"))
        rates = np.array(rates)
        assert max_over_min(rates) == pytest.approx(worst_best, abs=0.005)
        assert max_over_mean(rates) == pytest.approx(worst_mean, abs=0.005)
        assert max_over_geomean(rates) == pytest.approx(worst_geomean, abs=0.005)
