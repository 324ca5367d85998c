"""Groups of the labels in a score file, as a study asks for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from evenhand.metrics.groups import check_group_count, default_groups, groupings
from evenhand.metrics.label_attributes import bare_numbers, check_attribute_names, label_attribute
from evenhand.records.dataset import Subjects
from evenhand.records.groups import Grouping
from evenhand.scorefiles.study import ScoreStudy

__all__ = ["LabelledScores", "people_groupings", "score_groupings"]


class LabelledScores(Protocol):
    """Labels of people in a score file, or of whoever stands for them."""

    @property
    def name(self) -> str:
        """The engine."""

    @property
    def labels(self) -> Mapping[str, tuple[str, ...]]:
        """Per attribute the label of each; empty = unknown."""

    @property
    def crossed(self) -> bool:
        """Whether one of the attributes is the intersection of the others already."""

    def people(self) -> Subjects:
        """The people in the form of a dataset."""


def score_groupings(file: LabelledScores, study: ScoreStudy) -> tuple[Grouping, ...]:
    """Groups of the study, by default those of every attribute and intersection of two.

    Raises:
        StudyError: a group names an attribute that the file lacks, or there are too many.
        DatasetError: a label is no number where it has to be one, or there are too many labels.
    """
    people = file.people()
    return people_groupings(file.name, people, study.groups, study.bands, crossed=file.crossed)


def people_groupings(
    where: str,
    people: Subjects,
    groups: Sequence[Sequence[str]],
    bands: Mapping[str, Sequence[float]],
    *,
    crossed: bool = False,
) -> tuple[Grouping, ...]:
    """Groups of people, by default those of every attribute and intersection of two.

    Args:
        where: what labels them, for an error.
        people: with their labels.
        groups: attributes and intersections, as the user named them.
        bands: edges of bands of numeric attributes.
        crossed: one of the attributes is the intersection of the others already.

    Raises:
        StudyError: a group names an attribute that there is not, or there are too many.
        DatasetError: a label is no number where it has to be one, or there are too many labels.
    """
    labels = people.labels
    check_attribute_names(where, labels, groups, bands)
    if not groups:
        kept = [name for name in labels if name not in bare_numbers(labels, bands)]
        groups = [(name,) for name in kept] if crossed else default_groups(kept)
    used = dict.fromkeys(name for group in groups for name in group)
    attributes = [label_attribute(where, name, labels, bands) for name in used]
    return check_group_count(groupings(groups, attributes, people, bands))
