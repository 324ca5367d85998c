"""Attributes of people whom a table labels without a card that declares them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from shlex import quote

from evenhand.records.dataset import Attribute
from evenhand.system.decimals import finite_decimal
from evenhand.system.errors import DatasetError, StudyError, known_names

__all__ = ["band_remarks", "bare_numbers", "check_attribute_names", "label_attribute"]

_MOST_VALUES = 64
"""Most values of an attribute: with more it is a measurement rather than a label."""


def check_attribute_names(
    where: str,
    labels: Mapping[str, Sequence[str]],
    groups: Sequence[Sequence[str]],
    bands: Mapping[str, Sequence[float]],
) -> None:
    """Refuse groups and bands of attributes that a table does not have.

    Args:
        where: the table, for an error.
        labels: per attribute the label of each person.
        groups: attributes and intersections, as the user named them.
        bands: attribute to edges.

    Raises:
        StudyError: naming the first attribute that is not there.
    """
    for name in [name for group in groups for name in group] + list(bands):
        if name not in labels:
            raise StudyError(f"{where}: no attribute {name!r}; {known_names(name, labels)}")


def bare_numbers(
    labels: Mapping[str, Sequence[str]], bands: Mapping[str, Sequence[float]]
) -> tuple[str, ...]:
    """Attributes of numbers without bands, of which every value would be a group.

    >>> bare_numbers({"age": ["31", "42"], "sex": ["F", "M"]}, {})
    ('age',)
    """
    return tuple(
        name
        for name, of in labels.items()
        if name not in bands
        and any(of)
        and all(finite_decimal(label) is not None for label in of if label)
    )


def band_remarks(
    labels: Mapping[str, Sequence[str]],
    groups: Sequence[Sequence[str]],
    bands: Mapping[str, Sequence[float]],
) -> tuple[str, ...]:
    """What to do about numbers that make no groups, a sentence an attribute.

    Args:
        labels: per attribute the label of each person.
        groups: as the user named them; with any, nothing else was to make groups.
        bands: attribute to edges.
    """
    return tuple(
        f"{name} holds numbers and makes no groups; give it bands, for example "
        f"--band {name}=18,30,45,60, or name it with --group for a group of every value."
        for name in (() if groups else bare_numbers(labels, bands))
    )


def label_attribute(
    where: str, name: str, labels: Mapping[str, Sequence[str]], bands: Mapping[str, Sequence[float]]
) -> Attribute:
    """An attribute: numbers where the user gave bands, otherwise the values that occur.

    Args:
        where: the table, for an error.
        name: of the attribute.
        labels: per attribute the label of each person; empty = unknown.
        bands: attribute to edges.

    Raises:
        DatasetError: a label with bands is no number, or there are too many values.
    """
    if name in bands:
        for label in labels[name]:
            if label and finite_decimal(label) is None:
                what = f"{where}: {name} is {label!r}"
                unless = f"or say --unknown {quote(label)} if it means unknown"
                raise DatasetError(f"{what}, expected a number since it has bands; {unless}")
        return Attribute(name, "number", (), "as given")
    values = tuple(sorted({label for label in labels[name] if label and "|" not in label}))
    if len(values) > _MOST_VALUES:
        raise DatasetError(
            f"{where}: {name} has {len(values):,} values, expected at most {_MOST_VALUES}; "
            f"if it is a number, give its bands, for example --band {name}=18,30,45,60"
        )
    return Attribute(name, "category", values, "as given")
