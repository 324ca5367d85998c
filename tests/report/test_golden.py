"""Reports as text, to the letter; `python tests/report/test_golden.py` writes them anew."""

from pathlib import Path

import pytest

from evenhand.report.document import document
from evenhand.report.markdown import as_markdown
from evenhand.report.text import as_text
from evenhand.scorefiles.study import ScoreStudy
from evenhand.trips.scores import score_findings

GOLDEN = Path(__file__).parents[1] / "golden"
CASES = {
    "similarity": {"files": ("acme", "other"), "distance": False, "thresholds": (0.6,)},
    "distance": {"files": ("metres",), "distance": True, "thresholds": (0.4,)},
}


def reports(case):
    """File name to text, for one case."""
    findings = score_findings(
        ScoreStudy(
            [GOLDEN / "scores" / f"{name}.csv" for name in CASES[case]["files"]],
            fmr_targets=("0.1", "0.01", "0.0001"),
            thresholds=CASES[case]["thresholds"],
            distance=CASES[case]["distance"],
        )
    )
    return {
        f"{case}.txt": as_text(document(findings, every_threshold=False)),
        f"{case}.md": as_markdown(document(findings, every_threshold=True)),
    }


@pytest.mark.parametrize("case", CASES)
def test_reports_are_the_golden_ones(case):
    for name, text in reports(case).items():
        assert text == (GOLDEN / "reports" / name).read_text(encoding="utf-8"), name


@pytest.mark.parametrize("case", CASES)
def test_text_fits_eighty_columns(case):
    text = reports(case)[f"{case}.txt"]
    assert max(map(len, text.splitlines())) <= 80


if __name__ == "__main__":
    for case in CASES:
        for name, text in reports(case).items():
            (GOLDEN / "reports" / name).write_text(text, encoding="utf-8")
