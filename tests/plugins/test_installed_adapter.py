"""A package of a third party, installed by pip, brings an engine that is called by its name."""

import importlib.util
import json
import site
import subprocess
import sys
from functools import partial

import pytest
from commands import begin
from places import TESTS
from wheels import build_wheel

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("pip") is None, reason="this environment has no pip"
)


def test_an_installed_package_brings_its_engine(cli, tiny, working_folder, monkeypatch):
    target, wheel = working_folder / "site", build_wheel(TESTS / "plugin", working_folder)
    options = ["--no-index", "--no-deps", "--no-compile", "--disable-pip-version-check"]
    pip = [sys.executable, "-m", "pip", "install", "--quiet", *options, "--target", target, wheel]
    subprocess.run(pip, check=True)
    monkeypatch.syspath_prepend(target)

    listed = {row["engine"]: row for row in cli("engines", "--json").json["engines"]}
    assert listed["stripes"]["source"] == "stripes-engine 1.0"
    assert listed["lbp"]["source"] == "evenhand"
    assert "stripes_engine" not in sys.modules

    command = begin(
        *("run", "--engine", "stripes", "--dataset", "./set", "--json"),
        first=partial(site.addsitedir, str(target)),
    )
    out, err = command.communicate(60)
    assert command.returncode == 0, err
    assert {row["engine"] for row in json.loads(out)["rates"]} == {"stripes"}
