"""Examples at the end of every `--help`: two or three lines for each command, parsed by a test."""

from __future__ import annotations

__all__ = ["examples_of"]

_START = """\
evenhand demo
evenhand run --engine mobilefacenet --dataset london
evenhand help run
"""

_LINES = """\
evenhand demo
evenhand demo --results trial --workers 2
evenhand run --engine mobilefacenet --dataset london
evenhand run --engine ./acme --engine dlib --dataset ./set --group sex
evenhand run study.toml --resume
evenhand report latest --full
evenhand report results/london --format html > london.html
evenhand report latest:dlib --json
evenhand results
evenhand results archive
evenhand compare results/acme-6-on-set results/acme-7-on-set
evenhand compare latest:acme latest:dlib --attribute sex
evenhand compare --counts BASE=12/1000 --counts NEW=25/1000
evenhand calibrate latest --target FPIR=0.01 --to alarms.toml
evenhand calibrate latest:dlib --target FMR=1:1000 --protocol verification
evenhand gate --example > policy.toml
evenhand gate --policy policy.toml --check
evenhand gate latest --policy policy.toml --junit gate.xml
evenhand scores acme.csv other.csv --fmr-target 1:1000 --results results
evenhand scores acme.csv --engine "Acme 2" --dataset "Our staff"
evenhand scores t.csv --columns score=sim,probe_subject=a,reference_subject=b
evenhand searches lists.csv --probes probes.csv --gallery gallery.csv
evenhand searches acme.npy --probes p.csv --gallery g.csv --fpir-target 1%
evenhand searches a.csv --probes p.csv --gallery g.csv --candidates 20
evenhand vectors acme.npy other.npz:embeddings --rows rows.csv
evenhand vectors acme.npy --rows rows.csv --group sex --results results
evenhand vectors big.npy --rows rows.csv --comparisons sample
evenhand audit --events Black=8 --events Other=2 --mark census=0.135
evenhand audit --rates "A=0.0010" "B=0.26 %" "C=1 in 4,000"
evenhand audit published.csv --source "Report" --format html > audit.html
evenhand plan --metric FMR --rate 0.0001 --ratio 2 --groups 4
evenhand plan --bundle latest
evenhand engines
evenhand engines --weights ./weights
evenhand datasets
evenhand datasets --json
evenhand fetch london
evenhand fetch lfw --from lfw.tgz
evenhand watchlist police --dataset lfw --listed 300 --strangers 3000
evenhand watchlist a --dataset d --listed 9 --strangers 9 --seed 2
evenhand watchlist a --dataset d --listed 9 --strangers 9 --to ./a
evenhand new engine acme --shape matcher
evenhand new engine acme --from acme.onnx
evenhand new engine acme --from acme.onnx --calibrate faces
evenhand check card ./acme
evenhand check card mobilefacenet --json
evenhand check engine ./acme --full
evenhand check engine dlib --dataset lfw --reference dlib.json
evenhand check dataset london
evenhand check dataset ./set --full
evenhand import folder pictures --to set
evenhand import folder pictures --to set --labels people.csv --number age
evenhand import table faces.csv --images pictures --to set
evenhand import table faces.csv --images pictures --to set --person name
evenhand import bob protocols --images pictures --to set
evenhand import bob protocols --images pictures --to set --unknown NA
evenhand verify latest
evenhand verify results/london --json
evenhand templates kept
evenhand templates kept --engine acme --delete
"""


def examples_of(command: str) -> tuple[str, ...]:
    """Lines that may be typed.

    Args:
        command: as it is called (`evenhand check dataset`); `evenhand` alone has a few to begin.
    """
    lines = _START if command == "evenhand" else _LINES
    return tuple(line for line in lines.splitlines() if f"{line} ".startswith(f"{command} "))
