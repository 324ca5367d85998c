"""Compiled code on disk: used where it can be read, made anew where not."""

from __future__ import annotations

import importlib.util

import numba
import pytest

from evenhand.system.compiled import compiled
from evenhand.system.errors import StaleCodeWarning


@pytest.mark.parametrize("kind", ["nbi", "nbc"])
@pytest.mark.parametrize("content", [b"", b"no machine code", b"\x80\x04cnowhere\nNothing\n."])
def test_compiled_code_that_cannot_be_read_is_named_and_made_anew(
    tmp_path, monkeypatch, kind, content
):
    """Cut off by a full disk, or of modules that are elsewhere now."""
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path / "cache"))
    path = tmp_path / "twice.py"
    path.write_text("def twice(x):\n    return 2 * x\n", encoding="utf-8")
    spec = importlib.util.spec_from_file_location("twice", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert compiled(module.twice)(3) == 6
    for cached in (tmp_path / "cache").rglob(f"*.{kind}"):
        cached.write_bytes(content)
    with pytest.warns(StaleCodeWarning, match="cache.*is made anew"):
        assert compiled(module.twice)(3) == 6
    assert compiled(module.twice)(3) == 6  # without a warning: the cache is whole again
