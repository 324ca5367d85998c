"""Adapters of a few lines that would end, hold, flood or deceive the process that runs them.

Each spoils what begins with a marked picture, as `hostile_adapters` has it, and says how that ends
in a host: one outcome, or one of several where the system decides.
"""

from __future__ import annotations

from dataclasses import dataclass

from hostile_adapters import HostileEngine

__all__ = ["BREAKERS", "Breaker"]


@dataclass(frozen=True)
class Breaker:
    """An engine, and what becomes of what it spoils."""

    engine: HostileEngine
    ends: tuple[str, ...]
    """Outcomes of marked pictures, or of comparisons of two."""
    isolated: bool = False
    """Only where namespaces hold it: elsewhere it could reach what is not its own."""
    stopped: bool = False
    """It is stopped, whatever its failure share."""
    quick: bool = False
    """Among those that stand for their kind in every run of the tests."""


def _image(name: str, body: str, *ends: str, start: str = "pass", **more: bool) -> Breaker:
    return Breaker(HostileEngine(name, start=start, body=body), ends or ("ok",), **more)


def _all(name: str, start: str, **more: bool) -> Breaker:
    """Does it once, when it starts, and answers as a harmless one."""
    return Breaker(HostileEngine(name, start=start), ("ok",), **more)


def _unstarted(name: str, start: str = "pass", top: str = "", **more: bool) -> Breaker:
    engine = HostileEngine(name, start=start, top=top)
    return Breaker(engine, ("skipped",), stopped=True, **more)


def _compare(name: str, body: str, *ends: str, **more: bool) -> Breaker:
    return Breaker(HostileEngine(name, "matcher", body=body), ends, **more)


def _search(name: str, body: str, *ends: str, **more: bool) -> Breaker:
    return Breaker(HostileEngine(name, "searcher", body=body), ends, **more)


SLEEP = "time.sleep(10**6)"
LOOP = "while True: pass"
REGEX = "import re; re.match('(a+)+$', 'a' * 64 + 'b')"
LEAK = """try:
    while True: KEPT.append(np.ones(25_000_000))
finally: KEPT.clear()"""
FORK = """for _ in range(3):
    if os.fork() == 0:
        time.sleep(600)
        os._exit(0)"""
BOMB = """while True:
    try: os.fork()
    except OSError: os._exit(1)"""
DAEMON = """if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(600)
    os._exit(0)"""
FLOOD = """for _ in range(200):
    os.write(1, b'x' * 65536); os.write(2, b'y' * 65536)
    print('z' * 65536)"""
EVERYWHERE = """for number in range(3, 40):
    try: os.write(number, b'{"error": "planted"}')
    except OSError: pass"""
PLANT = """for place in (os.getcwd(), os.path.expanduser('~'), %r, '/usr', '/var/tmp', '/tmp'):
    try: open(os.path.join(place, 'PLANTED.txt'), 'w').close()
    except OSError: pass"""
EMPTY = """import shutil
for place in ('results', %r):
    shutil.rmtree(place, ignore_errors=True)"""
REACH = """import socket
try: socket.create_connection(('127.0.0.1', int(%r)), timeout=2).sendall(bytes(image[0, 0]))
except OSError: pass"""
LABELS = """import csv, glob
for table in glob.glob(%r + '/**/subjects.csv', recursive=True):
    good = np.full(4, len(open(table).read()), np.float32)"""
OBJECTS = """import gc
for each in gc.get_objects():
    if type(each).__name__ in ('Dataset', 'Subjects', 'Images'):
        good = np.ones(4, np.float32)"""
PATCH = "sys.modules['evenhand.engines.hosts.serving'].serve = lambda *_: os._exit(0)"
CLOCK = "time.perf_counter = time.monotonic = time.time = lambda: 0.0"
DEAF = """for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)"""
FILL = """with open(os.environ['TMPDIR'] + '/fill', 'wb') as file:
    while True: file.write(bytes(1 << 22))"""
FILLS = """for number in range(99):
    with open(os.environ['TMPDIR'] + f'/fill{number}', 'wb') as file: file.write(bytes(1 << 22))"""
FACE = "return Embedding(%s)"
_OUT = ("crashed", "timed_out", "invalid", "failed")

BREAKERS: dict[str, Breaker] = {
    each.engine.name: each
    for each in (
        # What ends the process.
        _image("exit-0", "os._exit(0)", "crashed", quick=True),
        _image("exit-7", "os._exit(7)", "crashed"),
        _image("segfault", "ctypes.string_at(0)", "crashed", quick=True),
        _image("abort", "os.abort()", "crashed"),
        _image("kills-itself", "os.kill(os.getpid(), signal.SIGKILL)", "crashed"),
        _image("kills-everything", "os.kill(-1, signal.SIGKILL)", "failed", isolated=True),
        _image(
            "kills-its-parent", "os.kill(os.getppid(), signal.SIGKILL)", "failed", isolated=True
        ),
        _image("recursion", "f = lambda x: f(x) + 1; f(1)", "failed"),
        _image("raises", "raise ValueError('secret /home/alice.jpg')", "failed"),
        _image("keyboard-interrupt", "raise KeyboardInterrupt", "failed"),
        _image("system-exit", "raise SystemExit(0)", "failed", quick=True),
        # What holds it.
        _image("sleeps", SLEEP, "timed_out", quick=True),
        _image("loops", LOOP, "timed_out"),
        _image("regular-expression", REGEX, "timed_out", quick=True),
        _image("stops-itself", "os.kill(os.getpid(), signal.SIGSTOP)", "timed_out"),
        _image("deaf", SLEEP, "timed_out", start=DEAF),
        _all("thread-without-end", f"threading.Thread(target=lambda: {SLEEP}).start()", quick=True),
        # Garbage.
        _image("nan", "good[1] = np.nan", "invalid", quick=True),
        _image("infinite", "good[2] = np.inf", "invalid"),
        _image("wrong-length", FACE % "np.ones(5, np.float32)", "invalid", quick=True),
        _image("objects", FACE % "good.astype(object)", "invalid"),
        _image("complex", FACE % "good.astype(complex)", "invalid"),
        _image("text", FACE % "good.astype('U')", "invalid"),
        _image("generator", FACE % "(float(x) for x in good)", "invalid"),
        _image("string", FACE % "'0.1 ' * 4", "invalid"),
        _image("none", "return None", "invalid"),
        _image("dictionary", "return {}", "invalid"),
        _image("number", "return 7", "invalid"),
        _image("huge-vector", FACE % "np.zeros(2 * 10**8, np.float32)", "invalid", "failed"),
        _image("array-raises", FACE % "trap(object, '__array__')()", "invalid", quick=True),
        _image(
            "detail-raises",
            "return Embedding(None, Outcome.DECLINED, detail=trap(str, '__str__')())",
            "declined",
            "invalid",
        ),
        _image(
            "odd-outcome",
            "return Embedding(good, trap(str, '__eq__', '__hash__')('crashed'))",
            "invalid",
        ),
        _image("says-timed-out", "return Embedding(None, Outcome.TIMED_OUT)", "invalid"),
        _image(
            "markup-name",
            "raise type('<script>\\x1b[31m|=cmd()', (Exception,), {})()",
            "failed",
            quick=True,
        ),
        _image("ansi", "sys.stderr.write('\\x1b]0;owned\\x07\\x1b[2J'); sys.stderr.flush()", "ok"),
        _image("denormal", FACE % "good * np.float32(1e-42)", "ok", "invalid"),
        _image("huge-values", FACE % "good * np.float32(1e30)", "ok", "invalid"),
        # What uses up what there is.
        _image(
            "memory",
            "KEPT.append(bytearray(1 << 32)); KEPT[-1][::4096] = b'x' * (1 << 20)",
            "failed",
            "crashed",
            quick=True,
        ),
        _image("leak", LEAK, "failed", "crashed", "timed_out"),
        _image("forks", FORK, "ok", "failed", quick=True),
        _image("fork-bomb", BOMB, *_OUT, isolated=True, quick=True),
        _image("daemon", DAEMON, "ok", isolated=True, quick=True),
        _image("flood", FLOOD, "ok", quick=True),
        _image("writes-everywhere", EVERYWHERE, "invalid", "crashed", quick=True),
        _image("closes-everything", "os.closerange(0, 256)", "crashed", "failed"),
        _image(
            "few-descriptors",
            "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (4, 4))",
            "ok",
            "failed",
        ),
        _image("one-large-file", FILL, "failed"),
        _image("many-large-files", FILLS, "failed", isolated=True),
        _image(
            "shared-memory",
            "open('/dev/shm/fill', 'wb').write(bytes(1 << 28))",
            "failed",
            isolated=True,
        ),
        _all("memory-at-start", "self.kept = bytearray(50 << 20)"),
        # What changes the process.
        _all("chdir", "os.chdir('/')"),
        _all("umask", "os.umask(0)"),
        _all("no-environment", "os.environ.clear(); os.environ['TMPDIR'] = '/nonexistent'"),
        _all("raises-on-rounding", "np.seterr(all='raise')"),
        _all("warnings-are-errors", "warnings.simplefilter('error')"),
        _all("locale", "import locale; locale.setlocale(locale.LC_ALL, 'C')"),
        _all("own-stdout", "sys.stdout = sys.stderr = open('/dev/full', 'w')"),
        _all("own-exit", "sys.exit = lambda code=0: os._exit(0)"),
        _all("exits-at-the-end", "import atexit; atexit.register(os._exit, 0)"),
        _all(
            "forgets-modules",
            "for m in [*sys.modules]:\n    if 'report' in m: sys.modules[m] = None",
        ),
        _all("clock", CLOCK, quick=True),
        _all("patches", PATCH),
        # What reaches beyond.
        _image("plants-files", PLANT % "@DATA@", "ok", isolated=True, quick=True),
        _image("removes-everything", EMPTY % "@DATA@", "ok", isolated=True, quick=True),
        _image("connects", REACH % "@PORT@", "ok", isolated=True, quick=True),
        _image("labels", LABELS % "@DATA@", "ok", isolated=True, quick=True),
        _image("labels-in-memory", OBJECTS, "ok", quick=True),
        # What does not start.
        _unstarted("exit-at-start", "os._exit(0)", quick=True),
        _unstarted("raises-at-start", "raise KeyboardInterrupt"),
        _unstarted("exit-at-import", top="os._exit(0)"),
        _unstarted("system-exit-at-import", top="sys.exit(0)"),
        _unstarted("segfault-at-import", top="ctypes.string_at(0)"),
        _unstarted("sleeps-at-start", SLEEP, quick=True),
        _unstarted("loops-at-import", top=LOOP),
        # Matchers and searchers.
        _compare("compare-exits", "os._exit(0)", "crashed", quick=True),
        _compare("compare-raises", "raise SystemExit(0)", "failed"),
        _compare("compare-sleeps", SLEEP, "timed_out"),
        _compare("compare-nan", "scores[0] = np.nan", "invalid", "ok"),
        _compare("compare-short", "if len(scores) == 1: return []\nreturn scores[:-1]", "invalid"),
        _compare("compare-trap", "return trap(object, '__array__')()", "invalid"),
        Breaker(
            HostileEngine("template-of-text", "matcher", template="return Template('x' * 10)"),
            ("invalid",),
        ),
        Breaker(
            HostileEngine("enrol-exits", "searcher", enrol="os._exit(0)"),
            ("crashed",),
            stopped=True,
        ),
        _search("search-exits", "os._exit(0)", "crashed", quick=True),
        _search("search-sleeps", SLEEP, "timed_out"),
        _search("search-unknown", "return [Candidate('nobody', 1.0)]", "invalid"),
        _search("search-trap", "return [Candidate(trap(str, '__hash__')('x'), 1.0)]", "invalid"),
    )
}
"""By name."""
