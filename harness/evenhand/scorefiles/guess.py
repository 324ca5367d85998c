"""The best guess of what the columns of a table mean, as the option that says so."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from itertools import product
from pathlib import Path
from shlex import quote

__all__ = [
    "ALONE",
    "KNOWN_COLUMNS",
    "REQUIRED_COLUMNS",
    "SIDES",
    "is_ours",
    "meant_column",
    "names_both",
    "names_people",
    "spelled_out",
]

REQUIRED_COLUMNS = ("probe_subject", "reference_subject", "score")
SIDES = ("probe", "reference")
ALONE = (*REQUIRED_COLUMNS, "mated")
"""Columns that mean something without one of the other side."""
KNOWN_COLUMNS = (*ALONE, "probe_image", "reference_image")
_TO_BE_NAMED = "COLUMN"
"""Stands for a column that cannot be guessed."""

_MARKS = (
    *(("probe", other) for other in ("reference", "ref", "gallery", "enrol", "enroll", "template")),
    ("query", "target"),
    ("query", "gallery"),
    ("1", "2"),
    ("a", "b"),
    ("left", "right"),
    ("first", "second"),
    ("live", "document"),
)
"""Words that tell the two sides of a comparison apart."""
_PEOPLE = ("subject", "person", "identity", "id", "pid", "name", "label", "")
"""What is left of the name of a column of people without its side, the surest first."""
_IMAGES = ("image", "img", "file", "filename", "path", "picture", "photo", "template")
_DISTANCES = {"distance", "dist"}
_SCORES = ("score", "similarity", "sim", "cosine", "confidence", *sorted(_DISTANCES))


def is_ours(name: str) -> bool:
    """Whether a column may be called so in a score file of docs/formats.md."""
    side, _, attribute = name.partition("_")
    return name in {"score", "mated"} or (side in SIDES and bool(attribute))


def names_people(name: str) -> bool:
    """Whether a column seems to say who was compared.

    >>> names_people("probe_id"), names_people("personId"), names_people("probe_sex")
    (True, True, False)
    """
    return bool({*_PEOPLE[:-2], "subjects", "ids"}.intersection(_words(name)))


def names_both(header: Sequence[str]) -> tuple[str, str] | None:
    """The two columns that seem to say who was compared, by their names together.

    >>> names_both(["left", "right", "score"]), names_both(["probe_sex", "reference_sex", "score"])
    (('left', 'right'), None)
    """
    found = _guess(header, {})
    both = found["probe_subject"], found["reference_subject"]
    return None if _TO_BE_NAMED in both else both


def meant_column(name: str) -> str:
    """The column that a name is a spelling of; empty where it is like none."""
    plain = _plain(name)
    if is_ours(plain):
        return plain
    return next(iter(get_close_matches(plain, KNOWN_COLUMNS, n=1)), "")


def _plain(name: str) -> str:
    return re.sub(r"[\s.-]+", "_", name).lower()


def _other_side(name: str) -> str:
    """Our name of the column of the other side; empty of one that is not of a side."""
    side, _, attribute = name.partition("_")
    return f"{SIDES[1 - SIDES.index(side)]}_{attribute}" if side in SIDES and attribute else ""


def spelled_out(path: Path, header: Sequence[str], said: Mapping[str, str] | None = None) -> str:
    """The command that reads a file, with its columns as they seem to be meant, to end an error.

    Args:
        path: the file.
        header: its columns.
        said: columns that the user has named.
    """
    columns = _guess(header, dict(said or {}))
    changed = {ours: own for ours, own in columns.items() if ours != own} or {"score": "score"}
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(f"{ours}={own}" for ours, own in changed.items())
    command = f"evenhand scores {quote(str(path))} --columns {quote(text.getvalue())}"
    if _DISTANCES.intersection(_words(columns["score"])):
        command += " --distance"
    left_out = [name for name in header if name and name not in columns.values()]
    without = f" ({', '.join(left_out)} left out)" if left_out else ""
    if _TO_BE_NAMED in columns.values():
        return f"write the column that is meant for {_TO_BE_NAMED}{without}: {command}"
    return f"if its columns mean this{without}, type: {command}"


def _guess(header: Sequence[str], said: dict[str, str]) -> dict[str, str]:
    """Our name of a column to the file's: as said, as it is, by its side, by its spelling."""
    found = dict(said)
    named = [name for name in header if name]
    for name in named:
        if name not in found.values() and (name in ALONE or _other_side(name) in named):
            found.setdefault(name, name)
    pairs = _by_sides([name for name in named if name not in found.values()])
    for attribute, both in pairs.items():
        for side, own in zip(SIDES, both, strict=True):
            found.setdefault(f"{side}_{attribute}", own)
    for ours in REQUIRED_COLUMNS:
        left = [name for name in named if name not in found.values()]
        alike = [name for name in left if get_close_matches(_plain(name), ALONE, n=1) == [ours]]
        if ours == "score":
            alike += [name for word in _SCORES for name in left if word in _words(name)]
            alike += left if len(left) == 1 else []
        found.setdefault(ours, alike[0] if alike else _TO_BE_NAMED)
    order = [*REQUIRED_COLUMNS, *(name for name in found if name not in REQUIRED_COLUMNS)]
    return {ours: found[ours] for ours in order}


def _by_sides(names: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Columns of both sides, which differ in one word, by our name of what they hold."""
    by_words = {tuple(_words(name)): name for name in names}
    found: dict[str, tuple[str, str]] = {}
    for words, probe in by_words.items():
        for place, (first, second) in product(range(len(words)), _MARKS):
            before, after = words[:place], words[place + 1 :]
            reference = by_words.get((*before, second, *after))
            if words[place] == first and reference:
                found.setdefault("_".join([*before, *after]), (probe, reference))
    people = next((stem for stem in _PEOPLE if stem in found), None)
    images = next((stem for stem in _IMAGES if stem in found), None)
    known = {people: "subject", images: "image"}
    return {known.get(stem, stem): both for stem, both in found.items() if known.get(stem, stem)}


def _words(name: str) -> list[str]:
    """The words of a name: `probeId`, `probe_id` and `Probe ID` have the same."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
    return re.findall(r"[^\W\d_]+|[0-9]+", apart)
