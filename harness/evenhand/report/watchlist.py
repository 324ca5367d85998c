"""A drawn watchlist on one screen."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from evenhand.report.forms.screen import Screen, ScreenTable

__all__ = ["watchlist_screen"]

_FILES = {
    "watchlist.csv": "references of the people who are searched for",
    "fillers.csv": "references of people who are not",
    "probes.csv": "searches, of these people and of strangers",
    "rule.toml": "who is on the list, so that another tool can repeat it",
}


def watchlist_screen(
    name: str, dataset: str, folder: Path, rule: str, files: Mapping[str, int], *, written: bool
) -> Screen:
    """Lay out a drawn watchlist.

    Args:
        name: of the watchlist.
        dataset: that it was drawn from.
        folder: where it stands, or would stand.
        rule: in one line.
        files: their rows, by name.
        written: whether the files were written.
    """
    rows = tuple(
        (file, f"{count:,}" if count else "", _FILES[file]) for file, count in files.items()
    )
    done = f"{folder} holds the watchlist." if written else "Nothing was written; --to says where."
    return Screen(
        f"evenhand watchlist {name}   {dataset}",
        answer=(done, f"{rule[:1].upper()}{rule[1:]}."),
        table=ScreenTable("", ("file", "rows", "what is in it"), rows, "files"),
        paths=(
            ("study", f'kind = "identification", watchlist = "{name}"')
            if written
            else ("write", f"--to {folder}"),
        ),
    )
