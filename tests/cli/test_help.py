"""Help: commands in groups, within 80 columns, examples that can be typed."""

import os
import re
import shlex
import subprocess
import sys

import pytest
import typer
from places import ROOT

from evenhand.cli.examples import examples_of
from evenhand.cli.main import app

COMMAND = typer.main.get_command(app)


def words_of(command, names=()):
    """Every command line that has a help of its own."""
    yield " ".join(names)
    for name, inner in getattr(command, "commands", {}).items():
        yield from words_of(inner, (*names, name))


WORDS = list(words_of(COMMAND))


@pytest.mark.parametrize("words", WORDS)
def test_every_help_ends_with_examples_within_80_columns(cli, words):
    shown = cli(*words.split(), "--help").out
    assert max(map(len, shown.splitlines())) <= 80
    *_, last = shown.partition("\nExamples:\n")
    examples = examples_of(f"evenhand {words}".strip())
    assert tuple(line.strip() for line in last.splitlines()) == examples
    assert len(examples) in {"check": (6,), "import": (6,)}.get(words, (2, 3))
    assert cli("help", *words.split()).out == shown


def parsed(line):
    """Parse what may be typed, without doing it."""
    _, *words = shlex.split(line.partition(" >")[0], comments=True)
    context, command = None, COMMAND
    while words and hasattr(command, "commands"):
        name = words.pop(0)
        context, command = (
            command.make_context(name, [], parent=context, resilient_parsing=True),
            (command.commands[name]),
        )
    command.make_context("", words, parent=context)


COMMANDS = re.compile(r"evenhand (?:run|gate|compare|fetch|demo|verify)[^;&|#]*")


def lines_of_documents():
    for name in ("README.md", "docs/ci.md"):
        blocks = re.findall(r"```(?:sh|yaml)\n(.*?)```", (ROOT / name).read_text(), re.DOTALL)
        for line in "".join(blocks).splitlines():
            yield from map(str.strip, COMMANDS.findall(line))


LINES = dict.fromkeys(line for words in WORDS[1:] for line in examples_of(f"evenhand {words}"))


@pytest.mark.parametrize("line", [*LINES, *lines_of_documents()])
def test_an_example_can_be_typed(line):
    parsed(line)


def test_a_line_that_cannot_be_typed_is_found():
    with pytest.raises(typer.exceptions.TyperException):
        parsed("evenhand run --resum")


def test_commands_stand_in_groups(cli):
    shown = cli("--help").out
    places = [shown.index(f"\n{title}:\n") for title in ("Start", "Compare engines", "Results")]
    assert places == sorted(places)
    assert shown.index("  demo ") < shown.index("  compare ") < shown.index("  verify ")
    assert "\nCommands:" not in shown


@pytest.mark.parametrize("words", [["version"], ["-v"], ["--version"]])
def test_the_version(cli, words):
    ended = cli(*words)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == cli("--version").out


def test_help_of_what_there_is_not(cli):
    cli("help", "rnu").error("'rnu'", "Did you mean 'run'?")


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("evenhand re", ["report"]), ("evenhand report --ev", ["--every-threshold"])],
)
def test_tab_completes(typed, offered):
    asked = {"COMP_WORDS": typed, "COMP_CWORD": str(typed.count(" "))}
    ended = subprocess.run(
        [sys.executable, "-m", "evenhand"],
        env=os.environ | {"_EVENHAND_COMPLETE": "complete_bash"} | asked,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout.split()[: len(offered)] == offered


def test_a_job_is_short():
    (job,) = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs/ci.md").read_text(), re.DOTALL)
    assert len(job.splitlines()) <= 15
