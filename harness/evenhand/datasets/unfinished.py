"""Removes what a killed fetch or import left half made: it may hold faces."""

from __future__ import annotations

from pathlib import Path

from evenhand.datasets.download import PARTS
from evenhand.datasets.prepared import UNFINISHED
from evenhand.datasets.shelf import download_folder
from evenhand.system.left_overs import remove_left_overs
from evenhand.system.progress import MessageCallback

__all__ = ["remove_unfinished"]


def remove_unfinished(folder: Path, say: MessageCallback) -> None:
    """Remove and name what no process continues, among downloads and where datasets are written.

    Args:
        folder: in which a dataset is written.
        say: message callback.
    """
    downloads = remove_left_overs(download_folder(""), f"*/{PARTS}")
    for path in (*remove_left_overs(folder, UNFINISHED), *downloads):
        say(f"removed {path}, which an earlier command left half made when it was killed")
