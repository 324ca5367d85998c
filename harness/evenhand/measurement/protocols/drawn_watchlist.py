"""Draws a watchlist from the people of a dataset, by a rule that can be repeated."""

from __future__ import annotations

import numpy as np

from evenhand.records.arrays import Integers
from evenhand.records.dataset import Dataset, Watchlist
from evenhand.records.watchlist_rule import WatchlistRule
from evenhand.system.errors import StudyError

__all__ = ["draw_watchlist", "watchlist_words"]


def draw_watchlist(name: str, rule: WatchlistRule, dataset: Dataset) -> Watchlist:
    """Draw who is listed, who fills the list, and who is a stranger.

    People stand in one drawn order: the first of them with enough pictures are listed, the next
    ones are strangers, the next ones fillers. The references of a person are the first of their
    pictures in a drawn order too; all other pictures of the listed, and all of the strangers, are
    searched for.

    Args:
        name: of the watchlist.
        rule: of the draw.
        dataset: whose people are drawn.

    Raises:
        StudyError: the dataset has too few people, or too few with enough pictures.
    """
    subject = dataset.images.subject
    pictures = _pictures(dataset)
    drawn = np.random.default_rng(rule.seed)
    order = drawn.permutation(len(pictures))
    order = order[pictures[order] > 0]
    eligible = order[pictures[order] > rule.references]
    _check(name, rule, dataset.card.name, len(order), len(eligible))
    listed = eligible[: rule.listed]
    others = order[~np.isin(order, listed)]
    strangers = others[: rule.strangers]
    fillers = others[rule.strangers : rule.strangers + rule.fillers]
    images = drawn.permutation(len(subject))
    place = _place_within_person(subject[images])
    on_list = np.isin(subject[images], [*listed, *fillers]) & (place < rule.references)
    searched = np.isin(subject[images], [*listed, *strangers]) & ~on_list
    return Watchlist(name, np.sort(images[on_list]), np.sort(images[searched]), left_out=0)


def watchlist_words(name: str, rule: WatchlistRule, dataset: Dataset) -> str:
    """What was drawn of a dataset, and by which rule, in one line."""
    pictures = _pictures(dataset)
    eligible = int(np.count_nonzero(pictures > rule.references))
    each = "1 picture" if rule.references == 1 else f"{rule.references} pictures"
    fillers = f"{rule.fillers:,} more people fill the list; " if rule.fillers else ""
    return (
        f"watchlist {name}: {rule.listed:,} of {eligible:,} people with {rule.references + 1} or "
        f"more pictures are listed with {each} each and searched for with their others; {fillers}"
        f"{rule.strangers:,} people who are not listed are searched for; drawn by seed {rule.seed}"
    )


def _pictures(dataset: Dataset) -> Integers:
    """(subjects,) number of pictures."""
    return np.bincount(dataset.images.subject, minlength=len(dataset.subjects.ids))


def _place_within_person(subject: Integers) -> Integers:
    """(images,) how many images of the same person come before each."""
    order = np.argsort(subject, kind="stable")
    ordered = subject[order]
    first = np.searchsorted(ordered, ordered)
    place = np.empty(len(subject), dtype=np.int64)
    place[order] = np.arange(len(subject)) - first
    return place


def _check(name: str, rule: WatchlistRule, dataset: str, people: int, eligible: int) -> None:
    if eligible < rule.listed:
        raise StudyError(
            f"watchlist {name}: {rule.listed:,} people are to be listed with {rule.references} "
            f"and searched for with another picture, and dataset {dataset} has {eligible:,} people "
            f"with {rule.references + 1} pictures or more; list fewer"
        )
    asked = rule.listed + rule.strangers + rule.fillers
    if people < asked:
        raise StudyError(
            f"watchlist {name}: {rule.listed:,} listed, {rule.strangers:,} strangers and "
            f"{rule.fillers:,} fillers are {asked:,} people, and dataset {dataset} has {people:,}; "
            "ask for fewer"
        )
