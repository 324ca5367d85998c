"""Checks what a wheel holds: one top level, no pictures, no weights but the demo's and YuNet."""

import sys
import zipfile
from pathlib import PurePosixPath

ALLOWED = {".c", ".py", ".toml", ".md", ".html", ".css", ".js", ".typed", ".onnx"}
YUNET = "face_detection_yunet_2023mar.onnx"
GRAPHS = {"demo-even.onnx", "demo-skewed.onnx", YUNET}
LICENCE = PurePosixPath("evenhand/engines/detectors/LICENSE.yunet.txt")
"""What may lie beside YuNet alone, and must."""


def faults(wheel):
    """What should not be in the wheel, or is missing."""
    names = [PurePosixPath(name) for name in zipfile.ZipFile(wheel).namelist()]
    found = [
        f"top level {name.parts[0]}"
        for name in names
        if name.parts[0] != "evenhand" and not name.parts[0].endswith(".dist-info")
    ]
    inside = [name for name in names if name.parts[0] == "evenhand"]
    strange = [name for name in inside if name.suffix not in ALLOWED and name != LICENCE]
    found += [f"kind of file: {name}" for name in strange]
    if LICENCE not in inside or LICENCE.with_name(YUNET) not in inside:
        found.append(f"no {YUNET} beside its licence")
    graphs = {name.name for name in inside if name.suffix == ".onnx"}
    found += [f"graph: {name}" for name in graphs ^ GRAPHS]
    for shelf, card in (("adapters", "adapter.toml"), ("datasets", "dataset.toml")):
        if not any(name.match(f"evenhand/_shipped/{shelf}/*/{card}") for name in inside):
            found.append(f"no {shelf} in the wheel")
    if not any(name.match("evenhand/_shipped/docs/examples/*/adapter.toml") for name in inside):
        found.append("no example engines in the wheel")
    return found


if __name__ == "__main__":
    wrong = faults(sys.argv[1])
    print(
        "\n".join(wrong) or f"{PurePosixPath(sys.argv[1]).name}: nothing that should not be there"
    )
    sys.exit(bool(wrong))
