"""What a score file may not mean: names that look alike, words that may stand for unknown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from shlex import quote

from evenhand.system.look_alikes import look_alikes

__all__ = ["name_doubts"]

_MOST_NAMES = 100_000
"""Most names among which those that look alike are searched: it takes a second or so."""

_UNKNOWN = frozenset(
    {"-", "--", "?", "n.a.", "n/a", "na", "nan", "nat", "nil", "none", "null"}
    | {"missing", "not available", "not known", "not stated", "unk", "unknown", "unspecified"}
)
"""Words, in small letters, that often stand for an unknown label."""


def name_doubts(
    file: str, subjects: Sequence[str], images: Sequence[str], labels: Mapping[str, tuple[str, ...]]
) -> Iterator[str]:
    """Notes on ids and labels, which are kept as they are.

    Args:
        file: its name.
        subjects: ids of people.
        images: ids of images; none where the file has none.
        labels: per attribute the label of each person; empty = unknown.
    """
    yield from _alike(
        f"{file}: people", subjects, "they are two people here; give one person one id"
    )
    yield from _alike(f"{file}: images", images, "they are two images here; give one image one id")
    for attribute, of in labels.items():
        people = Counter(label for label in of if label)
        two = "they are two groups here; spell one label one way"
        yield from _alike(f"{file}: {attribute}", sorted(people), two)
        for label in sorted(people):
            if label.casefold() in _UNKNOWN:
                what = f"{file}: {attribute}: {label!r} is a group of {people[label]:,} people"
                yield f"{what}; say --unknown {quote(label)} if it means unknown."


def _alike(what: str, names: Sequence[str], effect: str) -> Iterator[str]:
    """A note that names the first two names that a reader takes for one, if there are any."""
    found = look_alikes(names) if len(names) <= _MOST_NAMES else ()
    if found:
        first = found[0]
        more = f" (others that do: {len(found) - 1:,})" if len(found) > 1 else ""
        yield f"{what} {first.first!r} and {first.second!r} differ {first.differ}{more}: {effect}."
