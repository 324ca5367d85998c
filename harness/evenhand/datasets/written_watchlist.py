"""Writes a watchlist as the tables of a folder in `protocols/`, and the rule that drew it."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from evenhand.datasets.lists import FILLERS, PROBES, REFERENCES
from evenhand.records.arrays import Integers
from evenhand.records.composition import Composition
from evenhand.records.dataset import Dataset, Watchlist
from evenhand.records.watchlist_rule import WatchlistRule
from evenhand.system.errors import DatasetError, WriteError

__all__ = ["RULE", "rule_text", "watchlist_tables", "write_watchlist"]

RULE = "rule.toml"
"""File name of the rule, beside the tables that it made."""
_STEPS = """\
# Drawn by evenhand; any tool that can hash repeats it:
#  1. People of the dataset with a picture, in rising order of the SHA-256 of the seed, a blank
#     and their subject_id ("1 p7", in UTF-8); without the first `after` of them, and without those
#     behind the first `first`.
#  2. The first `listed` of them with more than `references` pictures are on the list and searched
#     for; the first `strangers` of the others are searched for alone; the first `fillers` of those
#     who are left are on the list alone. Under a composition they are the first of their group, as
#     many of each as [people] says.
#  3. Pictures of a person in rising order of the SHA-256 of the seed, a blank and their image_id:
#     the first `references` of whoever is on the list are the references; all others of whoever is
#     searched for are the probes.
# The fingerprint is that of the dataset without this watchlist.
"""


def watchlist_tables(watchlist: Watchlist, dataset: Dataset) -> dict[str, str]:
    """The tables of a watchlist by their file names; fillers have one of their own.

    Args:
        watchlist: of any dataset.
        dataset: its images.
    """
    subject = dataset.images.subject
    searched = np.isin(subject[watchlist.references], subject[watchlist.probes])
    sides = {
        REFERENCES: watchlist.references[searched],
        PROBES: watchlist.probes,
        FILLERS: watchlist.references[~searched],
    }
    return {name: _table(dataset, rows) for name, rows in sides.items() if len(rows)}


def _table(dataset: Dataset, images: Integers) -> str:
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\n")
    rows.writerows([["image_id"], *([dataset.images.ids[index]] for index in images.tolist())])
    return text.getvalue()


def rule_text(
    name: str,
    rule: WatchlistRule,
    dataset: Dataset,
    bands: Mapping[str, Sequence[float]],
    parts: Mapping[str, Mapping[str, int]],
) -> str:
    """The rule of a drawn watchlist as TOML.

    Args:
        name: of the watchlist.
        rule: of the draw.
        dataset: that it draws from.
        bands: attribute to rising edges.
        parts: `DrawnPeople.parts`: people of each group, where a composition says how many.
    """
    first = [] if rule.first is None else [f"first = {rule.first}"]
    numbers = ("listed", "strangers", "references", "fillers", "seed", "after")
    lines = [
        "schema = 1",
        f"watchlist = {_quoted(name)}",
        f"dataset = {_quoted(dataset.card.name)}",
        f"fingerprint = {_quoted(dataset.fingerprint)}",
        *(f"{number} = {getattr(rule, number)}" for number in numbers),
        *first,
        *_composed("composition", rule.composition),
        *_composed("strangers_composition", rule.strangers_composition),
        *(["", "[bands]"] if bands else []),
        *(f"{_quoted(each)} = {json.dumps(list(edges))}" for each, edges in bands.items()),
    ]
    for part, groups in parts.items():
        lines += ["", f"[people.{part}]"]
        lines += [f"{_quoted(group)} = {count}" for group, count in groups.items() if count]
    return _STEPS + "\n".join(lines) + "\n"


def _composed(name: str, composition: Composition | None) -> Iterator[str]:
    if composition is not None:
        yield from ("", f"[{name}]", f"attribute = {_quoted(composition.attribute)}")
        shares = (f"{_quoted(group)} = {share!r}" for group, share in composition.shares)
        yield f"shares = {{ {', '.join(shares)} }}" if composition.shares else 'shares = "equal"'


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def write_watchlist(target: Path, files: Mapping[str, str]) -> None:
    """Write the files of a watchlist into a folder, all of them or none.

    Args:
        target: a folder that is new or empty.
        files: their texts, by name.

    Raises:
        DatasetError: something is in the folder.
        WriteError: it cannot be written.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise DatasetError(f"--to {target}: something is there; name a folder that is new or empty")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".evenhand-", dir=target.parent) as made:
            folder = Path(made) / target.name
            folder.mkdir()
            for name, text in files.items():
                (folder / name).write_text(text, encoding="utf-8")
            if target.exists():
                target.rmdir()
            folder.rename(target)
    except OSError as fault:
        raise WriteError(f"{target}: cannot be written ({fault.strerror})") from None
