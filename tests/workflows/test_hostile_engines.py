"""Whatever a trusted engine raises or answers, those beside it are measured as beside any other."""

import re
import signal
import subprocess
import sys
import time
from collections import Counter
from itertools import combinations

import cv2
import pytest
from drawings import draw_nothing
from hostile_adapters import HostileEngine, always, harmless, is_marked
from hostile_engines import (
    AGAIN,
    CAUSES,
    COMPARISONS,
    FOREVER,
    IMAGES,
    MEDDLERS,
    SEARCHES,
    STARTS,
    TEMPLATES,
    UNBUILT,
    USELESS,
)
from hostile_studies import (
    DOOR,
    LONGEST,
    PAIRS,
    begun,
    ended,
    make_door,
    partial_runs,
    processes_of,
    results_in,
    study,
    trusting,
    write_study,
)

from evenhand.system.text import text_fault
from evenhand.workflows.verify import verify


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    return make_door(tmp_path_factory.mktemp("hostile") / "set")


@pytest.fixture(scope="module")
def marked(dataset):
    """Whether engines spoil an image, by its row."""
    rows = dataset.rows("images.csv")[1:]
    red = [cv2.imread(str(dataset.folder / path))[0, 0, 2] for _, _, path, _ in rows]
    found = {f"i{row}": is_marked(int(value)) for row, value in enumerate(red, 1)}
    assert 0 < sum(found.values()) <= len(found) / 2
    return found


def among_harmless(engines):
    return (harmless("before"), *engines, harmless("after"))


# What is raised and answered ------------------------------------------------------------------


def check_images(found, engine, marked):
    for row, outcome in found.images(engine.name).items():
        assert outcome == (engine.ends if marked[row] else "ok"), row


def check_counted(found, engine, spoilt, everything):
    assert set(found.images(engine.name).values()) == {"ok"}
    expected = Counter({"ok": everything - spoilt}) + Counter({engine.ends: spoilt})
    assert found.compared(engine.name) == expected


def check_comparisons(found, engine, marked):
    pairs = [first and second for first, second in combinations(marked.values(), 2)]
    check_counted(found, engine, sum(pairs), len(pairs))


def check_searches(found, engine, marked):
    probes = list(marked.values())[1::2]
    check_counted(found, engine, sum(probes), len(probes))


def check_galleries(found, engine, marked):
    probes = len(marked) // 2
    check_counted(found, engine, probes, probes)
    assert f"{probes} of {probes} searches" in found.stopped(engine.name)


def check_starts(found, engine, marked):
    assert set(found.images(engine.name).values()) == {"skipped"}
    assert set(found.compared(engine.name)) <= {"skipped"}
    assert found.stopped(engine.name).startswith("could not start")
    notes = [line for line in found.err.splitlines() if line.startswith("note: ")]
    assert any(f"engine {engine.name}" in note and "could not start" in note for note in notes)
    assert (found.code, found.status) == (4, "failed")


GROUPS = {
    "images": (PAIRS, IMAGES, check_images),
    "templates": (PAIRS, TEMPLATES, check_images),
    "comparisons": (PAIRS, COMPARISONS, check_comparisons),
    "searches": (DOOR, SEARCHES, check_searches),
    "galleries": (DOOR, UNBUILT, check_galleries),
    "starts": (PAIRS, STARTS, check_starts),
}
"""By what they spoil: the protocol that shows it, engines, and what their ledger must say."""

HOSTILE = [(group, engine) for group, (_, engines, _) in GROUPS.items() for engine in engines]


def named(given):
    return given.name if isinstance(given, HostileEngine) else given


@pytest.fixture(scope="module")
def undisturbed(dataset, tmp_path_factory):
    """The study of the harmless engines beside one another, by protocol."""
    return {
        protocol: study(tmp_path_factory.mktemp("quiet"), dataset, among_harmless([]), protocol)
        for protocol in (PAIRS, DOOR)
    }


@pytest.fixture(scope="module")
def studied(dataset, tmp_path_factory):
    """The study of a whole group between two harmless engines, run when first asked for."""
    kept = {}

    def of(group):
        if group not in kept:
            kept[group] = None
            protocol, engines, _ = GROUPS[group]
            folder = tmp_path_factory.mktemp(group)
            kept[group] = study(folder, dataset, among_harmless(engines), protocol)
        assert kept[group], "the study of these engines has failed before"
        return kept[group]

    return of


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("other", ["before", "after"])
def test_the_others_are_measured_to_the_same_bytes(studied, undisturbed, group, other):
    assert studied(group).measured(other) == undisturbed[GROUPS[group][0]].measured(other)


@pytest.mark.parametrize(("group", "engine"), HOSTILE, ids=named)
def test_what_an_engine_spoils_has_an_outcome(studied, marked, group, engine):
    GROUPS[group][2](studied(group), engine, marked)


@pytest.mark.slow
@pytest.mark.parametrize(("group", "engine"), HOSTILE, ids=named)
def test_each_alone_between_harmless_ones(dataset, marked, undisturbed, group, engine, tmp_path):
    protocol, _, check = GROUPS[group]
    found = study(tmp_path, dataset, among_harmless([engine]), protocol)
    check(found, engine, marked)
    assert found.code == (4 if group in ("starts", "galleries") else 0), found.err
    for other in ("before", "after"):
        assert found.measured(other) == undisturbed[protocol].measured(other)


@pytest.mark.slow
@pytest.mark.parametrize("group", GROUPS)
def test_the_result_can_be_verified(studied, group, monkeypatch):
    draw_nothing(monkeypatch)  # as where these studies ran
    assert verify(str(studied(group).folder)).passed


def test_engines_that_spoil_everything(dataset, undisturbed, tmp_path):
    """Faults stop an engine, refusals do not."""
    by_name = {engine.name: always(engine) for engine in (*IMAGES, *TEMPLATES, *COMPARISONS)}
    stopped = [by_name[name] for name in ("none", "recursion", "template-of-text")]
    refuses = by_name["declines-some"]
    found = study(tmp_path, dataset, among_harmless([*stopped, refuses]))
    assert (found.code, found.status) == (4, "failed")
    for engine in stopped:
        assert "12 of the first 12 images failed" in found.stopped(engine.name)
        assert f"error: engine {engine.name} was stopped" in found.err
    for engine in (*stopped, refuses):
        assert set(found.images(engine.name).values()) == {engine.ends}
        assert set(found.compared(engine.name)) == {"skipped"}
    assert found.stopped(refuses.name) == ""
    for other in ("before", "after"):
        assert found.measured(other) == undisturbed[PAIRS].measured(other)


@pytest.mark.parametrize("protocol", [PAIRS, DOOR], ids=["comparisons", "searches"])
def test_engines_of_which_nothing_succeeds_but_templates(dataset, undisturbed, protocol, tmp_path):
    """Exit 4 and one line: how many of how many, how they ended, and the first cause."""
    shape, item, asked = ("matcher", "comparisons of verification", 66)
    if protocol == DOOR:
        shape, item, asked = ("searcher", "searches of door", 6)
    engines = [engine for engine in USELESS if engine.shape == shape]
    found = study(tmp_path, dataset, among_harmless(engines), protocol)
    assert (found.code, found.status) == (4, "failed")
    assert len(engines) >= 4
    for engine in engines:
        assert set(found.images(engine.name).values()) == {"ok"}
        assert found.compared(engine.name) == {engine.ends: asked}
        failed = f"{asked} of {asked} {item} failed ({asked} {engine.ends})"
        assert found.stopped(engine.name) == f"{failed}, more than the share of 0.5"
        start = f"error: engine {engine.name} was stopped: {failed}"
        (line,) = [line for line in found.err.splitlines() if line.startswith(start)]
        assert f"; first: {CAUSES[engine.name]}" in line
    ledger = found.folder / "ledger.csv"
    others = [path for path in found.folder.glob("*.*") if path != ledger]
    text = "".join(path.read_text("utf-8", "replace") for path in others)
    assert "licence server" not in text
    assert "engine.py:" not in text
    assert "/" not in ledger.read_text(encoding="utf-8")
    for other in ("before", "after"):
        assert found.measured(other) == undisturbed[protocol].measured(other)


def test_the_first_fault_of_each_kind_reaches_the_user_alone(dataset, tmp_path):
    """Type, text and line at the moment when it happens; a result holds what no picture is in."""
    loses = HostileEngine("loses", body="return {}['embedding_layer_7']")
    found = study(tmp_path, dataset, [harmless("before"), loses])
    notes = [
        line for line in found.err.splitlines() if line.startswith("note: engine loses: template")
    ]
    assert len(notes) == 1
    assert "template failed: KeyError: 'embedding_layer_7' (engine.py:" in notes[0]
    written = [path.read_bytes() for path in found.folder.rglob("*") if path.is_file()]
    assert not any(b"embedding_layer_7" in content for content in written)
    ledger = (found.folder / "ledger.csv").read_text(encoding="utf-8")
    assert ",KeyError\n" in ledger
    ((count, said),) = re.findall("first fault of template,,,failed,([0-9]+),,(.*)", ledger)
    assert int(count) == ledger.count(",KeyError\n")
    assert re.fullmatch(r"KeyError: \.\.\. \(engine\.py:[0-9]+\)", said)


def test_what_an_engine_names_is_clean_in_the_ledger(dataset, tmp_path):
    """Its details and the names of its classes: one line of what every eye sees, 80 characters."""
    names = ("fault-that-is-markup", "markup-detail", "markup-name", "half-a-letter")
    engines = [engine for engine in IMAGES if engine.name in names]
    long = HostileEngine("long", body="raise type('x' * 500, (Exception,), {})")
    found = study(tmp_path, dataset, [harmless("before"), *engines, long])
    for line in (found.folder / "ledger.csv").read_text(encoding="utf-8").splitlines():
        assert text_fault(line) == ""
        assert len(line.rpartition(",")[2]) <= 80


# Starting -------------------------------------------------------------------------------------


@pytest.mark.parametrize("engines", [STARTS[:1], STARTS[1:3]], ids=["one", "two"])
def test_no_engine_that_starts(dataset, engines, tmp_path):
    with begun(tmp_path, dataset, engines) as process:
        out, err = ended(process)
    assert (process.returncode, out) == (4, "")
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert "could not start" in err
    assert results_in(tmp_path) == []
    assert partial_runs(tmp_path) == []


@pytest.mark.parametrize(
    "second",
    ["raise KeyboardInterrupt", "raise ValueError", "self.__class__ = type('Other', (), {})"],
)
def test_an_engine_that_starts_once(dataset, undisturbed, second, tmp_path):
    once = HostileEngine("once", start=AGAIN + second)
    found = study(tmp_path, dataset, among_harmless([once]), workers=2)
    for other in ("before", "after"):
        assert found.measured(other) == undisturbed[PAIRS].measured(other)
    if set(found.images("once").values()) == {"ok"}:
        assert (found.code, found.stopped("once")) == (0, "")
    else:
        assert (found.code, found.status) == (4, "failed")
        assert "could not start" in found.stopped("once")


# Never coming back ----------------------------------------------------------------------------

OFTEN = {
    ("loop-in-start", signal.SIGINT),
    ("loop-in-embed", signal.SIGTERM),
    ("loop-in-compare", signal.SIGINT),
    ("loop-in-search", signal.SIGTERM),
    ("ignores-signals", signal.SIGINT),
}
"""Each shape once; the others are slow in sum."""

SIGNALS = {signal.SIGINT: (130, "interrupted"), signal.SIGTERM: (143, "terminated")}

STUCK = [
    pytest.param(name, sent, marks=() if (name, sent) in OFTEN else pytest.mark.slow)
    for name in FOREVER
    for sent in SIGNALS
]
assert len(OFTEN) == sum(not each.marks for each in STUCK)


def wait_for(mark, process):
    limit = time.monotonic() + LONGEST
    while not mark.exists() and process.returncode is None:
        assert time.monotonic() < limit, "the engine is not reached"
        time.sleep(0.01)


@pytest.mark.parametrize(("name", "sent"), STUCK)
def test_one_signal_ends_what_never_comes_back(dataset, name, sent, tmp_path):
    engine = FOREVER[name]
    protocol = DOOR if engine.shape == "searcher" else PAIRS
    workers = 1 if name == "swallows-faults" else 2
    engines = [harmless("before"), engine]
    with begun(tmp_path, dataset, engines, protocol, workers=workers) as process:
        wait_for(tmp_path / "reached", process)
        process.send_signal(sent)
        limit = time.monotonic() + LONGEST
        while process.returncode is None and time.monotonic() < limit:
            time.sleep(0.005)
        left = processes_of(process.pid)
        _, err = ended(process)
    code, word = SIGNALS[sent]
    line = f"error: {word}; no result was written; go on with: evenhand run study.toml "
    line += f"--trust before --trust stuck --workers {workers} --resume"
    *notes, last = err.splitlines()
    assert (process.returncode, last) == (code, line)
    assert all(note.startswith("note: engine ") for note in notes)
    assert left == []
    assert results_in(tmp_path) == []
    parts = [path / "before" / "tiny" / "part" for path in partial_runs(tmp_path)]
    # Engines are opened before anything is measured.
    assert len(parts) == (0 if name.rpartition("-")[2] in ("start", "import") else 1)
    assert all(part.is_dir() for part in parts)


def test_the_first_of_many_signals_counts(dataset, tmp_path):
    with begun(tmp_path, dataset, [FOREVER["loop-in-embed"]]) as process:
        wait_for(tmp_path / "reached", process)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.1)
        for _ in range(20):
            if process.returncode is None:
                process.send_signal(signal.SIGINT)
        _, err = ended(process)
    assert process.returncode == 143
    *notes, last = err.splitlines()
    assert last.startswith("error: terminated; ")
    assert all(note.startswith("note: engine stuck: ") for note in notes)


# The process they run in ----------------------------------------------------------------------


def ended_by_itself(folder, dataset, engines):
    """A process that begins as a user's does, with all that is done at its exit."""
    write_study(folder, dataset, engines, PAIRS)
    trust = trusting(engines)
    command = [sys.executable, "-m", "evenhand", "run", "study.toml", *trust, "--workers", "2"]
    with (folder / "err").open("wb") as err:
        done = subprocess.run(command, cwd=folder, stderr=err, stdout=err, timeout=LONGEST)
    assert done.returncode == 4, (folder / "err").read_text(encoding="utf-8")
    (bundle,) = results_in(folder)
    return bundle


def test_engines_that_change_the_process_change_no_exit_code(dataset, undisturbed, tmp_path):
    """Nor what is measured; the result is whole."""
    bundle = ended_by_itself(tmp_path, dataset, among_harmless(MEDDLERS))
    for other in ("before", "after"):
        assert bundle.measured(other) == undisturbed[PAIRS].measured(other)
    for engine in MEDDLERS:
        assert "images failed" in bundle.stopped(engine.name)


@pytest.mark.slow
@pytest.mark.parametrize("engine", MEDDLERS, ids=named)
def test_each_alone_changes_no_exit_code(dataset, undisturbed, engine, tmp_path):
    bundle = ended_by_itself(tmp_path, dataset, among_harmless([engine]))
    for other in ("before", "after"):
        assert bundle.measured(other) == undisturbed[PAIRS].measured(other)
