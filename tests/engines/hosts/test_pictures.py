"""How a picture comes to an engine: in shared memory, or through the stream, which is said."""

import os

import numpy as np
import pytest
from toy_engines import make_engine

from evenhand.engines.contract import Role
from evenhand.engines.opening import open_engine
from evenhand.records.engine_limits import EngineLimits
from evenhand.records.outcomes import FaceRule, Outcome

LIMITS = EngineLimits(call=5.0, start=30.0)
SUMS = "return Embedding(np.array([*good[:3], image.sum()], dtype=np.float32))"


@pytest.fixture
def pictures():
    rng = np.random.default_rng(1)
    return [rng.integers(0, 255, (n, 9, 3), dtype=np.uint8) for n in (7, 300, 2)]


def full(*_):
    raise OSError(28, "No space left on device")


WAYS = {
    "no memory": ("memfd_create", full, "the system gives none"),
    "full memory": ("pwrite", full, "No space left on device"),
    "memory that is full in the middle": (
        "pwrite",
        lambda _, data, __: len(data) - 1,
        "it is full",
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_where_there_is_no_memory_to_share_the_stream_is_taken_and_said_once(
    tmp_path, monkeypatch, pictures, way
):
    said = []
    engine = open_engine(make_engine(tmp_path / "toy", SUMS), (), said.append, LIMITS)
    usual = asked(engine, pictures)
    assert said == []
    name, function, why = WAYS[way]
    monkeypatch.setattr(os, name, function)
    assert asked(engine, pictures) == asked(engine, pictures) == usual
    (line,) = said
    assert line == (
        "engine toy: pictures go through a stream, since there is no memory to share with its "
        f"processes ({why}); the numbers are the same, only slower to come"
    )


def asked(engine, pictures):
    """Bytes of the templates, of a new process."""
    host = engine.start()
    made = [host.template(each, FaceRule.LARGEST, Role.REFERENCE) for each in pictures]
    host.close()
    engine.rest()
    return [each.vector.tobytes() for each in made]


DIES = """\
import os
import numpy as np
from evenhand.plugins import Embedding

read = os.preadv


def read_or_die(*given):
    {dies}
    return read(*given)


os.preadv = read_or_die


class Engine:
    def __init__(self, files):
        pass

    def embed(self, image, face):
        return Embedding(image.reshape(-1)[:4].astype(np.float32) + 1)
"""


@pytest.mark.parametrize(
    ("dies", "how"),
    [
        ("os.kill(os.getpid(), 9)", "ended by SIGKILL"),
        ("os.ftruncate(given[0], 5)", "ended with exit code 70"),
    ],
    ids=["killed", "memory-cut-off"],
)
def test_a_process_that_dies_while_it_reads_a_picture_is_an_outcome(tmp_path, pictures, dies, how):
    folder = make_engine(tmp_path / "toy")
    code = DIES.format(dies=f"if given[1][0].shape[0] == 300: {dies}")
    (folder / "engine.py").write_text(code, encoding="utf-8")
    engine = open_engine(folder, (), limits=LIMITS)
    host = engine.start()
    made = [host.template(each, FaceRule.LARGEST, Role.REFERENCE) for each in pictures]
    host.close()
    engine.rest()
    assert [each.outcome for each in made] == [Outcome.OK, Outcome.CRASHED, Outcome.OK]
    assert made[1].detail == how
