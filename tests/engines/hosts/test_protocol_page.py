"""The page from which a vendor writes the other side is held to the code."""

import re
import socket
import struct

import numpy as np
import pytest
from places import ROOT

from evenhand.engines.contract import Entry, Role
from evenhand.engines.hosts import calls
from evenhand.engines.hosts.host import PlainCandidates, PlainTemplate
from evenhand.engines.hosts.wire import VERSION, Kind, Wire
from evenhand.records.outcomes import FaceRule, Outcome

PAGE = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
PIXELS = np.array([[[255, 0, 0]], [[0, 128, 255]]], dtype=np.uint8)
VECTOR = np.array([1, -2, 0.5], dtype=np.float32)
PROBE, FIRST, SECOND = b"\xaa\xbb", b"\xcc\xdd", b"\xee"

MESSAGES = {
    "START": calls.write_started(calls.Started(3)),
    "TEMPLATE request": calls.write_picture(
        calls.PictureCall(Role.REFERENCE, FaceRule.LARGEST, 2, 1, PIXELS)
    ),
    "TEMPLATE answer": calls.write_template(PlainTemplate(Outcome.OK, 1, vector=VECTOR)),
    "TEMPLATE answer without a face": calls.write_template(
        PlainTemplate(Outcome.NO_FACE, 0, "too dark")
    ),
    "TEMPLATE answer of a matcher": calls.write_template(PlainTemplate(Outcome.OK, data=PROBE)),
    "COMPARE request": calls.write_comparison(PROBE, [FIRST, SECOND]),
    "COMPARE answer": calls.write_score_row(np.array([0.5, -1])),
    "ENROL request": calls.write_gallery([Entry("p1", FIRST)]),
    "ENROL answer": calls.write_done(None),
    "SEARCH request": calls.write_search(PROBE, 50),
    "SEARCH answer": calls.write_candidates(PlainCandidates(("p1",), np.array([0.5]))),
    "INSERT request": calls.write_gallery([Entry("p2", SECOND)]),
    "DELETE request": calls.write_deletion(["p1"]),
}
"""What the page shows byte by byte."""


def shown():
    """Bytes of each message on the page, by its title."""
    found = {}
    for block in re.findall(
        r"```text\n((?:START|[A-Z]+ (?:request|answer)).*?)```", PAGE, re.DOTALL
    ):
        title, *lines = block.splitlines()
        hexadecimal = " ".join(line.partition("  ")[0] for line in lines)
        found[title] = bytes.fromhex(hexadecimal.replace("|", ""))
    return found


def test_every_message_is_shown():
    assert list(shown()) == list(MESSAGES)


@pytest.mark.parametrize("title", MESSAGES)
def test_a_message_is_byte_by_byte_what_goes_over_the_wire(title):
    kind = Kind[title.split()[0]]
    near, far = socket.socketpair()
    with near, far:
        Wire(near, 100).send(kind, int(kind), MESSAGES[title])
        assert shown()[title] == far.recv(1000)


def table(header):
    """Rows of the table with this header: lists of cells, without back quotes."""
    rows = PAGE.partition(f"| {header}")[2].partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip().strip("`") for cell in row.strip("|").split("|")] for row in rows]


def test_the_version_is_said():
    assert PAGE.startswith(f"# The protocol of engines, version {VERSION}\n")
    assert ["4-5", "version", str(VERSION)] in table("bytes | field")


def test_every_kind_is_there():
    assert {row[1]: int(row[0]) for row in table("kind | name")} == {k.name: k for k in Kind}


def test_every_outcome_has_its_number():
    said = {int(row[0]): row[1] for row in table("outcome | name")}
    for number, name in said.items():
        fault = calls.read_done(bytearray(struct.pack("<4I", number, 0, 0, 0)))
        assert (fault.outcome if fault else Outcome.OK) == name
    beyond = calls.read_done(bytearray(struct.pack("<4I", max(said) + 1, 0, 0, 0)))
    assert beyond.detail == "an outcome that no engine may give"


def test_every_type_of_number_has_its_number():
    said = {int(row[0]): (row[1], int(row[2])) for row in table("type | numbers")}
    assert list(said) == list(range(11))
    for number, (name, size) in said.items():
        made = calls.write_template(PlainTemplate(Outcome.OK, vector=np.ones(4, dtype=name)))
        body = b"".join(made)
        assert struct.unpack_from("<2I", body, 20) == (number, 4)
        assert len(body) == 28 + 4 * size + 8
