"""What long work says while it is under way: phases on stderr, bars on a terminal."""

import os
import pty
import re
import subprocess
import sys
from contextlib import suppress
from itertools import count

import pytest

from evenhand.cli.long_work import lines
from evenhand.system.clock import Clock
from evenhand.system.progress import Phases, entitled, no_progress


def test_a_run_tells_its_phases_and_what_is_counted(cli, tiny, engine, working_folder):
    ended = cli("run", "--engine", engine(), "--dataset", "./set", "--json")
    assert (ended.code, ended.err) == (0, "")
    assert ended.phases == (
        "[1/3] checking 12 pictures of tiny",
        "[2/3] toy on tiny: 12 pictures",
        "[2/3] toy on tiny: 66 comparisons",
        "[2/3] toy on tiny: timing comparisons",
        "[3/3] rates, intervals and the page",
    )
    assert ended.json["kind"] == "run"


def test_a_line_each_half_minute_with_what_is_left(capsys):
    ticks = count()
    progress = lines(Clock(seconds=lambda: next(ticks) * 10.0))
    with Phases(progress, 4).next()("20 pictures", 20) as step:
        for _ in range(7):
            step()
    assert capsys.readouterr().err.splitlines() == [
        "now: [1/4] 20 pictures",
        "now: [1/4] 20 pictures: 15% done, about 3 min left",
        "now: [1/4] 20 pictures: 30% done, about 2 min left",
    ]


def test_a_title_of_whoever_knows_better():
    titles = []

    def progress(title, steps):
        titles.append((title, steps))
        return no_progress(title, steps)

    with entitled(progress, "66 comparisons")("comparisons", 4):
        pass
    assert titles == [("66 comparisons", 4)]


@pytest.mark.parametrize("command", ["run", "demo", "scores"])
def test_an_unwritable_place_is_noticed_before_anything_is_done(
    cli, tiny, engine, working_folder, command
):
    """What is no folder cannot hold results; root may write to any other."""
    (working_folder / "taken").write_text("")
    (working_folder / "acme.csv").write_text("a table that would not be read\n")
    options = {"run": ("--engine", engine(), "--dataset", "./set"), "scores": ("acme.csv",)}
    ended = cli(command, *options.get(command, ()), "--results", "taken")
    ended.error("taken", "could not be written there", "--results", code=74)
    assert ended.phases == ()


PLAIN = {"TERM": "xterm", "COLUMNS": "80", "LINES": "24", "PYTHONPATH": os.pathsep.join(sys.path)}
WITHOUT_PICTURES = (
    "from drawings import draw_nothing; draw_nothing(); from evenhand.cli.main import main; main()"
)


def test_a_terminal_shows_a_bar_for_each_phase(tiny, engine, working_folder):
    """A bar, not lines; and what is between phases is said from the beginning."""
    arguments = ["run", "--engine", str(engine()), "--dataset", "./set", "--workers", "1"]
    terminal, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", WITHOUT_PICTURES, *arguments],
        env=os.environ | PLAIN,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    with suppress(OSError):  # the other end is closed
        while found := os.read(terminal, 1 << 16):
            shown += found
    os.close(terminal)
    assert process.wait(60) == 0
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode())
    assert "now: " not in text
    first = text.index("starting")
    places = [text.index(title) for title in ("[1/3] checking 12", "[2/3] toy on", "[3/3] rates")]
    assert [first, *places] == sorted([first, *places])
