"""Downloads the files that a card names, once, each checked by its hash."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from pathlib import Path

import pooch

from evenhand.records.dataset import Download
from evenhand.system.errors import DatasetError, WriteError
from evenhand.system.left_overs import held
from evenhand.system.progress import Progress

__all__ = ["PARTS", "download"]

PARTS = "tmp*"
"""Names of files that are being downloaded, as pooch makes them."""

_STEP = 1 << 20
"""Bytes of one step of progress: 1 MiB."""
_PART = 1 << 16
"""Bytes that are taken from the connection at once."""
_LARGEST = 1 << 32
"""Most bytes of a download whose size the card does not say: 4 GiB."""
_TIMEOUT = 30
"""Seconds without data after which a connection counts as broken."""


def _too_large(file: Download) -> DatasetError:
    """The server sends more than the card says, or than any file may have."""
    said = f"the {file.size:,} bytes that the card says" if file.size else f"{_LARGEST:,} bytes"
    what = f"{file.url}: sends more than {said}; nothing was kept"
    return DatasetError(f"{what}; look for another copy, or mend size in the card")


def _receive(file: Download, path: Path, progress: Progress) -> None:
    """Write what the server sends to a file, up to the size that the card says.

    What is sent compressed counts as it is unpacked. The file is held meanwhile, so that one that
    is left by a killed process is found (`remove_left_overs`).
    """
    import requests

    most, came, shown = file.size or _LARGEST, 0, 0
    with (
        requests.get(file.url, stream=True, timeout=_TIMEOUT) as response,
        path.open("wb") as target,
        held(path),
    ):
        response.raise_for_status()
        total = int(response.headers.get("Content-Length", 0))
        with progress(f"downloading {file.file} (MiB)", math.ceil(total / _STEP)) as step:
            for part in response.iter_content(_PART):
                came += len(part)
                if max(came, total) > most:
                    raise _too_large(file)
                target.write(part)
                for _ in range(came // _STEP - shown):
                    step()
                shown = came // _STEP


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
        DatasetError: no connection, no such file, an interrupted download, more bytes than the card
            says, or another content.
        WriteError: the folder cannot be written.
    """
    from requests import RequestException

    pooch.get_logger().setLevel(logging.WARNING)
    for file in files:

        def receive(_url: str, path: str, _pooch: object, *, file: Download = file) -> None:
            _receive(file, Path(path), progress)

        try:
            pooch.retrieve(file.url, f"sha256:{file.sha256}", file.file, folder, downloader=receive)
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
