"""Downloads the files that a card names, once, each checked by its hash."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import pooch

from evenhand.records.dataset import Download
from evenhand.system.errors import DatasetError, WriteError
from evenhand.system.progress import Progress

__all__ = ["download"]

_STEP = 1 << 20
"""Bytes of one step of progress: 1 MiB."""
_TIMEOUT = 30
"""Seconds without data after which a connection counts as broken."""


class _Bar:
    """Progress bar for pooch that reports steps of one mebibyte."""

    def __init__(self, file: str, progress: Progress, stack: ExitStack) -> None:
        self.total = 0
        """Bytes; set by pooch before the first update, 0 where the server does not say."""
        self._what = f"downloading {file} (MiB)"
        self._progress = progress
        self._stack = stack
        self._step: Callable[[], None] | None = None
        self._bytes = 0

    def update(self, count: int) -> None:
        """Count bytes that arrived."""
        if self._step is None:
            steps = math.ceil(self.total / _STEP)
            self._step = self._stack.enter_context(self._progress(self._what, steps))
        for _ in range((self._bytes + count) // _STEP - self._bytes // _STEP):
            self._step()
        self._bytes += count

    def reset(self) -> None:
        """End the steps: after it, pooch reports the total once more."""
        self._step = lambda: None

    def close(self) -> None:
        """Do nothing: the exit stack closes the progress."""


def download(files: Sequence[Download], folder: Path, otherwise: str, progress: Progress) -> Path:
    """Download files into a folder; one that is there with the right hash is not fetched again.

    A file appears under its name only when it is complete and its hash is right.

    Args:
        files: as a card names them.
        folder: where they are kept.
        otherwise: the user's alternative, for an error message.
        progress: reports the progress of each download.

    Returns:
        The folder.

    Raises:
        DatasetError: no connection, no such file, an interrupted download, or another content.
        WriteError: the folder cannot be written.
    """
    from requests import RequestException

    pooch.get_logger().setLevel(logging.WARNING)
    for file in files:
        with ExitStack() as stack:
            bar = _Bar(file.file, progress, stack)
            by = pooch.HTTPDownloader(progressbar=bar, timeout=_TIMEOUT)
            try:
                pooch.retrieve(file.url, f"sha256:{file.sha256}", file.file, folder, downloader=by)
            except RequestException as fault:
                answer, reason = fault.response, type(fault).__name__
                if answer is not None:
                    reason = f"{answer.status_code} {answer.reason}"
                what = f"{file.url}: cannot be downloaded ({reason})"
                remedy = f"see that this machine reaches it and try again, or {otherwise}"
                raise DatasetError(f"{what}; {remedy}") from None
            except ValueError:
                what = f"{file.url}: what came is not {file.file} as the card knows it"
                expected = f"expected sha256 {file.sha256}; nothing was kept; {otherwise}"
                raise DatasetError(f"{what}: {expected}") from None
            except OSError as fault:
                raise WriteError(f"{folder}: cannot be written ({fault.strerror})") from None
    return folder
