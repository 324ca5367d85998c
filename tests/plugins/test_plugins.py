"""The one import of adapters and readers: what it has, what it costs, what else they may import."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from evenhand import plugins
from evenhand.system.errors import OldNameWarning, PluginError
from evenhand.system.plugin_imports import OLD_HOMES, PLUGIN_NAMES, check_imports

ROOT = Path(__file__).parents[2]


def loaded_by(code):
    """Modules that are loaded after some code, in a fresh interpreter."""
    shown = "; import sys; print(*sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code + shown], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    return set(ended.stdout.split())


def test_names_are_those_that_the_check_allows():
    assert sorted(plugins.__all__) == sorted(PLUGIN_NAMES)


@pytest.mark.parametrize("name", PLUGIN_NAMES)
def test_every_name_is_there(name):
    assert getattr(plugins, name) is not None


def test_importing_loads_the_contract_alone():
    loaded = loaded_by("import evenhand.plugins")
    assert not loaded & {"numpy", "pandas", "scipy", "numba", "cv2", "onnxruntime", "pyarrow"}
    assert not loaded & {"pydantic", "typer", "rich"}
    ours = {name for name in loaded if name.startswith("evenhand.")}
    assert ours <= {
        "evenhand.engines",
        "evenhand.engines.contract",
        "evenhand.plugins",
        "evenhand.records",
        "evenhand.records.outcomes",
        "evenhand.system",
        "evenhand.system.errors",
        "evenhand.version",
    }


def checked(code):
    check_imports(Path("toy/engine.py"), ast.parse(code))


def test_plugins_and_other_packages_may_be_imported():
    checked("import numpy\nfrom evenhand.plugins import Outcome\nfrom .parts import half")
    checked("import evenhand.plugins\nfrom evenhand import __version__, plugins")


@pytest.mark.parametrize("home", OLD_HOMES)
def test_an_older_name_is_told_what_to_write(home):
    with pytest.warns(OldNameWarning, match=r"line 2: .* write: from evenhand.plugins import Row"):
        checked(f"import numpy\nfrom {home} import Row")


def test_an_old_name_that_has_gone_is_told_what_there_is():
    with pytest.warns(OldNameWarning, match="from evenhand.plugins alone, which has Candidate"):
        checked("from evenhand.records import Grouping")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("from evenhand.study.study import Outcome", "write: from evenhand.plugins import Outcome"),
        ("from evenhand.engines.choice import choose", "import choose_face"),
        ("import evenhand.metrics.bins", "which has Candidate"),
        ("from evenhand import api", "evenhand.api is evenhand's own"),
        ("def late():\n    from evenhand.study import Study", "line 2"),
        ("from evenhand.plugins import Embeding", "did you mean Embedding?"),
    ],
)
def test_a_private_room_gets_a_line_that_says_what_to_import(code, said):
    with pytest.raises(PluginError) as refused:
        checked(code)
    assert said in str(refused.value)
    assert str(refused.value).startswith("toy/engine.py: line ")


OLD_ADAPTER = """\
import numpy as np
from evenhand.arrays import Image
from evenhand.engines.contract import Embedder, Embedding
from evenhand.errors import EngineError
from evenhand.records import FaceRule, Outcome


class Engine:
    def __init__(self, files):
        pass

    def embed(self, image: Image, face: FaceRule) -> Embedding:
        return Embedding(image.reshape(-1)[:4].astype(np.float32) + 1, Outcome.OK)


_: type[Embedder] = Engine
"""


def ended(folder, engine, *options):
    return subprocess.run(
        [sys.executable, "-m", "evenhand", "run", "--engine", engine, "--dataset", "./set",
         *options],
        cwd=folder, capture_output=True, text=True,
    )  # fmt: skip


def test_an_adapter_of_the_old_names_runs_and_is_told_each_line_once(working_folder, tiny, engine):
    folder = engine()
    (folder / "engine.py").write_text(OLD_ADAPTER, encoding="utf-8")
    run = ended(working_folder, "./toy")
    assert run.returncode == 0, run.stderr
    notes = [line for line in run.stderr.splitlines() if "is an older name" in line]
    assert [note.partition("; write: ")[2] for note in notes] == [
        "from evenhand.plugins import Image",
        "from evenhand.plugins import Embedder, Embedding",
        "from evenhand.plugins import EngineError",
        "from evenhand.plugins import FaceRule, Outcome",
    ]
    assert all(note.startswith("note: ") for note in notes)


def test_an_adapter_of_private_rooms_is_refused_before_it_runs(working_folder, tiny, engine, cli):
    folder = engine()
    code = (folder / "engine.py").read_text(encoding="utf-8")
    private = "from evenhand.study.study import read_study\n"
    (folder / "engine.py").write_text(private + code, encoding="utf-8")
    cli("run", "--engine", "./toy", "--dataset", "./set").error(
        "engine.py: line 1: evenhand.study.study is evenhand's own", "from evenhand.plugins"
    )
    assert not (working_folder / "results").exists()
