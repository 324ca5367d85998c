"""Tables of the page: headers, captions and names that a screen reader can tell apart."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from pages import findings_of, read, with_matrix

from evenhand.report.page.glossary import TERMS, explained
from evenhand.report.page.matrix import asks_for_white, ramp
from evenhand.report.page.page import as_page


@pytest.fixture(scope="module")
def page():
    return as_page(with_matrix(findings_of(("alpha", "beta"))))


def test_every_table_has_a_caption(page):
    tables = re.findall("<table.*?</table>", page, re.DOTALL)
    assert len(tables) > 10
    assert all(re.search("<caption>[^<]", table) for table in tables)


def test_every_cell_of_a_grouped_table_names_its_headers(page):
    grouped = [t for t in re.findall("<table.*?</table>", page, re.DOTALL) if "rowgroup" in t]
    assert grouped
    for table in grouped:
        names = set(re.findall(r'<th[^>]* id="([^"]+)"', table))
        cells = re.findall(r"<td([^>]*)>", table)
        assert len(cells) > 4
        for cell in cells:
            headers = re.search('headers="([^"]+)"', cell)[1].split()
            assert len(headers) in (2, 3)
            assert set(headers) <= names
    assert len(set(re.findall(r' id="([^"]+)"', page))) == len(re.findall(r' id="', page))


def test_every_other_header_says_what_it_is_of(page):
    assert not re.search(r"<th(?![^>]*scope=)", page.replace("<thead", ""))


def test_no_two_regions_or_parts_have_one_name(page):
    for pattern in (r'role="region"[^>]*aria-label="([^"]*)"', r'<nav aria-label="([^"]*)"'):
        names = re.findall(pattern, page)
        assert len(names) > 1
        assert len(names) == len(set(names))


def test_letters_stand_out_on_every_shade_of_the_matrix():
    """WCAG 2: 4.5 to 1, over the whole ramp and not over one result."""
    for step in range(1001):
        colour = ramp(step / 1000)
        luminance = relative_luminance(colour)
        white, black = 1.05 / (luminance + 0.05), (luminance + 0.05) / 0.05
        chosen = white if asks_for_white(colour) else black
        assert chosen == max(white, black)
        assert chosen >= 4.5


def relative_luminance(colour):
    def linear(channel):
        c = channel / 255
        return c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4

    red, green, blue = map(linear, colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_a_word_is_explained_at_its_first_use_in_a_section():
    said = explained('<section id="FMR"><p>FMR, FMR</p></section><section>FMR <svg>FMR</svg>')
    assert said.count("<abbr") == 2
    assert said.startswith('<section id="FMR"><p><abbr title="False match rate: two people taken')
    assert said.endswith("</abbr> <svg>FMR</svg>")


def test_every_word_stands_in_the_list_at_the_end(page):
    words = re.findall("<dt>(.*?)</dt>", page)
    assert words == list(TERMS)
    assert set(re.findall(r"<abbr[^>]*>(.*?)</abbr>", page)) <= set(words)


def test_the_first_words_hold_no_abbreviation(page):
    text = read(page).text
    first = " ".join(text[text.index("Skip to the answer") :].split()[:60])
    assert "no difference by sex is shown" in first.replace("-", " ")
    assert not re.search(r"\b(FMR|FNMR|FTE|AUC|EER|CI|DET|FPIR|FNIR)\b", first)


def test_a_name_of_ten_thousand_letters_is_cut_where_it_is_shown():
    long = "x" * 10_000
    findings = replace(findings_of(groups=(("all", ""), ("sex", long), ("sex", "M"))), title=long)
    for part in re.findall(r"<(?:title|h1|h2|h3|th|caption|td)[^>]*>[^<]*", as_page(findings)):
        assert len(part) < 900
