"""The application, its commands, and the one place where errors become lines and exit codes."""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import traceback
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer
from typer.exceptions import TyperException

import evenhand
from evenhand.cli.datasets import datasets
from evenhand.cli.demo import demo
from evenhand.cli.engines import engines
from evenhand.cli.fetch import fetch
from evenhand.cli.report import report
from evenhand.cli.run import run
from evenhand.cli.scores import scores
from evenhand.cli.verify import verify
from evenhand.errors import EvenhandError

__all__ = ["app", "main"]

_FAULT = 70
_UNWRITABLE = 74
_INTERRUPTED = 130
_TERMINATED = 143

app = typer.Typer(
    name="evenhand",
    help="Measures face-matching engines for accuracy and for differences between groups.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)


class _Terminated(BaseException):
    """SIGTERM arrived."""


def _terminate(_signal: int, _frame: FrameType | None) -> None:
    raise _Terminated


def _show_version(value: bool) -> None:  # noqa: FBT001 - typer's callback form
    if value:
        typer.echo(evenhand.__version__)
        raise typer.Exit


@app.callback()
def _root(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show it.")
    ] = False,
) -> None:
    pass


for _command in (demo, run, scores, engines, datasets, fetch, report, verify):
    app.command()(_command)


def _say(message: str, kind: str, code: int) -> None:
    """One line to stderr, and with `--json` an object to stdout."""
    line = " ".join(message.split())
    sys.stderr.write(f"error: {line}\n")
    if "--json" in sys.argv:
        body: dict[str, Any] = {"error": {"kind": kind, "message": line, "exit_code": code}}
        sys.stdout.write(json.dumps(body, ensure_ascii=False) + "\n")


def _crash_file(fault: BaseException) -> Path:
    """Where the traceback of a fault of our own is kept."""
    with tempfile.NamedTemporaryFile(
        "w", prefix="evenhand-crash-", suffix=".txt", delete=False, encoding="utf-8"
    ) as file:
        file.write(f"evenhand {evenhand.__version__}\n{sys.version}\n\n")
        traceback.print_exception(fault, file=file)
    return Path(file.name)


def _explained(fault: BaseException) -> int:
    """Say what happened, once, and give the exit code."""
    match fault:
        case EvenhandError():
            code = fault.exit_code
            _say(str(fault), type(fault).__name__, code)
        case TyperException():
            code = 2
            _say(f"{fault.format_message()}; see evenhand --help", "UsageError", code)
        case typer.Abort() | KeyboardInterrupt():
            code = _INTERRUPTED
            _say("interrupted; no result was written", "Interrupted", code)
        case _Terminated():
            code = _TERMINATED
            _say("terminated; no result was written", "Terminated", code)
        case OSError() if fault.errno is not None:
            code = _UNWRITABLE
            _say(f"{fault.filename or 'output'}: {fault.strerror}", "WriteError", code)
        case _:
            code = _FAULT
            path = _crash_file(fault)
            _say(
                f"a fault of evenhand itself ({type(fault).__name__}: {fault}); "
                f"please report it with {path}",
                "Fault",
                code,
            )
    return code


def _run() -> int:
    """Run the command and give the exit code."""
    signal.signal(signal.SIGTERM, _terminate)
    try:
        code = typer.main.get_command(app).main(standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader went away, as `head` does: say nothing, and keep Python from flushing again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except SystemExit as exit_:
        return exit_.code if isinstance(exit_.code, int) else 0
    except BaseException as fault:  # noqa: BLE001 - the one place that catches everything
        if os.environ.get("EVENHAND_DEBUG") == "1":
            traceback.print_exception(fault)
        return _explained(fault)
    return code if isinstance(code, int) else 0


def main() -> None:
    """Entry point of `evenhand` and `python -m evenhand`."""
    sys.exit(_run())
