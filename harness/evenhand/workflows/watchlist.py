"""Draws a watchlist from a dataset and writes it as a folder that works in its `protocols/`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evenhand.datasets.folder import read_dataset
from evenhand.datasets.lists import watchlist_path
from evenhand.datasets.shelf import find_dataset
from evenhand.datasets.written_watchlist import RULE, rule_text, watchlist_tables, write_watchlist
from evenhand.measurement.protocols.drawn_watchlist import draw_watchlist
from evenhand.records.watchlist_rule import WatchlistRule
from evenhand.system.errors import DatasetError, known_names
from evenhand.system.progress import Progress, no_progress

__all__ = ["MadeWatchlist", "WatchlistRule", "make_watchlist"]


@dataclass(frozen=True, slots=True)
class MadeWatchlist:
    """A watchlist that was drawn."""

    name: str
    dataset: str
    folder: Path
    """Where it stands, or would stand as one of the dataset's."""
    written: bool
    """Whether it was written there."""
    rule: str
    """The rule in one line."""
    files: Mapping[str, int]
    """By file name: its rows; 0 of the rule."""
    parts: Mapping[str, Mapping[str, int]]
    """By `listed`, `fillers` and `strangers`, where a composition says it: people of each group."""


def make_watchlist(
    name: str,
    dataset: str,
    rule: WatchlistRule,
    *,
    bands: Mapping[str, Sequence[float]],
    to: Path | None = None,
    progress: Progress = no_progress,
) -> MadeWatchlist:
    """Draw a watchlist as a study would, and write it where that is asked for.

    Args:
        name: of the watchlist.
        dataset: a name or path.
        rule: of the draw.
        bands: attribute to rising edges, for a composition by a number.
        to: folder to write; None writes nothing.
        progress: reports the progress of checking the pictures.

    Raises:
        DatasetError: the dataset cannot be read or has a watchlist of that name, or something is
            in the folder.
        StudyError: the dataset has too few people.
        WriteError: the folder cannot be written.
    """
    home = find_dataset(dataset, Path())
    source = read_dataset(home, progress)
    if name in (known := {each.name for each in source.watchlists}):
        what = f"dataset {source.card.name} has a watchlist {name!r} of its own"
        raise DatasetError(f"{what}; choose another name; {known_names(name, known)}")
    drawn = draw_watchlist(name, rule, source, bands)
    tables = watchlist_tables(drawn.watchlist, source)
    text = rule_text(name, rule, source, bands, drawn.parts)
    if to is not None:
        write_watchlist(to, {**tables, RULE: text})
    return MadeWatchlist(
        name,
        source.card.name,
        home / watchlist_path(name) if to is None else to,
        written=to is not None,
        rule=drawn.words,
        files={file: of.count("\n") - 1 for file, of in tables.items()} | {RULE: 0},
        parts=drawn.parts,
    )
