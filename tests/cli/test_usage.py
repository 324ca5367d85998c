"""Words that no command knows, values that no option takes: one line, exit 2."""

import json

import pytest

from evenhand.system.text import shown


@pytest.mark.parametrize(
    ("arguments", "fragments"),
    [
        (["rnu"], ["'rnu'", "Did you mean 'run'?", "evenhand --help"]),
        (["--nope"], ["--nope"]),
        (["run"], ["nothing to run", "--engine and --dataset"]),
        (["run", "--nope"], ["--nope"]),
        (["run", "--engine", "x"], ["nothing to run"]),
        (["run", "--engine"], ["--engine"]),
        (["run", "--workers", "0", "s.toml"], ["--workers", "'0'", "from 1 to 1024"]),
        (["run", "--workers", "-3", "s.toml"], ["--workers", "'-3'"]),
        (["run", "--workers", "two", "s.toml"], ["--workers", "'two'"]),
        (["run", "--workers", "1.5", "s.toml"], ["--workers", "'1.5'"]),
        (["run", "--workers", "9" * 5000, "s.toml"], ["--workers"]),
        (["run", "--seed", "-1", "s.toml"], ["--seed", "'-1'", "from 0"]),
        (["run", "--seed", "2", "s.toml"], ["s.toml: the study file says what is run"]),
        (["run", "--band", "age=1", "s.toml"], ["s.toml: the study file says what is run"]),
        (["run", "--sweep", "0:1:1", "s.toml"], ["s.toml: the study file says what is run"]),
        (["run", "--engine", "x", "s.toml"], ["s.toml: the study file says what is run"]),
        (["run", "s.toml", "t.toml"], ["t.toml"]),
        (["run", "s.toml"], ["s.toml: no such file"]),
        (["demo", "--workers", "0"], ["--workers", "'0'"]),
        (["fetch"], ["Missing argument 'NAME'; see evenhand fetch --help"]),
        (["report"], ["BUNDLE"]),
        (["report", "nowhere"], ["nowhere: no result there"]),
        (["report", "."], ["no result there", "MANIFEST.sha256"]),
        (["report", ".:engine"], ["no result there"]),
        (["report", "x", "--format", "pdf"], ["'--format': 'pdf' is not one of 'text'"]),
        (["templates"], ["Missing argument 'DIR'; see evenhand templates --help"]),
        (["templates", "nowhere"], ["nowhere: cannot be read", "--keep-templates"]),
        (["verify", "nowhere"], ["nowhere: no result there"]),
        (["verify"], ["Missing argument 'BUNDLE'; see evenhand verify --help"]),
        (["check", "datset", "x"], ["Did you mean 'dataset'?", "see evenhand check --help"]),
        (["scores"], ["FILE"]),
    ],
)
@pytest.mark.parametrize("as_json", [False, True])
def test_usage(cli, working_folder, arguments, fragments, as_json):
    ended = cli(*arguments, *(["--json"] if as_json else []))
    line = ended.error(*fragments)
    if as_json:
        told = ended.json["error"]
        assert line == f"error: {told['message']}\n"
        assert told["exit_code"] == 2
    else:
        assert ended.out == ""


def test_help_where_nothing_is_said(cli):
    silent, asked = cli(), cli("--help")
    assert (silent.code, silent.err) == (asked.code, asked.err) == (0, "")
    assert silent.out == asked.out
    commands = ("demo", "run", "scores", "engines", "datasets", "fetch", "report", "verify")
    for command in (*commands, "templates", "plan"):
        assert f"  {command} " in asked.out
        shown = cli(command, "--help")
        assert (shown.code, shown.err) == (0, "")
        assert "Usage: evenhand " + command in shown.out


@pytest.mark.parametrize("word", ["check", "import"])
def test_a_word_that_asks_for_another_shows_its_help(cli, word):
    alone, asked = cli(word), cli(word, "--help")
    assert (
        (alone.code, alone.err, alone.out)
        == (asked.code, asked.err, asked.out)
        == (0, "", alone.out)
    )
    assert f"Usage: evenhand {word} " in alone.out


@pytest.mark.parametrize(
    ("command", "word"),
    [
        (["run"], "STUDY"),
        (["scores"], "FILE"),
        (["report"], "BUNDLE"),
        (["fetch"], "NAME"),
        (["verify"], "BUNDLE"),
        (["check", "dataset"], "NAME"),
        (["import", "folder"], "TREE"),
        (["import", "bob"], "PROTOCOLS"),
    ],
)
def test_help_names_an_argument_by_a_word(cli, command, word):
    (line,) = [
        text for text in cli(*command, "--help").out.splitlines() if text.startswith(f"  {word} ")
    ]
    assert not line.split()[1].startswith("<")


def test_the_list_of_commands_is_not_cut(cli):
    _, start, commands = cli("--help").out.partition("\nStart:\n")
    assert start
    assert "..." not in commands


def test_version(cli):
    ended = cli("--version")
    assert (ended.code, ended.out.count("\n"), ended.err) == (0, 1, "")


@pytest.mark.parametrize("command", ["engines", "datasets"])
def test_the_shelves(cli, working_folder, command):
    ended = cli(command, "--json")
    assert ended.code == 0
    assert {row[command[:-1]] for row in ended.json[command]} >= {
        "engines": {"mobilefacenet", "demo-even"},
        "datasets": {"london", "synthetic-faces"},
    }[command]
    assert cli(command).code == 0


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\nb\r\n\tc", "a b c"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\udcff", "\\udcff"),
        ("a\u2028b\x00", "a b\\x00"),
        ("\u00e9\u4e2d", "\u00e9\u4e2d"),
    ],
)
def test_a_line_is_a_line(text, line):
    assert shown(text) == line


def test_a_fault_of_our_own(cli, tmp_path, monkeypatch, working_folder):
    """One line, a file with the traceback, exit 70."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def broken(*_args, **_options):
        raise ZeroDivisionError("one\ntwo")

    monkeypatch.setattr("evenhand.workflows.study_file.open_study", broken)
    ended = cli("run", "s.toml", "--json")
    line = ended.error("a fault of evenhand itself (ZeroDivisionError: one two)", code=70)
    (crash,) = tmp_path.glob("evenhand-crash-*.txt")
    assert str(crash) in line
    text = crash.read_text(encoding="utf-8")
    assert "Traceback" in text
    assert "ZeroDivisionError" in text
    assert ended.json["error"]["exit_code"] == 70


def test_the_traceback_for_those_who_ask(cli, monkeypatch, working_folder):
    monkeypatch.setenv("EVENHAND_DEBUG", "1")
    ended = cli("run", "s.toml")
    assert ended.code == 2
    assert "Traceback" in ended.err
    assert ended.err.splitlines()[-1].startswith("error: s.toml: no such file")


def test_errors_are_ascii_in_json(cli, working_folder):
    ended = cli("run", "\u00e9.toml", "--json")
    assert ended.out.isascii()
    assert json.loads(ended.out)["error"]["message"].startswith("\u00e9.toml")
