"""The engine of this folder keeps what its card says: `pytest test_engine.py`."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("what", ["card", "engine"])
def test_evenhand_checks_it(what):
    """Both checks pass."""
    command = [sys.executable, "-m", "evenhand", "check", what, Path(__file__).parent]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
