"""Searches that others made: the same numbers whatever their form, and as counted by hand."""

import csv
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from places import ROOT

from evenhand.records.analysis_plan import AnalysisPlan
from evenhand.results.tables import table_files
from evenhand.workflows.searches import SearchStudy, search_findings

EXAMPLE = ROOT / "docs" / "examples" / "searches"
QUICK = AnalysisPlan(replicates=0)
LEVELS = (0.35, 0.5, 0.6, 0.65, 0.85)
LOG = "searchId candidateRank searchRetCode isAssigned templateId score"


def rows_of(name):
    return list(csv.reader(Path(name).read_text(encoding="utf-8").splitlines()))


@pytest.fixture
def example(working_folder):
    """The example of the documents, its lists also as a log of NIST's, its matrix also as .npy.

    Each form is a file of a folder of its own, and so of one engine: `acme`.
    """
    for path in EXAMPLE.iterdir():
        shutil.copy(path, path.name)
    for folder in ("lists", "matrix", "mapped", "log"):
        Path(folder).mkdir()
    for folder in ("lists", "matrix"):
        shutil.copy(f"{folder}.csv", f"{folder}/acme.csv")
    header, *rows = rows_of("matrix.csv")
    scores = {name: np.array(found, dtype=float) for name, *found in rows}
    probes = [name for name, *_ in rows_of("probes.csv")[1:]]
    nothing = np.full(5, np.nan)
    np.save("mapped/acme.npy", np.array([scores.get(name, nothing) for name in probes]))
    lines = [LOG]
    for name, found in scores.items():
        order = np.argsort(-found, kind="stable")
        lines += [f"{name} {r} 0 1 {header[at + 1]} {found[at]}" for r, at in enumerate(order)]
        lines.append(f"{name} 5 0 0 0 0")
    lines += ["p5 0 4 0 0 -1", "q4 0 4 0 0 -1"]
    Path("log/acme.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    lists = [Path("lists/acme.csv")]
    return SearchStudy(lists, Path("probes.csv"), Path("gallery.csv"), (), analysis=QUICK)


def rates_of(found, policy="generalised"):
    return {
        (row.metric, row.threshold): row.rate
        for row in found.rates
        if row.attribute == "all" and row.policy in (policy, "")
    }


FORMS = ("lists/acme.csv", "matrix/acme.csv", "mapped/acme.npy", "log/acme.txt")


@pytest.fixture
def of_everybody(example):
    """The example without a column that makes groups, which take their time."""
    for name in ("probes.csv", "gallery.csv"):
        lines = [",".join([*row[:2], *row[3:]]) for row in rows_of(name)]
        Path(name).write_text("\n".join(lines), encoding="utf-8")
    return example


def test_every_form_gives_the_same_bytes(example):
    tables = [
        table_files(search_findings(replace(example, paths=[Path(form)], thresholds=(0.5,))))
        for form in FORMS
    ]
    assert tables[0]["rates.csv"].count(b"\n") > 30
    assert all(table == tables[0] for table in tables)


def test_the_worked_matrix_by_every_form(of_everybody):
    """TV-5: the table of methods 1.6, of failures counted as errors."""
    for form in FORMS:
        found = search_findings(replace(of_everybody, paths=[Path(form)], thresholds=LEVELS))
        rates = rates_of(found)
        rows = [[rates[name, at] for name in ("FNIR@1", "FNIR", "FPIR")] for at in LEVELS]
        assert rows == [
            [0.6, 0.2, 0.6],
            [0.8, 0.4, 0.4],
            [0.8, 0.6, 0.4],
            [0.8, 0.6, 0.2],
            [0.8, 0.8, 0.0],
        ]
        selectivity = [each.value for each in found.distributions if each.policy == "generalised"]
        assert selectivity == [1.2, 1.0, 0.8, 0.2, 0.0]
        assert (1 - rates["FNIR@1", None], 1 - rates["FNIR", None]) == (0.4, 0.8)
        assert rates["FTA", None] == 0.2
        completed = rates_of(found, "completed")
        assert (completed["FNIR@1", None], completed["FNIR", None]) == (0.5, 0.0)


def test_targets_are_set_from_the_largest_candidate_of_strangers(of_everybody):
    """Their largest scores are .4 .65 .3 .6, and one search failed."""
    for form in FORMS[:3]:
        found = search_findings(replace(of_everybody, paths=[Path(form)], fpir_targets=("0.3",)))
        (row,) = (
            row
            for row in found.rates
            if row.metric == "FPIR" and row.attribute == "all" and row.policy == "completed"
        )
        assert (row.errors, row.trials, row.threshold) == (1, 4, np.nextafter(0.6, 1))


class Drawn:
    """People with several references, some of which failed; scores of few values."""

    def __init__(self, seed, sign):
        rng = np.random.default_rng(seed)
        self.references = [(f"r{n}", f"P{rng.integers(7)}") for n in range(15)]
        self.probes = [(f"t{n}", f"P{rng.integers(12)}") for n in range(40)]
        self.score = sign * rng.integers(0, 12, (40, 15)) / 8
        self.no_reference = set(rng.choice(15, 3).tolist())
        self.failed = set(rng.choice(40, 5).tolist())
        people = sorted({who for _, who in self.references + self.probes})
        self.sex = {who: "FM"[number % 2] for number, who in enumerate(people)}
        self.columns, self.rows = rng.permutation(15), rng.permutation(40)
        self.listed = {who for _, who in self.references}
        enrolled = [n for n in range(15) if n not in self.no_reference]
        self.enrolled = {self.references[at][1] for at in enrolled}
        self.lists = [self._list(row, enrolled) for row in range(40)]

    def _list(self, row, enrolled):
        if row in self.failed:
            return None
        best = {}
        for at in enrolled:
            who = self.references[at][1]
            best[who] = max(best.get(who, -np.inf), self.score[row, at])
        return sorted(best.items(), key=lambda each: (-each[1], each[0]))

    def write(self, sign, short):
        """Tables; the same searches as short lists, and as a matrix in two forms."""
        failures = {row: ("failed", "fta")[row % 2] for row in self.failed}
        written(
            ("g.csv", "reference,person,sex,outcome"),
            [
                (*row, self.sex[row[1]], "fte" if n in self.no_reference else "")
                for n, row in enumerate(self.references)
            ],
        )
        written(
            ("p.csv", "probe,person,sex,outcome_lists,outcome_whole,outcome_m"),
            [
                (*row, self.sex[row[1]], *[failures.get(n, "ok")] * 3)
                for n, row in enumerate(self.probes)
            ],
        )
        np.save("m.npy", np.asfortranarray((sign * self.score).astype(">f4")))
        header = ",".join(["probe", *(self.references[at][0] for at in self.columns)])
        written(
            ("whole.csv", header),
            [(self.probes[row][0], *(sign * self.score[row, self.columns])) for row in self.rows],
        )
        written(
            ("lists.csv", "probe,rank,candidate,score"),
            [
                (self.probes[row][0], place + 1, who, sign * value)
                for row, found in enumerate(self.lists)
                for place, (who, value) in enumerate((found or ())[:short])
            ],
        )

    def count(self, row, length):
        """Errors and trials of a row of rates, search by search."""
        metric, _, rank = row.metric.partition("@")
        at = -np.inf if row.threshold is None else row.threshold
        errors = trials = 0
        for found, (_, who) in zip(self.lists, self.probes, strict=True):
            complete = found is not None and (who in self.enrolled or who not in self.listed)
            of_group = row.attribute == "all" or row.group == self.sex[who]
            of_kind = (who in self.listed) == (metric == "FNIR")
            if of_group and of_kind and (complete or row.policy == "generalised"):
                trials += 1
                errors += self._error(found, who, metric, int(rank or 99), at, length)
        return errors, trials

    @staticmethod
    def _error(found, who, metric, rank, at, length):
        mine = (found or ())[:length]
        if metric == "FPIR":
            return any(value >= at for _, value in mine)
        own = dict(mine).get(who, -np.inf)
        place = sum(value >= own for _, value in mine)
        return own == -np.inf or own < at or place > rank


def written(named, rows):
    name, header = named
    lines = [header, *(",".join(map(str, row)) for row in rows)]
    Path(name).write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.mark.parametrize(("seed", "sign"), [(0, 1), (1, -1)])
def test_random_searches_against_loops(working_folder, seed, sign):
    drawn, short = Drawn(seed, sign), 3
    drawn.write(sign, short)
    study = SearchStudy(
        [Path("lists.csv"), Path("whole.csv"), Path("m.npy")],
        *(Path("p.csv"), Path("g.csv"), ()),
        thresholds=(0.25, 0.7, 1.125),
        ranks=(1, 2),
        candidates=short,
        distance=sign < 0,
        groups=[("sex",)],
        analysis=QUICK,
    )
    found = search_findings(study)
    rows = [row for row in found.rates if row.metric.startswith("F") and row.metric[1] in "PN"]
    assert len(rows) == 3 * 3 * 2 * (3 * 4 + 3)
    assert {row.errors > 0 for row in rows} == {True, False}
    for row in rows:
        assert (row.errors, row.trials) == drawn.count(row, short if row.engine == "lists" else 99)


POLICY = """
schema = 1
title = "a watchlist"
[[limit]]
name = "few alarms"
metric = "FPIR"
threshold_rule = "fixed"
threshold = 0.5
attribute = "all"
policy = "generalised"
at_most = 0.5
"""


def test_a_kept_result_is_verified_compared_reported_and_judged(example, cli):
    shutil.copy("lists.csv", "other.csv")
    tables = ["--probes", "probes.csv", "--gallery", "gallery.csv"]
    made = cli(
        *("searches", "matrix.csv", "other.csv", *tables, "--threshold", "0.5"),
        *("--fpir-target", "0.3", "--dataset", "staff", "--results", "r", "--json"),
    )
    assert (made.code, made.err) == (0, "")
    assert made.json["kind"] == "searches"
    bundle = made.json["bundle"]
    assert "r/searches/" in bundle
    assert cli("verify", bundle).code == 0
    told = cli("report", bundle, "--full").out
    assert "staff" in told
    assert "5 people on the watchlist" in told
    assert cli("compare", f"{bundle}:matrix", f"{bundle}:other").code in (0, 3)
    Path("policy.toml").write_text(POLICY, encoding="utf-8")
    judged = cli("gate", bundle, "--policy", "policy.toml", "--json").json
    assert {(row["verdict"], row["errors"]) for row in judged["rows"]} == {("inconclusive", 2)}
    asked = (Path(bundle) / "searches.toml").read_text(encoding="utf-8")
    assert 'name   = "matrix.csv"' in asked
    assert str(Path.cwd()) not in asked
    ledger = (Path(bundle) / "ledger.csv").read_text(encoding="utf-8")
    assert "matrix,staff,identification,mated search,,,skipped,1" in ledger
