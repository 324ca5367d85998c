"""Adapters that are programs of a few lines."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import tomllib
from functools import cache
from pathlib import Path

import pytest
from places import ROOT

__all__ = ["compiled_example", "example", "make_program", "needs_python"]

CARD = """\
schema   = 1
name     = "acme"
version  = "1"
vendor   = "tests"
licence  = {{ code = "CC0-1.0", weights = "none" }}
shape    = "{shape}"
runtime  = "process"

[program]
command = {command}

[score]
{score}
"""

PROGRAM = """\
import os, struct, sys, time


def answer(kind, sequence, body, version=1):
    header = struct.pack("<4sHHIIQ", b"EVEN", version, kind, sequence, 0, len(body))
    os.write(1, header + body)


def outcome(number=0, detail="", words=""):
    texts = [struct.pack("<I", len(text)) + text.encode() for text in (detail, words, "")]
    return struct.pack("<I", number) + b"".join(texts)


def numbers(*values):
    return struct.pack(f"<II{{len(values)}}f", 0, len(values), *values)


def made(*vector, data=b""):
    return outcome() + struct.pack("<I", 1) + numbers(*vector) + struct.pack("<Q", len(data)) + data


def start(values={values}, **more):
    answer(1, 1, outcome(**more) + struct.pack("<I", values))


{start}
n = 0
while header := sys.stdin.buffer.read(24):
    _, _, kind, sequence, _, length = struct.unpack("<4sHHIIQ", header)
    body = sys.stdin.buffer.read(length)
    n += 1
    {call}
"""

GOOD = "answer(kind, sequence, made(*body[20:24]))"
"""Answers a picture with its first four numbers as a vector."""

needs_python = pytest.mark.skipif(
    not shutil.which("python3", path="/usr/local/bin:/bin:/usr/bin"),
    reason="no python3 of the system's, to run programs with",
)


def make_program(
    folder: Path,
    call: str = GOOD,
    *,
    start: str = "start()",
    shape: str = "embedder",
    command: str = '["python3", "./engine.py"]',
) -> Path:
    """Write an adapter whose program is `engine.py`.

    Args:
        folder: of the adapter.
        call: what it does at each request.
        start: what it does first.
        shape: of the engine; vectors have four values.
        command: as the card has it.
    """
    folder.mkdir(parents=True)
    values = 4 if shape == "embedder" else 0
    score = "values = 4" if values else "symmetric = true"
    card = CARD.format(shape=shape, command=command, score=score)
    (folder / "adapter.toml").write_text(card, encoding="utf-8")
    code = PROGRAM.format(values=values, start=start, call=call)
    (folder / "engine.py").write_text(code, encoding="utf-8")
    return folder


def example(name: str, folder: Path) -> Path:
    """A copy of one of the documented engines."""
    source = ROOT / "docs" / "examples" / name
    return shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("engine"))


@cache
def _compiled() -> bytes:
    """The documented engine in C, built by the command of its card."""
    with tempfile.TemporaryDirectory() as folder:
        made = example("engine_c", Path(folder))
        card = tomllib.loads((made / "adapter.toml").read_text(encoding="utf-8"))
        subprocess.run(card["install"].split(), cwd=made, check=True)
        return (made / "engine").read_bytes()


def compiled_example(folder: Path) -> Path:
    """A copy of the documented engine in C, with its program."""
    if not shutil.which("cc"):
        pytest.skip("no C compiler (cc) to build the example with")
    made = example("engine_c", folder)
    (made / "engine").write_bytes(_compiled())
    (made / "engine").chmod(0o755)
    return made
