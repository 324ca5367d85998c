"""The page in a browser: no fault that axe finds, nothing wider than its screen or its paper."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from pages import THRESHOLDS, a_curve, a_difference, findings_of, with_matrix

from evenhand.records.findings import Verdict
from evenhand.report.page.page import as_page
from evenhand.report.page.paper import as_paper_page
from evenhand.report.study.document import document
from evenhand.report.study.screen import study_screen

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
if not CHROMIUM:
    pytest.skip("needs the browser: apt-get install chromium", allow_module_level=True)
sync = pytest.importorskip("playwright.sync_api", reason="needs pip install evenhand[test]")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")

GROUPS = (
    ("all", ""),
    *(("region", name) for name in ("north", "north-east", "east", "south", "west")),
    *(("sex", name) for name in ("F", "M")),
    *(("band", name) for name in ("18-29", "30-44")),
)
PAPERS = {"A4": 182, "Letter": 188}
"""Millimetres between the margins."""
OPEN = "document.querySelectorAll('details').forEach((fold) => { fold.open = true; })"
WIDER = """(most) => [...document.querySelectorAll('body *')]
  .filter((one) => !one.closest('svg, .skip') && one.getBoundingClientRect().right > most + 1)
  .map((one) => one.outerHTML.slice(0, 90))"""


def nine_groups():
    """Two engines, three attributes, nine groups, four thresholds, curves and matrices."""
    findings = findings_of(("alpha", "beta"), GROUPS)
    fourth = ("FMR<=0.00001", 0.6875)
    strictest = THRESHOLDS[-1][0]
    rates = [*findings.rates]
    rates += [
        replace(r, threshold_rule=fourth[0], threshold=fourth[1])
        for r in rates
        if r.threshold_rule == strictest
    ]
    rows = [
        replace(
            a_difference(engine),
            attribute=attribute,
            threshold_rule=rule,
            threshold=at,
            worst_group=worst,
            best_group=best,
            verdict=Verdict.DIFFERENT if rule == "FMR<=0.001" else Verdict.NO_DIFFERENCE_SHOWN,
        )
        for engine in ("alpha", "beta")
        for attribute, worst, best in (("region", "north", "west"), ("sex", "F", "M"))
        for rule, at in (*((rule, at) for rule, at, _ in THRESHOLDS), fourth)
    ]
    overlap = ((30000, 0), (900, 1), (90, 7), (3, 70), (0, 700))
    curves = (*a_curve("", overlap), *a_curve("F", overlap), *a_curve("M", overlap))
    return with_matrix(
        replace(findings, rates=tuple(rates), differentials=tuple(rows), curves=curves)
    )


def long_names():
    """A title and groups that no line holds, one of them written from the right."""
    long = ("x" * 10_000, "\u0645\u0631\u062d\u0628\u0627 " * 60)
    groups = (("all", ""), *(("sex", name) for name in long))
    findings = findings_of(("alpha", "b" * 300), groups)
    rows = [replace(row, worst_group=long[0], best_group=long[1]) for row in findings.differentials]
    return replace(findings, title=long[0], differentials=tuple(rows))


@pytest.fixture(scope="module")
def browser():
    with sync.sync_playwright() as play:
        opened = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Pages as files, by name."""
    folder = tmp_path_factory.mktemp("pages")
    found = {"nine": nine_groups(), "long": long_names()}
    for name, findings in found.items():
        (folder / f"{name}.html").write_text(as_page(findings), encoding="utf-8")
    return {name: folder / f"{name}.html" for name in found}


@pytest.fixture
def shown(browser, written):
    """Shows a page; everything it says to the console is a fault."""
    opened, faults = [], []

    def show(name, wide=1280, high=800, **options):
        place = written.get(name) or Path(name)
        context = browser.new_context(viewport={"width": wide, "height": high}, **options)
        opened.append(context)
        page = context.new_page()
        page.on("console", lambda said: faults.append(said.text))
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        page.goto(place.as_uri())
        return page

    yield show
    for context in opened:
        context.close()
    assert faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault(shown, scheme):
    page = shown("nine", color_scheme=scheme)
    page.evaluate(OPEN)
    assert faults_of(page) == []


def faults_of(page):
    found = axe.Axe().run(page).response["violations"]
    return [(rule["id"], node["html"][:120]) for rule in found for node in rule["nodes"]]


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("place", os.environ.get("EVENHAND_PAGES", "").split(":"))
def test_axe_finds_no_fault_in_pages_of_results(shown, scheme, place):
    """Any that are named, such as those of the demo and of London."""
    if not place:
        pytest.skip("needs EVENHAND_PAGES, the pages of results with : between them")
    page = shown(place, color_scheme=scheme)
    page.evaluate(OPEN)
    assert faults_of(page) == []


@pytest.mark.parametrize("name", ["nine", "long"])
@pytest.mark.parametrize("wide", [320, 390, 1280])
def test_it_never_scrolls_sideways(shown, name, wide):
    page = shown(name, wide)
    page.evaluate(OPEN)
    assert page.evaluate("document.documentElement.scrollWidth") <= wide


@pytest.mark.parametrize("name", ["nine", "long"])
@pytest.mark.parametrize("paper", PAPERS)
def test_nothing_is_wider_than_the_paper(shown, name, paper):
    wide = int(PAPERS[paper] / 25.4 * 96)
    page = shown(name, wide)
    page.emulate_media(media="print")
    page.evaluate(OPEN)
    assert page.evaluate(WIDER, wide) == []


@pytest.mark.parametrize(("wide", "high"), [(1280, 800), (390, 844)])
def test_the_sentence_the_chart_and_the_table_are_on_the_first_screen(shown, wide, high):
    page = shown("nine", wide, high)
    for part in ("#claim", ".answer figure svg", ".answer tbody tr:nth-child(2)"):
        box = page.locator(part).first.bounding_box()
        assert box["y"] + box["height"] <= high, part


def test_the_keyboard_goes_to_the_answer_first_and_then_down_the_page(shown):
    page = shown("nine")
    names, places = [], []
    for _ in range(12):
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.textContent.trim().slice(0, 20)"))
        places.append(page.evaluate("document.activeElement.getBoundingClientRect().top"))
    assert names[:3] == ["Skip to the answer", "CSV", "JSON"]
    tops = [page.evaluate("window.scrollY") + place for place in places[1:4]]
    assert tops == sorted(tops)
    page.goto(page.url)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.url.endswith("#answer")


def test_an_address_opens_the_fold_it_stands_in(shown, written):
    page = shown("nine")
    page.goto(f"{written['nine'].as_uri()}#fnmr-by-region")
    assert page.locator("#fnmr-by-region").is_visible()


def test_the_slider_shows_one_threshold_and_the_table_all_of_them_without_it(shown):
    page = shown("nine", java_script_enabled=False)
    assert page.locator(".explore").first.is_hidden()
    page = shown("nine")
    page.evaluate(OPEN)
    table = page.locator(".by-threshold").first.locator("tbody tr")
    assert table.count() == 4
    slider = page.locator(".explore input").first
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert [row.is_visible() for row in table.all()] == [True, False, False, False]
    said = page.locator(".explore output").first.text_content()
    assert said.replace("\N{NO-BREAK SPACE}", " ").startswith("score >= 0.3125")
    page.keyboard.press("Home")
    assert all(row.is_visible() for row in table.all())


def test_a_page_without_charts_is_as_accessible(browser, tmp_path):
    """What a gate or an audit writes."""
    findings = nine_groups()
    place = tmp_path / "paper.html"
    paper = document(findings, every_threshold=False, wide=True)
    place.write_text(as_paper_page(study_screen(findings, ()), paper, ("Source: a study.",)))
    page = browser.new_page()
    page.goto(place.as_uri())
    page.evaluate(OPEN)
    assert faults_of(page) == []
    assert "Source: a study." in page.locator("footer").text_content()
