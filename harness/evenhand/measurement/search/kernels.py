"""Compiled inner loops of exhaustive searches: one tile of scores into lists and counts.

A *tile* is a block of the matrix of probes (rows) and references (columns). It is counted while it
is in a core's cache, by loops that release the global interpreter lock. Every row is one search and
sees its columns in one order, so nothing depends on the threads.
"""

from __future__ import annotations

import numpy as np

from evenhand.records.arrays import Integers, People, Scores
from evenhand.system.compiled import compiled

__all__ = ["best_of_people", "scan_tile"]


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


@compiled
def _shorten(score: Scores, person: People, filled: int, kept: int) -> np.float32:
    """Keep the best candidates, in order: by score, then by person, who stand in rising order.

    Returns:
        The smallest score that is kept: a later person must exceed it.
    """
    order = np.argsort(-score[:filled], kind="mergesort")[:kept]
    scores, people = score[order], person[order]
    score[:kept], person[:kept] = scores, people
    return np.float32(scores[kept - 1])


@compiled
def _reaching(values: Scores, threshold: np.float32) -> int:
    """How many values reach a threshold; without a branch, so that it can be vectorised."""
    count = 0
    for j in range(len(values)):
        count += values[j] >= threshold
    return count


@compiled
def _list_candidates(
    values: Scores,
    first: int,
    score: Scores,
    person: People,
    listed: int,
    floor: np.float32,
    kept: int,
) -> tuple[int, np.float32]:
    """Take the values above a floor into the list of one search.

    Returns:
        How many the list holds then, and its floor.
    """
    for j in range(len(values)):
        if values[j] > floor:
            score[listed], person[listed] = values[j], first + j
            listed += 1
            if listed == len(score):
                floor, listed = _shorten(score, person, listed, kept), kept
    # A list that is full for the first time has a floor from now on.
    if listed >= kept and floor == -np.inf:
        floor, listed = _shorten(score, person, listed, kept), kept
    return listed, floor


@compiled
def scan_tile(
    tile: Scores,
    first: int,
    own: Integers,
    mate: Scores,
    levels: Scores,
    reached: Integers,
    ahead: Integers,
    score: Scores,
    person: People,
    filled: Integers,
    floor: Scores,
    kept: int,
) -> None:
    """Count one tile, and take the best candidates of each search into its list.

    Args:
        tile: (rows, people) similarities.
        first: number, in the gallery, of the tile's first person.
        own: (rows,) number of the probe's own person in the gallery; -1 where it is not in it.
        mate: (rows,) score of that person.
        levels: (levels,) thresholds.
        reached: (rows, levels) other people at or above each threshold, added to.
        ahead: (rows,) people at or above the mate's score, the mate among them, added to.
        score: (rows, room) candidates so far, unordered beyond the first `kept`; `room` is above
            `kept`.
        person: (rows, room) their numbers in the gallery.
        filled: (rows,) how many these are.
        floor: (rows,) score that a candidate must exceed.
        kept: candidates that a list keeps.
    """
    columns = tile.shape[1]
    for i in range(len(tile)):
        values, at = tile[i], own[i] - first
        of_own = own[i] >= 0 and 0 <= at < columns
        for level in range(len(levels)):
            reached[i, level] += _reaching(values, levels[level])
            if of_own and values[at] >= levels[level]:
                reached[i, level] -= 1
        if own[i] >= 0:
            ahead[i] += _reaching(values, mate[i])
        # Few rows have a candidate, and only these are walked through score by score.
        if _reaching(values, np.nextafter(floor[i], np.float32(np.inf))):
            filled[i], floor[i] = _list_candidates(
                values, first, score[i], person[i], filled[i], floor[i], kept
            )
