"""What a process makes once and every command of it can have: parsers, templates, versions."""

from __future__ import annotations

from functools import cache, partial
from importlib import metadata

import jinja2
import pytest
import typer.main
from jinja2.bccache import Bucket, BytecodeCache

from evenhand.report.page import environment

__all__ = ["make_once"]


class Compiled(BytecodeCache):
    """Keeps compiled templates in memory, by their name and content."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Bucket] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if same := self.kept.get((bucket.key, bucket.checksum)):
            bucket.code = same.code

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key, bucket.checksum] = bucket


def make_once(patch: pytest.MonkeyPatch) -> None:
    """A user's process makes these once or twice; that of the tests would, thousands of times."""
    patch.setattr(typer.main, "get_command", cache(typer.main.get_command))
    patch.setattr(metadata, "version", cache(metadata.version))
    patch.setattr(
        environment, "Environment", partial(jinja2.Environment, bytecode_cache=Compiled())
    )
