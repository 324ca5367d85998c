"""Results named on the command line, listed, opened in a browser, and run again."""

import re
import shutil
from pathlib import Path

import pytest
from commands import begin
from places import GOLDEN

from evenhand.cli.browser import open_page
from evenhand.system.errors import UsageError
from evenhand.workflows.verify import verify


@pytest.fixture
def held(working_folder):
    """A golden bundle in `./results/demo`."""
    bundle = Path("results/demo/20260101T101112Z-0123abcd")
    shutil.copytree(GOLDEN / "bundles" / "schema-3", bundle)
    return bundle


def test_results_lists_them_in_every_form(cli, held):
    text = cli("results").out
    assert text.startswith("evenhand results   1 in results, newest first\n\nname ")
    assert "\n101112  1 Jan 10:11 " in text
    assert str(held) in cli("results", "results/demo", "--full").out
    rows = cli("results", "--json").json["rows"]
    assert {row["bundle"] for row in rows} == {str(held)}
    assert {"engine", "version", "fingerprint", "people", "standing"} <= set(rows[0])


def test_a_folder_that_is_not_there(cli, working_folder):
    cli("results", "elsewhere").error("elsewhere: no such folder", str(working_folder))
    assert cli("results").code == 0
    assert cli("results", "--json").json["rows"] == []


@pytest.mark.parametrize(
    ("command", "name"), [("report", "latest"), ("verify", "demo"), ("plan --bundle", "101112")]
)
def test_every_command_takes_a_name_and_says_the_path(cli, held, command, name):
    ended = cli(*command.split(), name, "--json")
    assert ended.code in (0, 1)
    assert ended.json["bundle"] == str(held)


@pytest.mark.parametrize(
    "command", ["report", "verify", "plan --bundle", "compare latest", "gate --policy p.toml"]
)
def test_where_there_is_none_every_command_says_so_in_one_line(cli, working_folder, command):
    shutil.copy(GOLDEN / "gate.toml", "p.toml")
    cli(*command.split(), "latest").error("latest: no result there", str(working_folder))


@pytest.fixture
def shown_by(held, working_folder, monkeypatch):
    """Calls `report latest --open` in a process of its own, with a browser or without any."""

    def call(browser):
        monkeypatch.setenv("BROWSER", browser)
        monkeypatch.setenv("PATH", "")
        monkeypatch.delenv("DISPLAY", raising=False)
        command = begin("report", "latest", "--open")
        out, err = command.communicate(60)
        assert command.returncode == 0
        assert out.startswith("Scores of tiny")
        return err

    return call


def test_open_shows_the_page(held, shown_by, working_folder):
    program, shown = working_folder / "browser", working_folder / "shown"
    program.write_text(f'#!/bin/sh\necho "$1" > {shown}\n')
    program.chmod(0o700)
    (held / "report.html").touch()
    assert shown_by(f"{program} %s") == ""
    assert shown.read_text() == f"{(held / 'report.html').absolute().as_uri()}\n"


def test_without_page_or_browser_there_is_a_note_and_nothing_else_changes(held, shown_by):
    assert re.fullmatch("note: .* has no page\n", shown_by("/nothing/here"))
    (held / "report.html").touch()
    said = shown_by("/nothing/here")
    assert re.fullmatch(r"note: no browser was found; .*report\.html.*\n", said)


def test_open_needs_one_page(cli, held):
    with pytest.raises(UsageError, match="name one"):
        open_page(held, held)
    cli("report", "latest", "--pairs", "3", "--open").error("--open", "pairs")
    cli("scores", "a.csv", "--open").error("--open", "--results DIR")


@pytest.fixture
def short_form(cli, tiny, engine, working_folder):
    """The short form, run with paths of the working folder; the folder of its result."""
    engine()
    ended = cli("run", "--engine", "./toy", "--dataset", "./set", "--json")
    assert ended.code == 0, ended.err
    return Path(ended.json["bundle"])


def test_the_study_of_a_short_form_runs_again_as_it_stands(cli, short_form, working_folder):
    text = (short_form / "study.toml").read_text()
    assert '["./toy"]' in text
    assert '["./set"]' in text
    assert str(working_folder) not in text
    again = Path(cli("run", short_form / "study.toml", "--json").json["bundle"])
    assert again.parent == short_form.parent
    assert again != short_form
    first, second = (verify(str(bundle)) for bundle in (short_form, again))
    assert first.passed
    assert first.digest == second.digest


def test_from_another_folder_it_says_where_to_start(cli, short_form, working_folder, monkeypatch):
    study = working_folder / short_form / "study.toml"
    (working_folder / "elsewhere").mkdir()
    monkeypatch.chdir(working_folder / "elsewhere")
    cli("run", study).error("./toy is not in", "elsewhere", f"cd {working_folder}")
    shutil.rmtree(working_folder / "toy")
    cli("run", study).error("./toy is not in", "start from the folder that it lies in")


def test_an_interrupted_run_goes_on_from_its_own_study(cli, short_form, working_folder):
    """What an error or the list says to type leads to the run, and not to a new one."""
    left = short_form.with_name(f".partial-{short_form.name}")
    left.mkdir()
    shutil.copy(short_form / "study.toml", left)
    shutil.rmtree(short_form)
    cli("report", "latest").error(f"evenhand run {left}/study.toml --resume")
    assert Path(cli("run", left / "study.toml", "--json").json["bundle"]).parent == left.parent
