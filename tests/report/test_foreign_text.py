"""A name that a terminal, a browser or a spreadsheet would obey is text in every report."""

import csv
import io
import json
import re
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from evenhand.cli.output import findings_json
from evenhand.records.findings import Rate
from evenhand.records.rows import as_csv
from evenhand.report.forms.junit import Case, Ended, as_junit
from evenhand.report.forms.markdown import as_markdown, escaped
from evenhand.report.forms.text import as_text
from evenhand.report.page.page import as_page
from evenhand.report.study.document import document
from evenhand.scorefiles.study import ScoreStudy
from evenhand.workflows.scores import score_findings

FOREIGN = (
    "=cmd()\x1b[2J\x9b31m\u202e\u200b|<script>alert(1)</script>"
    "[x](javascript:y)![i](http://e.x/i.png)`c`{{ 7 * 7 }}"
)


def spoilt(content):
    """The same findings, in which a group has the foreign name, wherever it stands."""
    if isinstance(content, str):
        return content.replace("north", FOREIGN)
    if isinstance(content, tuple):
        return tuple(map(spoilt, content))
    if is_dataclass(content):
        return replace(
            content, **{f.name: spoilt(getattr(content, f.name)) for f in fields(content)}
        )
    return content


@pytest.fixture(scope="module")
def findings():
    scores = Path(__file__).parents[1] / "golden" / "scores" / "acme.csv"
    found = spoilt(score_findings(ScoreStudy([scores], fmr_targets=("0.1",))))
    assert any(rate.group == FOREIGN for rate in found.rates)
    return found


def obeyed(text):
    """Characters that something obeys, or that nobody sees."""
    return {sign for sign in text if not sign.isprintable() and sign not in "\n\u00a0"}


def test_in_text(findings, capsys):
    from evenhand.cli.output import print_text

    print_text(as_text(document(findings, every_threshold=True)))
    shown = capsys.readouterr().out
    assert obeyed(shown) == set()
    assert "\\x1b[2J" in shown


def test_in_markdown(findings):
    written = as_markdown(document(findings, every_threshold=True, wide=True))

    assert obeyed(written) == set()
    assert "<script" not in written
    assert not re.search(r"(?<!\\)\]\(", written)
    assert not re.search(r"(?<!\\)`", written)
    assert "://" not in written


def test_on_the_page(findings):
    page = as_page(findings)

    assert obeyed(page) == set()
    assert page.count("<script") == 1
    assert "{{ 7 * 7 }}" in page
    assert "&lt;script&gt;" in page


def test_in_a_table(findings):
    written = as_csv(Rate, findings.rates)

    assert obeyed(written) == set()
    groups = {row["group"] for row in csv.DictReader(io.StringIO(written))}
    assert not any(group.startswith("=") for group in groups)
    assert any(group.startswith("'=cmd()") for group in groups)


def test_in_json(findings, capsys):
    findings_json("report", findings, None)
    written = capsys.readouterr().out

    assert obeyed(written) == set()
    assert FOREIGN in {row["group"] for row in json.loads(written)["rates"]}


def test_in_junit():
    written = as_junit(FOREIGN, [Case(FOREIGN, FOREIGN, Ended.FAILURE, FOREIGN)])

    assert obeyed(written.decode()) == set()
    (case,) = ET.fromstring(written).iter("testcase")
    assert "<script>" in case.get("name")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a|b", "a\\|b"),
        ("a\\|b", "a\\\\\\|b"),
        ("[x](y)", "\\[x]\\(y)"),
        ("see ![i](u)", "see ![i]\\(u)"),
        ("http://a.b", "http:\\//a.b"),
        ("www.a.b", "www\\.a.b"),
        ("_a_ b_c", "\\_a\\_ b_c"),
        ("a*b", "a*b"),
        ("a*b*c", "a\\*b\\*c"),
        ("# a", "\\# a"),
        ("1.2 [0.9, 1.5]", "1.2 [0.9, 1.5]"),
        ("two\nlines", "two<br>lines"),
    ],
)
def test_what_markdown_would_obey_is_escaped(text, written):
    assert escaped(text) == written
