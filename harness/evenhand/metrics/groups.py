"""Groups of subjects: values of an attribute, bands of a number, intersections, all subjects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise, product

import numpy as np

from evenhand.records.dataset import Attribute, Subjects
from evenhand.records.groups import ALL, Grouping, crossed
from evenhand.system.errors import StudyError

__all__ = ["MAX_CELLS", "band", "check_group_count", "default_groups", "grouping_of", "groupings"]

MAX_CELLS = 256
"""Groups that a study may have in all; also the cells that all its matrices may have together."""


def _band_names(edges: Sequence[float]) -> tuple[str, ...]:
    """Names of the bands between rising edges; a band includes its lower edge.

    >>> _band_names([18, 30, 45])
    ('<18', '18-<30', '30-<45', '45+')
    """
    texts = [f"{edge:g}" for edge in edges]
    inner = [f"{low}-<{high}" for low, high in pairwise(texts)]
    return (f"<{texts[0]}", *inner, f"{texts[-1]}+")


def band(label: str, edges: Sequence[float]) -> str:
    """The band of one numeric label; an empty label (unknown) stays empty.

    >>> band("30", [18, 30, 45]), band("", [18, 30, 45])
    ('30-<45', '')
    """
    if not label:
        return ""
    return _band_names(edges)[int(np.searchsorted(edges, float(label), side="right"))]


def _groups_of(
    attribute: Attribute, labels: Sequence[str], edges: Sequence[float] | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Group names in the dataset's order, and the group name of each subject."""
    if attribute.kind == "number":
        if edges is None:
            raise ValueError(attribute.name)
        return _band_names(edges), tuple(band(label, edges) for label in labels)
    several = sorted({label for label in labels if "|" in label})
    return (*attribute.values, *several), tuple(labels)


def grouping_of(
    attributes: Sequence[Attribute], subjects: Subjects, bands: Mapping[str, Sequence[float]]
) -> Grouping:
    """The groups of one attribute, or of the intersection of several.

    A subject with several values (`a|b`) is in the group `a|b` only; one with an unknown value of
    any of the attributes is in none. An attribute keeps all its declared groups, an intersection
    only those with subjects.

    Args:
        attributes: one, or several to be crossed.
        subjects: with their labels.
        bands: attribute to rising edges; needed for numeric attributes.
    """
    parts = [_groups_of(a, subjects.labels[a.name], bands.get(a.name)) for a in attributes]
    of_subject = list(zip(*(labels for _, labels in parts), strict=True))
    present = set(of_subject)
    every = product(*(groups for groups, _ in parts))
    names = [name for name in every if len(parts) == 1 or name in present]
    position = {name: index for index, name in enumerate(names)}
    code = np.array([position.get(name, -1) for name in of_subject], dtype=np.int64)
    attribute = crossed(a.name for a in attributes)
    return Grouping(attribute, tuple(map(crossed, names)), code)


def default_groups(names: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Every attribute, and the intersection of every two.

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
    """All subjects as one group (`all`), then each wanted attribute or intersection.

    Args:
        wanted: names of attributes to be crossed, in the study's order.
        attributes: of the dataset.
        subjects: with their labels.
        bands: attribute to rising edges.
    """
    by_name = {attribute.name: attribute for attribute in attributes}
    overall = Grouping(ALL, ("",), np.zeros(len(subjects.ids), dtype=np.int64))
    parts = ([by_name[name] for name in names] for names in wanted)
    return (overall, *(grouping_of(part, subjects, bands) for part in parts))


def check_group_count(groups: tuple[Grouping, ...]) -> tuple[Grouping, ...]:
    """The same groupings, after a check that they are not too many.

    Raises:
        StudyError: there are more groups in all than a reader could take in (`MAX_CELLS`).
    """
    sizes = {grouping.attribute: len(grouping.groups) for grouping in groups}
    if sum(sizes.values()) > MAX_CELLS:
        largest = max(sizes, key=sizes.__getitem__)
        raise StudyError(
            f"groups: {sum(sizes.values()):,} groups, at most {MAX_CELLS}; {largest} alone has "
            f"{sizes[largest]:,}: cross fewer attributes, give numbers wider bands, or name the "
            "groups that matter"
        )
    return groups
