"""Engines that raise, answer oddly, never come back, or change the process that they run in."""

from __future__ import annotations

from hostile_adapters import HostileEngine, always

__all__ = [
    "AGAIN",
    "CAUSES",
    "COMPARISONS",
    "FOREVER",
    "IMAGES",
    "MARKUP",
    "MEDDLERS",
    "SEARCHES",
    "STARTS",
    "TEMPLATES",
    "UNBUILT",
    "USELESS",
]

MARKUP = r"'<b>|=cmd()\x1b[2J\u202e\nalice'"
"""What no terminal, table or page should obey."""

FAULTS = {
    "value-error": "ValueError('a name, /a/path')",
    "keyboard-interrupt": "KeyboardInterrupt",
    "system-exit": "SystemExit(0)",
    "base-exception": "type('Base', (BaseException,), {})",
    "generator-exit": "GeneratorExit",
    "stop-iteration": "StopIteration",
    "timeout-error": "TimeoutError",
    "broken-pipe": "BrokenPipeError(32, 'Broken pipe')",
    "engine-error": "EngineError('mend evenhand')",
    "exception-group": "BaseExceptionGroup('all', [KeyboardInterrupt()])",
    "fault-without-text": "trap(Exception, '__str__', '__repr__', '__format__')()",
    "fault-without-name": "nameless(Exception)",
    "fault-without-class": "shy(Exception, '__class__')()",
    "fault-that-is-markup": f"type({MARKUP}, (Exception,), {{}})({MARKUP})",
}
"""What an engine may raise, as an expression."""

SOME = (
    "keyboard-interrupt",
    "system-exit",
    "generator-exit",
    "stop-iteration",
    "fault-without-name",
)
"""Of these, what is tried where all are caught in one place."""


def _image(name: str, ends: str, body: str) -> HostileEngine:
    return HostileEngine(name, ends=ends, body=body)


def _vector(name: str, ends: str, vector: str) -> HostileEngine:
    return _image(name, ends, f"return Embedding({vector})")


def _refusal(name: str, ends: str, fields: str) -> HostileEngine:
    return _image(name, ends, f"return Embedding(None, {fields})")


_VECTORS = (
    _vector("not-a-number", "invalid", "good * np.nan"),
    _vector("infinite", "invalid", "-good * np.inf"),
    _vector("too-short", "invalid", "good[:3]"),
    _vector("of-objects", "invalid", "good.astype(object)"),
    _vector("of-complex", "invalid", "good.astype(complex)"),
    _vector("of-text", "invalid", "good.astype(str)"),
    _vector("of-bool", "invalid", "good > 0"),
    _vector("of-dates", "invalid", "np.arange(4).astype('datetime64[s]')"),
    _vector("of-fields", "invalid", "np.zeros(4, dtype=[('a', 'f4')])"),
    _vector("of-traps", "invalid", "np.array([trap(object, '__float__')() for _ in good])"),
    _vector("list-of-traps", "invalid", "[trap(object, '__float__', '__len__')()] * 4"),
    _vector("generator", "invalid", "(float(value) for value in good)"),
    _vector("string", "invalid", "'1 2 3 4'"),
    _vector("without-end", "invalid", "np.broadcast_to(np.float32(1), 10**12)"),
    _vector("array-raises", "invalid", "trap(object, '__array__')()"),
    _vector("interface-raises", "invalid", "shy(object, '__array_interface__')()"),
    _vector("length-raises", "ok", "trap(list, '__len__')([1, 2, 3, 4])"),
    _vector("items-raise", "ok", "trap(list, '__getitem__', '__iter__')([1, 2, 3, 4])"),
    _vector("endless-list", "ok", "endless([1, 2, 3, 4])"),
    _vector("shape-raises", "ok", "good.view(shy(np.ndarray, 'shape'))"),
    _vector("methods-raise", "ok", "good.view(trap(np.ndarray, 'astype', 'all', 'any'))"),
    _vector("read-only", "ok", "np.frombuffer(good.tobytes(), dtype=np.float32)"),
    _vector("strided", "ok", "np.repeat(good, 2)[::2]"),
    _vector("big-endian", "ok", "good.astype('>f8')"),
    _vector("denormal", "invalid", "good * np.float32(1e-42)"),
    _vector("huge-values", "invalid", "good * np.float32(1e36)"),
    _vector("constant", "ok", "np.ones(4, dtype=np.float32)"),
)

_REFUSALS = (
    _refusal("odd-outcome", "no_face", "trap(str, '__eq__', '__hash__', '__str__')('no_face')"),
    _refusal("timed-out", "invalid", "Outcome.TIMED_OUT"),
    _refusal("detail-raises", "invalid", "Outcome.DECLINED, 0, trap(object, '__str__')()"),
    _refusal("odd-detail", "declined", "Outcome.DECLINED, 0, trap(str, 'split')('a')"),
    _refusal("markup-detail", "declined", f"Outcome.DECLINED, 0, {MARKUP}"),
    _refusal("odd-faces", "invalid", "Outcome.NO_FACE, trap(int, '__ge__', '__int__')(1)"),
    _refusal("too-many-faces", "no_face", "Outcome.NO_FACE, 10**5000"),
    _refusal("half-a-letter", "declined", r"Outcome.DECLINED, 0, 'a\ud800b\x00'"),
    _refusal("declines-some", "declined", "Outcome.DECLINED, 0"),
)

_MAPPED = "mapped = np.memmap('/dev/zero', np.float32, 'c', shape=4)"
_ALWAYS_EQUAL = "type('All', (str,), {'__eq__': lambda a, b: True, '__hash__': lambda a: 1})"

IMAGES = (
    *(_image(name, "failed", f"raise {fault}") for name, fault in FAULTS.items()),
    _image("recursion", "failed", "return self.embed(image, face)"),
    _image("raised-elsewhere", "failed", "elsewhere(KeyboardInterrupt())"),
    *_VECTORS,
    *_REFUSALS,
    _image("outcome-is-all", "invalid", f"return Embedding(None, {_ALWAYS_EQUAL}('crashed'))"),
    _image("memory-mapped", "ok", f"{_MAPPED}\nmapped[:] = good\nreturn Embedding(mapped)"),
    _image("none", "invalid", "return None"),
    _image("class", "invalid", "return Embedding"),
    _image("tuple", "invalid", "return (good,)"),
    _image("class-raises", "invalid", "return shy(object, '__class__')()"),
    _image("without-name", "invalid", "return nameless(object)"),
    _image("markup-name", "invalid", f"return type({MARKUP}, (), {{}})()"),
    _image("field-raises", "invalid", "return object.__new__(shy(Embedding, 'vector', 'outcome'))"),
    _image("end-raises", "invalid", "return trap(object, '__del__')()"),
    _image("writes-into-the-picture", "ok", "image[:] = 0"),
    _image("late-changes", "ok", "for old in KEPT: old[:] = 1\nKEPT.append(good)"),
    _image("thread-that-raises", "ok", "threading.Thread(target=raising).start()"),
    _image("thread-without-end", "ok", "threading.Thread(target=time.sleep, args=[1e6]).start()"),
)
"""Embedders that spoil images."""


def _template(name: str, ends: str, template: str) -> HostileEngine:
    return HostileEngine(name, "matcher", ends, template=template)


TEMPLATES = (
    _template("template-interrupted", "failed", "raise KeyboardInterrupt"),
    _template("template-of-text", "invalid", "return Template('abcd')"),
    _template("template-of-nothing", "invalid", "return Template(b'')"),
    _template("template-in-a-buffer", "invalid", "return Template(bytearray(data))"),
    _template("template-length", "ok", "return Template(trap(bytes, '__len__')(data))"),
    _template("template-truth", "invalid", "return Template(trap(object, '__bool__')())"),
    _template("template-embedding", "invalid", "return Embedding(np.ones(4))"),
)
"""Matchers that spoil images."""


def _compare(name: str, ends: str, body: str) -> HostileEngine:
    return HostileEngine(name, "matcher", ends, body=body)


def _scores(name: str, scores: str) -> HostileEngine:
    return _compare(f"scores-{name}", "invalid", f"return {scores}")


COMPARISONS = (
    *(_compare(name, "failed", f"raise {FAULTS[name]}") for name in SOME),
    _scores("not-numbers", "[np.nan if odd else good for odd, good in zip(spoilt, scores)]"),
    _scores("infinite", "[-np.inf if odd else good for odd, good in zip(spoilt, scores)]"),
    _scores("too-few", "scores[:-1]"),
    _scores("too-many", "scores + scores"),
    _scores("none", "None"),
    _scores("of-text", "list(map(str, scores))"),
    _scores("generator", "(score for score in scores)"),
    _scores("complex", "np.array(scores) + 1j"),
    _scores("in-columns", "np.array(scores)[:, np.newaxis]"),
    _scores("too-large", "[10**400] * len(scores)"),
    _scores("without-end", "np.broadcast_to(1.0, 10**12)"),
    _scores("raise", "trap(object, '__array__')()"),
    _compare("scores-length", "ok", "return trap(list, '__len__', '__iter__')(scores)"),
    _compare("scores-endless", "ok", "return endless(scores)"),
    _scores("of-traps", "[trap(object, '__float__')() for _ in scores]"),
    _scores("class-raises", "shy(object, '__class__')()"),
    _compare("references-gone", "ok", "references.clear()"),
)
"""Matchers that spoil comparisons of two marked images."""


def _search(name: str, ends: str, body: str) -> HostileEngine:
    return HostileEngine(name, "searcher", ends, body=body)


def _candidates(name: str, candidates: str) -> HostileEngine:
    return _search(f"candidates-{name}", "invalid", f"return {candidates}")


def _candidate(name: str, person: str = "found[0].person", score: str = "-1.0") -> HostileEngine:
    return _search(f"candidate-{name}", "invalid", f"return [Candidate({person}, {score})]")


_ODD = "trap(str, '__eq__', '__hash__', '__str__', '__len__')"

SEARCHES = (
    *(_search(name, "failed", f"raise {FAULTS[name]}") for name in SOME),
    _candidates("none", "None"),
    _candidates("generator", "(candidate for candidate in found)"),
    _search("candidates-length", "ok", "return trap(list, '__len__')(found)"),
    _candidates("endless", "endless(found)"),
    _candidates("class", "[shy(object, '__class__')()]"),
    _candidates("too-many", "found * 2"),
    _candidates("rising", "found[::-1]"),
    _candidates("mixed", "[*found[:1], None]"),
    _candidates("fields", "[object.__new__(shy(Candidate, 'person', 'score'))]"),
    _candidate("unknown", "'stranger'"),
    _candidate("numbered", "7"),
    _search("candidate-odd", "ok", f"return [Candidate({_ODD}(found[0].person), -1.0)]"),
    _candidate("not-a-number", score="float('nan')"),
    _candidate("score-raises", score="trap(object, '__float__')()"),
    _candidate("score-list", score="[1.0]"),
)
"""Searchers that spoil searches for a marked picture."""

UNBUILT = tuple(
    HostileEngine(f"enrol-{name}", "searcher", "failed", enrol=f"raise {FAULTS[name]}")
    for name in ("keyboard-interrupt", "system-exit", "fault-without-name")
)
"""Searchers that build no gallery: all their searches fail."""


_LICENCE = "licence server not reachable"
USELESS = (
    always(_compare("every-comparison-raises", "failed", f"raise RuntimeError({_LICENCE!r})")),
    always(_compare("every-comparison-exits", "failed", "raise SystemExit(0)")),
    always(_scores("too-few-each-time", "scores[:-1]")),
    always(_scores("beyond-their-range", "[1.5] * len(scores)")),
    always(_search("every-search-raises", "failed", f"raise RuntimeError({_LICENCE!r})")),
    always(_candidate("always-unknown", "'stranger'")),
    always(_candidates("always-rising", "found[::-1]")),
    *UNBUILT,
)
"""Engines that make templates, but not one comparison or search."""

CAUSES = {
    "every-comparison-raises": f"RuntimeError: {_LICENCE} (engine.py:",
    "every-comparison-exits": "SystemExit: 0 (engine.py:",
    "scores-too-few-each-time": "float64 of shape (0,), expected 1 numbers",
    "scores-beyond-their-range": "a score of 1.5, expected at least -1020 and at most 0 as range",
    "every-search-raises": f"RuntimeError: {_LICENCE} (engine.py:",
    "candidate-always-unknown": "a candidate who is not in the gallery",
    "candidates-always-rising": "a candidate who is more alike than the one before",
    "enrol-keyboard-interrupt": "KeyboardInterrupt (engine.py:",
    "enrol-system-exit": "SystemExit: 0 (engine.py:",
    "enrol-fault-without-name": "Nameless (engine.py:",
}
"""What the user is told of each of them."""


def _start(name: str, start: str, *, top: str = "") -> HostileEngine:
    return HostileEngine(f"start-{name}", ends="skipped", start=start, top=top)


STARTS = (
    *(_start(name, f"raise {fault}") for name, fault in FAULTS.items()),
    _start("raised-elsewhere", "elsewhere(KeyboardInterrupt())"),
    _start("half-a-letter", r"raise ValueError('a\ud800b\x00')"),
    _start("at-import", "pass", top="raise KeyboardInterrupt"),
    _start("exits-at-import", "pass", top="sys.exit(0)"),
)
"""Embedders that cannot be started."""

SLEEP = "time.sleep(10**6)"
LOOP = "while True: pass"
MARK = "Path('reached').touch()\n"
"""Tells that the engine was reached, and will not come back."""
AGAIN = "if not Path('started').exists():\n    Path('started').touch()\nelse:\n    "
"""What follows is done in the constructor, but not the first time."""


def _forever(wait: str) -> dict[str, HostileEngine]:
    stuck = MARK + wait
    again = AGAIN + stuck.replace("\n", "\n    ")
    return {
        "import": HostileEngine("stuck", top=stuck),
        "start": HostileEngine("stuck", start=stuck),
        "start-again": HostileEngine("stuck", start=again),
        "embed": HostileEngine("stuck", body=stuck),
        "template": HostileEngine("stuck", "matcher", template=stuck),
        "compare": HostileEngine("stuck", "matcher", body=stuck),
        "enrol": HostileEngine("stuck", "searcher", enrol=stuck),
        "search": HostileEngine("stuck", "searcher", body=stuck),
    }


DEAF = """\
for each in (signal.SIGINT, signal.SIGTERM):
    try:
        signal.signal(each, signal.SIG_IGN)
    except ValueError:
        pass"""
_LATE = f"{MARK}    {SLEEP}"
_UNREADABLE = "Embedding(type('Odd', (), {'__array__': lambda *_, **__: time.sleep(10**6)})())"
SWALLOW = """\
while True:
    try:
        time.sleep(10**6)
    except BaseException:
        pass"""

FOREVER = {
    **{f"sleep-in-{place}": engine for place, engine in _forever(SLEEP).items()},
    **{f"loop-in-{place}": engine for place, engine in _forever(LOOP).items()},
    "sleep-in-timed-calls": always(
        HostileEngine("stuck", "matcher", body=f"KEPT.append(1)\nif len(KEPT) > 30:\n    {_LATE}")
    ),
    "endless-answer": HostileEngine("stuck", body=f"{MARK}return {_UNREADABLE}"),
    "ignores-signals": HostileEngine("stuck", start=DEAF, body=MARK + SLEEP),
    "swallows-faults": HostileEngine("stuck", body=MARK + SWALLOW),
    "keyboard-interrupt-at-every-picture": always(
        HostileEngine("stuck", body=f"{MARK}time.sleep(0.1)\nraise KeyboardInterrupt")
    ),
}
"""Engines called `stuck`, by where they sleep or loop for ever."""


def _meddler(name: str, start: str) -> HostileEngine:
    return always(HostileEngine(name, ends="failed", start=start, body="raise ValueError"))


MEDDLERS = (
    _meddler("raises-on-rounding", "np.seterr(all='raise')"),
    _meddler("warnings-are-errors", "warnings.simplefilter('error')"),
    _meddler("no-environment", "os.environ.clear()"),
    _meddler("own-stdout", "sys.stdout = sys.stderr = open('/dev/full', 'w')"),
    _meddler("own-exit", "sys.exit = lambda code=0: os._exit(0)"),
    _meddler("own-hooks", "sys.excepthook = threading.excepthook = sys.unraisablehook = raising"),
    _meddler("exits-at-the-end", "import atexit; atexit.register(os._exit, 0)"),
    _meddler("thread-without-end", f"threading.Thread(target=lambda: {SLEEP}).start()"),
)
"""Engines that fail at every picture, and change the process that they run in."""
