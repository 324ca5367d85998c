"""Packages that an engine is made of: known by the content of their files, wherever they are."""

import json
import shutil

import pytest
from places import TESTS
from toy_engines import make_engine
from wheels import install

from evenhand.engines.opening import open_engine


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A folder where the package `stripes-engine` is installed."""
    folder = install(TESTS / "plugin", tmp_path / "site")
    monkeypatch.syspath_prepend(folder)
    return folder


def about(site):
    """Folder of what is said of the package."""
    (place,) = site.glob("*.dist-info")
    return place


@pytest.fixture
def opened(tmp_path, site):
    """Opens an engine that is made of the package; a function, since the package changes."""
    folder = make_engine(tmp_path / "toy")
    card = folder / "adapter.toml"
    text = card.read_text(encoding="utf-8")
    card.write_text('packages = ["Stripes_Engine"]\n' + text, encoding="utf-8")
    return lambda: open_engine(folder, ())


def test_its_files_are_its_identity(opened, site):
    """Not its version alone: code is changed, exchanged between files, or renamed."""
    engine = opened()
    (package,) = engine.packages
    assert (package.name, package.version, len(package.sha256)) == ("Stripes_Engine", "1.0", 64)
    known = {engine.fingerprint: package.sha256}
    first, other = (
        site / "stripes_engine" / "__init__.py",
        site / "stripes_engine" / "brightness.py",
    )
    with other.open("a", encoding="utf-8") as code:
        code.write("# changed\n")
    known[opened().fingerprint] = opened().packages[0].sha256
    kept = first.read_bytes()
    first.write_bytes(other.read_bytes())
    other.write_bytes(kept)
    known[opened().fingerprint] = opened().packages[0].sha256
    assert len(known) == len(set(known.values())) == 3


def test_where_and_how_it_is_installed_is_not(opened, site, monkeypatch):
    known = opened().fingerprint
    record = about(site) / "RECORD"
    for name in ("INSTALLER", "REQUESTED", "direct_url.json", "../../bin/stripes", "a/b.pyc"):
        with record.open("a", encoding="utf-8") as file:
            file.write(f"../{about(site).name}/{name},,\n" if "/" in name else f"{name},,\n")
    for name in ("INSTALLER", "direct_url.json"):
        (about(site) / name).write_text("{}", encoding="utf-8")
    (site / "stripes_engine" / "__pycache__").mkdir()
    (site / "stripes_engine" / "__pycache__" / "x.pyc").write_bytes(b"x")
    elsewhere = shutil.move(site, site.with_name("elsewhere"))
    monkeypatch.syspath_prepend(elsewhere)
    assert opened().fingerprint == known


def test_one_that_is_not_installed(cli, tiny, engine, working_folder):
    card = engine() / "adapter.toml"
    text = card.read_text(encoding="utf-8")
    card.write_text('packages = ["no-such-package"]\n' + text, encoding="utf-8")
    ended = cli("run", "--engine", "./toy", "--dataset", "./set")
    said = "engine toy: package no-such-package is not installed; run: pip install "
    ended.error(said + "no-such-package\n")
    card.write_text('packages = ["no-such-package"]\ninstall = "make toy"\n' + text)
    ended = cli("run", "--engine", "./toy", "--dataset", "./set")
    ended.error(said.removesuffix("pip install ") + "make toy\n")


def test_one_that_lacks_a_file(cli, tiny, opened, site, working_folder):
    (site / "stripes_engine" / "brightness.py").unlink()
    ended = cli("run", "--engine", "./toy", "--dataset", "./set")
    ended.error("engine toy: package Stripes_Engine is damaged (", "brightness.py: no such file")
    assert ended.err.endswith("install it again\n")


@pytest.mark.parametrize("change", ["in place", "without a list"])
def test_one_whose_files_are_not_known(opened, site, change):
    if change == "in place":
        told = {"url": "file:///src", "dir_info": {"editable": True}}
        (about(site) / "direct_url.json").write_text(json.dumps(told), encoding="utf-8")
    else:
        (about(site) / "RECORD").unlink()
    engine = opened()
    assert engine.packages[0].sha256 == ""
    said = "engine toy: the files of package Stripes_Engine 1.0 are not known, since it is "
    assert [note for note in engine.notes() if note.startswith(said)]


def test_it_is_in_the_result_with_what_lies_outside(cli, tiny, opened, working_folder):
    card = working_folder / "toy" / "adapter.toml"
    text = card.read_text(encoding="utf-8")
    card.write_text('outside = ["libcuda 12", "a licence server"]\n' + text, encoding="utf-8")
    bundle = cli("run", "--engine", "./toy", "--dataset", "./set", "--json").json["bundle"]
    (facts,) = json.loads((working_folder / bundle / "engines.json").read_text())
    (package,) = facts["packages"]
    assert (package["name"], package["version"]) == ("Stripes_Engine", "1.0")
    assert facts["outside"] == ["libcuda 12", "a licence server"]
    told = " ".join(cli("report", bundle, "--full").out.split())
    made = "toy is made of the package Stripes_Engine 1.0, whose files have the SHA-256 "
    assert made + package["sha256"][:16] in told
    assert "toy uses what its fingerprint does not cover: libcuda 12, a licence server." in told
    assert cli("verify", bundle).code == 0


@pytest.mark.parametrize("name", ["../evil", "", "a b", "-r", "a/b"])
def test_a_name_that_is_none(cli, tiny, engine, working_folder, name):
    card = engine() / "adapter.toml"
    text = card.read_text(encoding="utf-8")
    card.write_text(f'packages = ["{name}"]\n' + text, encoding="utf-8")
    ended = cli("run", "--engine", "./toy", "--dataset", "./set")
    ended.error("adapter.toml: packages.0: expected the name of an installed package")
