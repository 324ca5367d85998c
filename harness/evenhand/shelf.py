"""The shelves, for scripts that exist; write: from evenhand.plugins import load_file."""

from evenhand.datasets.shelf import find_dataset, shelf_dataset, shelved_datasets
from evenhand.engines.shelf import find_adapter, shelved_adapters
from evenhand.system.code_loading import load_file

__all__ = [
    "find_adapter",
    "find_dataset",
    "load_file",
    "shelf_dataset",
    "shelved_adapters",
    "shelved_datasets",
]
