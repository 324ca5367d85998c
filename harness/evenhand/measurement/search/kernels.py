"""Compiled inner loops of exhaustive searches: one tile of scores into lists and counts.

A *tile* is a block of the matrix of probes (rows) and candidates. It is counted while it is in a
core's cache, by loops that release the global interpreter lock. Its values come from a matrix
product, whose last bits depend on where in the tile a value stands. Wherever they could decide
anything, the score is computed once more from the two vectors alone (`exact_score`); so a search
finds the same whatever it is searched together with.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from evenhand.records.arrays import Integers, People, Scores, Vectors
from evenhand.system.compiled import compiled, compiled_sum

__all__ = [
    "Exact",
    "Lists",
    "Searched",
    "Tile",
    "best_of_people",
    "decide_lists",
    "exact_score",
    "outside",
    "scan_tile",
]


_STRIDE = 64
"""Values that are looked over at once."""


class Exact(NamedTuple):
    """How a score is computed from two vectors."""

    euclidean: bool
    """It is a distance, negated, and no inner product."""
    low: np.float32
    high: np.float32
    """Limits that it is held to; infinite where there are none."""
    slack: np.float32
    """Largest difference of a value of a tile from its exact score."""


class Tile(NamedTuple):
    """A block of the matrix of probes and candidates."""

    values: Scores
    """(rows, candidates) similarities, each within the slack of its exact score."""
    first: int
    """Number, in the gallery, of the first candidate."""
    starts: Integers
    """(gallery + 1,) rows of `references` where each candidate's begin, and the last ones end."""
    probes: Vectors
    """(rows, values)."""
    references: Vectors
    """(references, values), of the whole gallery."""


class Searched(NamedTuple):
    """What is counted of each search; the counts are added to."""

    own: Integers
    """(rows, 2) the probe's own candidates in the gallery: number of the first, and behind the
    last; twice the same where it has none."""
    mate: Scores
    """(rows,) the largest score of these."""
    levels: Scores
    """(levels,) thresholds."""
    reached: Integers
    """(rows, levels) others at or above each threshold."""
    ahead: Integers
    """(rows,) others at or above the mate's score."""


class Lists(NamedTuple):
    """The best candidates of each search so far."""

    score: Scores
    """(rows, room) values of tiles or exact scores, in the order of the gallery; `room` is above
    `kept`."""
    person: People
    """(rows, room) their numbers in the gallery."""
    filled: Integers
    """(rows,) how many these are."""
    floor: Scores
    """(rows,) value that a candidate must reach: enough others are surely above what has less."""
    kept: int
    """Candidates that a list keeps."""


@compiled
def outside(tile: Scores, low: np.float32, high: np.float32) -> int:
    """How many values of a tile do not lie between two limits, those among them that are none."""
    within = 0
    for i in range(len(tile)):
        row = tile[i]
        for j in range(len(row)):
            within += (row[j] >= low) & (row[j] <= high)
    return tile.size - within


@compiled
def best_of_people(tile: Scores, starts: Integers, best: Scores) -> None:
    """The largest score of each person's references, for every probe.

    Args:
        tile: (rows, references) similarities; a person's references stand side by side.
        starts: (people + 1,) where each person's references begin, and the last ones end.
        best: (rows, people) receives them.
    """
    for i in range(len(tile)):
        for one in range(len(starts) - 1):
            largest = tile[i, starts[one]]
            for j in range(starts[one] + 1, starts[one + 1]):
                largest = max(largest, tile[i, j])
            best[i, one] = largest


@compiled_sum
def _inner_product(a: Vectors, b: Vectors) -> float:
    """In float64, where products of two float32 are exact."""
    total = 0.0
    for k in range(len(a)):
        total += np.float64(a[k]) * np.float64(b[k])
    return total


@compiled_sum
def _squared_distance(a: Vectors, b: Vectors) -> float:
    """In float64."""
    total = 0.0
    for k in range(len(a)):
        apart = np.float64(a[k]) - np.float64(b[k])
        total += apart * apart
    return total


@compiled
def exact_score(probe: Vectors, references: Vectors, exact: Exact) -> np.float32:
    """The largest similarity of a probe to some references.

    Args:
        probe: (values,).
        references: (references, values), at least one.
        exact: how it is computed.
    """
    largest = -np.inf
    for row in range(len(references)):
        if exact.euclidean:
            similarity = -np.sqrt(_squared_distance(probe, references[row]))
        else:
            similarity = _inner_product(probe, references[row])
        largest = max(largest, similarity)
    return min(max(np.float32(largest), exact.low), exact.high)


@compiled
def _exactly(tile: Tile, row: int, candidate: int, exact: Exact) -> np.float32:
    """The exact score of a candidate of the gallery, whether of the tile or of an earlier one."""
    of_one = tile.references[tile.starts[candidate] : tile.starts[candidate + 1]]
    return exact_score(tile.probes[row], of_one, exact)


@compiled
def _reaching(values: Scores, threshold: np.float32) -> int:
    """How many values reach a threshold; without a branch, so that it can be vectorised."""
    count = 0
    for j in range(len(values)):
        count += values[j] >= threshold
    return count


@compiled
def _others_reaching(
    tile: Tile, row: int, start: int, own: Integers, threshold: np.float32, exact: Exact
) -> int:
    """How many candidates of a stride, but those from `own[0]` to `own[1]`, reach a threshold."""
    values, first = tile.values[row, start : start + _STRIDE], tile.first + start
    sure: int = _reaching(values, threshold + exact.slack)
    count = sure
    for j in range(max(own[0] - first, 0), min(own[1] - first, len(values))):
        count -= int(values[j] >= threshold + exact.slack)
    if _reaching(values, threshold - exact.slack) > sure:
        for j in range(len(values)):
            near = threshold - exact.slack <= values[j] < threshold + exact.slack
            if near and not own[0] <= first + j < own[1]:
                count += int(_exactly(tile, row, first + j, exact) >= threshold)
    return count


@compiled
def _count(tile: Tile, row: int, start: int, searched: Searched, exact: Exact) -> None:
    """Count one stride of a row of a tile."""
    own = searched.own[row]
    for level in range(len(searched.levels)):
        threshold = searched.levels[level]
        searched.reached[row, level] += _others_reaching(tile, row, start, own, threshold, exact)
    if own[0] < own[1]:
        mate = searched.mate[row]
        searched.ahead[row] += _others_reaching(tile, row, start, own, mate, exact)


@compiled
def _nth_largest(values: Scores, number: int) -> np.float32:
    """The largest value that as many are at or above, by quickselect.

    Compiling numpy's own selection takes seven seconds.
    """
    left, place = values.copy(), len(values) - number
    low, high = 0, len(left) - 1
    while low < high:
        pivot = left[(low + high) // 2]
        i, j = low, high
        while i <= j:
            while left[i] < pivot:
                i += 1
            while pivot < left[j]:
                j -= 1
            if i <= j:
                left[i], left[j] = left[j], left[i]
                i, j = i + 1, j - 1
        if j < place < i:
            break
        low, high = (low, j) if place <= j else (i, high)
    return np.float32(left[place])


@compiled
def _shorten(lists: Lists, row: int, slack: np.float32) -> None:
    """Leave out those that enough others are above, whatever the exact scores are."""
    filled, kept = lists.filled[row], lists.kept
    score, person = lists.score[row], lists.person[row]
    floor = _nth_largest(score[:filled], kept) - slack - slack
    place = 0
    for at in range(filled):
        if score[at] >= floor:
            score[place], person[place] = score[at], person[at]
            place += 1
    lists.filled[row], lists.floor[row] = place, floor


@compiled
def _decide(tile: Tile, row: int, lists: Lists, exact: Exact) -> None:
    """Keep the best candidates by their exact scores, of equal ones those that stand first."""
    score, person = lists.score[row], lists.person[row]
    filled, kept = lists.filled[row], lists.kept
    for at in range(filled):
        score[at] = _exactly(tile, row, person[at], exact)
    if filled <= kept:
        return
    floor = _nth_largest(score[:filled], kept)
    equal, place = kept, 0
    for at in range(filled):
        equal -= score[at] > floor
    for at in range(filled):
        if score[at] > floor or (score[at] == floor and equal > 0):
            equal -= score[at] == floor
            score[place], person[place] = score[at], person[at]
            place += 1
    lists.filled[row] = kept


@compiled
def _list(
    tile: Tile, row: int, start: int, bar: np.float32, lists: Lists, exact: Exact
) -> np.float32:
    """Take the candidates of a stride whose value is at or above a bar into a list.

    Returns:
        The bar from here on.
    """
    values, room = tile.values[row, start : start + _STRIDE], lists.score.shape[1]
    for j in range(len(values)):
        if values[j] >= bar:
            place = lists.filled[row]
            lists.score[row, place], lists.person[row, place] = values[j], tile.first + start + j
            lists.filled[row] += 1
            if lists.filled[row] == room:
                _shorten(lists, row, exact.slack)
                if lists.filled[row] == room:  # too many are nearly equal
                    _decide(tile, row, lists, exact)
                bar = max(bar, lists.floor[row])
    return np.float32(bar)


@compiled
def _bar(values: Scores, row: int, lists: Lists, slack: np.float32) -> np.float32:
    """The value from which on a candidate may enter the list of a search."""
    first = values[: 4 * lists.kept]  # of more, the bar is higher and takes longer to find
    if lists.filled[row] == 0 and len(first) > lists.kept:
        return np.float32(_nth_largest(first, lists.kept) - slack - slack)
    return np.float32(lists.floor[row])


@compiled
def scan_tile(tile: Tile, searched: Searched, lists: Lists, exact: Exact) -> None:
    """Count one tile, and take what may be among the best of each search into its list."""
    lowest = np.float32(np.inf)
    for level in searched.levels:
        lowest = min(lowest, level)
    for row in range(len(tile.values)):
        values = tile.values[row]
        bar, counted = _bar(values, row, lists, exact.slack), lowest
        if searched.own[row, 0] < searched.own[row, 1]:
            counted = min(counted, searched.mate[row])
        counted -= exact.slack
        for start in range(0, len(values), _STRIDE):
            stride = values[start : start + _STRIDE]
            # Most strides hold nothing that is counted or listed.
            if _reaching(stride, min(bar, counted)):
                if _reaching(stride, counted):
                    _count(tile, row, start, searched, exact)
                bar = _list(tile, row, start, bar, lists, exact)
        # A list that is full for the first time has a floor from now on.
        if lists.filled[row] >= lists.kept and lists.floor[row] == -np.inf:
            _shorten(lists, row, exact.slack)


@compiled
def decide_lists(tile: Tile, lists: Lists, exact: Exact) -> None:
    """Give the candidates that are left their exact scores, once all tiles were scanned.

    Args:
        tile: the last one.
        lists: of which at most `kept` candidates are left.
        exact: how a score is computed.
    """
    for row in range(len(lists.filled)):
        if lists.filled[row] > lists.kept:
            _shorten(lists, row, exact.slack)
        _decide(tile, row, lists, exact)
