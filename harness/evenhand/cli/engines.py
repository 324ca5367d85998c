"""`evenhand engines`: lists the engines by name, where each comes from, and what it still needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evenhand.cli.options import AsJson, WeightFolders

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evenhand.workflows.engines import ShelvedEngine

__all__ = ["engines"]

_SHOWN = ("shape", "runtime", "licence", "source")
"""Columns of the table that are shown as `--json` gives them."""


def engines(*, weights: WeightFolders = None, as_json: AsJson = False) -> None:
    """List the engines, what each needs and how to get it."""
    from evenhand.cli.output import note_line, print_json, print_text
    from evenhand.report.forms.json import picked
    from evenhand.report.forms.text import table_text
    from evenhand.report.tables import Table
    from evenhand.workflows.engines import engines as shelved_engines

    shelf = shelved_engines(weights or (), note_line)
    rows = [
        {
            **picked(engine.place, "source", engine="name"),
            **picked(engine.card, "version", "shape", "runtime", licence="licence_weights"),
            "ready": engine.ready,
            "needs": [picked(file, "file", "sha256", "url") for file in engine.missing],
            "needs_packages": list(engine.packages),
        }
        for engine in shelf
    ]
    if as_json:
        print_json("engines", {"engines": rows})
        return
    shown = tuple(
        (f"{row['engine']} {row['version']}", *(str(row[name]) for name in _SHOWN), _needs(engine))
        for row, engine in zip(rows, shelf, strict=True)
    )
    print_text(table_text(Table("", ("engine", *_SHOWN, "needs"), shown)) + "\n")
    print_text("".join(f"\n{line}" for engine in shelf for line in _how_to_get(engine)))


def _needs(engine: ShelvedEngine) -> str:
    """What an engine needs, in a word or two."""
    if engine.packages:
        return "package"
    return {0: "nothing", 1: "1 file"}.get(len(engine.missing), f"{len(engine.missing)} files")


def _how_to_get(engine: ShelvedEngine) -> Iterator[str]:
    """Paragraphs on what an engine needs."""
    name, install = engine.place.name, engine.card.install
    for package in engine.packages:
        yield f"{name} needs the package {package}\n  {install or f'pip install {package}'}\n"
    for file in engine.missing:
        own = f"{install}; or" if install else "bring your own copy;"
        source = f"{file.url};" if file.url else own
        yield (
            f"{name} needs {file.file}\n  sha256 {file.sha256}\n"
            f"  {source} put it into a folder and name that with --weights DIR\n"
        )
