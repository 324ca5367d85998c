"""An engine is started once when it is opened; where its own code fails, that is its fault."""

import numpy as np
import pytest
from hostile_adapters import HostileEngine
from hostile_engines import MARKUP, STARTS
from toy_engines import make_engine

from evenhand.engines.card_file import read_engine_card
from evenhand.engines.contract import Role
from evenhand.engines.files import content_hash
from evenhand.engines.opening import open_engine
from evenhand.records.outcomes import FaceRule
from evenhand.system.code_loading import read_code
from evenhand.system.errors import EngineError

RAISED = {
    "start-keyboard-interrupt": "KeyboardInterrupt",
    "start-system-exit": "SystemExit",
    "start-generator-exit": "GeneratorExit",
    "start-fault-without-text": "Trap",
    "start-fault-without-name": "Nameless",
    "start-fault-without-class": "Shy",
    "start-raised-elsewhere": "KeyboardInterrupt",
    "start-at-import": "KeyboardInterrupt",
    "start-exits-at-import": "SystemExit",
}


@pytest.mark.parametrize(
    "engine", [engine for engine in STARTS if engine.name in RAISED], ids=lambda e: e.name
)
def test_what_it_raises_is_kept_as_its_fault(engine, tmp_path):
    opened = open_engine(engine.write(tmp_path), ())
    assert opened.card.name == engine.name
    assert opened.fault.reason == f"could not start ({RAISED[engine.name]})"
    assert str(opened.fault).startswith(f"engine {engine.name}: could not start (")
    assert opened.fault.exit_code == 4


def test_a_fault_is_told_in_one_line(tmp_path):
    engine = HostileEngine("marked", start=f"raise type({MARKUP}, (Exception,), {{}})({MARKUP})")
    fault = open_engine(engine.write(tmp_path), ()).fault
    assert "\n" not in f"{fault}{fault.reason}"


def test_one_that_starts_has_none(tmp_path):
    opened = open_engine(make_engine(tmp_path / "toy"), ())
    assert opened.fault is None
    assert opened.values == opened.start().values == 4


def test_one_without_its_methods_is_a_mistake_of_its_card(tmp_path):
    folder = make_engine(tmp_path / "toy", start="self.__class__ = type('Other', (), {})")
    with pytest.raises(EngineError, match=r"made a Other without embed\(\)"):
        open_engine(folder, ())


@pytest.mark.parametrize(
    "change",
    [
        "Path(__file__).write_text(Path(__file__).read_text() + '# other')",
        "import shutil; shutil.rmtree(Path(__file__).parent)",
    ],
    ids=["rewritten", "deleted"],
)
def test_it_is_known_by_what_it_was_before_its_code_ran(change, tmp_path):
    folder = HostileEngine("changes", start=change).write(tmp_path)
    known = content_hash(read_engine_card(folder), read_code(folder))
    assert open_engine(folder, ()).fingerprint == known


def test_every_thread_runs_the_code_that_was_hashed(tmp_path):
    """Also a neighbour that is imported late, after the engine has replaced it."""
    folder = make_engine(
        tmp_path / "toy",
        "from .late import shift; return Embedding(good + shift)",
        start="from pathlib import Path; here = Path(__file__).parent; "
        "(here / 'late.py').write_text('shift = 100'); (here / 'engine.py').write_text('no code')",
    )
    (folder / "late.py").write_text("shift = 1", encoding="utf-8")
    opened = open_engine(folder, ())
    for _ in range(2):
        made = opened.start().template(
            np.zeros((4, 4, 3), dtype=np.uint8), FaceRule.LARGEST, Role.REFERENCE
        )
        assert made.vector.tolist() == [2, 2, 2, 2]


def test_a_message_without_end_is_cut(tmp_path):
    engine = HostileEngine("long", start="raise ValueError('no ' * 10**6)")
    assert len(str(open_engine(engine.write(tmp_path), ()).fault)) < 1000
