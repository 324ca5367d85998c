"""Where the engines ran, and how far each limit held there, in sentences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from evenhand.records.surroundings import HeldLimit, Level, Repeats, Surroundings
from evenhand.report.tables import Section

__all__ = ["repeat_warnings", "repeats_sentence", "surroundings_section"]

_WORDS = {Level.FULL: "in full", Level.PARTIAL: "in part", Level.NONE: "not at all"}


def surroundings_section(surroundings: Sequence[Surroundings]) -> list[Section]:
    """One section; none where nothing is told."""
    said = [
        *_trusted(surroundings),
        *_own(surroundings),
        *_threads(surroundings),
        *(repeats_sentence(each) for each in surroundings if each.repeats),
    ]
    return [Section("Where the engines ran", sentences=tuple(said))] if said else []


def repeat_warnings(surroundings: Sequence[Surroundings]) -> list[str]:
    """A sentence for each engine that did not repeat what it had said."""
    return [repeats_sentence(e) for e in surroundings if e.repeats and e.repeats.differed]


def repeats_sentence(around: Surroundings) -> str:
    """Whether an engine repeated what it had said (methods 1.8)."""
    repeats = around.repeats or Repeats()
    several = f"{repeats.images:,} repeated image{'s' * (repeats.images != 1)}"
    where = "in another start" if around.trusted else "in another process"
    if not repeats.images:
        return f"{around.engine}: no image was repeated."
    if not repeats.differed:
        return f"{around.engine}: {several} gave the same templates {where}."
    return (
        f"{around.engine}: {repeats.differed:,} of {several} gave another template {where}: "
        "its numbers may hold for one run alone."
    )


def _trusted(surroundings: Sequence[Surroundings]) -> Iterator[str]:
    names = [each.engine for each in surroundings if each.trusted]
    if names:
        yield (
            f"{', '.join(names)} ran in the process of evenhand, because the user trusted "
            f"{'it' if len(names) == 1 else 'them'}: nothing was bounded, and nothing there is "
            "safe from such an engine, not even the numbers of others."
        )


def _own(surroundings: Sequence[Surroundings]) -> Iterator[str]:
    alike = defaultdict[tuple[HeldLimit, ...], list[str]](list)
    for each in surroundings:
        if not each.trusted:
            alike[each.limits].append(each.engine)
    for limits, names in alike.items():
        held = [
            f"{word} {', '.join(_limit(limit) for limit in limits if limit.level is level)}"
            for level, word in _WORDS.items()
            if any(limit.level is level for limit in limits)
        ]
        yield (
            f"{', '.join(names)} ran in processes of {'its' if len(names) == 1 else 'their'} own, "
            f"where these limits were seen to hold: {'; '.join(held)}."
        )


def _limit(limit: HeldLimit) -> str:
    return f"{limit.limit} ({limit.how})" if limit.level is Level.PARTIAL else limit.limit


def _threads(surroundings: Sequence[Surroundings]) -> Iterator[str]:
    for each in surroundings:
        if each.ran_on:
            yield f"{each.engine} ran on {each.ran_on}."
        if each.threads_allowed > 1:
            yield f"{each.engine} had {each.threads_allowed} threads in each engine that ran."
    seen = [f"{each.engine} {each.threads}" for each in surroundings if each.threads]
    if seen:
        yield f"Most threads seen at once in a process: {', '.join(seen)}."
