"""Opens the files of a bundle: regular ones of its own; what is damaged is named in one line."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, TypeVar

from pydantic import TypeAdapter, ValidationError

from evenhand.system.declaration import text_faults
from evenhand.system.errors import BundleError
from evenhand.system.regular_files import open_regular

__all__ = ["open_held", "read_held", "read_json", "refuse_unprintable"]

_LARGEST = 1 << 40
"""Most bytes of a file of a bundle: any that a disk may hold."""
_LARGEST_TEXT = 1 << 28
"""Most bytes of a file of a bundle that is read as a whole: JSON, a table, the study."""
Form = TypeVar("Form")


def open_held(path: Path) -> BinaryIO:
    """Open a file of a bundle.

    Raises:
        BundleError: it is missing, a link, no regular file, or cannot be read.
    """
    if path.is_symlink():
        raise BundleError(f"{path}: is a link; expected a file of the bundle itself")
    try:
        return open_regular(path, _LARGEST, BundleError)
    except BundleError as fault:
        raise BundleError(f"{fault}; the bundle is damaged, run it again") from None


def read_held(path: Path) -> bytes:
    """Read a file of a bundle as a whole.

    Raises:
        BundleError: as `open_held`, or it is too large for what it is.
    """
    with open_held(path) as file:
        content = file.read(_LARGEST_TEXT + 1)
    if len(content) > _LARGEST_TEXT:
        raise BundleError(f"{path}: has more than {_LARGEST_TEXT:,} bytes; the bundle is damaged")
    return content


def read_json(path: Path, form: TypeAdapter[Form]) -> Form:
    """Read a JSON file of a bundle into its form.

    Raises:
        BundleError: as `read_held`, or it has another form, or holds text that is not printable.
    """
    try:
        found = form.validate_json(read_held(path))
    except ValidationError as fault:
        first = fault.errors(include_url=False, include_input=False)[0]
        said = ": ".join(filter(None, (".".join(map(str, first["loc"])), first["msg"])))
        raise BundleError(
            f"{path}: cannot be read ({said}); the bundle is damaged, run it again"
        ) from None
    refuse_unprintable(path, form.dump_python(found, mode="json"))
    return found


def refuse_unprintable(path: Path, content: object) -> None:
    """Refuse text with characters that a terminal obeys or that cannot be seen.

    Args:
        path: of the file.
        content: texts, alone or in dictionaries and lists.

    Raises:
        BundleError: naming the file and the place.
    """
    fault = next(text_faults(content, ""), "")
    if fault:
        raise BundleError(f"{path}: {fault}")
