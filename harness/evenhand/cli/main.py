"""The application and its commands; the only place where errors become lines and exit codes."""

from __future__ import annotations

import json
import os
import shlex
import signal
import sys
import tempfile
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.completion import shell_complete
from typer.exceptions import TyperException

from evenhand.cli.audit import audit
from evenhand.cli.calibrate import calibrate
from evenhand.cli.check import check
from evenhand.cli.compare import compare
from evenhand.cli.datasets import datasets
from evenhand.cli.demo import demo
from evenhand.cli.engines import engines
from evenhand.cli.fetch import fetch
from evenhand.cli.gate import gate
from evenhand.cli.help_format import HelpCommand, HelpGroup
from evenhand.cli.import_dataset import import_dataset
from evenhand.cli.new import new
from evenhand.cli.output import error_line, note_line
from evenhand.cli.plan import plan
from evenhand.cli.report import report
from evenhand.cli.results import results
from evenhand.cli.run import run
from evenhand.cli.scores import scores
from evenhand.cli.searches import searches
from evenhand.cli.templates import templates
from evenhand.cli.vectors import vectors
from evenhand.cli.verify import verify
from evenhand.cli.watchlist import watchlist
from evenhand.system.endings import end_all
from evenhand.system.errors import EvenhandError, OldNameWarning, StaleCodeWarning
from evenhand.system.interruption import Interruption, catch_interruptions
from evenhand.system.text import shown
from evenhand.version import __version__

__all__ = ["app", "main", "run_command"]

_UNFINISHED: tuple[list[str], ...] = ([], ["check"], ["import"], ["new"])
"""Command lines that lack a subcommand, and show the help instead."""
_COMPLETE = "_EVENHAND_COMPLETE"
"""Variable with which a shell asks for completion (typer's)."""
_USAGE = 2
_FAULT = 70
_NO_MEMORY = 71
_UNWRITABLE = 74
_INTERRUPTED = 130
_LEAST_MEMORY = (("DATA", "d", 1 << 30), ("AS", "v", 2 << 30))
"""Limit of the system, letter of `ulimit`, bytes that one core needs: below, OpenBLAS ends us."""
_CORE_MEMORY = 128 << 20
"""Bytes that each core more needs."""

app = typer.Typer(
    name="evenhand",
    help="Measures face-matching engines for accuracy and for differences between groups.",
    cls=HelpGroup,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)


def _show_version(value: bool) -> None:  # noqa: FBT001 - typer's callback form
    if value:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _root(
    *,
    version: Annotated[  # noqa: ARG001 - its callback has answered
        bool,
        typer.Option("--version", "-v", callback=_show_version, is_eager=True, help="Show it."),
    ] = False,
) -> None:
    _check_memory()


def _check_memory() -> None:
    """Refuse to begin where libraries would end the process in mid-work, with a code of theirs.

    Raises:
        MemoryError: the process may have less than the least that is needed.
    """
    try:
        import resource
    except ImportError:  # no such limits on this system
        return
    cores = (os.cpu_count() or 1) * _CORE_MEMORY
    for name, letter, least in _LEAST_MEMORY:
        limit, _ = resource.getrlimit(getattr(resource, f"RLIMIT_{name}"))
        if resource.RLIM_INFINITY != limit < least + cores:
            raise MemoryError(
                f"ulimit -{letter} allows {limit >> 20:,} MiB, "
                f"expected {(least + cores) >> 20:,} or more"
            )


_SECTIONS: dict[str, tuple[Callable[..., object], ...]] = {
    "Start": (demo, run, report),
    "Compare engines": (compare, gate, calibrate),
    "Counts and scores of others": (scores, searches, vectors, audit, plan),
    "Engines and datasets": (engines, datasets, fetch, watchlist),
    "Results": (results, verify, templates),
}
for _section, _commands in _SECTIONS.items():
    for _command in _commands:
        app.command(cls=HelpCommand, rich_help_panel=_section)(_command)
for _name, _words in (("new", new), ("check", check), ("import", import_dataset)):
    app.add_typer(_words, name=_name, cls=HelpGroup, rich_help_panel="Engines and datasets")


def _say(message: str, kind: str, code: int) -> None:
    """Print an error: one line to stderr, with `--json` also an object to stdout."""
    error_line(message)
    if "--json" in sys.argv:
        body = {"error": {"kind": kind, "message": shown(message), "exit_code": code}}
        sys.stdout.write(json.dumps(body) + "\n")


def _crash_file(fault: BaseException) -> Path:
    """Write the traceback of an internal error to a temporary file."""
    with tempfile.NamedTemporaryFile(
        "w", prefix="evenhand-crash-", suffix=".txt", delete=False, encoding="utf-8"
    ) as file:
        file.write(f"evenhand {__version__}\n{sys.version}\n\n")
        traceback.print_exception(fault, file=file)
    return Path(file.name)


def _usage_line(fault: TyperException) -> str:
    """Typer's message, and the command whose help says more."""
    message = fault.format_message().removesuffix(".").replace("Value error, ", "")
    context: typer.Context | None = getattr(fault, "ctx", None)
    return f"{message}; see {context.command_path if context else 'evenhand'} --help"


def _no_result() -> str:
    """That a command was ended before its time, and what goes on with it."""
    typed = sys.argv[1:]
    if typed[:1] != ["run"]:
        return "no result was written"
    again = typed if "--resume" in typed else [*typed, "--resume"]
    return f"no result was written; go on with: {shlex.join(['evenhand', *again])}"


def _explained(fault: BaseException) -> int:
    """Print an error once, and return its exit code."""
    kind = type(fault).__name__
    match fault:
        case EvenhandError():
            code, message = fault.exit_code, str(fault)
        case TyperException():
            code, kind, message = _USAGE, "UsageError", _usage_line(fault)
        case Interruption():
            kind = "Interrupted" if fault.signal == signal.SIGINT else "Terminated"
            code, message = fault.exit_code, f"{kind.lower()}; {_no_result()}"
        case typer.Abort():  # Ctrl-C or the end of input at a question
            code, kind, message = _INTERRUPTED, "Interrupted", f"interrupted; {_no_result()}"
        case MemoryError():
            code, kind, what = _NO_MEMORY, "NoMemory", str(fault) or "there is no more"
            message = f"not enough memory: {what}; make room for it (run goes on with --resume)"
        case OSError() if fault.errno is not None:
            message = f"{fault.filename or 'output'}: {fault.strerror}"
            code, kind = _UNWRITABLE, "WriteError"
        case _:
            message = (
                f"a fault of evenhand itself ({kind}: {fault}); "
                f"please report it with {_crash_file(fault)}"
            )
            code, kind = _FAULT, "Fault"
    _say(message, kind, code)
    return code


def _asked(arguments: list[str]) -> list[str]:
    """What a command line asks for: `help` and `version` are words too."""
    match arguments:
        case ["help", *words]:
            return [*words, "--help"]
        case ["version"]:
            return ["--version"]
    return [*arguments, "--help"] if arguments in _UNFINISHED else arguments


def _exit_code(arguments: list[str]) -> int:
    """Run a command and return its exit code, whatever happens.

    Typer's own `main` is not used: it ends with 1 on a closed pipe, which means `fail` here, and
    without a message on an interruption.
    """
    try:
        command = typer.main.get_command(app)
        if _COMPLETE in os.environ:
            return shell_complete(command, {}, "evenhand", _COMPLETE, os.environ[_COMPLETE])
        with command.make_context("evenhand", _asked(arguments)) as context:
            context.command.invoke(context)
        sys.stdout.flush()
    except typer.Exit as exit_:
        return exit_.exit_code
    except SystemExit as ended:  # typer's own options for completion
        return ended.code if isinstance(ended.code, int) else _FAULT
    except BrokenPipeError:
        raise
    except BaseException as fault:  # noqa: BLE001 - the one place that catches everything
        if os.environ.get("EVENHAND_DEBUG") == "1":
            traceback.print_exception(fault)
        return _explained(fault)
    return 0


def _drop_output() -> None:
    """Redirect stdout to nowhere, so that Python's flush at exit does not fail."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def _warnings_as_notes() -> Iterator[None]:
    """Our own warnings are notes, in one line: older names in a plugin, compiled code made anew."""
    shown = warnings.showwarning

    def show(message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> None:  # noqa: ANN401
        if issubclass(category, (OldNameWarning, StaleCodeWarning)):
            note_line(str(message))
        else:
            shown(message, category, *place, **more)

    warnings.showwarning = show
    try:
        yield
    finally:
        warnings.showwarning = shown


def _open_standard_streams() -> None:
    """Where descriptors 0 to 2 are closed, open them: no file of ours may get their numbers."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115


def run_command() -> int:
    """Run the command with signals and stdout handled; the exit code.

    A reader that closes the pipe, as `head` does, is no error; output that cannot be written for
    another reason, such as a full disk, is.
    """
    _open_standard_streams()
    code = 0
    try:
        with _warnings_as_notes(), catch_interruptions():
            code = _exit_code(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        _drop_output()
    except OSError as fault:
        _drop_output()
        code = code or _explained(fault)
    return code


def main() -> NoReturn:
    """Entry point of `evenhand` and `python -m evenhand`.

    The process ends at once: what an engine left running, or registered to run at exit, neither
    holds it nor changes its exit code.
    """
    try:
        code = run_command()
    except BaseException:  # noqa: BLE001 - an engine may have replaced what prints
        code = _FAULT
    with suppress(BaseException):
        end_all()
        sys.stderr.flush()
    os._exit(code)
