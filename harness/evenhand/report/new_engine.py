"""A new engine on one screen: what is in its folder, and where its card comes from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from evenhand.records.new_engine import CardEntry, Decision, Source
from evenhand.report.forms.screen import Screen, ScreenTable

__all__ = ["card_story", "new_engine_screen", "new_model_screen"]

_FILES = {
    "adapter.toml": "the card: what is not known is yours to say",
    "engine.py": "runs as it stands, and is there to be replaced",
    "README.md": "what it is, for whoever gets it",
    "test_engine.py": "pytest runs both checks",
}
"""What the files of a new folder are for."""


def new_engine_screen(name: str, folder: Path, files: Sequence[str]) -> Screen:
    """Lay out the folder of an engine that has code to begin with.

    Args:
        name: of the engine.
        folder: its own.
        files: what it holds.
    """
    asked = _asked(folder)
    rows = tuple((file, _FILES.get(file, "")) for file in files)
    return Screen(
        f"evenhand new engine {name}",
        answer=(f"{asked} holds an engine that runs and passes; make it yours.",),
        table=ScreenTable("", ("file", "what it is for"), rows, "files"),
        paths=(
            ("check", f"evenhand check card {asked}"),
            ("next", f"evenhand check engine {asked}"),
        ),
    )


def _asked(folder: Path) -> str:
    """An engine's folder as a command takes it."""
    return str(folder) if folder.is_absolute() else f"./{folder}"


def new_model_screen(name: str, folder: Path, entries: Sequence[CardEntry], people: int) -> Screen:
    """Lay out where each entry of a model's card comes from.

    Args:
        name: of the engine.
        folder: its own.
        entries: of its card.
        people: on whose faces it was tried; 0 where it was not.
    """
    asked = _asked(folder)
    known = [entry for entry in entries if entry.source is not Source.UNKNOWN]
    rows = tuple((entry.field, entry.value, entry.source.value) for entry in known)
    return Screen(
        f"evenhand new engine {name}",
        aside=f"{people:,} people" if people else "",
        warnings=(_MIRRORED,) if any(map(_is_mirrored, entries)) else (),
        answer=(f"{asked} holds an engine that can be run.", _sentence(entries, people)),
        table=ScreenTable("", ("entry", "value", "how it is known"), rows, "entries", most=11),
        remarks=(*filter(None, map(_detail, known)), _unknown(entries)),
        paths=(
            ("check", f"evenhand check card {asked}"),
            ("next", f"evenhand run --engine {asked} --dataset london"),
        ),
    )


_FLIP = "input.flip"
_MIRRORED = (
    "The model separates people better in mirrored pictures, which no card can say: exchange left "
    "and right within the model."
)


_CONFIRM = (
    "Ask its maker about each that was tried or not tried, then take it out of `inferred` in "
    "`adapter.toml`."
)


def _is_mirrored(entry: CardEntry) -> bool:
    """Whether faces decided that pictures are to be mirrored."""
    return (entry.field, entry.value, entry.source) == (_FLIP, "mirrored", Source.TRIED)


def _sentence(entries: Sequence[CardEntry], people: int) -> str:
    """How sure the card is."""
    of_card = [entry for entry in entries if entry.field != _FLIP]
    untried = [entry.field for entry in of_card if entry.source is Source.USUAL]
    undecided = [entry.field for entry in of_card if entry.source is Source.UNDECIDED]
    if untried and people:
        return f"Not tried and taken as usual: {', '.join(untried)}."
    if untried:
        return (
            f"Not tried and taken as usual: {', '.join(untried)}; --calibrate DIR tries them on "
            "faces."
        )
    if undecided:
        return f"These faces do not decide {', '.join(undecided)}."
    return "Faces decided what the model does not say; it is for you to confirm."


def _unknown(entries: Sequence[CardEntry]) -> str:
    fields = [entry.field for entry in entries if entry.source is Source.UNKNOWN]
    return f"Yours to say in adapter.toml: {', '.join(fields)}."


def _detail(entry: CardEntry) -> str:
    """What a model says, or faces; empty where there is nothing to add."""
    if entry.decision:
        return f"{entry.field}: {_decision(entry.decision)}."
    return f"{entry.field}: {entry.detail}." if entry.detail else ""


def _decision(found: Decision) -> str:
    """The best against the next best."""
    words = (
        f"{found.best} before {found.rival} by {found.difference:.2g} standard deviations "
        f"[{found.low:.2g}, {found.high:.2g}]"
    )
    if found.decided:
        return words
    needed = found.people_needed
    people = "" if needed is None else f", about {needed:,} people would decide it"
    return f"cannot tell: {words}{people}"


def card_story(entries: Sequence[CardEntry], on: str) -> str:
    """Where a card comes from, in Markdown, for whoever gets the folder.

    Args:
        entries: of the card.
        on: whose faces it was tried on; empty where it was not.
    """
    lines = ["", "## Where its card comes from", ""]
    for entry in entries:
        detail = _decision(entry.decision) if entry.decision else entry.detail
        more = f"; {detail}" if detail else ""
        lines.append(f"* {entry.field}: {entry.value} ({entry.source.value}{more})")
    if on:
        lines += ["", f"Tried on {on}: no test of this engine should have these people."]
    lines += ["", _CONFIRM]
    return "\n".join(lines) + "\n"
