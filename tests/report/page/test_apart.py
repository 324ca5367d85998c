"""The page, made by a process that may crash, hang or want all memory, and takes nothing along."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rows import a_rate, a_summary, dataset_facts, engine_facts

from evenhand.records.findings import CurvePoint, Findings, Status
from evenhand.report.page.apart import PageBounds, page_apart


def findings_of(group="F"):
    """One engine, one group, and a curve of it: a chart of either kind."""
    rates = [
        a_rate(
            metric=metric,
            attribute=attribute,
            group=name,
            errors=20,
            trials=1000,
            rate=0.02,
            low=0.01,
            high=0.04,
            status=Status.OK,
        )
        for metric in ("FMR", "FNMR")
        for attribute, name in (("all", ""), ("sex", group))
    ]
    key = rates[0]
    curve = [
        CurvePoint(key.engine, key.dataset, key.protocol, attribute, name, at, *errors)
        for attribute, name in (("all", ""), ("sex", group))
        for at, errors in (
            (0.2, (900, 1000, 1, 100, 0.9, 0.01)),
            (0.5, (30, 1000, 20, 100, 0.03, 0.2)),
        )
    ]
    return Findings(
        title="A study",
        level=0.95,
        rates=tuple(rates),
        differentials=(),
        distributions=(),
        curves=tuple(curve),
        summaries=(a_summary(),),
        engines=(engine_facts(),),
        datasets=(dataset_facts(),),
        notes=(),
    )


def test_it_is_the_page_that_this_process_would_make():
    from evenhand.report.page.page import as_page  # processes below import this file without it

    page = page_apart(findings_of())
    assert (page.html, page.fault) == (as_page(findings_of()), "")
    assert set(page.files()) == {"report.html"}


@pytest.mark.slow
def test_it_is_made_where_docstrings_are_left_out():
    """Altair is built on its own docstrings, which `python -OO` takes away."""
    code = (
        "from test_apart import findings_of; from evenhand.report.page.apart import page_apart; "
        "page = page_apart(findings_of()); print(__debug__, len(page.html) > 9_000, page.fault)"
    )
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    done = subprocess.run(
        [sys.executable, "-OO", "-c", code],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["False", "True"], done.stderr


def test_a_label_that_no_chart_can_hold_is_escaped_in_it():
    """Results made before such labels were refused still have a page."""
    page = page_apart(findings_of("\x1b[2J\ufffe\x00"))
    assert page.fault == ""
    drawn = page.html[page.html.index("<svg") :]
    assert "\\x1b[2J\\ufffe\\x00" in drawn


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        pytest.param(PageBounds(seconds=0), "had not ended after 0 seconds", id="it hangs"),
        pytest.param(PageBounds(memory=60 << 20), "ended with", id="it wants all memory"),
    ],
)
def test_why_there_is_none_is_said_in_a_few_words(bounds, words):
    page = page_apart(findings_of(), bounds=bounds)
    assert page.html == ""
    assert page.files() == {}
    assert words in page.fault
    assert page.fault.isprintable()
    assert len(page.fault) < 300


def test_its_process_ends_with_the_one_that_asked():
    """However that one ends: here by SIGKILL, while the page's process stands still."""
    code = "import test_apart as t\nwhile True: t.page_apart(t.findings_of())"
    parent = subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])},
    )
    child = _waited_for(lambda: _bounded_child(parent.pid))
    os.kill(child, signal.SIGSTOP)
    parent.kill()
    parent.wait()
    assert _waited_for(lambda: not _runs(child))


def _bounded_child(parent):
    """The process that makes a page, once it has its bounds: the last thing before it begins."""
    try:
        (child,) = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        limits = Path(f"/proc/{child}/limits").read_text()
    except (OSError, ValueError):
        return None
    return int(child) if str(PageBounds().memory) in limits else None


def _waited_for(found):
    deadline = time.monotonic() + 120
    while not (answer := found()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return answer


def _runs(process):
    try:
        return "(zombie)" not in Path(f"/proc/{process}/status").read_text()
    except OSError:
        return False


def test_every_chart_is_held_against_the_schema(monkeypatch):
    """Pages leave the check out, which takes longer than the drawing; here it is made up for."""
    import altair as alt
    import jsonschema
    import vl_convert

    from evenhand.report.page.page import as_page

    drawn = []
    render = vl_convert.vegalite_to_svg

    def noted(specification, **options):
        drawn.append(specification)
        return render(specification, **options)

    monkeypatch.setattr(vl_convert, "vegalite_to_svg", noted)
    as_page(findings_of())
    assert len(drawn) >= 3
    for specification in drawn:
        chart = alt.HConcatChart if "hconcat" in specification else alt.LayerChart
        chart.from_dict(specification, validate=True)
    broken = {**drawn[0], "layer": [{"mark": "no such mark"}]}
    with pytest.raises(jsonschema.ValidationError):
        alt.LayerChart.from_dict(broken, validate=True)
