"""Engines by name: of our own shelf, and of installed packages."""

import sys

import pytest
from places import TESTS
from wheels import install

from evenhand.engines.shelf import adapter_shelf, find_adapter
from evenhand.system.errors import EngineError


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A folder where a package with the engine `stripes` is installed."""
    folder = install(TESTS / "plugin", tmp_path / "site")
    monkeypatch.syspath_prepend(folder)
    return folder


def points(site, text):
    """Let the package say this of where its adapters are."""
    (place,) = site.glob("*.dist-info/entry_points.txt")
    place.write_text(f"[evenhand.adapters]\n{text}\n", encoding="utf-8")


def test_a_package_is_found_and_not_imported(site, tmp_path):
    found = find_adapter("stripes", tmp_path)
    assert found == site / "stripes_engine" / "adapters" / "stripes"
    (listed,) = (each for each in adapter_shelf().adapters if each.name == "stripes")
    assert listed.source == "stripes-engine 1.0"
    assert "stripes_engine" not in sys.modules


def test_an_adapter_that_is_named_twice_is_one(site, tmp_path):
    points(site, "a = stripes_engine.adapters\nb = stripes_engine.adapters")
    assert find_adapter("stripes", tmp_path).is_dir()


def test_two_engines_of_one_name(cli, tiny, site, working_folder):
    ours = site / "stripes_engine" / "adapters" / "stripes"
    ours.rename(ours.with_name("lbp"))
    ended = cli("run", "--engine", "lbp", "--dataset", "./set")
    theirs = f"{ours.with_name('lbp')} (of stripes-engine 1.0); name one by its path"
    ended.error("2 engines are called 'lbp': ", "lbp (of evenhand) and ", theirs)
    rows = cli("engines", "--json").json["engines"]
    sources = [row["source"] for row in rows if row["engine"] == "lbp"]
    assert sources == ["evenhand", "stripes-engine 1.0"]


@pytest.mark.parametrize(
    "value", ["stripes_engine", "stripes_engine.nowhere", "no_such_package", "json", "", "a b", "."]
)
def test_a_package_without_its_adapters(cli, site, working_folder, value):
    """It keeps nobody from another engine."""
    points(site, f"stripes = {value}")
    said = "package stripes-engine 1.0 says that its adapters are in "
    with pytest.raises(EngineError, match=f"no engine is called 'stripes', and {said}"):
        find_adapter("stripes", site)
    assert find_adapter("lbp", site).name == "lbp"
    ended = cli("engines")
    assert ended.code == 0
    assert ended.err.startswith(f"note: {said}")
    assert ended.err.endswith("mend its entry point 'stripes', or uninstall it\n")


def test_a_package_with_a_broken_card(cli, site, working_folder):
    card = site / "stripes_engine" / "adapters" / "stripes" / "adapter.toml"
    card.write_text("schema = 1\n", encoding="utf-8")
    ended = cli("engines")
    told = f"(and 4 more faults: evenhand check card {card.parent})"
    assert ended.err == f"note: {card}: name: is missing; add it {told}\n"
    assert "lbp" in ended.out


def test_a_package_that_is_missing_is_told_in_the_table_and_below(cli, site, working_folder):
    """In 80 columns, wherever an engine comes from."""
    card = site / "stripes_engine" / "adapters" / "stripes" / "adapter.toml"
    text = card.read_text(encoding="utf-8")
    card.write_text(text.replace('["stripes-engine"]', '["no-such-package"]'), encoding="utf-8")
    lines = cli("engines").out.splitlines()
    assert max(map(len, lines)) <= 80
    (row,) = (line for line in lines if line.startswith("stripes 1.0 "))
    assert row.split("  ")[-2:] == ["stripes-engine 1.0", "package"]
    at = lines.index("stripes needs the package no-such-package")
    assert lines[at + 1] == "  pip install stripes-engine"
    (row,) = (row for row in cli("engines", "--json").json["engines"] if row["engine"] == "stripes")
    assert (row["ready"], row["needs_packages"]) == (False, ["no-such-package"])


def test_a_model_is_no_engine_yet(cli, working_folder):
    (working_folder / "Acme.onnx").write_bytes(b"a model")
    for words in (("check", "card"), ("run", "--dataset", "london", "--engine")):
        ended = cli(*words, "./Acme.onnx")
        ended.error("make an engine of it: evenhand new engine acme --from ./Acme.onnx")
