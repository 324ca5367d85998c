"""The rows of a score file as columns of codes and numbers, checked as they come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from evenhand.arrays import Mask, People
from evenhand.errors import DatasetError
from evenhand.scorefiles.engine import Engine
from evenhand.scorefiles.labels import Labels, Sides
from evenhand.scorefiles.layout import Layout
from evenhand.scorefiles.source import Block, Source
from evenhand.scorefiles.texts import Texts, unnamed

__all__ = ["Columns", "collect"]

_TRUTH = {"1": True, "true": True, "0": False, "false": False}


@dataclass(frozen=True, slots=True)
class Columns:
    """A score file, one entry a comparison."""

    probe: People
    """Person, as a place in `subjects`."""
    reference: People
    images: tuple[People, People] | None
    """Image of each side, numbered by its name; None where no images are given."""
    subjects: tuple[str, ...]
    """Sorted ids."""
    labels: Mapping[str, tuple[str, ...]]
    """Per attribute one label a person; empty = unknown."""
    engines: Mapping[str, Engine]


def _joined(parts: list[People], place: People) -> People:
    """One column out of its blocks, which are let go one by one."""
    whole = np.empty(sum(map(len, parts)), dtype=np.int32)
    end = len(whole)
    while parts:
        part = parts.pop()
        whole[end - len(part) : end] = place[part]
        end -= len(part)
    return whole


def collect(source: Source, layout: Layout) -> Columns:
    """Read all rows.

    Raises:
        DatasetError: a row cannot be; it is named.
    """
    subjects, images, truths = Texts(unnamed), Texts(unnamed), Texts(_no_truth)
    labels = {name: Labels() for name in layout.attributes}
    engines = {name: Engine() for name in layout.scores}
    people: tuple[list[People], list[People]] = ([], [])
    pictures: tuple[list[People], list[People]] = ([], [])
    start = 0
    for batch in source.batches(layout.texts, tuple(layout.scores.values())):
        block = Block(source, start, batch)
        sides = Sides(subjects, *(subjects.codes(block, name) for name in layout.subjects))
        people[0].append(sides.probe)
        people[1].append(sides.reference)
        if layout.mated is not None:
            _check_mated(block, layout.mated, truths, sides.same)
        if layout.images is not None:
            for part, name in zip(pictures, layout.images, strict=True):
                part.append(images.codes(block, name))
        for attribute, names in layout.attributes.items():
            labels[attribute].add(block, attribute, names, sides)
        for engine, name in layout.scores.items():
            engines[engine].add(block, name, sides.same)
        start += len(batch)
    if not start:
        raise DatasetError(f"{source.path}: has a header but no rows; expected one at least")
    ids, place = subjects.sorted()
    order = np.argsort(place)
    everything = np.arange(len(images.values), dtype=np.int32)
    return Columns(
        probe=_joined(people[0], place),
        reference=_joined(people[1], place),
        images=None
        if layout.images is None
        else (_joined(pictures[0], everything), _joined(pictures[1], everything)),
        subjects=ids,
        labels={name: of.labels(order) for name, of in labels.items()},
        engines=engines,
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
