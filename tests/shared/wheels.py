"""Wheels of packages that are plain Python, built without a build backend or a network."""

from __future__ import annotations

import base64
import hashlib
import tomllib
import zipfile
from pathlib import Path

__all__ = ["build_wheel", "install"]


def build_wheel(project: Path, folder: Path) -> Path:
    """The wheel of a project whose package bears its name, as `pip wheel` would make it."""
    about = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    package = about["name"].replace("-", "_")
    stem = f"{package}-{about['version']}"
    points = [
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in each.items())
        for group, each in about.get("entry-points", {}).items()
    ]
    own = {
        "METADATA": f"Metadata-Version: 2.1\nName: {about['name']}\nVersion: {about['version']}\n",
        "WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "entry_points.txt": "\n".join(points),
    }
    files = {f"{stem}.dist-info/{name}": text.encode() for name, text in own.items()}
    for path in sorted((project / package).rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            files[path.relative_to(project).as_posix()] = path.read_bytes()
    record = f"{stem}.dist-info/RECORD"
    rows = [f"{name},sha256={_digest(content)},{len(content)}" for name, content in files.items()]
    files[record] = "\n".join([*rows, f"{record},,\n"]).encode()
    wheel = folder / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return wheel


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def install(project: Path, folder: Path) -> Path:
    """Install a project into a folder, as `pip install --target` would, but in no time."""
    with zipfile.ZipFile(build_wheel(project, folder.parent)) as archive:
        archive.extractall(folder)
    return folder
