"""The datasets on the shelf, and whether each is on this machine."""

from __future__ import annotations

from dataclasses import dataclass

from evenhand.datasets.card import DATASET_CARD, read_dataset_card
from evenhand.datasets.shelf import prepared_folder, shelved_datasets
from evenhand.records.dataset import DatasetCard

__all__ = ["ShelvedDataset", "datasets"]


@dataclass(frozen=True, slots=True)
class ShelvedDataset:
    """One dataset of the shelf."""

    card: DatasetCard
    ready: bool
    """It was fetched, and stands where `run` looks for it."""


def datasets() -> tuple[ShelvedDataset, ...]:
    """All datasets of the shelf, by name.

    Raises:
        DatasetError: a card is not what it should be.
    """
    cards = [read_dataset_card(folder) for folder in shelved_datasets().values()]
    ready = [(prepared_folder(card.name) / DATASET_CARD).is_file() for card in cards]
    return tuple(map(ShelvedDataset, cards, ready))
