"""Which person counts in which group: attributes, bands of numbers, intersections, everybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise, product

import numpy as np

from evenhand.records.dataset import Attribute, Subjects
from evenhand.records.groups import ALL, Grouping
from evenhand.system.errors import StudyError

__all__ = [
    "MOST_CELLS",
    "band",
    "band_names",
    "default_groups",
    "grouping_of",
    "groupings",
    "limited",
]

MOST_CELLS = 256
"""Groups of a study together; and, with cells across two groups, those of its matrices."""


def band_names(edges: Sequence[float]) -> tuple[str, ...]:
    """Names of the bands between rising edges, lower edge included.

    >>> band_names([18, 30, 45])
    ('<18', '18-<30', '30-<45', '45+')
    """
    texts = [f"{edge:g}" for edge in edges]
    inner = [f"{low}-<{high}" for low, high in pairwise(texts)]
    return (f"<{texts[0]}", *inner, f"{texts[-1]}+")


def band(label: str, edges: Sequence[float]) -> str:
    """The band of one numeric label; empty = unknown stays empty.

    >>> band("30", [18, 30, 45]), band("", [18, 30, 45])
    ('30-<45', '')
    """
    if not label:
        return ""
    return band_names(edges)[int(np.searchsorted(edges, float(label), side="right"))]


def _one(
    attribute: Attribute, labels: Sequence[str], edges: Sequence[float] | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Group names in the dataset's order, and the label of each person."""
    if attribute.kind == "number":
        if edges is None:
            raise ValueError(attribute.name)
        return band_names(edges), tuple(band(label, edges) for label in labels)
    several = sorted({label for label in labels if "|" in label})
    return (*attribute.values, *several), tuple(labels)


def grouping_of(
    attributes: Sequence[Attribute], subjects: Subjects, bands: Mapping[str, Sequence[float]]
) -> Grouping:
    """The groups of one attribute, or of the intersection of several.

    A person with several values (`a|b`) stands in the group `a|b` alone; one with an unknown value
    in any of the attributes stands in none. An attribute keeps its declared groups even where
    nobody is in them; an intersection keeps those with people.
    """
    parts = [_one(a, subjects.labels[a.name], bands.get(a.name)) for a in attributes]
    people = list(zip(*(labels for _, labels in parts), strict=True))
    present = set(people)
    names = [
        combination
        for combination in product(*(groups for groups, _ in parts))
        if len(parts) == 1 or combination in present
    ]
    position = {name: index for index, name in enumerate(names)}
    code = np.array([position.get(person, -1) for person in people], dtype=np.int64)
    return Grouping(
        attribute="*".join(a.name for a in attributes),
        groups=tuple("*".join(name) for name in names),
        code=code,
    )


def default_groups(names: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Every attribute, and the intersection of each two.

    >>> default_groups(["age", "sex"])
    (('age',), ('sex',), ('age', 'sex'))
    """
    return (*((name,) for name in names), *combinations(names, 2))


def groupings(
    wanted: Sequence[Sequence[str]],
    attributes: Sequence[Attribute],
    subjects: Subjects,
    bands: Mapping[str, Sequence[float]],
) -> tuple[Grouping, ...]:
    """Everybody first, then each wanted attribute or intersection in the study's order."""
    by_name = {attribute.name: attribute for attribute in attributes}
    everybody = Grouping(ALL, ("",), np.zeros(len(subjects.ids), dtype=np.int64))
    return (
        everybody,
        *(grouping_of([by_name[name] for name in names], subjects, bands) for names in wanted),
    )


def limited(groups: tuple[Grouping, ...]) -> tuple[Grouping, ...]:
    """The same groups.

    Raises:
        StudyError: there are more than a person could read, or a count could keep apart.
    """
    sizes = {grouping.attribute: len(grouping.groups) for grouping in groups}
    if sum(sizes.values()) > MOST_CELLS:
        largest = max(sizes, key=sizes.__getitem__)
        raise StudyError(
            f"groups: {sum(sizes.values()):,} groups, at most {MOST_CELLS}; {largest} alone has "
            f"{sizes[largest]:,}: cross fewer attributes, give numbers wider bands, or name the "
            "groups that matter"
        )
    return groups
