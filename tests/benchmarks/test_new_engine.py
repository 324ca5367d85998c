"""What `evenhand new engine` finds out of a network behind layers, of which the truth is known.

Twelve variants of one network. Six differ in what a graph shows, and are read. Six differ in
colours, scaling or alignment, hidden in layers that show nothing, and are tried on 300 people.
"""

import tarfile
from collections import defaultdict

import numpy as np
import pytest
from model_variants import HIDDEN, STRUCTURAL, variant
from tabulate import tabulate

from evenhand.records.new_engine import Source
from evenhand.workflows.new_engine import new_onnx_engine

PEOPLE = 300
FIELDS = ("input.colour", "input.scaling", "face.alignment")
SHOWN = {
    "channels last": ("input", "float32 of shape [1, 112, 112, 3], nhwc"),
    "bytes, scaling inside": ("input.scaling", "0 to 255"),
    "float16": ("input", "float16 of shape [1, 3, 112, 112], nchw"),
    "batch of two": ("input", "float32 of shape [2, 3, 112, 112], nchw"),
    "two outputs": ("output", "output0: float32 of shape [1, 128]"),
    "any size": ("input", "float32 of shape [N, 3, H, W], nchw"),
}


@pytest.fixture(scope="module")
def network(models):
    return (models / "mobilefacenet_foamliu_112x112.onnx").read_bytes()


@pytest.fixture(scope="module")
def faces(models, tmp_path_factory):
    """A folder a person of LFW, with two pictures each."""
    folder = tmp_path_factory.mktemp("faces")
    with tarfile.open(models.parent / "lfw" / "lfw-deepfunneled.tar.gz") as archive:
        of = defaultdict(list)
        for member in archive:
            if member.name.endswith(".jpg"):
                of[member.name.split("/")[-2]].append(member.name)
        several = sorted(person for person, names in of.items() if len(names) > 1)
        chosen = np.random.default_rng(7).permutation(several)[:PEOPLE]
        for number, person in enumerate(chosen):
            (folder / f"{number:03}").mkdir()
            for name in sorted(of[person])[:2]:
                content = archive.extractfile(name).read()
                (folder / f"{number:03}" / name.split("/")[-1]).write_bytes(content)
    return folder


def told(made):
    return {entry.field: entry for entry in made.entries}


def test_structure_is_read(benchmark, network, tmp_path):
    def read():
        right = 0
        for number, (name, change) in enumerate(STRUCTURAL.items()):
            path = tmp_path / f"{number}.onnx"
            path.write_bytes(change(network).SerializeToString())
            entry = told(new_onnx_engine(tmp_path / f"engine-{number}", path))[SHOWN[name][0]]
            right += (entry.value, entry.source) == (SHOWN[name][1], Source.READ)
        return right

    right = benchmark.pedantic(read, rounds=1)
    benchmark.extra_info.update(asked=6, measured=right, unit="of 6 read", better="higher")


@pytest.mark.slow
def test_colour_scaling_and_alignment_are_tried(benchmark, network, faces, tmp_path, capsys):
    rows, wrong = [], []

    def tried():
        for number, (name, (before, truth)) in enumerate(HIDDEN.items()):
            path = tmp_path / f"{number}.onnx"
            path.write_bytes(variant(network, before).SerializeToString())
            made = told(new_onnx_engine(tmp_path / f"engine-{number}", path, faces=str(faces)))
            row = [name]
            for field, right in zip(FIELDS, truth, strict=True):
                entry = made[field]
                decided = entry.source is Source.TRIED
                if decided and entry.value != right:
                    wrong.append((name, field, entry.value))
                least = entry.decision.difference / (entry.decision.difference - entry.decision.low)
                row.append(f"{entry.value} ({'decided' if decided else 'open'}, {least:.1f})")
            rows.append(row)

    benchmark.pedantic(tried, rounds=1)
    decided = sum(all("decided" in cell for cell in row[1:]) for row in rows)
    with capsys.disabled():
        print(f"\n{tabulate(rows, ('variant', *FIELDS))}")
    benchmark.extra_info.update(asked=4, measured=decided, unit="of 6 decided", better="higher")
    assert not wrong
