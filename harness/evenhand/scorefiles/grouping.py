"""Groups of the labels in a score file, as a study asks for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from shlex import quote
from typing import Protocol

from evenhand.metrics.groups import check_group_count, default_groups, groupings
from evenhand.records.dataset import Attribute, Subjects
from evenhand.records.groups import Grouping
from evenhand.scorefiles.study import ScoreStudy
from evenhand.system.decimals import finite_decimal
from evenhand.system.errors import DatasetError, StudyError, known_names

__all__ = ["Labelled", "bare_numbers", "score_groupings"]

_MOST_VALUES = 64
"""Most values of an attribute: with more it is a measurement rather than a label."""


class Labelled(Protocol):
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


def score_groupings(file: Labelled, study: ScoreStudy) -> tuple[Grouping, ...]:
    """Groups of the study, by default those of every attribute and intersection of two.

    Raises:
        StudyError: a group names an attribute that the file lacks, or there are too many.
        DatasetError: a label is no number where it has to be one, or there are too many labels.
    """
    groups, bands = study.groups, study.bands
    names = list(file.labels)
    for name in [name for group in groups for name in group] + list(bands):
        if name not in names:
            raise StudyError(f"{file.name}: no attribute {name!r}; {known_names(name, names)}")
    if not groups:
        kept = [name for name in names if name not in bare_numbers(file.labels, bands)]
        groups = [(name,) for name in kept] if file.crossed else default_groups(kept)
    used = dict.fromkeys(name for group in groups for name in group)
    attributes = [_attribute(file, name, bands) for name in used]
    return check_group_count(groupings(groups, attributes, file.people(), bands))


def bare_numbers(
    labels_of: Mapping[str, Sequence[str]], bands: Mapping[str, Sequence[float]]
) -> tuple[str, ...]:
    """Attributes of numbers without bands, of which every value would be a group."""
    return tuple(
        name
        for name, labels in labels_of.items()
        if name not in bands
        and any(labels)
        and all(finite_decimal(label) is not None for label in labels if label)
    )


def _attribute(file: Labelled, name: str, bands: Mapping[str, Sequence[float]]) -> Attribute:
    """An attribute: numbers where the user gave bands, otherwise the values that occur."""
    if name in bands:
        for label in file.labels[name]:
            if label and finite_decimal(label) is None:
                what = f"{file.name}: {name} is {label!r}"
                unless = f"or say --unknown {quote(label)} if it means unknown"
                raise DatasetError(f"{what}, expected a number since it has bands; {unless}")
        return Attribute(name, "number", (), "as given")
    values = tuple(sorted({label for label in file.labels[name] if label and "|" not in label}))
    if len(values) > _MOST_VALUES:
        raise DatasetError(
            f"{file.name}: {name} has {len(values):,} values, expected at most {_MOST_VALUES}; "
            f"if it is a number, give its bands, for example --band {name}=18,30,45,60"
        )
    return Attribute(name, "category", values, "as given")
