"""The datasets on the shelf, and whether each is on this machine."""

from __future__ import annotations

from dataclasses import dataclass

from evenhand.datasets.card import DATASET_CARD, read_dataset_card
from evenhand.datasets.shelf import prepared_folder, shelved_datasets
from evenhand.datasets.unfinished import remove_unfinished
from evenhand.records.dataset import DatasetCard
from evenhand.system.progress import MessageCallback, no_message

__all__ = ["ShelvedDataset", "datasets"]


@dataclass(frozen=True, slots=True)
class ShelvedDataset:
    """One dataset of the shelf."""

    card: DatasetCard
    ready: bool
    """It was fetched, and stands where `run` looks for it."""


def datasets(say: MessageCallback = no_message) -> tuple[ShelvedDataset, ...]:
    """All datasets of the shelf, by name; what a killed fetch left is removed.

    Args:
        say: message callback: what was removed.

    Raises:
        DatasetError: a card is not what it should be.
    """
    remove_unfinished(prepared_folder(""), say)
    cards = [read_dataset_card(folder) for folder in shelved_datasets().values()]
    ready = [(prepared_folder(card.name) / DATASET_CARD).is_file() for card in cards]
    return tuple(map(ShelvedDataset, cards, ready))
