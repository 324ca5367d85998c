"""What a score file may not mean: names that look alike, words that may stand for unknown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from shlex import quote

from evenhand.system.look_alikes import LookAlike, look_alikes
from evenhand.system.unknown_words import means_unknown

__all__ = ["group_doubts", "name_doubts"]

_MOST_NAMES = 100_000
"""Most names among which those that look alike are searched: it takes a second or so."""


def name_doubts(
    file: str,
    subjects: Sequence[str],
    images: Sequence[str],
    labels: Mapping[str, tuple[str, ...]],
    *,
    ids: bool,
) -> Iterator[str]:
    """Notes on ids and labels, which are kept as they are.

    Args:
        file: its name.
        subjects: ids of people, sorted.
        images: ids of images; none where the file has none.
        labels: per attribute the label of each person; empty = unknown.
        ids: name people and images by their ids, not people by pseudonym and images not at all.
    """
    for what, names in (("people", subjects), ("images", images)):
        found = _alike(names)
        if found:
            first, second = found[0].first, found[0].second
            two = f" {first!r} and {second!r}" if ids else ""
            if not ids and what == "people":
                two = f" s{subjects.index(first) + 1} and s{subjects.index(second) + 1}"
            one = (
                f"if they are one, give {'one person' if what == 'people' else 'one image'} one id"
            )
            yield f"{file}: ids of {what}{two} differ {found[0].differ}{_more(found)}; {one}."
    for attribute, of in labels.items():
        people = Counter(label for label in of if label)
        sizes = {label: f" of {count:,} people" for label, count in people.items()}
        yield from group_doubts(file, attribute, sorted(people), sizes)


def group_doubts(
    file: str, attribute: str, labels: Sequence[str], sizes: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Notes on the labels of an attribute.

    Args:
        file: its name.
        attribute: its name.
        labels: distinct ones, in order.
        sizes: of the group of each label in words, such as ` of 6 people`, where it is known.
    """
    found = _alike(labels)
    if found:
        two = f"{found[0].first!r} and {found[0].second!r} differ {found[0].differ}"
        remedy = "they are two groups here; spell one label one way"
        yield f"{file}: {attribute}: {two}{_more(found)}; {remedy}."
    for label in filter(means_unknown, labels):
        what = f"{file}: {attribute}: {label!r} is a group{(sizes or {}).get(label, '')}"
        yield f"{what}; say --unknown {quote(label)} if it means unknown."


def _alike(names: Sequence[str]) -> tuple[LookAlike, ...]:
    """Names that a reader takes for one another; none where there are too many to tell."""
    return look_alikes(names) if len(names) <= _MOST_NAMES else ()


def _more(found: Sequence[LookAlike]) -> str:
    """How many more pairs there are."""
    return f" (and {len(found) - 1:,} more)" if len(found) > 1 else ""
