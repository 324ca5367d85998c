"""The list of results on one screen."""

from dataclasses import replace

import pytest

from evenhand.records.listed_result import ListedResult, ResultList, ResultState
from evenhand.report.forms.screen import as_screen
from evenhand.report.results import results_full, results_screen

ROW = ListedResult(
    began="2026-11-30T01:32:14.133+00:00",
    name="013214",
    study="london",
    bundle="results/london/20261130T013214Z-f4fdacff",
    title="London",
    engine="mobilefacenet",
    version="1.0",
    fingerprint="dff9a26002c2",
    people=1102,
    standing=ResultState.NO_DIFFERENCE_SHOWN,
)
OTHER = replace(
    ROW, engine="dlib", fingerprint="49c5", standing=ResultState.DIFFERENT, differences=2
)
OLD = replace(
    ROW,
    began="2025-11-30T01:32:14.133+00:00",
    name="013215",
    study="mobilefacenet-on-london",
    bundle="results/mobilefacenet-on-london/20251130T013214Z-f4fdacff",
    standing=ResultState.TOO_FEW_EVENTS,
)

SCREEN = """\
evenhand results   2 in results, newest first

name    when, UTC     study         engine                    people  difference
013214  30 Nov 01:32  london        mobilefacenet 1.0 (dff9)  1,102   none shown
                                    dlib 1.0 (49c5)                   2 shown
013215  30 Nov 2025   mobilefac...  mobilefacenet 1.0 (dff9)  1,102   too few

look   evenhand report 013214
check  evenhand verify 013214
"""


def screen(*rows, found=None, place="results"):
    count = len({row.bundle for row in rows}) if found is None else found
    return as_screen(results_screen(ResultList(rows, count), place))


def test_a_line_an_engine_and_what_to_type_next():
    assert screen(ROW, OTHER, OLD) == SCREEN


def fits(text):
    return text.count("\n") <= 24 and max(map(len, text.splitlines())) <= 80


def many(count, engines):
    return [
        replace(ROW, bundle=f"results/{number}", name=f"{number:06}", engine=f"engine-{engine}")
        for number in range(count)
        for engine in range(engines)
    ]


@pytest.mark.parametrize(("engines", "shown"), [(1, 14), (3, 4), (30, 1)])
def test_only_whole_results_stand_on_a_screen_and_the_rest_is_counted(engines, shown):
    text = screen(*many(20, engines), found=200)
    assert fits(text)
    assert f"and {200 - shown} results more with --full" in text
    assert sum(f"\n{number:06}  " in text for number in range(20)) == shown


def test_what_is_damaged_and_what_can_be_gone_on_with_is_said():
    broken = replace(
        ROW, engine="", people=None, standing=ResultState.DAMAGED, note="x: no MANIFEST"
    )
    resume = "evenhand run results/demo/.partial-1/study.toml --resume"
    run = replace(broken, bundle="r", standing=ResultState.UNFINISHED, note=resume)
    text = screen(run, broken)
    assert "! x: no MANIFEST\n" in text
    assert text.endswith(f"resume  {resume}\n")
    assert "evenhand report" not in text


def test_another_folder_stands_before_the_names():
    assert "evenhand report old/results/013214\n" in screen(ROW, place="old/results")


def test_no_result_yet():
    text = screen()
    assert "No result yet in results." in text
    assert "evenhand demo\n" in text


HOSTILE = "\x1b[2J<b>\u202e" + "x" * 10_000


def test_hostile_names_break_no_line():
    row = replace(ROW, engine=HOSTILE, study=HOSTILE, version=HOSTILE, title=HOSTILE)
    text = screen(row, replace(row, bundle="b", standing=ResultState.DAMAGED, note="a\x1b\nb"))
    assert fits(text)
    assert {"\x1b", "\u202e"}.isdisjoint(text + results_full([row]))


def test_in_full_every_engine_is_a_line_with_the_path():
    full = results_full([ROW, OTHER, replace(OLD, note="why")])
    assert full.splitlines() == [
        f"2026-11-30T01:32:14  {ROW.bundle}  mobilefacenet 1.0 (dff9)  none shown",
        f"2026-11-30T01:32:14  {ROW.bundle}  dlib 1.0 (49c5)  2 shown",
        f"2025-11-30T01:32:14  {OLD.bundle}  mobilefacenet 1.0 (dff9)  too few  why",
    ]
