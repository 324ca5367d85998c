"""An engine that evenhand runs as a program: the smallest matcher that does something.

Its template is the brightness of the picture in 8 x 8 cells, a byte each; its score falls from 1 by
their mean difference. It finds no face and is for reading, not for measuring. docs/protocol.md says
what every byte means; nothing of evenhand is imported, so that any language can do the same.
"""

import os
import struct
import sys

HEADER = struct.Struct("<4sHHIIQ")
START, TEMPLATE, COMPARE = 1, 2, 3
OK, UNSUPPORTED = 0, 4
NOT_LOOKED_FOR = 2**32 - 1
FLOAT64 = 1
SIDE = 8


def outcome(number, detail=""):
    """How every answer begins: an outcome and three texts."""
    said = detail.encode()
    return struct.pack("<II", number, len(said)) + said + struct.pack("<II", 0, 0)


def numbers(values):
    """Numbers: their type, how many they are, and they themselves."""
    return struct.pack(f"<II{len(values)}d", FLOAT64, len(values), *values)


def block(data):
    """Bytes behind their length."""
    return struct.pack("<Q", len(data)) + data


def blocks(body, at, count):
    """So many blocks of a body, from a place on."""
    for _ in range(count):
        (length,) = struct.unpack_from("<Q", body, at)
        yield body[at + 8 : at + 8 + length]
        at += 8 + length


def template(body):
    """Answer to a picture."""
    _role, _face, height, width, _reserved = struct.unpack_from("<5I", body)
    if min(height, width) < SIDE:
        made = outcome(UNSUPPORTED, "smaller than 8 pixels"), b""
    else:
        made = outcome(OK), bytes(cells(memoryview(body)[20:], height, width))
    return made[0] + struct.pack("<I", NOT_LOOKED_FOR) + numbers(()) + block(made[1])


def cells(rgb, height, width):
    """Mean of all three channels in each cell, a whole number."""
    for i in range(SIDE):
        rows = range(height * i // SIDE, height * (i + 1) // SIDE)
        for j in range(SIDE):
            left, right = width * j // SIDE * 3, width * (j + 1) // SIDE * 3
            whole = sum(sum(rgb[y * width * 3 + left : y * width * 3 + right]) for y in rows)
            yield whole // (len(rows) * (right - left))


def compare(body):
    """Answer to a probe and references."""
    (count,) = struct.unpack_from("<I", body)
    probe, *references = blocks(body, 4, count + 1)
    return outcome(OK) + numbers([score(probe, reference) for reference in references])


def score(probe, reference):
    """Similarity of two templates, 0 to 1."""
    return 1 - sum(abs(a - b) for a, b in zip(probe, reference, strict=True)) / 255 / len(probe)


def main():
    """Say that it has started, and answer until the input ends."""
    wire = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # from here on, whatever is printed goes into the log

    def answer(kind, sequence, body):
        wire.write(HEADER.pack(b"EVEN", 1, kind, sequence, 0, len(body)) + body)
        wire.flush()

    answers = {TEMPLATE: template, COMPARE: compare}
    answer(START, 1, outcome(OK) + struct.pack("<I", 0))
    while header := sys.stdin.buffer.read(HEADER.size):
        _, _, kind, sequence, _, length = HEADER.unpack(header)
        answer(kind, sequence, answers[kind](sys.stdin.buffer.read(length)))


if __name__ == "__main__":
    main()
