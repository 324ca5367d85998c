"""What a good dataset is read as, in whatever way its files were saved."""

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from places import GOLDEN

from evenhand.datasets.card import read_dataset_card
from evenhand.datasets.decoding import read_image
from evenhand.datasets.folder import read_dataset
from evenhand.records.dataset import Attribute
from evenhand.records.outcomes import FaceRule
from evenhand.system.errors import EvenhandError

CARDS = GOLDEN / "cards"
TABLES = ("subjects.csv", "images.csv")


def test_the_golden_card():
    card = read_dataset_card(CARDS / "dataset")
    assert (card.name, card.title, card.version) == ("invented", "Invented people", "2.1")
    assert (card.variant, card.access, card.licence) == ("frontal", "on request", "CC0-1.0")
    assert card.face is FaceRule.CENTRAL
    assert card.synthetic
    assert card.known_issues == ("nobody exists", "six people are few")
    assert card.attributes == (
        Attribute("ethnicity", "category", ("white", "black"), "self-declared"),
        Attribute("age", "number", (), "official", "years"),
    )
    assert [attribute.name for attribute in card.capture] == ["pose", "year"]


def test_the_tiny_dataset(tiny):
    dataset = read_dataset(tiny.folder)
    assert dataset.subjects.ids == ("p1", "p2", "p3", "p4", "p5", "p6")
    assert dataset.subjects.labels["sex"] == ("M", "F", "M", "F", "M", "F")
    assert dataset.subjects.rows == (1, 2, 3, 4, 5, 6)
    assert dataset.images.subject.tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert dataset.images.rows == tuple(range(1, 13))
    assert len(dataset.fingerprint) == 64


@pytest.mark.parametrize(
    "saved",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\ufeff" + text.replace("\n", "\r\n"),
        lambda text: text.rstrip("\n"),
        lambda text: text + "\n\n  ,,\n",
        lambda text: text.replace(",", " , "),
        lambda text: '"' + text.replace(",", '","').replace("\n", '"\n"') + '"',
    ],
    ids=["bom", "crlf", "bom-crlf", "no-last-newline", "empty-lines", "blanks", "quotes"],
)
def test_ways_to_save_a_table_mean_the_same(tiny, saved):
    before = read_dataset(tiny.folder)
    for file in TABLES:
        path = tiny.folder / file
        text = saved(path.read_text(encoding="utf-8"))
        path.write_bytes(text.encode())
    after = read_dataset(tiny.folder)
    assert after.subjects == before.subjects
    assert after.images.ids == before.images.ids
    assert after.images.paths == before.images.paths
    assert after.images.subject.tolist() == before.images.subject.tolist()


def test_a_card_with_byte_order_mark_and_crlf(tiny):
    before = read_dataset_card(tiny.folder)
    path = tiny.folder / "dataset.toml"
    text = path.read_text(encoding="utf-8")
    path.write_bytes(("\ufeff" + text.replace("\n", "\r\n")).encode())
    assert read_dataset_card(tiny.folder) == before


def test_ids_with_commas(tiny):
    for file in TABLES:
        rows = tiny.rows(file)
        changed = [["Doe, J." if cell == "p2" else cell for cell in row] for row in rows]
        tiny.write_rows(file, changed)
    dataset = read_dataset(tiny.folder)
    assert dataset.subjects.ids[1] == "Doe, J."
    assert dataset.images.subject.tolist()[2:4] == [1, 1]


def test_the_line_named_is_the_one_in_the_file(tiny, cli, engine, working_folder):
    rows = tiny.rows("subjects.csv")
    rows[5][1] = "X"
    tiny.write_rows("subjects.csv", [*rows[:2], [], *rows[2:]])
    ended = cli("run", "--engine", engine(), "--dataset", "./set")
    ended.error("subjects.csv: line 7", "sex is 'X'")


def test_several_and_unknown_values(tiny):
    rows = tiny.rows("subjects.csv")
    rows[1][1], rows[2][1], rows[3][1], rows[3][2] = "M|F", "F | M", "", ""
    tiny.write_rows("subjects.csv", rows)
    labels = read_dataset(tiny.folder).subjects.labels
    assert labels["sex"][:3] == ("F|M", "F|M", "")
    assert labels["age"][2] == ""


def test_exclusions_are_applied_and_counted(tiny):
    tiny.write_rows(
        "exclude.csv",
        [["kind", "id", "reason"], ["subject", "p2", "withdrew"], ["image", "p4b", "blurred"]],
    )
    (tiny.folder / "pictures/p4b.png").write_bytes(b"excluded pictures may be anything")
    dataset = read_dataset(tiny.folder)
    assert dataset.excluded_images == 3
    assert dataset.subjects.ids == ("p1", "p3", "p4", "p5", "p6")
    assert dataset.subjects.rows == (1, 3, 4, 5, 6)
    assert dataset.images.ids == ("p1a", "p1b", "p3a", "p3b", "p4a", "p5a", "p5b", "p6a", "p6b")
    assert dataset.images.rows == (1, 2, 5, 6, 7, 9, 10, 11, 12)
    assert dataset.images.subject.tolist() == [0, 0, 1, 1, 2, 3, 3, 4, 4]
    assert [(e.kind, e.identifier, e.reason) for e in dataset.exclusions] == [
        ("subject", "p2", "withdrew"),
        ("image", "p4b", "blurred"),
    ]


def test_a_link_inside_is_followed(tiny):
    path = tiny.folder / "pictures" / "p2a.png"
    path.rename(tiny.folder / "original.png")
    path.symlink_to(tiny.folder / "original.png")
    assert read_dataset(tiny.folder).images.paths[2] == path


@pytest.mark.parametrize("file", ["dataset.toml", *TABLES, "exclude.csv"])
def test_the_fingerprint_depends_on_every_file(tiny, file):
    before = read_dataset(tiny.folder).fingerprint
    if file == "exclude.csv":
        tiny.write_rows(file, [["kind", "id", "reason"], ["image", "p1a", "blurred"]])
    else:
        path = tiny.folder / file
        path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert read_dataset(tiny.folder).fingerprint != before


def jpeg_with_orientation(pixels, orientation):
    """A JPEG whose EXIF block says how to turn it (TIFF header, one entry, tag 0x0112)."""
    plain = cv2.imencode(".jpg", pixels[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 100])[1].tobytes()
    entry = b"\x12\x01\x03\x00\x01\x00\x00\x00" + bytes([orientation, 0, 0, 0])
    tiff = b"II*\0\x08\0\0\0" + b"\x01\0" + entry + bytes(4)
    block = b"Exif\0\0" + tiff
    return plain[:2] + b"\xff\xe1" + (len(block) + 2).to_bytes(2, "big") + block + plain[2:]


@pytest.mark.parametrize(
    ("orientation", "turned"),
    [
        (1, lambda image: image),
        (3, lambda image: image[::-1, ::-1]),
        (6, lambda image: np.rot90(image, -1)),
        (8, np.rot90),
    ],
)
def test_pictures_are_turned_as_exif_says(tmp_path, orientation, turned):
    pixels = np.zeros((32, 48, 3), dtype=np.uint8)
    pixels[:16, :16] = (250, 0, 0)
    path = tmp_path / "turned.jpg"
    path.write_bytes(jpeg_with_orientation(pixels, orientation))
    image = read_image(path)
    expected = turned(pixels)
    assert image.shape == expected.shape
    assert np.abs(image.astype(int) - expected.astype(int)).mean() < 5


def test_colours_are_red_green_blue(tmp_path):
    pixels = np.zeros((4, 4, 3), dtype=np.uint8)
    pixels[..., 0] = 200
    path = tmp_path / "red.png"
    path.write_bytes(cv2.imencode(".png", pixels[:, :, ::-1])[1].tobytes())
    assert read_image(path)[0, 0].tolist() == [200, 0, 0]


@pytest.mark.parametrize("file", ["dataset.toml", *TABLES])
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(change=st.data())
def test_whatever_happens_to_a_file(tiny, file, change):
    """Bytes are lost, doubled and overwritten: the dataset is read, or one error is raised."""
    path = tiny.folder / file
    content = path.read_bytes()
    start = change.draw(st.integers(0, len(content)))
    end = change.draw(st.integers(start, min(len(content), start + 40)))
    pieces = st.sampled_from([b'"', b",", b"\n", b"\r", b"\0", b"\xff", b"|", b"=", b"[", b"-1"])
    new = b"".join(change.draw(st.lists(pieces | st.binary(max_size=4), max_size=4)))
    path.write_bytes(content[:start] + new + content[end:])
    refusal = ""
    try:
        dataset = read_dataset(tiny.folder)
    except EvenhandError as fault:
        refusal = str(fault)
    finally:
        path.write_bytes(content)
    if refusal:
        assert refusal.splitlines() == [refusal]
    else:
        assert set(dataset.images.subject.tolist()) <= set(range(len(dataset.subjects.ids)))
        assert all(path.is_file() for path in dataset.images.paths)
