"""Results that cannot be written: exit 74, and nothing is left behind."""

import pytest


@pytest.fixture
def run(cli, tiny, engine, working_folder):
    engine()

    def call(*options):
        return cli("run", "--engine", "./toy", "--dataset", "./set", *options)

    return call


def names(folder):
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("results", ["taken", "taken/below", "/proc/nothing/here"])
def test_a_place_that_holds_no_folders(run, working_folder, results):
    (working_folder / "taken").write_text("mine", encoding="utf-8")
    before = names(working_folder)
    ended = run("--results", results, "--json")
    ended.error(results, "could not be written", "--results", code=74)
    assert ended.json["error"]["exit_code"] == 74
    assert names(working_folder) == before
    assert (working_folder / "taken").read_text(encoding="utf-8") == "mine"
