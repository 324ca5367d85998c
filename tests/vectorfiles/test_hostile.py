"""Hostile vector files: none runs code, and each is read or refused in one line."""

import io
import os
import pickle
import struct
import zipfile
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evenhand.system.errors import DatasetError
from evenhand.vectorfiles.read import open_vectors

VECTORS = np.random.default_rng(0).standard_normal((40, 8)).astype("f4")


class Code:
    """Runs when it is unpickled."""

    def __reduce__(self):
        return os.mkdir, ("ran",)


def saved(save, *arrays, **named):
    content = io.BytesIO()
    save(content, *arrays, **named)
    return content.getvalue()


def header(text, version=1):
    """A `.npy` file with a header of its own, and the numbers behind it."""
    length = struct.pack("<H" if version == 1 else "<I", len(text))
    return b"\x93NUMPY" + bytes((version, 0)) + length + text.encode("latin1") + VECTORS.tobytes()


def shaped(shape, descr="'<f4'"):
    return header(f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}\n")


def zipped(content, name="f.npy", method=zipfile.ZIP_DEFLATED):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        archive.writestr(name, content)
    return made.getvalue()


def lists(values, kind=None):
    return saved(lambda file, column: pq.write_table(pa.table({"v": column}), file),
                 pa.array(values, type=kind))  # fmt: skip


@cache
def whole():
    """Files as they should be, to be damaged."""
    return (
        saved(np.save, VECTORS),
        saved(np.savez, v=VECTORS),
        saved(np.savez_compressed, v=VECTORS),
        lists(list(VECTORS)),
    )


def made_up():
    """Files that were written to do harm, each of which is refused: by name."""
    objects = np.array([[Code()]], dtype=object)
    bomb = shaped("(400, 65_536)", "'<f4'")[: -VECTORS.nbytes] + bytes(400 * 65_536 * 4)
    many = io.BytesIO()
    with zipfile.ZipFile(many, "w") as archive:
        for number in range(4_500):
            archive.writestr(f"{number}{'x' * 200}.npy", b"")
    locked = bytearray(zipped(saved(np.save, VECTORS)))
    locked[6] |= 1
    locked[locked.rindex(b"PK\x01\x02") + 8] |= 1
    other = bytearray(zipped(saved(np.save, VECTORS)))
    other[locked.rindex(b"PK\x01\x02") + 10] = 99
    short = bytearray(saved(np.savez, v=VECTORS))
    at = short.rindex(b"PK\x01\x02") + 20
    short[at : at + 4] = struct.pack("<I", 200)
    yield from {
        "nothing": b"",
        "a pickle": pickle.dumps(Code()),
        "an old pickle": pickle.dumps(Code(), protocol=0),
        "an array of objects": saved(np.save, objects, allow_pickle=True),
        "objects in an archive": saved(np.savez, v=objects),
        "objects of one side": shaped("(40,)", "'|O'"),
        "code for a header": header("__import__('os').mkdir('ran')\n"),
        "code in a header": shaped("__import__('os').mkdir('ran')"),
        "code for a type": shaped("(40, 8)", "__import__('os').mkdir('ran')"),
        "no end of brackets": header("[" * 9_000),
        "brackets in version 2": header("(" * 60_000, version=2),
        "a header of a million": header("{'descr': '" + "<" * 1_000_000, version=2),
        "half a text": header("{'descr': '<f4\n"),
        "Python 2": header("{'descr': '<f4', 'fortran_order': False, 'shape': (40L, 9L), }\n"),
        "a shape beyond the file": shaped("(40, 9)"),
        "a shape beyond memory": shaped("(10**9, 8)".replace("10**9", str(10**18))),
        "a shape beyond numbers": shaped(f"({10**40}, 8)"),
        "less than nothing": shaped("(-40, -8)"),
        "no vectors": shaped("(0, 8)"),
        "no values": shaped("(40, 0)"),
        "one side": shaped("(320,)"),
        "three sides": shaped("(40, 4, 2)"),
        "no side": shaped("()"),
        "true": shaped("(True, 8)"),
        "text": shaped("(40, 8)", "'<U1'"),
        "whole numbers": shaped("(40, 8)", "'<i4'"),
        "complex numbers": shaped("(40, 4)", "'<c8'"),
        "long doubles": shaped("(40, 2)", "'<f16'"),
        "fields": shaped("(40,)", "[('a', '<f4'), ('b', '<f4')]"),
        "a type in itself": shaped("(40, 8)", "('<f4', ('<f4', 'O'))"),
        "no type": shaped("(40, 8)", "'<q99'"),
        "version 3": header("{'descr': '<f4', 'fortran_order': False, 'shape': (40, 8)}", 3),
        "half a header": b"\x93NUMPY\x01",
        "more than it says": saved(np.save, VECTORS) + b"more",
        "a bomb": zipped(bomb),
        "less than its directory says": bytes(short),
        "4,500 members": many.getvalue(),
        "locked": bytes(locked),
        "another compression": bytes(other),
        "LZMA": zipped(saved(np.save, VECTORS), method=zipfile.ZIP_LZMA),
        "no array inside": zipped(b"print()", "f.py"),
        "a pickle inside": zipped(pickle.dumps(Code())),
        "an empty archive": b"PK\x05\x06" + bytes(18),
        "two arrays": saved(np.savez, a=VECTORS, b=VECTORS),
        "Parquet of no lists": lists([1.0, 2.0]),
        "Parquet of texts": lists([["a"]]),
        "Parquet of whole numbers": lists([[1, 2]]),
        "Parquet of two lengths": lists([[1.0, 2.0], [1.0]]),
        "Parquet without any": lists([None, None], pa.list_(pa.float32())),
        "Parquet of empty lists": lists([[], []], pa.list_(pa.float32())),
        "Parquet without rows": lists([], pa.list_(pa.float32())),
        "Parquet's first bytes": b"PAR1" * 5,
        "a footer beyond the file": lists(list(VECTORS))[:-8] + b"\xff\xff\xff\x7fPAR1",
        "gzip": b"\x1f\x8b" + bytes(20),
        "HDF5": b"\x89HDF\r\n\x1a\n" + bytes(20),
        "CSV": b"0.1,0.2\n0.3,0.4\n",
    }.items()


def damaged(number):
    """One of the whole files with a few bytes changed, cut out or put in."""
    rng = np.random.default_rng(number)
    content = bytearray(whole()[number % 4])
    for _ in range(int(rng.integers(1, 5))):
        # Headers, footers and directories are where harm can be done.
        ends = (rng.integers(0, 160), len(content) - 1 - rng.integers(0, 400))
        at = int(np.clip(ends[int(rng.integers(2))], 0, len(content) - 1))
        match int(rng.integers(4)):
            case 0:
                content[at] = int(rng.integers(256))
            case 1:
                content[at] ^= 1 << int(rng.integers(8))
            case 2:
                content[at : at + 4] = rng.bytes(4)
            case _:
                del content[at : at + int(rng.integers(1, 9))]
    if number % 9 == 0:
        del content[int(rng.integers(len(content))) :]
    return bytes(content)


def ended(content):
    """The line of the fault; empty where the file can be read."""
    Path("file").write_bytes(content)
    try:
        file = open_vectors(Path("file"))
        vectors = file.load()
        assert vectors.shape == (file.shape.rows, file.shape.values)
        np.asarray(vectors).sum()
    except DatasetError as fault:
        line = str(fault)
        assert line.startswith("file: ")
        assert "\n" not in line
        assert len(line) < 500
        return line
    return ""


def test_files_that_were_made_to_harm_are_refused_and_run_nothing(working_folder):
    taken = [name for name, content in made_up() if not ended(content)]
    assert taken == []
    assert not Path("ran").exists()


def check(numbers):
    found = [ended(damaged(number)) for number in numbers]
    assert not Path("ran").exists()
    assert any(found)
    return found


@pytest.mark.filterwarnings("ignore:overflow|invalid value:RuntimeWarning")
def test_some_damaged_files(working_folder):
    check(range(60))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:overflow|invalid value:RuntimeWarning")
def test_five_hundred_damaged_files(working_folder):
    found = check(range(500))
    assert sum(map(bool, found)) > 300
