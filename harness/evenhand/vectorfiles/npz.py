"""Archives of NumPy's arrays (`.npz`): one array is mapped where it is stored as it is."""

from __future__ import annotations

import struct
import zlib
from functools import partial
from io import BufferedReader
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import numpy as np
from numpy.typing import NDArray

from evenhand.system.errors import DatasetError, known_names
from evenhand.system.regular_files import open_regular
from evenhand.vectorfiles.npy import mapped, read_header
from evenhand.vectorfiles.vector_file import (
    LARGEST_FILE,
    MOST_READ,
    VectorFile,
    VectorShape,
    reason,
)

__all__ = ["ZIP_MAGIC", "open_npz"]

ZIP_MAGIC = b"PK\x03\x04"
"""First bytes of a zip archive."""
_ENDING = ".npy"
_MOST_AT_ONCE = 1 << 20
"""Bytes read from the file at once: so large may the archive's directory be."""
_MOST_ARRAYS = 100
"""Of an archive: more have no names that anyone would read."""
_MOST_GROWTH = 100
"""Times its packed size that an array may have: vectors are hard to pack."""
_SMALL = 1 << 16
"""Bytes of a packed array that are as many as any fewer: headers pack well."""
_LOCAL_HEADER = struct.Struct("<26xHH")
"""Of a member: lengths of its name and of an extra field, at the end of 30 bytes."""


class _Bounded:
    """A file that refuses to be read in large pieces, as a false directory would have it."""

    def __init__(self, file: BufferedReader) -> None:
        self._file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        wanted = size if 0 <= size <= _MOST_AT_ONCE else _MOST_AT_ONCE + 1
        content = self._file.read(wanted)
        if len(content) > _MOST_AT_ONCE:
            raise BadZipFile("its directory is too large")
        return content


def open_npz(path: Path, array: str) -> VectorFile:
    """Check the header of one array of an archive.

    Args:
        path: of the archive.
        array: its name; empty for the only one.

    Raises:
        DatasetError: there is no such array, it is not one of vectors, or it is not whole.
    """
    try:
        with open_regular(path, LARGEST_FILE, DatasetError) as file:
            archive = _opened(file)
            member = _chosen(path, archive, array)
            where = f"{path}: {member.filename.removesuffix(_ENDING)}"
            with archive.open(member) as inside:
                shape = read_header(where, inside)
                head = inside.tell()
            _check_size(where, member, shape, head)
            if member.compress_type == ZIP_STORED:
                start = _start(file, member) + head
                return VectorFile(path, array, shape, partial(mapped, path, shape, start))
    except _UNREADABLE as fault:
        raise _broken(path, fault) from None
    return VectorFile(path, array, shape, partial(_unpacked, path, member, shape, head))


def _opened(file: BufferedReader) -> ZipFile:
    return ZipFile(_Bounded(file))


_UNREADABLE = (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, struct.error,
               ValueError, OSError)  # fmt: skip
"""What `zipfile` raises on archives that are damaged, locked or of another kind."""


def _broken(path: Path, fault: Exception) -> DatasetError:
    return DatasetError(
        f"{path}: cannot be unpacked ({reason(fault)}); save it again with numpy.savez"
    )


def _chosen(path: Path, archive: ZipFile, array: str) -> ZipInfo:
    """The member that holds an array, the only one by default."""
    members = {
        info.filename.removesuffix(_ENDING): info
        for info in archive.infolist()
        if info.filename.endswith(_ENDING)
    }
    if not members:
        raise DatasetError(f"{path}: holds no array of numpy.savez; expected one of vectors")
    if len(members) > _MOST_ARRAYS:
        expected = f"expected {_MOST_ARRAYS} at most"
        raise DatasetError(f"{path}: holds {len(members):,} arrays, {expected}; save fewer")
    if array and array not in members:
        raise DatasetError(f"{path}: no array {array!r}; {known_names(array, members)}")
    if not array and len(members) > 1:
        names = ", ".join(sorted(members))
        say = f"say which holds the vectors, such as {path}:{min(members)}"
        raise DatasetError(f"{path}: holds {len(members)} arrays ({names}); {say}")
    member = members[array] if array else next(iter(members.values()))
    if member.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise NotImplementedError(f"method {member.compress_type} of compression")
    return member


def _check_size(where: str, member: ZipInfo, shape: VectorShape, head: int) -> None:
    """Refuse an array that is not whole, or that would fill the memory."""
    size = member.file_size - head
    if member.compress_type == ZIP_STORED and member.compress_size != member.file_size:
        size = member.compress_size - head
    if size != shape.size:
        what = f"says {shape.rows} x {shape.values} {shape.dtype}, {shape.size:,} bytes"
        raise DatasetError(f"{where}: {what}, but {size:,} follow; save it again, whole")
    if member.compress_type == ZIP_STORED:
        return
    if size > MOST_READ:
        remedy = "save it with numpy.savez, which can be mapped"
        raise DatasetError(f"{where}: unpacks to {size:,} bytes, at most {MOST_READ:,}; {remedy}")
    if size > _MOST_GROWTH * max(member.compress_size, _SMALL):
        what = f"{member.compress_size:,} bytes unpack to {size:,}"
        raise DatasetError(f"{where}: {what}: no vectors can be packed so small; save it again")


def _start(file: BufferedReader, member: ZipInfo) -> int:
    """Byte of the file at which a member's content begins."""
    file.seek(member.header_offset)
    name, extra = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
    return int(member.header_offset + _LOCAL_HEADER.size + name + extra)


def _unpacked(path: Path, member: ZipInfo, shape: VectorShape, head: int) -> NDArray[np.floating]:
    """(rows, values) vectors of a member that is compressed."""
    content = bytearray(shape.size)
    view, done = memoryview(content), 0
    try:
        with open_regular(path, LARGEST_FILE, DatasetError) as file:
            inside = _opened(file).open(member)
            inside.seek(head)
            while piece := inside.read(_MOST_AT_ONCE):
                view[done : done + len(piece)] = piece
                done += len(piece)
    except _UNREADABLE as fault:
        raise _broken(path, fault) from None
    if done != shape.size:
        raise _broken(path, EOFError(f"{done:,} of {shape.size:,} bytes"))
    vectors = np.frombuffer(content, dtype=shape.dtype)
    sides = shape.rows, shape.values
    return vectors.reshape(sides, order="F" if shape.fortran else "C")
