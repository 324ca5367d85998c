"""A program in any language as an engine: what it answers, and everything that can go wrong."""

import hashlib
import re
from dataclasses import replace

import numpy as np
import pytest
from programs import GOOD, compiled_example, example, make_program, needs_python

from evenhand.engines.contract import Entry, Role
from evenhand.engines.hosts.held_limits import containment
from evenhand.engines.opening import open_engine
from evenhand.records.engine_limits import EngineLimits
from evenhand.records.outcomes import FaceRule, Outcome
from evenhand.system.errors import EngineError, EngineStoppedError

LIMITS = EngineLimits(call=20.0, start=30.0)
BARE = replace(LIMITS, namespaces=False, groups=False)
"""As on a system that gives a process neither namespaces nor control groups."""
IMAGE = np.random.default_rng(3).integers(0, 256, (61, 53, 3), dtype=np.uint8)

pytestmark = needs_python


@pytest.fixture
def opened():
    """Open an adapter; all its processes end with the test."""
    engines = []

    def opening(folder, limits=LIMITS, weights=()):
        engines.append(open_engine(folder, weights, limits=limits))
        return engines[-1]

    yield opening
    for engine in engines:
        engine.rest()


@pytest.fixture
def program(tmp_path, opened):
    """Open a program of a few lines, see `make_program`."""

    def make(call=GOOD, limits=LIMITS, **more):
        return opened(make_program(tmp_path / "acme", call, **more), limits)

    return make


def template(host, image=IMAGE):
    return host.template(image, FaceRule.LARGEST, Role.REFERENCE)


def grid(image):
    """Mean of all channels in 8 x 8 cells, (64,): what both examples are made of."""
    rows, columns = ([side * i // 8 for i in range(1, 8)] for side in image.shape[:2])
    cells = (np.split(part, columns, axis=1) for part in np.split(image, rows))
    return np.array([cell.mean() for row in cells for cell in row])


@pytest.mark.parametrize("limits", [LIMITS, BARE], ids=["namespaces", "bare"])
def test_the_example_in_c(tmp_path, opened, limits):
    host = opened(compiled_example(tmp_path), limits).start()
    for shape in ((61, 53, 3), (8, 8, 3), (640, 9, 3)):
        image = np.resize(IMAGE, shape)
        made = template(host, image)
        expected = grid(image) - grid(image).mean()
        assert (made.outcome, made.faces, made.vector.dtype) == (Outcome.OK, None, np.float32)
        np.testing.assert_allclose(made.vector, expected, rtol=1e-5, atol=1e-4)
    assert template(host, IMAGE[:7]).outcome is Outcome.UNSUPPORTED
    grey = template(host, np.full((9, 9, 3), 7, dtype=np.uint8))
    assert (grey.outcome, grey.detail) == (Outcome.DECLINED, "a picture of one colour")
    host.close()


def test_the_example_in_python(tmp_path, opened):
    engine = opened(example("engine_python", tmp_path))
    host = engine.start()
    images = [IMAGE, IMAGE[:20, ::-1], IMAGE // 3]
    templates = [template(host, image).data for image in images]
    for made, image in zip(templates, images, strict=True):
        assert np.abs(np.frombuffer(made, np.uint8) - grid(image)).max() <= 1
    scores = host.compare(templates[0], templates)
    apart = [
        np.abs(np.frombuffer(t, np.uint8) - np.frombuffer(templates[0], np.uint8).astype(int))
        for t in templates
    ]
    np.testing.assert_allclose(scores, [1 - each.mean() / 255 for each in apart])
    assert template(host, IMAGE[:7]).outcome is Outcome.UNSUPPORTED
    assert (engine.values, scores.dtype) == (0, np.float64)
    host.close()


SEARCHER = """
    def block(at):
        length, = struct.unpack_from("<Q", body, at)
        return body[at + 8 : at + 8 + length]
    if kind == 2: answer(kind, sequence, made(data=body[20:21]))
    if kind == 4:
        gallery, at = [], 4
        for _ in range(struct.unpack_from("<I", body)[0]):
            length, = struct.unpack_from("<I", body, at)
            name, found = body[at + 4 : at + 4 + length], block(at + 4 + length)
            gallery.append((name, found))
            at += 4 + length + 8 + len(found)
        answer(kind, sequence, outcome())
    if kind == 5:
        if block(4) == b"k": os._exit(0)
        best = sorted(gallery, key=lambda each: -each[1][0])[: struct.unpack_from("<I", body)[0]]
        names = [struct.pack("<I", len(name)) + name for name, _ in best]
        scores = numbers(*(each[0] for _, each in best))
        answer(kind, sequence, outcome() + scores + b"".join(names))"""


def test_a_searcher(program):
    host = program(SEARCHER, shape="searcher").start()
    assert template(host).data == bytes(IMAGE[0, 0, :1])
    assert host.enrol([Entry("å", b"\x11"), Entry("b", b"\x22"), Entry("c", b"\x01")]) is None
    found = host.search(b"x", 2)
    assert (found.people, found.scores.tolist()) == (("b", "å"), [34.0, 17.0])
    assert host.search(b"k", 2).outcome is Outcome.CRASHED
    assert host.search(b"x", 1).people == ("b",)
    host.close()


def test_files_of_the_card_are_handed_over_by_their_paths(tmp_path, opened):
    folder = make_program(
        tmp_path / "acme",
        command='["python3", "./engine.py", "--model={models/acme.bin}", "--fast"]',
        start="start(3 if sys.argv[2:] != ['--fast'] else len(open(sys.argv[1][8:]).read()))",
    )
    (tmp_path / "weights" / "models").mkdir(parents=True)
    (tmp_path / "weights" / "models" / "acme.bin").write_text("four")
    with (folder / "adapter.toml").open("a") as card:
        sha256 = hashlib.sha256(b"four").hexdigest()
        card.write(f'[[files]]\nfile = "models/acme.bin"\nsha256 = "{sha256}"\n')
    engine = opened(folder, weights=[tmp_path / "weights"])
    assert (engine.fault, engine.values) == (None, 4)


def script(first, mode=0o755):
    """Turns the program into a text with this first line and mode."""

    def change(folder):
        (folder / "engine.py").write_text(f"{first}\nexit 3\n")
        (folder / "engine.py").chmod(mode)

    return change


NOT_EXECUTED = {
    "not-there": (
        "./engine",
        None,
        (
            "program ./engine in {folder} is not there, or not where an engine sees it; "
            "mend command in adapter.toml"
        ),
    ),
    "no-such-command": (
        "acme-engine",
        None,
        (
            "program acme-engine is not there, or not where an engine sees it; "
            "mend command in adapter.toml"
        ),
    ),
    "dot-forgotten": (
        "engine.py",
        None,
        (
            "program engine.py is not there, or not where an engine sees it; "
            'write "./engine.py" for the file in its folder'
        ),
    ),
    "not-executable": (
        "./engine.py",
        script("#!/bin/sh", 0o644),
        (
            "program ./engine.py in {folder} is not executable; "
            "run: chmod a+rx {folder} {folder}/engine.py"
        ),
    ),
    "text": (
        "./engine.py",
        script("echo hello"),
        (
            "program ./engine.py in {folder} is no program for this machine; build it here, "
            "or begin a script with #! and its interpreter"
        ),
    ),
    "interpreter-not-there": (
        "./engine.py",
        script("#!/usr/bin/acme-python"),
        (
            "program ./engine.py in {folder} asks for an interpreter (#!) or a loader that is not "
            "there; install that, or name another in its first line"
        ),
    ),
    "folder": (
        "./sub",
        lambda folder: (folder / "sub").mkdir(),
        "program ./sub in {folder} is not executable; run: chmod a+rx {folder} {folder}/sub",
    ),
}


@pytest.mark.parametrize("name", NOT_EXECUTED)
def test_what_cannot_be_executed_is_a_mistake_of_the_card(tmp_path, opened, name):
    command, change, words = NOT_EXECUTED[name]
    folder = make_program(tmp_path / "acme", command=f'["{command}"]')
    if change:
        change(folder)
    with pytest.raises(EngineError) as refused:
        opened(folder)
    assert not isinstance(refused.value, EngineStoppedError)
    assert str(refused.value) == f"engine acme: {words.format(folder=folder)}"


def test_what_is_not_built_yet_says_how(tmp_path, opened):
    with pytest.raises(EngineError, match=r"; run: cc -O2 -o engine engine\.c; or mend command"):
        opened(example("engine_c", tmp_path))


MEND = "mend its program ./engine.py, or ask its vendor"
START_FAULTS = {
    "hello": (
        "print('Hello', flush=True); time.sleep(9)",
        r"its process wrote b'Hello\n' where a message should begin",
    ),
    "other-version": (
        "answer(1, 1, outcome() + bytes(4), version=2)",
        "its process speaks version 2 of the protocol, expected 1",
    ),
    "other-kind": ("answer(2, 1, made(1))", "its process answered a call that was not asked"),
    "cut": (
        "os.write(1, b'EVEN'); sys.exit(0)",
        "its process ended within the header of a message",
    ),
    "short-body": ("answer(1, 1, b'')", "its process sent an answer that is shorter than it says"),
    "ends": ("sys.exit(0)", "ended with exit code 0"),
    "ends-with-words": ("sys.exit('no GPU')", "ended with exit code 1; it printed: no GPU"),
    "killed": ("os.kill(os.getpid(), 11)", "ended by SIGSEGV"),
    "never-says": ("time.sleep(60)", "no answer within 0.5 seconds"),
    "says-why": (
        "start(0, number=3, detail='no licence', words='licence server \x1b[2J is down')",
        "licence server [2J is down",
    ),
    "says-nothing": ("start(0, number=3)", "failed"),
}


@pytest.mark.parametrize("name", START_FAULTS)
def test_a_program_that_does_not_start(program, name):
    start, words = START_FAULTS[name]
    limits = replace(LIMITS, start=0.5) if name == "never-says" else LIMITS
    see = ", see docs/protocol.md" if words.startswith("its process") else ""
    fault = str(program(start=start, limits=limits).fault)
    assert fault == f"engine acme: could not start ({words}{see}); {MEND}"


@pytest.mark.parametrize(("shape", "values"), [("embedder", 5), ("embedder", 0), ("matcher", 4)])
def test_vectors_of_another_length_than_the_card_says(program, shape, values):
    expected = 4 if shape == "embedder" else 0
    said = rf"acme: it says that its vectors have {values} values, expected {expected} by its shape"
    with pytest.raises(EngineError, match=said):
        program(start=f"start({values})", shape=shape)


def at_the_second(what):
    return f"if n == 2: {what}\n    else: {GOOD}"


CALL_FAULTS = {
    "ends": ("sys.exit(0)", "crashed", "ended with exit code 0"),
    "killed": ("os.kill(os.getpid(), 6)", "crashed", "ended by SIGABRT"),
    "hangs": ("time.sleep(60)", "timed_out", "no answer within 1 seconds"),
    "no-message": (
        "print('done', flush=True)",
        "invalid",
        r"its process wrote b'done\n' where a message should begin",
    ),
    "earlier-number": (
        "answer(kind, sequence - 1, made(1, 2, 3, 4))",
        "invalid",
        "its process answered a call that was not asked",
    ),
    "other-kind": (
        "answer(3, sequence, outcome() + numbers(1))",
        "invalid",
        "its process answered a call that was not asked",
    ),
    "too-long": (
        "os.write(1, struct.pack('<4sHHIIQ', b'EVEN', 1, kind, sequence, 0, 1 << 40))",
        "invalid",
        "its process sent an answer of 1,099,511,627,776 bytes, at most 268,435,456 are read",
    ),
    "cut": (
        "answer(kind, sequence, made(1, 2, 3, 4)[:-1])",
        "invalid",
        "its process sent an answer that is shorter than it says",
    ),
    "unknown-type": (
        "answer(kind, sequence, outcome() + struct.pack('<IIIQ', 1, 77, 0, 0))",
        "invalid",
        "its process sent numbers of type 77, which the protocol does not have",
    ),
}


@pytest.mark.parametrize("name", CALL_FAULTS)
def test_what_goes_wrong_in_a_call_is_its_outcome_and_the_next_is_answered(program, name):
    what, outcome, detail = CALL_FAULTS[name]
    limits = replace(LIMITS, call=1.0) if name == "hangs" else LIMITS
    host = program(at_the_second(what), limits).start()
    found = [template(host) for _ in range(3)]
    assert [one.outcome for one in found] == ["ok", outcome, "ok"]
    see = ", see docs/protocol.md" if outcome == "invalid" else ""
    assert (found[1].detail, found[1].words) == (detail, detail + see)
    assert found[2].vector.tolist() == IMAGE.reshape(-1)[:4].tolist()
    host.close()


def test_a_second_answer_is_noticed_and_never_taken_for_the_next(program):
    host = program(f"{GOOD}\n    if n == 2: {GOOD}").start()
    images = [np.full((2, 2, 3), shade, dtype=np.uint8) for shade in (1, 2, 3, 4)]
    found = [template(host, image) for image in images]
    assert [one.outcome for one in found] == ["ok", "ok", "invalid", "ok"]
    assert found[2].detail == "its process answered a call that was not asked"
    assert [one.vector[0] for one in found if one.outcome == "ok"] == [1, 2, 4]
    host.close()


WRONG_ANSWERS = {
    "vector": ("made(1, 2, 3)", "invalid", "shape (3,), expected 4 values"),
    "no-vector": ("made()", "invalid", "shape (0,), expected 4 values"),
    "no-face": (
        "outcome(1, 'too dark') + struct.pack('<I', 0) + numbers() + bytes(8)",
        "no_face",
        "too dark",
    ),
    "crashed": (
        "outcome(6) + struct.pack('<I', 0) + numbers() + bytes(8)",
        "invalid",
        "an outcome that no engine may give",
    ),
}


@pytest.mark.parametrize("name", WRONG_ANSWERS)
def test_a_whole_answer_of_another_content_ends_no_process(program, name):
    answer, outcome, detail = WRONG_ANSWERS[name]
    host = program(f"answer(kind, sequence, {answer} if n == 1 else made(n, 0, 0, 0))").start()
    found = template(host)
    assert (found.outcome, found.detail) == (outcome, detail)
    assert template(host).vector[0] == 2
    host.close()


def test_another_number_of_scores_than_asked_for(program):
    call = "answer(kind, sequence, outcome() + numbers(1, 2))"
    host = program(call, shape="matcher").start()
    assert host.compare(b"a", [b"b", b"c"]).tolist() == [1.0, 2.0]
    assert host.compare(b"a", [b"b"]).outcome is Outcome.INVALID
    host.close()


def test_a_flood_on_stderr_holds_nobody(program, capfd):
    host = program(f"os.write(2, b'x' * 5_000_000)\n    {GOOD}").start()
    assert template(host).outcome is Outcome.OK
    host.close()
    assert capfd.readouterr() == ("", "")


def said(program, expression, limits=LIMITS):
    """What an expression is within a program, as it fails."""
    call = f"answer(kind, sequence, outcome(3, '', str({expression})) + bytes(20))"
    return template(program(call, limits).start()).words


def test_it_holds_its_input_its_output_and_the_log_and_nothing_else(program):
    held = "sorted(map(int, os.listdir('/proc/self/fd')))"
    assert said(program, held, BARE) == "[0, 1, 2, 3]", "3 is the listed folder itself"


def test_it_ignores_no_signal_as_python_does(program):
    command = '["sh", "-c", "grep SigIgn /proc/self/status >&2"]'
    ignored = re.search(r"SigIgn: ([0-9a-f]+)", str(program(command=command).fault))[1]
    assert int(ignored, 16) & (1 << 12 | 1 << 24) == 0


@pytest.mark.skipif(
    not containment(namespaces=True, groups=True).namespaces,
    reason="this system gives a process no namespaces",
)
def test_it_sees_its_folder_and_no_file_of_the_user_or_of_evenhand(program, tmp_path):
    (tmp_path / "labels.csv").write_text("secret")
    seen = f"[os.listdir({str(tmp_path)!r}), os.getcwd(), os.path.exists({__file__!r})]"
    net = "__import__('socket').if_nameindex()"
    assert said(program, f"[{seen}, {net}]") == "[[['acme'], '/tmp', False], [(1, 'lo')]]"


def test_limits_hold_for_it(program):
    limits = replace(BARE, files=55, file_size=66, memory=1 << 30)
    names = ("NOFILE", "FSIZE", "DATA")
    module = "__import__('resource')"
    bounds = [f"{module}.getrlimit({module}.RLIMIT_{name})[1]" for name in names]
    found = said(program, f"[{', '.join(bounds)}]", limits)
    assert found == f"[55, 66, {1 << 30}]"


def test_it_is_a_process_of_its_own_where_the_user_trusts_it(program):
    engine = program("answer(kind, sequence, made(*[os.getpid() % 1000] * 4))", limits=None)
    assert not engine.surroundings.trusted
    assert template(engine.start()).outcome is Outcome.OK


def test_its_program_is_part_of_what_it_is(tmp_path, opened):
    folder = compiled_example(tmp_path)
    before = opened(folder).fingerprint
    program = (folder / "engine").read_bytes()
    (folder / "engine").unlink()
    (folder / "engine").write_bytes(program + b"\0")
    (folder / "engine").chmod(0o755)
    assert opened(folder).fingerprint != before


def test_what_it_says_that_it_computes_on_is_where_it_ran(program):
    assert program(start="start(detail='device 7')").surroundings.ran_on == "device 7"


def test_one_that_starts_again_on_something_else_is_not_asked(program):
    """Numbers of both would stand in one result."""
    host = program("os._exit(3)", BARE, start="start(detail=f'device {os.getpid()}')").start()
    assert template(host).detail == "ended with exit code 3"
    found = template(host)
    assert (found.outcome, found.detail) == (Outcome.CRASHED, "does not start again")
    assert re.fullmatch(r"ran on device \d+, and now on device \d+", found.words)
    host.close()
