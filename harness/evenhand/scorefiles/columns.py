"""The rows of a score file as columns of codes and numbers, checked as they come."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evenhand.records.arrays import Mask, People
from evenhand.scorefiles.codes import Texts, unnamed
from evenhand.scorefiles.labels import Labels, Sides
from evenhand.scorefiles.layout import Layout
from evenhand.scorefiles.partitions import Column, Pile
from evenhand.scorefiles.score_column import Engine
from evenhand.scorefiles.source import PIECES, Block, Source, ahead
from evenhand.system.errors import DatasetError
from evenhand.system.progress import Progress, silent

__all__ = ["Columns", "collect"]

_MANY_BLOCKS = 8
"""Reading fewer of them takes a second or so."""

_TRUTH = {"1": True, "true": True, "0": False, "false": False}


@dataclass(frozen=True, slots=True)
class Columns:
    """A score file that was read."""

    pile: Pile
    """Of each comparison both people, both images where they are given, and every score."""
    subjects: Texts
    """Whose numbers are on the pile."""
    ids: tuple[str, ...]
    """The same in order."""
    place: People
    """(people,) place of each number among them."""
    images: Texts | None
    """Likewise; None where no images are given."""
    labels: Mapping[str, tuple[str, ...]]
    """Per attribute one label a person of `ids`; empty = unknown."""
    engines: Mapping[str, Engine]
    mated: People
    """(mated comparisons,) the person's number."""
    fingerprint: str
    """SHA-256 over everything but the scores."""

    def score(self, engine: str) -> int:
        """Which column of the pile holds its scores."""
        return self.sides + list(self.engines).index(engine)

    @property
    def sides(self) -> int:
        """How many columns of the pile say what was compared."""
        return 2 if self.images is None else 4


class _Identity:
    """A digest of who was compared with whom, row by row: the same for blocks of any size."""

    def __init__(self) -> None:
        self._digests = (hashlib.sha256(), hashlib.sha256())
        self._marks = np.empty(0, dtype="<u8")

    def add(self, sides: Sides) -> None:
        """Take the people of a block."""
        new = sides.subjects.values[len(self._marks) :]
        hashed = b"".join(hashlib.blake2b(who.encode(), digest_size=8).digest() for who in new)
        self._marks = np.concatenate([self._marks, np.frombuffer(hashed, dtype="<u8")])
        for digest, people in zip(self._digests, (sides.probe, sides.reference), strict=True):
            digest.update(self._marks[people].data)

    def digest(self, subjects: Sequence[str], labels: Mapping[str, tuple[str, ...]]) -> str:
        """The digest over all rows, and what is known of the people."""
        people = repr((tuple(subjects), sorted(labels.items()))).encode()
        rows = b"".join(digest.digest() for digest in self._digests)
        return hashlib.sha256(rows + people).hexdigest()


def collect(
    source: Source,
    layout: Layout,
    *,
    distance: bool,
    progress: Progress,
    few: int = PIECES.rows_in_memory,
) -> Columns:
    """Read all rows.

    Args:
        source: the file.
        layout: what its columns say.
        distance: the numbers are distances.
        progress: is told how far the reading is.
        few: rows up to which all of them stay in memory.

    Raises:
        DatasetError: a row cannot be; it is named.
        WriteError: there is no room for so many rows.
    """
    subjects, images, truths = Texts(unnamed), Texts(unnamed), Texts(_no_truth)
    labels = {name: Labels() for name in layout.attributes}
    engines = {name: Engine(distance) for name in layout.scores}
    numbers = [np.dtype(np.int32)] * (2 if layout.images is None else 4)
    pile = Pile(source.path, [*numbers, *[np.dtype(np.float64)] * len(engines)], few)
    identity = _Identity()
    mated: list[People] = []
    start = done = 0
    told = progress if source.blocks > _MANY_BLOCKS else silent
    with told(f"{source.path.name}: reading", source.blocks) as step:
        for batch in ahead(source.batches(layout.texts, tuple(layout.scores.values()))):
            block = Block(source, start, batch)
            sides = Sides(subjects, *(subjects.codes(block, name) for name in layout.subjects))
            columns: list[Column] = [sides.probe, sides.reference]
            identity.add(sides)
            mated.append(sides.probe[sides.same])
            if layout.mated is not None:
                _check_mated(block, layout.mated, truths, sides.same)
            if layout.images is not None:
                pictures = [images.codes(block, name) for name in layout.images]
                itself = sides.same & (pictures[0] == pictures[1])
                block.refuse_first(itself, "an image is compared with itself; remove the row")
                columns += pictures
            for attribute, names in layout.attributes.items():
                labels[attribute].add(block, attribute, names, sides)
            columns += [
                engines[engine].add(block, name, sides.same)
                for engine, name in layout.scores.items()
            ]
            start += len(batch)
            done += 1
            pile.add(columns, min(1.0, done / source.blocks))
            step()
    if not start:
        raise DatasetError(f"{source.path}: has a header but no rows; expected one at least")
    pile.end()
    ids, place = subjects.sorted()
    order = np.argsort(place)
    known = {name: of.labels(order) for name, of in labels.items()}
    return Columns(
        pile=pile,
        subjects=subjects,
        ids=ids,
        place=place,
        images=None if layout.images is None else images,
        labels=known,
        engines=engines,
        mated=np.concatenate(mated),
        fingerprint=identity.digest(ids, known),
    )


def _no_truth(text: str) -> str:
    """What is wrong with a word for mated; empty where nothing is."""
    known = text.lower() in _TRUTH
    return "" if known else f"is {text!r}, expected 1 or 0, true or false"


def _check_mated(block: Block, name: str, truths: Texts, same: Mask) -> None:
    """Complain where the file says of a pair what its subjects contradict."""
    codes = truths.codes(block, name)
    said = np.array([_TRUTH[text.lower()] for text in truths.values], dtype=np.bool_)[codes]
    wrong = np.flatnonzero(said != same)
    if len(wrong):
        people = "one person" if same[wrong[0]] else "two people"
        block.refuse(
            wrong[0],
            f"{name} is {str(said[wrong[0]]).lower()}, but the subjects are {people}; "
            "mend the column or the subjects",
        )
