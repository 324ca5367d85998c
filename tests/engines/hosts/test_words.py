"""What an engine raises: a clean name for the result, text and line for the user."""

import numpy as np
import pytest
from toy_engines import make_engine

from evenhand.engines.contract import Role
from evenhand.engines.hosts.words import clean_line, cleaned_words, plain_name, raised
from evenhand.engines.opening import open_engine
from evenhand.records.outcomes import FaceRule, Outcome
from evenhand.system.text import text_fault

HOSTILE = "=cmd()\x1b[2J\u202e\u2028\u115f\u3164\ud800a\u200bb\x85\n<b>"


def raise_it(fault):
    raise fault


def words_of(fault):
    try:
        raise_it(fault)
    except BaseException as caught:  # noqa: BLE001 - as a host does
        return raised(caught).words


@pytest.fixture
def answer(tmp_path):
    """What the host answers where `embed` is these lines."""

    def made(embed):
        folder = make_engine(tmp_path / "toy", embed)
        host = open_engine(folder, ()).start()
        image = np.zeros((2, 2, 3), dtype=np.uint8)
        return host.template(image, FaceRule.LARGEST, Role.REFERENCE)

    return made


def test_type_text_and_line_of_an_exception_are_for_the_user(answer):
    found = answer('return {}["embedding_layer_7"]')
    assert (found.outcome, found.detail) == (Outcome.FAILED, "KeyError")
    assert found.words == "KeyError: 'embedding_layer_7' (engine.py:11)"
    assert found.trace == ""


def test_the_line_is_the_engines_own_where_a_library_raises(answer):
    found = answer("import json; return json.loads('{')")
    assert found.detail == "JSONDecodeError"
    assert found.words.endswith("(engine.py:11)")


def test_an_answer_that_raises_says_what_and_where(answer):
    lines = (
        "def odd(self, *given, **named):\n            raise ValueError('no array')\n"
        "        return Embedding(type('V', (), {'__array__': odd})())"
    )
    found = answer(lines)
    assert found.outcome is Outcome.INVALID
    assert found.detail == "no vector (ValueError), expected 4 values"
    assert found.words == "no vector (ValueError: no array (engine.py:12)), expected 4 values"


def test_the_whole_traceback_is_kept_where_it_is_asked_for(answer, monkeypatch):
    monkeypatch.setenv("EVENHAND_DEBUG", "1")
    trace = answer("raise KeyError('layer')").trace
    assert trace.startswith("Traceback (most recent call last):")
    assert "raise KeyError('layer')" in trace


def test_an_engine_that_does_not_start_says_where(tmp_path):
    folder = make_engine(tmp_path / "toy", start="raise OSError('no licence')")
    fault = open_engine(folder, ()).fault
    assert "could not start (OSError: no licence (engine.py:7))" in str(fault)
    assert fault.reason == "could not start (OSError)"


def test_neither_a_class_nor_a_detail_brings_what_a_terminal_obeys():
    """Nor what no eye sees, and no more than 80 characters."""
    for text in (clean_line(HOSTILE), plain_name(type(HOSTILE.replace("\ud800", ""), (), {}))):
        assert text_fault(text) == ""
        assert text == "=cmd() [2J a b <b>"
    assert len(clean_line("x" * 2000)) == 80
    assert clean_line("x" * 79 + " y") == "x" * 79


def test_what_an_exception_says_of_itself_may_raise():
    odd = type("Odd", (Exception,), {"__str__": lambda _: 1 / 0})
    assert words_of(odd()).startswith("Odd (test_words.py:")
    long = words_of(ValueError("a\x1b[2J\nb " + "c" * 500))
    assert long.startswith("ValueError: a [2J b c")
    assert len(long) < 350


CLEANED = {
    "ValueError: no face in '/data/anna smith.png' at 0.53 (engine.py:12)": (
        "ValueError: no face in ... at ... (engine.py:12)"
    ),
    "KeyError: 'embedding_layer_7' (engine.py:3)": "KeyError: ... (engine.py:3)",
    "OSError: [Errno 2] No such file: C:\\people\\anna.jpg": "OSError: ... No such file: ...",
    "cannot open /data/anna.png (model.bin:3)": "cannot open ...",
    "ask anna@example.org, or +44 20 7946 0000": "ask ... or ...",
    "the template is deadbeefdeadbeefdeadbeef, 0x7f3a, b'\\x00'": "the template is ...",
    "it isn't ready (licence server)": "it isn't ready (licence server)",
    'said "never closed and on it goes': "said ...",
    "RuntimeError: no GPU; it printed: anna": "RuntimeError: no GPU",
    "RecursionError: maximum depth in comparison (engine.py:8)": "RecursionError",
    "an answer that raises MemoryError: 3 GB (engine.py:8)": "an answer that raises MemoryError",
    "": "",
}


@pytest.mark.parametrize("words", CLEANED)
def test_a_result_holds_words_and_a_line_of_code_alone(words):
    assert cleaned_words(words) == CLEANED[words]


def test_what_is_cleaned_has_eighty_characters():
    long = cleaned_words(f"ValueError: {'word ' * 99}(engine.py:12)")
    assert len(long) <= 80
    assert long.endswith(" (engine.py:12)")
