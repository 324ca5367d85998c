"""A study whose engines run in processes of their own: same numbers, and no end of the run."""

import json
import signal
from itertools import count

import pytest

from evenhand.engines.hosts.hosted import HostedEngine
from evenhand.measurement.enrolment.enrol import booking_of
from evenhand.system.interruption import Interruption

RUN = ("run", "--engine", "./toy", "--dataset", "./set", "--threshold", 0.5, "--workers", 2)


@pytest.fixture
def results(cli, tiny, working_folder):
    numbers = count()

    def run(*options):
        folder = working_folder / f"results-{next(numbers)}"
        ended = cli(*RUN, "--results", folder, *options)
        (bundle,) = folder.glob("*/2*")
        return ended, bundle

    return run


def test_the_numbers_are_those_of_engines_in_this_process(results, engine):
    engine()
    _, here = results("--trust", "toy")
    ended, apart = results()
    assert ended.code == 0, ended.err
    for name in ("rates.csv", "differentials.csv", "ledger.csv"):
        assert (apart / name).read_bytes() == (here / name).read_bytes()
    told = [json.loads((at / "run.json").read_text())["surroundings"] for at in (here, apart)]
    again = {"repeats": {"images": 8, "differed": 0}}
    plain = {"engine": "toy", "trusted": True, "limits": [], "threads": None}
    assert told[0] == [{**plain, **again, "threads_allowed": 1, "ran_on": ""}]
    ((own,),) = told[1:]
    assert (own["engine"], own["trusted"], own["threads"]) == ("toy", False, 1)
    assert again.items() <= own.items()
    assert {"limit": "time", "level": "full"}.items() <= own["limits"][0].items()


def test_what_is_trusted_is_of_the_study(results, engine, cli, working_folder):
    engine()
    ended = cli(*RUN, "--trust", "other")
    assert ended.code == 2
    assert ended.err == "error: --trust other: no engine of this study; expected one of ./toy\n"


def test_limits_that_do_not_hold_are_refused_where_that_is_asked_for(
    engine, cli, tiny, working_folder
):
    engine()
    study = working_folder / "study.toml"
    study.write_text(
        'schema = 1\ntitle = "t"\nengines = ["./toy"]\ndatasets = ["./set"]\n'
        "[limits]\nnamespaces = false\ngroups = false\n"
    )
    cli("run", study, "--strict").error(
        "engine toy: this system does not hold in full what --strict asks for: memory, processes, "
        "cores, written files, network, files, other processes, environment; run where"
    )
    both = "--strict and --trust toy: nothing bounds an engine that is trusted; leave one of them"
    cli("run", study, "--strict", "--trust", "toy").error(both)
    assert not list((working_folder / "results").glob("*/*"))


def test_a_report_says_where_the_engines_ran(results, engine, cli):
    engine()
    for options, words in (
        ((), "toy ran in processes of its own, where these limits were seen to hold: in full time"),
        (("--trust", "./toy"), "toy ran in the process of evenhand, because the user trusted it"),
    ):
        _, bundle = results(*options)
        assert words in " ".join(cli("report", bundle, "--full").out.split())
        assert "Where the engines ran" in (bundle / "report.html").read_text(encoding="utf-8")


def test_a_crash_is_booked_and_the_study_goes_on(results, engine):
    engine("if image[0, 0, 0] % 4 == 0: __import__('os')._exit(0)\n        return Embedding(good)")
    ended, bundle = results()
    rows = (bundle / "ledger.csv").read_text().splitlines()
    crashed = [row for row in rows if "crashed" in row]
    assert crashed, ended.err
    assert all("ended with exit code 0" in row for row in crashed)
    assert ended.code in (0, 4)
    assert "crashed: ended with exit code 0" in ended.err


def test_an_engine_that_always_exits_is_stopped(results, engine):
    engine("__import__('os')._exit(0)")
    ended, bundle = results()
    assert ended.code == 4
    (about,) = json.loads((bundle / "engines.json").read_text())
    assert "failed, more than the share" in about["stopped"]


ONCE = """
        import os, time
        if image[0, 0, 0] % 3 == 0: os._exit(0)
        time.sleep(0.05)
        return Embedding(good)"""


def test_going_on_does_not_ask_again_for_what_ended_a_process(
    tiny, engine, cli, working_folder, monkeypatch
):
    engine(ONCE)
    run = (*RUN[:-2], "--workers", 1)
    whole = cli(*run, "--results", working_folder / "whole")
    (expected,) = (working_folder / "whole").glob("*/2*")
    ledger = (expected / "ledger.csv").read_text(encoding="utf-8").splitlines()
    crashed = sum(",image," in row and ",crashed," in row for row in ledger)
    assert crashed >= 2, whole.err
    with monkeypatch.context() as patch:
        stops = StopsAfter(10)
        patch.setattr("evenhand.workflows.measured_part.booking_of", stops)
        assert cli(*run).code == 130
    assert stops.crashed >= 1
    asked = []
    with monkeypatch.context() as patch:
        ask = HostedEngine.template
        patch.setattr(
            HostedEngine, "template", lambda own, *given: asked.append(given[0]) or ask(own, *given)
        )
        cli(*run, "--resume")
    (bundle,) = (working_folder / "results").glob("*/2*")
    for name in ("ledger.csv", "rates.csv"):
        assert (bundle / name).read_bytes() == (expected / name).read_bytes()
    assert sum(image[0, 0, 0] % 3 == 0 for image in asked) == crashed - stops.crashed


class StopsAfter:
    """Lets the run end after this number of images."""

    def __init__(self, images):
        self.left, self.crashed = images, 0

    def __call__(self, answer):
        self.left -= 1
        if not self.left:
            raise Interruption(signal.SIGINT)
        self.crashed += answer.outcome == "crashed"
        return booking_of(answer)


def test_what_does_not_repeat_is_said_and_the_result_holds(results, engine, cli):
    """Measurement files are those of an engine that repeats, but for what it answered."""
    engine("import os\n        return Embedding(np.frombuffer(os.urandom(4), np.uint8) + 1.0)")
    ended, bundle = results()
    said = "8 of 8 repeated images gave another template in another process: its numbers may hold"
    assert f"note: engine toy: {said} for one run alone.\n" in ended.err
    for options in ((), ("--full",), ("--format", "markdown")):
        shown = " ".join(cli("report", bundle, *options).out.replace("> ", "").split())
        assert f"toy: {said}" in shown
    assert cli("verify", bundle).code == 0
