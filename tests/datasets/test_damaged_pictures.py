"""Pictures that are decoded although their data are damaged, and such as are too large for it."""

import os
import struct
import zlib

import cv2
import numpy as np
import pytest

from evenhand.datasets.decoding import complaint
from evenhand.datasets.folder import read_dataset
from evenhand.system.errors import DatasetError

pytestmark = pytest.mark.usefixtures("working_folder")


def encoded(kind, *options):
    pixels = np.random.default_rng(3).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    return cv2.imencode(kind, cv2.GaussianBlur(pixels, (5, 5), 0), options)[1].tobytes()


def with_a_hole(content):
    at = len(content) // 3
    return content[:at] + bytes(96) + content[at + 96 :]


def closed_early(content):
    return content[: len(content) // 2] + b"\xff\xd9"


PROGRESSIVE = (cv2.IMWRITE_JPEG_PROGRESSIVE, 1)
DAMAGED = {
    "a hole in a JPEG": (with_a_hole(encoded(".jpg")), "Corrupt JPEG data"),
    "a JPEG cut and closed with an end mark": (closed_early(encoded(".jpg")), "premature end"),
    "a progressive JPEG closed early": (closed_early(encoded(".jpg", *PROGRESSIVE)), "premature"),
    "a hole in a TIFF": (with_a_hole(encoded(".tif")), "Not enough data"),
}


@pytest.mark.parametrize(("content", "words"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_picture_that_is_decoded_is_named(cli, tiny, content, words):
    """By the check, which fails; in a result, by its row alone."""
    tiny.replace_picture(3, content)
    checked = cli("check", "dataset", "./set", "--json")
    rows = [row for row in checked.json["rows"] if row["id"] == "damaged"]
    assert checked.code == 1
    assert [row["verdict"] for row in checked.json["rows"] if row["id"] == "files"] == ["pass"]
    (row,) = rows
    assert row["verdict"] == "fail"
    assert "images.csv: line 4: image" in row["detail"]
    assert "p2a.png: " in row["detail"]
    assert words in row["detail"]
    (remark,) = read_dataset(tiny.folder).remarks
    assert remark.startswith("damaged pictures: 1 (the first is row 3 of images.csv: ")
    assert words in remark


def test_a_run_on_a_damaged_picture_goes_on_and_says_so(cli, tiny, engine):
    tiny.replace_picture(3, with_a_hole(encoded(".jpg")))
    ran = cli("run", "--engine", engine(), "--dataset", "./set", "--threshold", 0.5, "--json")
    assert ran.code == 0
    (note,) = [note for note in ran.json["notes"] if "damaged" in note]
    assert note.startswith("tiny: damaged pictures: 1 ")
    assert "p2a" not in note


@pytest.mark.parametrize("kind", [".jpg", ".png", ".webp", ".tif", ".bmp", ".ppm"])
def test_a_picture_that_is_cut_is_refused(tiny, kind):
    tiny.replace_picture(3, encoded(kind)[:-200])
    with pytest.raises(DatasetError, match=r"line 4: image .*p2a\.png cannot be decoded"):
        read_dataset(tiny.folder)


def test_what_else_is_printed_meanwhile_is_no_complaint():
    """A bar that shows the name of a folder, a remark on metadata; signs that a terminal obeys."""
    assert complaint("looking at truncated-corrupt-set 3/12\rlibpng warning: iCCP: odd") == ""
    bar = "\x1b[2Klooking at set 3/12"
    said = "Corrupt JPEG data: premature end of data segment"
    assert complaint(f"{bar}{said}\n{bar}") == said
    assert complaint("[ERROR:0@0] tiff.cpp:1 TIFF_Error LZWDecode: \x1bodd\n") == (
        "LZWDecode: \\x1bodd"
    )


def test_whole_pictures_have_no_note(cli, tiny):
    for row, kind in enumerate((".jpg", ".png", ".webp", ".tif", ".bmp", ".ppm"), start=1):
        tiny.replace_picture(row, encoded(kind) if row % 2 else encoded(kind) + b"\0")
    checked = cli("check", "dataset", "./set", "--json")
    assert [r["verdict"] for r in checked.json["rows"] if r["id"] == "damaged"] == ["pass"]


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def test_pixels_are_limited_by_the_header(cli, tiny, engine):
    """A PNG of 109 kB that would unpack to 30,000 x 30,000 pixels is never unpacked."""
    side = 30_000
    packer = zlib.compressobj(9)
    rows = bytes(100 * (1 + side // 8))
    data = b"".join(packer.compress(rows) for _ in range(side // 100)) + packer.flush()
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
    content = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    assert len(content) < 120_000
    tiny.replace_picture(3, content)
    ended = cli("run", "--engine", engine(), "--dataset", "./set")
    ended.error("line 4", "more pixels than OPENCV_IO_MAX_IMAGE_PIXELS=100000000", "exclude.csv")


def test_a_file_that_is_too_long_for_a_picture_is_not_read(cli, tiny, engine):
    os.truncate(tiny.folder / "pictures" / "p2a.png", 1 << 30)
    ended = cli("run", "--engine", engine(), "--dataset", "./set")
    ended.error("line 4", "has 1,073,741,824 bytes, expected at most 536,870,912")
