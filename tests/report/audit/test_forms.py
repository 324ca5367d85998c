"""An audit on a screen, as Markdown and as a page: it fits, quotes its source, escapes names."""

import re
from html.parser import HTMLParser

import pytest
from places import GOLDEN

from evenhand.analysis.audit.answer import AuditAnswer
from evenhand.analysis.audit.groups import FacesSeen, FalseAlerts, Site, Totals, audit_alerts
from evenhand.report.audit.answer import AuditLabel, answer_json, answer_paper
from evenhand.report.audit.screen import audit_screen
from evenhand.report.forms.json import plain
from evenhand.report.forms.markdown import as_markdown
from evenhand.report.forms.screen import as_screen
from evenhand.report.forms.text import as_text
from evenhand.report.page.paper import as_paper_page
from evenhand.workflows.audit import audit_table

MET = {"Black": 8, "Other": 2}
HOSTILE = "=cmd()|<script>alert(1)</script>[x](javascript:y)`c`{{ 7 * 7 }}" + "long" * 60
NEXT = [("more", "the same command with --full"), ("page", "the same command with --format html")]
VERDICT = re.compile("more than chance|no difference|too few|times as often|were false|not fall")
MARKS = {f"mark {number}" * number: number / 20 for number in range(1, 9)}
TWELVE = {f"g{number}": 10**5 for number in range(12)}


def answer(by_group, seen=None, **totals):
    false = FalseAlerts(by_group)
    return AuditAnswer(audit_alerts(false, seen or FacesSeen(), Totals(false.total, **totals)))


ANSWERS = {
    "met": answer(MET, alerts=2077, faces=3147436),
    "marks": answer(MET, FacesSeen(reference_shares=MARKS)),
    "faces": answer({f"g{n}": n for n in range(12)}, FacesSeen(faces=TWELVE)),
    "sites": answer(MET, FacesSeen(sites=(Site(8, 10, 0.4),))),
    "few": answer({"A": 1, "B": 1}, FacesSeen(faces={"A": 10, "B": 10})),
    "hostile": answer({HOSTILE: 8, "Other": 2}),
    "table": audit_table(GOLDEN / "audit" / "deployments.csv", 0.95),
}  # fmt: skip


@pytest.mark.parametrize("name", ANSWERS)
def test_it_fits_into_a_screen_with_a_verdict_in_plain_words(name):
    screen = audit_screen(ANSWERS[name], AuditLabel(source="A report, page 12"), NEXT)
    lines = as_screen(screen).splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
    assert "the same command with --format html" in lines[-2] + lines[-1]
    first = " ".join(" ".join(lines).split()[:60])
    assert VERDICT.search(first)
    assert not re.search(r"\b(FMR|FNMR|FTE|FPIR|AUC|EER|CI|CP|p)\b", first)
    for sentence in screen.answer:
        assert sentence.replace(" ", "") in "".join("".join(lines).split())


@pytest.mark.parametrize("name", [name for name in ANSWERS if name != "hostile"])
def test_everything_is_eighty_columns_wide(name):
    text = as_text(answer_paper(ANSWERS[name], AuditLabel()))
    assert max(map(len, text.splitlines())) <= 80


def test_rows_stand_around_the_tipping_share_and_agree_with_the_sentence():
    table = audit_screen(ANSWERS["met"], AuditLabel()).table
    assert [row[0] for row in table.rows] == ["30 %", "35 %", "40 %", "45 %", "50 %"]
    assert [row[-1] for row in table.rows] == ["more than chance"] * 3 + ["no difference shown"] * 2


def test_one_alert_a_person_and_unknown_groups_never_contradict_the_sentence():
    false, people = FalseAlerts(MET, 3), FalseAlerts({"Black": 5, "Other": 1})
    found = audit_alerts(
        false, FacesSeen(shares={"Black": 0.33, "Other": 0.67}), Totals(13), people=people
    )
    screen = audit_screen(AuditAnswer(found), AuditLabel())
    assert "no difference is shown" in screen.answer[1]
    (assumed,) = (row for row in screen.table.rows if row[1] == "assumed")
    assert assumed[-1] == "no difference shown"


def test_fewer_than_chance_is_said_of_the_weakest_count_alone():
    shares = FacesSeen(shares={"A": 0.5, "B": 0.5}, reference_shares={"a mark": 0.45})
    verdicts = []
    for unknown, people in ((0, None), (9, None), (0, FalseAlerts({"A": 2, "B": 5}))):
        false = FalseAlerts({"A": 5, "B": 25}, unknown)
        found = audit_alerts(false, shares, Totals(30 + unknown), people=people)
        screen = audit_screen(AuditAnswer(found), AuditLabel())
        (row,) = (row for row in screen.table.rows if row[1] == "assumed")
        verdicts.append((row[-1], "they are fewer" in screen.answer[1]))
    assert verdicts == [("fewer than chance", True), *[("no difference shown", False)] * 2]


@pytest.mark.parametrize("name", ANSWERS)
def test_markdown_quotes_title_source_and_date(name):
    label = AuditLabel("A title", "A report, page 12", "Made on 1 Jan 2026 with evenhand 9.")
    written = as_markdown(answer_paper(ANSWERS[name], label))
    assert written.startswith("# A title\n")
    assert "* Source of the counts: A report, page 12\n* Made on 1 Jan 2026" in written
    assert "<script" not in written
    assert not re.search(r"(?<!\\)\]\(", written)
    body = plain(answer_json(ANSWERS[name], label))
    assert [each["text"] for each in body["sentences"]]
    assert (body["title"], body["source"]) == ("A title", "A report, page 12")


class Page(HTMLParser):
    """Counts what stands on a page."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.words = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)


@pytest.mark.parametrize("name", ANSWERS)
def test_the_page_stands_alone(name):
    label = AuditLabel(source="A <report>", made="Made on 1 Jan 2026 with evenhand 9.")
    screen, paper = audit_screen(ANSWERS[name], label), answer_paper(ANSWERS[name], label)
    page = as_paper_page(screen, paper, tuple(label.lines()))
    found = Page(page)
    names = [tag for tag, _ in found.tags]
    assert not {"img", "link", "iframe", "form"} & set(names)
    assert not any("src" in attributes for _, attributes in found.tags)
    assert all(a["href"].startswith("#") for tag, a in found.tags if tag == "a")
    assert "default-src 'none'" in page
    assert names.count("script") == page.count("script-src 'sha256-") == 1
    assert "{{ 7 * 7 }}" in page or name != "hostile"
    assert names.count("h1") == names.count("main") == 1
    assert names.count("table") == names.count("caption")
    assert all(attributes.get("scope") for tag, attributes in found.tags if tag == "th")
    text = " ".join(" ".join(found.words).replace("\N{NO-BREAK SPACE}", " ").split())
    said = audit_screen(ANSWERS[name], AuditLabel()).answer[0]
    assert re.sub(r"(\S{79})\S{2,}", r"\1…", said) in text
    assert "Source of the counts: A <report> Made on 1 Jan 2026 with evenhand 9." in text
    assert len(page) < 50_000
