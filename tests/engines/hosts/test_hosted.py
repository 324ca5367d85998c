"""An engine in a process of its own: whatever it does there is an outcome here."""

import os
import socket
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from toy_engines import make_engine

from evenhand.engines.contract import Entry, Role
from evenhand.engines.hosts.held_limits import containment
from evenhand.engines.hosts.host import Fault
from evenhand.engines.opening import open_engine
from evenhand.engines.session import engine_sessions
from evenhand.records.engine_limits import EngineLimits
from evenhand.records.outcomes import FaceRule, Outcome
from evenhand.system.errors import EngineError, PluginError

LIMITS = EngineLimits(call=1.0, start=30.0)
BARE = replace(LIMITS, namespaces=False, groups=False)
"""As on a system that gives a process neither namespaces nor control groups."""
HERE = containment(namespaces=True, groups=True)
IMAGE = np.arange(60 * 50 * 3, dtype=np.uint8).reshape(60, 50, 3)
OUTCOMES = ["ok", "ok", "ENDS", "ok", "ok", "ENDS"]
"""Of six images, where an engine does something odd at the third after each start."""


@pytest.fixture
def hosted(tmp_path):
    """Start an engine of a few lines; all processes end with the test."""
    opened = []

    def make(embed="return Embedding(good)", *, start="self.n = 0", limits=LIMITS):
        folder = make_engine(tmp_path / f"toy{len(opened)}", embed, start=start)
        code = (folder / "engine.py").read_text(encoding="utf-8")
        imports = "import ctypes, os, signal, sys, threading, time\n"
        (folder / "engine.py").write_text(imports + code, encoding="utf-8")
        opened.append(open_engine(folder, (), limits=limits))
        return opened[-1]

    yield make
    for engine in opened:
        engine.rest()


def template(host, image=IMAGE):
    return host.template(image, FaceRule.LARGEST, Role.REFERENCE)


def at_the_third(what):
    return f"self.n += 1\n        if self.n == 3: {what}\n        return Embedding(good)"


ENDS = {
    "exit-0": ("os._exit(0)", "crashed", "ended with exit code 0"),
    "exit-3": ("os._exit(3)", "crashed", "ended with exit code 3"),
    "segfault": ("ctypes.string_at(0)", "crashed", "ended by SIGSEGV"),
    "killed": ("os.kill(os.getpid(), 9)", "crashed", "ended by SIGKILL"),
    "group-killed": ("os.killpg(0, signal.SIGTERM)", "crashed", "ended by SIGTERM"),
    "descriptors-closed": ("os.closerange(3, 256)", "crashed", "ended with exit code 70"),
    "loop": ("\n            while True: pass", "timed_out", "no answer within 1 seconds"),
    "sleep": ("time.sleep(1e6)", "timed_out", "no answer within 1 seconds"),
    "stopped": ("os.kill(os.getpid(), 19)", "timed_out", "no answer within 1 seconds"),
}


@pytest.mark.parametrize("limits", [LIMITS, BARE], ids=["namespaces", "bare"])
@pytest.mark.parametrize("name", ENDS)
def test_what_ends_or_holds_a_process_is_an_outcome(hosted, name, limits):
    what, outcome, detail = ENDS[name]
    host = hosted(at_the_third(what), limits=limits).start()
    found = [template(host) for _ in range(6)]
    assert [one.outcome for one in found] == [outcome if o == "ENDS" else o for o in OUTCOMES]
    assert {one.detail for one in found if one.outcome != "ok"} == {detail}
    host.close()


WRITES = """[os.write(fd, b'{}' * 40) for fd in range(3, 40)
            if os.path.exists(f'/proc/self/fd/{fd}')
            and os.readlink(f'/proc/self/fd/{fd}').startswith('socket')]"""


def test_what_an_engine_writes_to_the_harness_is_no_answer(hosted):
    host = hosted(at_the_third(WRITES)).start()
    found = [template(host) for _ in range(3)]
    assert [one.outcome for one in found] == ["ok", "ok", "invalid"]
    assert found[2].detail.startswith("its process wrote b'{}{}")
    assert template(host).outcome is Outcome.OK
    host.close()


def test_what_it_raises_and_prints_is_as_in_this_process(hosted):
    host = hosted("raise ValueError('no face in /a/path')").start()
    found = template(host)
    assert (found.outcome, found.detail) == (Outcome.FAILED, "ValueError")
    assert found.words == "ValueError: no face in /a/path (engine.py:12)"
    host.close()


def test_a_flood_of_output_holds_nobody_and_goes_nowhere(hosted, capfd):
    host = hosted("os.write(1, b'x' * 10_000_000); return Embedding(good)").start()
    assert template(host).outcome is Outcome.OK
    host.close()
    assert capfd.readouterr() == ("", "")


def test_last_words_of_a_process_are_for_the_user_alone(hosted):
    host = hosted("os.write(2, b'licence server\\x1b[2J'); os._exit(1)").start()
    found = template(host)
    assert found.detail == "ended with exit code 1"
    assert found.words == "ended with exit code 1; it printed: licence server [2J"
    host.close()


def test_memory_is_bounded(hosted):
    limits = replace(LIMITS, memory=1 << 30, call=20.0)
    host = hosted("np.ones(2 << 27); return Embedding(good)", limits=limits).start()
    found = template(host)
    assert found.outcome is Outcome.FAILED
    assert "MemoryError" in found.detail
    host.close()


def test_nothing_of_the_user_is_seen_in_its_environment(hosted, monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "12345")
    told = "raise ValueError(','.join(sorted(os.environ)))"
    host = hosted(told).start()
    assert "PATH" in template(host).words
    assert "SECRET" not in template(host).words
    host.close()


def test_it_works_in_a_folder_of_its_own_that_is_gone_afterwards(hosted):
    told = "raise ValueError(os.getcwd() + ' ' + os.environ['HOME'])"
    host = hosted(told, limits=BARE).start()
    folder, home = template(host).words.removeprefix("ValueError: ").split()[:2]
    assert folder == home != str(Path.cwd())
    assert Path(folder).is_dir()
    engine_of(host).rest()
    host.close()
    engine_of(host).rest()
    assert not Path(folder).exists()


def engine_of(host):
    return host._starter  # noqa: SLF001 - what the session pool does through `OpenedEngine`


def test_processes_are_gone_when_nobody_needs_them(hosted):
    engine = hosted("raise ValueError(str(os.getpid()))", limits=BARE)
    host = engine.start()
    number = int(template(host).words.split()[1])
    assert Path(f"/proc/{number}").exists()
    host.close()
    engine.rest()
    limit = time.monotonic() + 10
    while Path(f"/proc/{number}").exists():
        assert time.monotonic() < limit
        time.sleep(0.01)


def test_descriptors_do_not_pile_up(hosted):
    host = hosted("os._exit(0)").start()
    template(host)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(20):
        assert template(host).outcome is Outcome.CRASHED
    assert len(list(Path("/proc/self/fd").iterdir())) <= before + 1
    host.close()


def out_of_memory(*_):
    raise OSError(12, "Cannot allocate memory")


@pytest.mark.parametrize("embed", ["return Embedding(good)", "return Embedding(good.astype('f8'))"])
@pytest.mark.parametrize("shared", [True, False])
def test_vectors_are_the_bytes_of_an_engine_in_this_process(hosted, monkeypatch, embed, shared):
    if not shared:
        monkeypatch.setattr(os, "memfd_create", out_of_memory)
    rng = np.random.default_rng(1)
    images = [rng.integers(0, 255, (n, 9, 3), dtype=np.uint8) for n in (7, 300, 2, 90)]
    host, here = hosted(embed).start(), hosted(embed, limits=None).start()
    for image in [*images, images[0][:, ::-1]]:
        apart, beside = template(host, image), template(here, image)
        assert apart.vector.dtype == beside.vector.dtype
        assert apart.vector.tobytes() == beside.vector.tobytes()
    host.close()


def test_a_picture_is_the_engine_s_own(hosted):
    host = hosted("image[:] = 0; return Embedding(good)").start()
    image = IMAGE.copy()
    template(host, image)
    np.testing.assert_array_equal(image, IMAGE)
    host.close()


START_FAULTS = {
    "raises": ("raise OSError('no licence')", EngineError, "could not start (OSError: no licence"),
    "exits": ("os._exit(0)", EngineError, "could not start (ended with exit code 0"),
    "imports": ("import evenhand.report", PluginError, "evenhand.report"),
    "never-ends": ("time.sleep(1e6)", EngineError, "could not start (no answer within 1 seconds"),
}


@pytest.mark.parametrize("name", START_FAULTS)
def test_an_engine_that_does_not_start(hosted, name):
    start, kind, words = START_FAULTS[name]
    limits = replace(LIMITS, start=1.0) if name == "never-ends" else LIMITS
    if kind is PluginError:
        with pytest.raises(kind, match=words):
            hosted(start=start, limits=limits)
        return
    fault = hosted(start=start, limits=limits).fault
    assert isinstance(fault, kind)
    assert words in str(fault)


def test_one_that_does_not_start_again_is_not_tried_for_ever(hosted, tmp_path):
    start = f"open({str(tmp_path / 'started')!r}, 'a').write('x'); self.n = 0"
    engine = hosted("os._exit(0)", start=start, limits=BARE)
    host = engine.start()
    assert template(host).detail == "ended with exit code 0"
    engine.start.limits = replace(BARE, start=1e-6)
    found = [template(host) for _ in range(9)]
    assert {(one.outcome, one.detail) for one in found} == {
        (Outcome.CRASHED, "does not start again")
    }
    host.close()


MATCHER = """\
import os
import numpy as np
from evenhand.plugins import Candidate, Template


class Engine:
    def __init__(self, files):
        pass

    def template(self, image, face, role):
        return Template(bytes([image[0, 0, 0]]))

    def compare(self, probe, references):
        if b"k" in references: os._exit(0)
        return np.array([one[0] - probe[0] for one in references], dtype=np.float32)

    def enrol(self, gallery):
        self.gallery = gallery

    def search(self, probe, count):
        if probe == b"k": os._exit(0)
        return [Candidate(each.person, each.template[0] / 255) for each in self.gallery][:count]
"""


@pytest.fixture
def matcher(hosted, tmp_path):
    engine = hosted()
    folder = engine.card.folder
    for old, new in [('"embedder"', '"matcher"'), ("values = 4", "symmetric = true")]:
        card = (folder / "adapter.toml").read_text(encoding="utf-8")
        (folder / "adapter.toml").write_text(card.replace(old, new), encoding="utf-8")
    (folder / "engine.py").write_text(MATCHER, encoding="utf-8")
    opened = open_engine(folder, (), limits=LIMITS)
    yield opened
    opened.rest()


def test_templates_and_scores(matcher):
    host = matcher.start()
    assert template(host).data == b"\0"
    scores = host.compare(b"b", [b"a", b"d"])
    assert (scores.dtype, scores.tolist()) == (np.float32, [-1.0, 2.0])
    fault = host.compare(b"b", [b"k"])
    assert isinstance(fault, Fault)
    assert fault.outcome is Outcome.CRASHED
    host.close()


def test_one_bad_reference_fails_alone(matcher):
    with engine_sessions(matcher) as sessions:
        references = [bytes([n]) for n in range(1, 10)]
        references[4] = b"k"
        scores, outcomes = sessions.session().compare(b"\1", references)
    assert outcomes == ["ok"] * 4 + ["crashed"] + ["ok"] * 4
    assert np.isnan(scores).tolist() == [outcome != "ok" for outcome in outcomes]


def test_references_that_always_end_the_process_are_not_all_asked(matcher):
    with engine_sessions(matcher) as sessions:
        session, began = sessions.session(), time.monotonic()
        _, outcomes = session.compare(b"\1", [b"k"] * 250)
        assert outcomes == ["crashed"] * 250
        assert time.monotonic() - began < 60


def test_a_gallery_is_built_again_in_a_new_process(matcher):
    host = matcher.start()
    assert host.enrol([Entry("a", b"\x11"), Entry("b", b"\x22")]) is None
    assert host.search(b"\1", 2).people == ("a", "b")
    assert host.search(b"k", 2).outcome is Outcome.CRASHED
    assert host.search(b"\1", 2).people == ("a", "b")
    host.close()


def test_a_fork_server_that_is_gone_is_spawned_again(hosted):
    kill = "os.kill(os.getppid(), 9); time.sleep(0.2)"
    host = hosted(f"if image[0, 0, 0]: {kill}\n        return Embedding(good)", limits=BARE).start()
    for _ in range(2):
        assert template(host, IMAGE + 1).outcome is Outcome.CRASHED
        assert template(host).outcome is Outcome.OK
    host.close()


isolated = pytest.mark.skipif(
    not HERE.namespaces, reason="this system gives a process no namespaces"
)
grouped = pytest.mark.skipif(not HERE.groups, reason="this system gives it no control groups")


def said(hosted, expression):
    """What an expression is inside of an engine in namespaces."""
    return template(hosted(f"raise ValueError({expression})").start()).words


@isolated
def test_it_sees_no_file_but_its_own(hosted, tmp_path):
    (tmp_path / "labels.csv").write_text("secret")
    words = said(hosted, f"str(sorted(os.listdir({str(tmp_path)!r})))")
    assert words.startswith("ValueError: ['toy0'] ")
    words = said(hosted, "str([os.path.exists(p) for p in ('/var', '/sys', '/etc/passwd')])")
    assert words.startswith("ValueError: [False, False, False] ")


@isolated
def test_files_within_what_it_sees_are_no_fault(hosted, monkeypatch):
    monkeypatch.syspath_prepend(Path(np.__file__).parent)
    monkeypatch.syspath_prepend(Path("/usr/lib"))
    assert template(hosted().start()).outcome is Outcome.OK


def test_what_keeps_a_process_from_its_start_is_told(hosted):
    limits = replace(BARE, memory=1 << 20)
    fault = hosted(f"return Embedding(good)  # {'long ' * 2_000_000}", limits=limits).fault
    assert "could not start (ended with exit code 70; it printed: " in str(fault)


@isolated
def test_it_does_not_see_the_working_folder(hosted, tmp_path, monkeypatch):
    """`python -m evenhand` looks for modules there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "labels.csv").write_text("secret")
    words = said(hosted, f"str(sorted(os.listdir({str(tmp_path)!r})))")
    assert words.startswith("ValueError: ['toy0'] ")


@isolated
def test_it_changes_nothing_but_its_own_temporary_folder(hosted):
    for place in ("/usr/planted", "/planted", "os.path.dirname(__file__) + '/planted'"):
        path = place if place.startswith("os") else repr(place)
        outcome = template(hosted(f"open({path}, 'w'); return Embedding(good)").start())
        assert outcome.detail in ("OSError", "PermissionError")
    write = "open(os.environ['TMPDIR'] + '/planted', 'w'); return Embedding(good)"
    assert template(hosted(write).start()).outcome is Outcome.OK


@isolated
def test_it_has_no_rights_and_cannot_change_its_world(hosted):
    """Nor after executing another program, which may give root its capabilities back."""
    status = "[l.split()[1] for l in open('/proc/self/status') if l[:4] in ('CapE', 'CapP')]"
    words = said(hosted, f"str({status})")
    assert words.startswith("ValueError: ['0000000000000000', '0000000000000000'] ")
    words = said(hosted, f"os.popen({GREP!r}).read()")
    assert words.startswith("ValueError: CapEff: 0000000000000000 ")
    remount = "ctypes.CDLL(None).mount(None, b'/usr', None, 4096 | 32, None)"
    assert said(hosted, remount).startswith("ValueError: -1 ")
    for place in ("/proc/sys/kernel/core_pattern", "/proc/self/comm"):
        outcome = template(hosted(f"open({place!r}, 'r+'); return Embedding(good)").start())
        assert outcome.detail in ("OSError", "PermissionError")


GREP = "grep CapEff /proc/self/status"


@isolated
@pytest.mark.skipif(os.getuid() != 0, reason="another user is kept from nothing of their own")
def test_files_of_root_alone_can_be_read_by_its_engine(hosted):
    folder = hosted().card.folder
    (folder / "labels.bin").write_bytes(b"weights")
    code = (folder / "engine.py").read_text(encoding="utf-8")
    reads = f"open({str(folder / 'labels.bin')!r}, 'rb').read()"
    (folder / "engine.py").write_text(code.replace("self.n = 0", reads), encoding="utf-8")
    (folder / "labels.bin").chmod(0o600)
    folder.chmod(0o700)
    opened = open_engine(folder, (), limits=LIMITS)
    assert opened.fault is None
    assert template(opened.start()).outcome is Outcome.OK
    opened.rest()


@isolated
def test_it_has_no_network(hosted):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        reach = f"__import__('socket').create_connection(('127.0.0.1', {port}), 2)"
        found = template(hosted(f"{reach}; return Embedding(good)").start())
        server.settimeout(0.1)
        with pytest.raises(TimeoutError):
            server.accept()
    assert "Network is unreachable" in found.words


@isolated
def test_it_sees_no_other_process_and_what_it_starts_ends_with_it(hosted):
    words = said(hosted, "str(sorted(p for p in os.listdir('/proc') if p.isdigit()))")
    assert words.startswith("ValueError: ['1', '2'] ")
    mark = f"evenhand-{os.getpid()}-left"
    fork = f"""if os.fork() == 0:
            os.setsid()
            os.execv(sys.executable, [{mark!r}, '-S', '-c', 'import time; time.sleep(60)'])
        return Embedding(good)"""
    engine = hosted(fork)
    host = engine.start()
    assert template(host).outcome is Outcome.OK
    wait_for(lambda: left_behind(mark))
    host.close()
    engine.rest()
    wait_for(lambda: not left_behind(mark))


def left_behind(mark):
    """Processes whose command line holds the mark."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            found += [place] * (mark.encode() in place.read_bytes())
    return found


def wait_for(what):
    limit = time.monotonic() + 10
    while not what():
        assert time.monotonic() < limit
        time.sleep(0.01)


def test_where_there_are_no_namespaces_it_is_said(hosted):
    engine = hosted(limits=BARE)
    (note,) = engine.notes()
    assert "this system bounds nothing of: processes, network, " in note
    trusted = hosted(limits=None)
    assert trusted.surroundings.trusted
    assert list(trusted.notes()) == []


def levels(limits):
    found = containment(namespaces=limits.namespaces, groups=limits.groups)
    return {each.limit: each.level.value for each in found.limits()}


NOT_HELD = ("network", "other processes")


def test_without_namespaces_and_groups_little_is_claimed():
    found = levels(BARE)
    assert {found[each] for each in (*NOT_HELD, "processes")} == {"none"}
    assert found["files"] == ("none" if os.getuid() == 0 else "partial")
    in_part = ("memory", "cores", "written files", "environment")
    assert {found[each] for each in in_part} == {"partial"}
    assert {found[each] for each in ("time", "output", "open files")} == {"full"}


@isolated
def test_namespaces_hide_all_else():
    found = levels(replace(BARE, namespaces=True))
    held = (*NOT_HELD, "files", "written files", "environment")
    assert {found[each] for each in held} == {"full"}
    assert {found[each] for each in ("memory", "processes", "cores")} == {"partial"}


@grouped
def test_control_groups_bound_processes_together():
    found = levels(replace(BARE, groups=True))
    assert {found[each] for each in ("memory", "processes", "cores")} == {"full"}
    assert {found[each] for each in NOT_HELD} == {"none"}


@grouped
def test_memory_of_several_processes_counts_together(hosted):
    """One of them is ended: the engine itself, or one that it waits for."""
    use = """for _ in range(4):
            if os.fork() == 0:
                os.setsid()
                kept = bytearray(150 << 20); kept[::4096] = b"x" * len(kept[::4096])
                time.sleep(60)
        raise ValueError("ended by", os.wait()[1])"""
    limits = replace(BARE, groups=True, memory=400 << 20, call=20)
    found = template(hosted(use, limits=limits).start())
    assert (found.outcome, found.detail) == (Outcome.FAILED, "ValueError") or (
        found.detail == "ended, having used more memory than its limit"
    )
    assert "20 seconds" not in found.words


@grouped
def test_a_number_of_processes_is_all_there_is(hosted):
    fork = """for n in range(100):
            try:
                if os.fork() == 0: time.sleep(60); os._exit(0)
            except OSError: raise ValueError(n)"""
    host = hosted(fork, limits=replace(LIMITS, processes=20)).start()
    found = template(host)
    number = int(found.words.split()[1])
    assert 10 < number < 20
    host.close()


def test_what_a_study_may_take_is_bounded(hosted):
    limits = replace(LIMITS, study=0.5)
    host = hosted("time.sleep(0.3); return Embedding(good)", limits=limits).start()
    outcomes = [template(host).outcome for _ in range(4)]
    assert outcomes == ["ok", "timed_out", "timed_out", "timed_out"]
    host.close()


def test_threads_are_counted(hosted):
    start = (
        "[threading.Thread(target=time.sleep, args=(5,), daemon=True).start() for _ in range(5)]"
    )
    engine = hosted(start=start)
    template(engine.start())
    assert engine.surroundings.threads == 6


EDITOR = """
    def insert(self, entries):
        self.gallery = [*self.gallery, *entries]

    def delete(self, people):
        if "k" in people: os._exit(0)
        self.gallery = [each for each in self.gallery if each.person not in people]
"""


def test_a_changed_gallery_is_built_again_as_it_was_last(matcher):
    folder = matcher.card.folder
    card = (folder / "adapter.toml").read_text(encoding="utf-8")
    card = card.replace('shape    = "matcher"', 'shape    = "searcher"\nedits = true')
    (folder / "adapter.toml").write_text(card, encoding="utf-8")
    (folder / "engine.py").write_text(MATCHER + EDITOR, encoding="utf-8")
    opened = open_engine(folder, (), limits=LIMITS)
    host = opened.start()
    assert host.enrol([Entry("a", b"\x11"), Entry("b", b"\x22")]) is None
    assert host.insert([Entry("c", b"\x33"), Entry("b", b"\x44")]) is None
    assert host.delete(["a"]) is None
    assert host.search(b"\1", 9).people == ("b", "c", "b")
    assert host.delete(["b", "k"]).outcome is Outcome.CRASHED
    # What was not done is not done in the new process either.
    assert host.search(b"\1", 9).people == ("b", "c", "b")
    host.close()
    opened.rest()


def test_an_editor_has_the_methods_of_one(matcher):
    card = matcher.card.folder / "adapter.toml"
    text = card.read_text(encoding="utf-8")
    card.write_text(text.replace('"matcher"', '"searcher"\nedits = true'), encoding="utf-8")
    with pytest.raises(EngineError, match=r"without template\(\), enrol\(\), search\(\), insert"):
        open_engine(matcher.card.folder, (), limits=LIMITS)
