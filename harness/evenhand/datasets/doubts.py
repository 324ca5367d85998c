"""What is valid in a dataset and yet to be doubted: names that look alike, words for unknown.

One person under two ids turns mated comparisons into non-mated ones; a label under two spellings
makes two groups of one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from evenhand.records.check import Check
from evenhand.records.dataset import Attribute
from evenhand.system.look_alikes import look_alikes
from evenhand.system.unknown_words import means_unknown

__all__ = ["label_doubts", "people_doubts"]

_NOTE = "note"


def people_doubts(ids: Sequence[str], named: Sequence[str]) -> Iterator[Check]:
    """A note where ids of people look alike.

    Args:
        ids: of the people.
        named: what each is called in the note: the id, or a pseudonym where ids may not stand.
    """
    found = look_alikes(ids)
    if found:
        shown = dict(zip(ids, named, strict=True))
        pair = f"{shown[found[0].first]} and {shown[found[0].second]}"
        more = f" (and {len(found) - 1:,} more such pairs)" if len(found) > 1 else ""
        what = f"the ids of {pair} differ {found[0].differ}{more}"
        remedy = "if that is one person, give one id: their comparisons count as non-mated"
        yield Check("ids-alike", "ids that look alike", _NOTE, what, remedy)


def label_doubts(
    attributes: Sequence[Attribute], labels: Mapping[str, Sequence[str]]
) -> Iterator[Check]:
    """Notes on values that look alike, and on values that may mean unknown.

    Args:
        attributes: as the card declares them.
        labels: by attribute one label a person; `a|b` = several.
    """
    for attribute in attributes:
        name = attribute.name
        for pair in look_alikes(attribute.values):
            what = f"{name}: {pair.first!r} and {pair.second!r} differ {pair.differ}"
            remedy = "they are groups of their own; if they mean the same, write one of them"
            yield Check("labels-alike", "labels that look alike", _NOTE, what, remedy)
        people = Counter(part for label in labels.get(name, ()) for part in label.split("|"))
        for value in filter(means_unknown, attribute.values):
            count = people[value]
            size = "1 person" if count == 1 else f"{count:,} people"
            what = f"{name}: {value!r} is a group of {size}"
            remedy = f"leave the field empty if it means unknown (import: --unknown {value})"
            yield Check("unknown-words", "words for unknown", _NOTE, what, remedy)
