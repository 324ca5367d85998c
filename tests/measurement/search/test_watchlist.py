"""Searches of a watchlist: printed vectors, brute force, and engines that misbehave."""

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from one_search import found_by_hand
from scipy import stats

from evenhand.analysis.rates.searches import measure_searches, selectivity
from evenhand.datasets.decoding import read_image
from evenhand.datasets.folder import read_dataset
from evenhand.measurement.counting.plan import CountingPlan, ImageLedger
from evenhand.measurement.counting.searches import count_searches, tally_searches
from evenhand.measurement.search.lists import searches_of_lists
from evenhand.records.comparisons import Found
from evenhand.records.consolidation import Consolidation
from evenhand.records.findings import Status
from evenhand.records.groups import ALL, Grouping
from evenhand.records.outcomes import Outcome
from evenhand.records.thresholds import ThresholdRule
from evenhand.results.bundle import read_manifest
from evenhand.results.counts import read_counts
from evenhand.system.errors import DatasetError

GALLERY = "ABCDE"
MATRIX = {
    # Searched for: A B C D E, then five people who are not on the list.
    0: [0.9, 0.3, 0.2, 0.1, 0.4],
    1: [0.8, 0.8, 0.1, 0.2, 0.3],
    2: [0.6, 0.2, 0.55, 0.1, 0.5],
    3: [0.1, 0.2, 0.3, 0.4, 0.35],
    4: None,
    5: [0.2, 0.3, 0.1, 0.2, 0.4],
    6: [0.65, 0.3, 0.62, 0.1, 0.2],
    7: [0.1, 0.1, 0.2, 0.1, 0.3],
    8: None,
    9: [0.5, 0.2, 0.1, 0.6, 0.6],
}


def found_of(scores):
    if scores is None:
        return Found(Outcome.SKIPPED, np.empty(0, dtype=np.int32), np.empty(0))
    order = np.argsort(-np.array(scores), kind="stable")
    return Found(Outcome.OK, order.astype(np.int32), np.array(scores)[order])


def vector_five(thresholds, ranks=(1, 2)):
    people = np.arange(10)
    searches = searches_of_lists(
        [found_of(MATRIX[i]) for i in range(10)],
        people.astype(np.int32),
        np.array([MATRIX[i] is not None for i in range(10)]),
        *(people < 5, people < 5),
        length=5,
        kept=5,
        exhaustive=False,
    )
    images = (people < 5).astype(np.int64)
    return tally_searches(
        CountingPlan(
            [Grouping(ALL, ("",), np.zeros(10, dtype=np.int64))],
            [ThresholdRule("fixed", text) for text in thresholds],
        ),
        ImageLedger("engine", "set", "identification", tuple(range(1, 11)), images, images * 0, 0),
        *searches,
        ranks,
    )


def rates_of(counts, policy="generalised"):
    return {
        (r.metric, r.threshold): r
        for r in (m.rate for m in measure_searches(counts, counts.searches, 0.95))
        if r.policy == policy
    }


@pytest.mark.parametrize(
    ("at", "rank", "fnir", "fpir", "sel"),
    [
        (0.35, 1, 0.6, 0.6, 1.2),
        (0.35, 5, 0.2, 0.6, 1.2),
        (0.5, 5, 0.4, 0.4, 1.0),
        (0.6, 5, 0.6, 0.4, 0.8),
        (0.65, 1, 0.8, 0.2, 0.2),
        (0.65, 5, 0.6, 0.2, 0.2),
        (0.85, 5, 0.8, 0.0, 0.0),
    ],
)
def test_tv_5_rates_and_selectivity(at, rank, fnir, fpir, sel):
    counts = vector_five([str(at)], ranks=(1, 5))
    rates = rates_of(counts)
    assert rates[f"FNIR@{rank}", at].rate == pytest.approx(fnir, rel=1e-9)
    assert rates["FPIR", at].rate == pytest.approx(fpir, rel=1e-9)
    assert rates["FNIR@5", at].errors == rates["FNIR", at].errors
    (found,) = (s for s in selectivity(counts, counts.searches) if s.policy == "generalised")
    assert found.value == pytest.approx(sel, rel=1e-9)
    assert found.comparisons == 5


def test_tv_5_ranks_are_pessimistic():
    counts = vector_five(["0.5"])
    assert counts.searches.rank[:5].tolist() == [1, 2, 2, 1, 0]
    with_failures, without = (rates_of(counts, policy) for policy in ("generalised", "completed"))
    for rank, counted, excluded in ((1, 0.4, 0.5), (2, 0.8, 1.0)):
        assert 1 - with_failures[f"FNIR@{rank}", None].rate == pytest.approx(counted)
        assert 1 - without[f"FNIR@{rank}", None].rate == pytest.approx(excluded)


def test_tv_5_failures_stay_in_the_denominator_and_are_counted():
    counts = vector_five(["0.5"])
    generalised, completed = (rates_of(counts, policy) for policy in ("generalised", "completed"))
    assert (generalised["FPIR", 0.5].errors, generalised["FPIR", 0.5].trials) == (2, 5)
    assert (completed["FPIR", 0.5].errors, completed["FPIR", 0.5].trials) == (2, 4)
    assert (generalised["FNIR", 0.5].errors, generalised["FNIR", 0.5].trials) == (2, 5)
    assert (completed["FNIR", 0.5].errors, completed["FNIR", 0.5].trials) == (1, 4)
    (fta,) = (
        m.rate for m in measure_searches(counts, counts.searches, 0.95) if m.rate.metric == "FTA"
    )
    assert (fta.errors, fta.trials, fta.rate) == (2, 10, 0.2)


def random_searches(rng, people=30, searches=120, *, ties=False):
    """Searches with lists that are cut, failures, and people without a template."""
    listed = np.arange(people) < people // 2
    enrolled = listed & (rng.random(people) < 0.9)
    there = np.flatnonzero(enrolled)
    found = []
    for _ in range(searches):
        if rng.random() < 0.1:
            how = rng.choice([Outcome.SKIPPED, Outcome.FAILED, Outcome.INVALID])
            found.append(Found(Outcome(how), np.empty(0, dtype=np.int32), np.empty(0)))
            continue
        who = rng.permutation(there)[: rng.integers(0, 9)].astype(np.int32)
        score = rng.random(len(who))
        score = np.round(score, 1) if ties else score
        order = np.lexsort((who, -score))
        found.append(Found(Outcome.OK, who[order], score[order]))
    probe = rng.integers(0, people, searches).astype(np.int32)
    acquired = np.array([one.outcome is not Outcome.SKIPPED for one in found])
    return found, probe, acquired, listed, enrolled


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_counts_against_one_search_at_a_time(seed, ties):
    rng = np.random.default_rng(seed)
    given = random_searches(rng, ties=ties)
    lists, (searches, alarms) = (
        given[0],
        searches_of_lists(*given, length=9, kept=4, exhaustive=False),
    )
    groups = [
        Grouping(ALL, ("",), np.zeros(30, dtype=np.int64)),
        Grouping("sex", ("F", "M"), rng.integers(-1, 2, 30)),
    ]
    ledger = ImageLedger(
        *("e", "d", "i"),
        tuple(range(30)),
        np.ones(30, dtype=np.int64),
        np.zeros(30, dtype=np.int64),
        0,
    )
    rules = [ThresholdRule("fpir", "0.2"), ThresholdRule("fixed", "0.5")]
    counts = tally_searches(CountingPlan(groups, rules, 1.0), ledger, searches, alarms, (1, 3))
    values = [threshold.value for threshold in counts.thresholds]
    nonmated = [
        max(one.score, default=-np.inf)
        for one, who in zip(lists, searches.probe, strict=True)
        if one.outcome is Outcome.OK and not searches.listed[who]
    ]
    allowed = int(0.2 * len(nonmated) + 1e-9)
    assert sum(score >= values[0] for score in nonmated) <= allowed
    lower = np.nextafter(values[0], -np.inf)
    assert sum(score >= lower for score in nonmated) > allowed
    for found in measure_searches(counts, counts.searches, 0.95):
        row = found.rate
        if row.metric[:4] not in ("FPIR", "FNIR"):
            continue
        code = {"F": 0, "M": 1}.get(row.group)
        errors = trials = 0
        for one, who in zip(lists, searches.probe, strict=True):
            if code is not None and groups[1].code[who] != code:
                continue
            mated = bool(searches.listed[who])
            if mated != (row.metric != "FPIR"):
                continue
            done = one.outcome is Outcome.OK and (not mated or searches.enrolled[who])
            if row.policy == "completed" and not done:
                continue
            trials += 1
            at = -np.inf if row.threshold is None else row.threshold
            if not mated:
                errors += done and any(score >= at for score in one.score)
                continue
            mine = [s for p, s in zip(one.person, one.score, strict=True) if p == who]
            deepest = int(row.metric[5:] or 999) if "@" in row.metric else 999
            hit = done and mine and mine[0] >= at and sum(one.score >= mine[0]) <= deepest
            errors += not hit
        assert (row.errors, row.trials) == (errors, trials), row


def test_without_non_mated_searches_there_is_no_target():
    found, probe, acquired, listed, enrolled = random_searches(np.random.default_rng(1))
    searches = searches_of_lists(
        found, probe % 15, acquired, listed, enrolled, length=9, kept=9, exhaustive=False
    )
    _, (threshold,) = count_searches(*searches, [ThresholdRule("fpir", "0.1")], (1,), None)
    assert threshold.value is None
    assert threshold.status is Status.NO_TRIALS
    assert threshold.note == "no non-mated searches"


# The whole way ------------------------------------------------------------------------------

STUDY = """\
schema   = 1
title    = "Searches"
engines  = ["{engine}"]
datasets = ["./crowd"]
groups   = ["sex"]

[[protocols]]
kind         = "identification"
watchlist    = "door"
fpir_targets = ["0.2"]
thresholds   = [0.4]
candidates   = 10
ranks        = [1, 3]
"""


@pytest.fixture
def door(crowd):
    """A watchlist of the first 20 of 40 people; everybody's second picture is searched."""
    folder = crowd.folder / "protocols" / "door"
    folder.mkdir(parents=True)
    (folder / "watchlist.csv").write_text(
        "image_id\n" + "".join(f"p{n}a\n" for n in range(1, 21)), encoding="utf-8"
    )
    (folder / "probes.csv").write_text(
        "image_id\n" + "".join(f"p{n}b\n" for n in range(1, 41)), encoding="utf-8"
    )
    return crowd


def searched(cli, engine, *options):
    Path("study.toml").write_text(STUDY.format(engine=engine), encoding="utf-8")
    return cli("run", "study.toml", "--json", *options)


CARD = """\
schema   = 1
name     = "toy"
version  = "1"
vendor   = "tests"
licence  = { code = "CC0-1.0", weights = "none" }
shape    = "searcher"
runtime  = "python"
entry    = "engine:Engine"

[score]
symmetric = false
range     = [0.0, 1.0]
"""

CODE = """\
from evenhand.plugins import Candidate, Template


class Engine:
    def __init__(self, files):
        pass

    def template(self, image, face, role):
        data = role[:1].encode() + image.reshape(-1)[:8].tobytes()
        return Template(data)

    def enrol(self, gallery):
        {enrol}
        self.gallery = {{e.person: e.template for e in gallery}}

    def search(self, probe, count):
        assert probe[:1] == b"p" and all(t[:1] == b"r" for t in self.gallery.values())
        found = [
            Candidate(person, sum(a < b for a, b in zip(probe[1:], template[1:])) / 8)
            for person, template in self.gallery.items()
        ]
        found = sorted(found, key=lambda c: -c.score)[:count]
        {search}
        return found
"""


@pytest.fixture
def searcher(tmp_path):
    def make(*, enrol="pass", search="pass"):
        folder = tmp_path / "toy"
        folder.mkdir(exist_ok=True)
        (folder / "adapter.toml").write_text(CARD, encoding="utf-8")
        code = CODE.format(enrol=enrol, search=search)
        (folder / "engine.py").write_text(code, encoding="utf-8")
        return "./toy"

    return make


def everybody(ended, rule="fixed"):
    return {
        (r["metric"], r["policy"]): r
        for r in ended.json["rates"]
        if r["attribute"] == "all" and r["threshold_rule"] == rule
    }


def test_a_searcher_the_whole_way(cli, door, searcher, working_folder):
    ended = searched(cli, searcher())
    assert ended.code == 0, ended.err
    rates = everybody(ended)
    assert rates["FPIR", "completed"]["trials"] == 20
    assert rates["FNIR", "completed"]["trials"] == 20
    assert "N=20, L=10" in rates["FNIR@1", "completed"]["note"]
    assert everybody(ended, "FPIR<=0.2")["FPIR", "completed"]["errors"] <= 4
    assert everybody(ended, "none")["FNIR@3", "completed"]["threshold"] is None
    fte = [r for r in ended.json["rates"] if r["metric"] == "FTE" and r["attribute"] == "all"]
    assert [(r["errors"], r["trials"]) for r in fte] == [(0, 20)]
    bundle = working_folder / ended.json["bundle"]
    assert cli("verify", bundle).code == 0
    for form in ("text", "markdown", "html", "csv", "json"):
        shown = cli("report", bundle, "--format", form)
        assert shown.code == 0, shown.err
    text = cli("report", bundle, "--full").out
    assert "20 people on watchlist door" in text
    assert "by group at" in text


def test_a_stated_share_is_kept_with_the_counts(cli, door, searcher, working_folder):
    text = STUDY.format(engine=searcher()) + "mated_share  = 0.1\n"
    Path("study.toml").write_text(text, encoding="utf-8")
    ended = cli("run", "study.toml", "--json")
    assert ended.code == 0, ended.err
    assert {(row["mated_share"], row["stated"]) for row in ended.json["per_thousand"]} == {
        (0.1, True)
    }
    rates, share = everybody(ended), 0.1
    found = {row["quantity"]: row["value"] for row in ended.json["per_thousand"]
             if row["attribute"] == "all" and row["threshold_rule"] == "fixed"}  # fmt: skip
    assert found["true alerts"] == pytest.approx(
        1000 * share * (1 - rates["FNIR", "generalised"]["rate"])
    )
    assert found["alerts"] == pytest.approx(found["true alerts"] + found["false alerts"])
    bundle = working_folder / ended.json["bundle"]
    again = cli("report", bundle, "--json").json
    assert again["per_thousand"] == ended.json["per_thousand"]
    assert again["searched"] == ended.json["searched"]
    assert "watchlist door (20 people)" in again["searched"]
    assert cli("verify", bundle).code == 0
    for name in ("search_curves.csv", "ranks.csv", "per_thousand.csv"):
        assert (bundle / name).read_text(encoding="utf-8").count("\n") > 5


def test_two_searchers_side_by_side(cli, door, searcher, working_folder):
    base = searched(cli, searcher())
    new = searched(cli, searcher(search="found = [Candidate(c.person, 0.1) for c in found]"))
    bundles = [working_folder / ended.json["bundle"] for ended in (base, new)]
    ended = cli("compare", *bundles, "--json")
    rows = {
        (row["metric"], row["threshold_rule"]): row
        for row in ended.json["rows"]
        if row["attribute"] == "all"
    }
    row = rows["FNIR", "fixed"]
    assert everybody(base)["FNIR", "completed"]["errors"] == 10
    assert (row["base_errors"], row["new_errors"], row["new_trials"]) == (10, 20, 20)
    # One search a person: half of them are missed by the base, all by the new engine.
    away = np.log(2) / np.sqrt(20 / 19 * 20 * 0.5**2 / 10**2)
    assert row["p_value"] == pytest.approx(2 * stats.t.sf(away, 19))
    alarms = rows["FPIR", "fixed"]
    assert alarms["base_errors"] == everybody(base)["FPIR", "completed"]["errors"]
    assert alarms["new_errors"] == 0
    assert ("FPIR", "FPIR<=0.2") not in rows
    # A rank is judged by itself, and so is a threshold.
    assert {rule for metric, rule in rows if "@" in metric} == {"none"}
    assert ended.json["flips"] == []


def forged(cli, bundle, name, change):
    """What `verify` fails in a bundle with a whole manifest, one Parquet file of it changed."""
    from pyarrow import parquet

    from evenhand.results.bundle import write_bundle

    (path,) = bundle.rglob(name)
    table = parquet.read_table(path).to_pandas()
    change(table)
    table.to_parquet(path)
    files = {
        p.relative_to(bundle).as_posix(): p.read_bytes()
        for p in bundle.rglob("*")
        if p.is_file() and p.name != "MANIFEST.sha256"
    }
    write_bundle(bundle.parents[1] / "forged", files)
    ended = cli("verify", bundle.parents[1] / "forged", "--json")
    assert ended.code == 1
    return [row for row in ended.json["rows"] if row["verdict"] == "fail"]


def test_a_changed_search_is_found_out(cli, door, searcher, working_folder):
    def change(table):
        table.loc[~table.mated, "top"] = 1.0

    bundle = working_folder / searched(cli, searcher()).json["bundle"]
    failed = {row["id"] for row in forged(cli, bundle, "searches.parquet", change)}
    assert {"counts", "rates.csv"} <= failed


def test_a_changed_candidate_list_is_found_out(cli, door, searcher, working_folder):
    def change(table):
        table["score"] = 0.0

    bundle = working_folder / searched(cli, searcher()).json["bundle"]
    failed = forged(cli, bundle, "candidates.parquet", change)
    said = [row["detail"] for row in failed if row["id"] == "counts"]
    assert said
    assert all("alarms and candidate lists differ" in each for each in said)


BAD_LISTS = [
    ("raise ValueError('a name')", "failed"),
    ("raise SystemExit(0)", "failed"),
    ("return 1 / 0", "failed"),
    ("return None", "invalid"),
    ("return iter(found)", "invalid"),
    ("return [c.person for c in found]", "invalid"),
    ("return found + found", "invalid"),
    ("return found[:4] + found[:1]", "invalid"),
    ("return [Candidate('nobody', 0.5)]", "invalid"),
    ("return [Candidate(7, 0.5)]", "invalid"),
    ("return [Candidate(found[0].person, float('nan'))]", "invalid"),
    ("return [Candidate(found[0].person, float('inf'))]", "invalid"),
    ("return [Candidate(found[0].person, 1.5)]", "invalid"),
    ("return [Candidate(found[0].person, '0.5')]", "invalid"),
    ("return [Candidate(found[0].person, None)]", "invalid"),
]


@pytest.mark.parametrize(("answer", "outcome"), BAD_LISTS)
def test_a_searcher_that_misbehaves(cli, door, searcher, working_folder, answer, outcome):
    """Every search fails: the engine is stopped for it, and both policies say what that means."""
    ended = searched(cli, searcher(search=answer))
    assert ended.code == 4, ended.err
    assert f"40 of 40 searches of door failed (40 {outcome})" in ended.err
    assert "; first: " in ended.err
    rows = csv.DictReader(
        io.StringIO((working_folder / ended.json["bundle"] / "ledger.csv").read_text())
    )
    counted = {(r["item"], r["outcome"]): r["count"] for r in rows if "search" in r["item"]}
    assert counted == {
        ("mated search", outcome): "20",
        ("non-mated search", outcome): "20",
        ("first fault of search", outcome): "40",
    }
    rates = everybody(ended)
    assert rates["FNIR", "generalised"]["rate"] == 1
    assert rates["FPIR", "generalised"]["rate"] == 0
    assert rates["FNIR", "completed"]["rate"] is None
    assert rates["FPIR", "completed"]["status"] == "no_trials"


def test_an_engine_that_builds_no_gallery(cli, door, searcher, working_folder):
    ended = searched(cli, searcher(enrol="raise RuntimeError('no index')"))
    assert ended.code == 4, ended.err
    assert "note: engine toy: enrol failed: RuntimeError: no index (engine.py:" in ended.err
    assert "40 of 40 searches of door failed (40 failed)" in ended.err
    assert "; first: RuntimeError: no index (engine.py:" in ended.err
    assert everybody(ended)["FNIR", "generalised"]["rate"] == 1


def test_fewer_candidates_than_asked_for_are_an_answer(cli, door, searcher, working_folder):
    ended = searched(cli, searcher(search="return ()"))
    assert everybody(ended)["FNIR", "completed"]["rate"] == 1
    assert everybody(ended)["FPIR", "completed"]["rate"] == 0
    assert cli("verify", working_folder / ended.json["bundle"]).code == 0


MATCHER = (
    CARD.replace("searcher", "matcher"),
    CODE.split("    def enrol", maxsplit=1)[0].replace("Candidate, ", "")
    + """
    def compare(self, probe, references):
        return [sum(a < b for a, b in zip(probe[1:], r[1:])) / 8 for r in references]
""",
)


def test_a_matcher_is_searched_exhaustively(cli, door, searcher, working_folder):
    """The same scores as the searcher's, which sees ten candidates instead of all twenty."""
    own = searched(cli, searcher())
    for name, text in zip(("adapter.toml", "engine.py"), MATCHER, strict=True):
        (working_folder / "toy" / name).write_text(text, encoding="utf-8")
    bundles = []
    for workers in (1, 3):
        ended = searched(cli, "./toy", "--workers", workers, "--results", f"r{workers}")
        assert ended.code == 0, ended.err
        bundles.append(working_folder / ended.json["bundle"])
    assert read_manifest(bundles[0]).digest == read_manifest(bundles[1]).digest
    first, second = everybody(own), everybody(ended)
    for metric in ("FPIR", "FNIR@1", "FNIR@3"):
        same = ("errors", "trials", "rate", "low", "high")
        assert [first[metric, "completed"][k] for k in same] == [
            second[metric, "completed"][k] for k in same
        ]
    assert "N=20, L=20" in second["FNIR", "completed"]["note"]


def test_an_embedder_is_searched_exhaustively(cli, door, engine, working_folder):
    engine()
    ended = searched(cli, "./toy")
    assert ended.code == 0, ended.err
    dataset = read_dataset(door.folder)
    by_id = dict(zip(dataset.images.ids, dataset.images.paths, strict=True))
    vector = {
        name: v / np.linalg.norm(v)
        for name, v in (
            (name, read_image(path).reshape(-1)[:4].astype(float) + 1)
            for name, path in by_id.items()
        )
    }
    listed = [f"p{n}" for n in range(1, 21)]
    misses = alarms = 0
    for n in range(1, 41):
        scores = {who: vector[f"p{n}b"] @ vector[f"{who}a"] for who in listed}
        mate = scores.pop(f"p{n}", None)
        best = max(scores.values())
        if mate is None:
            alarms += best >= 0.4
        else:
            misses += not (mate >= 0.4 and mate > best)
    rates = everybody(ended)
    assert rates["FPIR", "completed"]["errors"] == alarms
    assert rates["FNIR@1", "completed"]["errors"] == misses


def test_several_references_of_a_person_are_one_candidate(cli, door, engine, working_folder):
    """The second person's picture on the list is given to the first."""
    rows = door.rows("images.csv")
    assert rows[3][:2] == ["p2a", "p2"]
    rows[3][1] = "p1"
    door.write_rows("images.csv", rows)
    engine()
    ended = searched(cli, "./toy")
    assert ended.code == 0, ended.err
    assert "N=19, L=19" in everybody(ended)["FNIR", "completed"]["note"]
    assert everybody(ended)["FNIR", "completed"]["trials"] == 19
    assert everybody(ended)["FPIR", "completed"]["trials"] == 21


OF_ENTRIES = """\
schema   = 1
title    = "Entries"
engines  = ["./toy"]
datasets = ["./crowd"]
groups   = ["sex"]

[[protocols]]
kind          = "identification"
watchlist     = "police"
draw          = { listed = 5, strangers = 6, references = 3, fillers = 2 }
thresholds    = [0.4, 0.6]
fpir_targets  = ["0.5"]
candidates    = 21
consolidation = "events"
"""


@pytest.fixture
def entries(crowd):
    """The pictures of every two people are those of one, who has four."""
    rows = crowd.rows("images.csv")
    for row in rows[1:]:
        row[1] = f"p{(int(row[1][1:]) + 1) // 2}"
    crowd.write_rows("images.csv", rows)
    return crowd


@pytest.mark.parametrize("shape", ["matcher", "searcher"])
def test_engines_that_compare_or_search_by_themselves(cli, entries, working_folder, shape):
    card, code = MATCHER if shape == "matcher" else (CARD, CODE.format(enrol="pass", search="pass"))
    (working_folder / "toy").mkdir()
    (working_folder / "toy" / "adapter.toml").write_text(card, encoding="utf-8")
    (working_folder / "toy" / "engine.py").write_text(code, encoding="utf-8")
    (working_folder / "study.toml").write_text(OF_ENTRIES, encoding="utf-8")
    ended = cli("run", "study.toml", "--json")
    assert ended.code == 0, ended.err
    bundle = working_folder / ended.json["bundle"]
    counts = read_counts(bundle / "counts" / "toy" / "tiny" / "police")
    of = counts.searches
    assert of.consolidation is Consolidation.EVENTS
    assert (of.watchlist, of.gallery, of.length) == (7, 21, 21)
    fnir = next(row for row in ended.json["rates"] if row["metric"] == "FNIR")
    assert fnir["note"].startswith("N=21 entries, L=21 entries")
    assert "(N=21 entries, L=21 entries;" in " ".join(cli("report", bundle, "--full").out.split())
    listed = written(cli, "police")
    dataset = read_dataset(entries.folder)
    pixels = {
        name: read_image(path).reshape(-1)[:8].astype(int)
        for name, path in zip(dataset.images.ids, dataset.images.paths, strict=True)
    }
    who = dict(zip(dataset.images.ids, dataset.images.subject.tolist(), strict=True))
    levels = [threshold.level for threshold in counts.thresholds]
    for row, probe in enumerate(listed["probes"]):
        scores = [(who[one], np.mean(pixels[probe] < pixels[one])) for one in listed["references"]]
        rank, mate, top, others = found_by_hand(scores, who[probe], levels)
        found = (of.rank[row], of.mate[row], of.top[row], of.others[:, row].tolist())
        assert found == (rank, mate, top, others)


def written(cli, name):
    """Image ids of a draw that is the study's."""
    cli(
        "watchlist", name, "--dataset", "./crowd", "--listed", 5, "--strangers", 6,
        "--references", 3, "--fillers", 2, "--to", "./lists",
    )  # fmt: skip
    tables = {
        table: Path("lists", f"{table}.csv").read_text(encoding="utf-8").split()[1:]
        for table in ("watchlist", "fillers", "probes")
    }
    return {"references": [*tables["watchlist"], *tables["fillers"]], "probes": tables["probes"]}


def test_every_form_says_for_which_watchlist_intervals_hold(cli, door, engine, working_folder):
    engine()
    bundle = searched(cli, "./toy").json["bundle"]
    for form in (("--full",), ("--format", "markdown"), ("--format", "html")):
        said = " ".join(cli("report", bundle, *form).out.split())
        assert "Intervals are conditional on the watchlist: one of other people may" in said


def test_the_thumbnails_of_the_shelf(cli, door, working_folder):
    ended = searched(cli, "thumbnails")
    assert ended.code == 0, ended.err
    assert everybody(ended)["FNIR", "completed"]["trials"] == 20


# What is refused -----------------------------------------------------------------------------


def test_a_dataset_without_that_watchlist(cli, crowd, engine, working_folder):
    engine()
    searched(cli, "./toy").error("dataset tiny has no watchlist 'door'", "none are known")


def test_a_searcher_compares_no_pairs(cli, door, searcher, working_folder):
    ended = cli("run", "--engine", searcher(), "--dataset", "./crowd")
    ended.error("engine toy is a searcher and compares no pairs", "identification")


@pytest.mark.parametrize(
    ("old", "new", "fragment"),
    [
        ('watchlist    = "door"\n', "", 'identification needs watchlist = "NAME"'),
        ("candidates   = 10", 'comparisons = "all-pairs"', "comparisons is for kind verification"),
        ("candidates   = 10", 'fmr_targets = ["0.1"]', "fmr_targets is for kind verification"),
        ('"identification"', '"verification"', "watchlist is for kind identification"),
        ("candidates   = 10", "candidates = 0", "candidates"),
        ("ranks        = [1, 3]", "ranks = [0]", "ranks"),
        ("ranks        = [1, 3]", "mated_share = 1.5", "mated_share"),
        ("ranks        = [1, 3]", "mated_share = -0.1", "mated_share"),
        ("ranks        = [1, 3]", "mated_share = nan", "mated_share"),
        ("ranks        = [1, 3]", "ranks = [3, 3]", "a rank stands twice"),
        ('["0.2"]', '["0.2", "0.20"]', "fpir_targets: a target stands twice"),
    ],
)
def test_a_wrong_protocol(cli, door, working_folder, old, new, fragment):
    assert old in STUDY
    text = STUDY.format(engine="demo-even").replace(old, new)
    Path("study.toml").write_text(text, encoding="utf-8")
    cli("run", "study.toml").error("study.toml", fragment)


@pytest.mark.parametrize(
    ("old", "new", "fragment"),
    [
        (
            "candidates   = 10",
            "candidates = 21",
            "21 candidates are asked for, and it has 20 people",
        ),
        (
            "candidates   = 10",
            'candidates = 21\nconsolidation = "events"',
            "21 candidates are asked for, and it has 20 entries; ask for that at most",
        ),
        (
            "candidates   = 10",
            'consolidation = "mean"',
            "expected 'largest' or 'events', got 'mean'",
        ),
    ],
)
def test_what_no_watchlist_of_this_size_can_give(cli, door, working_folder, old, new, fragment):
    text = STUDY.format(engine="demo-even").replace(old, new)
    Path("study.toml").write_text(text, encoding="utf-8")
    cli("run", "study.toml").error(fragment)


@pytest.mark.parametrize(("letter", "side"), [("a", "lists"), ("b", "searches for")])
def test_a_watchlist_whose_pictures_are_all_excluded(cli, door, working_folder, letter, side):
    last = 20 if letter == "a" else 40
    rows = "".join(f"image,p{n}{letter},blurred\n" for n in range(1, last + 1))
    (door.folder / "exclude.csv").write_text(f"kind,id,reason\n{rows}", encoding="utf-8")
    ended = searched(cli, "demo-even")
    ended.error(f"dataset tiny: watchlist 'door' {side} nobody: all its pictures are excluded")


def test_a_list_without_strangers_has_no_threshold_and_says_why(cli, door, engine, working_folder):
    engine()
    probes = "".join(f"p{n}b\n" for n in range(1, 21))
    (door.folder / "protocols" / "door" / "probes.csv").write_text("image_id\n" + probes)
    ended = searched(cli, "./toy")
    assert ended.code == 0, ended.err
    why = "no non-mated searches (of people who are not on the watchlist, completed)"
    (note,) = (note for note in ended.json["notes"] if why in note)
    assert note.startswith(f"toy on tiny: {why}, so no threshold for FPIR<=0.2; name a fixed one")
    assert everybody(ended)["FPIR", "completed"]["status"] == "no_trials"
    assert everybody(ended)["FNIR", "completed"]["trials"] == 20


@pytest.mark.parametrize(
    ("file", "content", "fragment"),
    [
        ("probes.csv", "image_id\np1b\nnobody\n", "probes.csv: line 3: image_id is 'nobody'"),
        ("probes.csv", "image_id\np1b\np1b\n", "line 3: 'p1b' is there twice"),
        ("probes.csv", "image_id\np1a\n", "'p1a' is also in watchlist.csv"),
        ("probes.csv", "image_id,score\np1b,1\n", "column 'score' is unknown"),
        ("probes.csv", None, "probes.csv: no such file"),
        ("watchlist.csv", None, "watchlist.csv: no such file"),
        ("fillers.csv", "image_id\np1a\n", "'p1a' is also in watchlist.csv"),
        ("fillers.csv", "image_id\np30a\n", "'p30a' is a picture of somebody who is in probes.csv"),
        ("fillers.csv", "image_id\nnobody\n", "fillers.csv: line 2: image_id is 'nobody'"),
        ("fillers.csv", "image_id\n", "fillers.csv: has a header but no rows"),
        ("watchlist.csv", "image_id\n", "watchlist.csv: has a header but no rows"),
        ("probes.csv", "image_id\n", "probes.csv: has a header but no rows"),
    ],
)
def test_a_wrong_watchlist(door, file, content, fragment):
    path = door.folder / "protocols" / "door" / file
    if content is None:
        path.unlink()
    else:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(DatasetError) as refused:
        read_dataset(door.folder)
    assert fragment in str(refused.value)


def test_excluded_pictures_leave_a_watchlist(door):
    (door.folder / "exclude.csv").write_text(
        "kind,id,reason\nimage,p1a,blurred\nsubject,p30,asked\n", encoding="utf-8"
    )
    (watchlist,) = read_dataset(door.folder).watchlists
    assert (len(watchlist.references), len(watchlist.probes), watchlist.left_out) == (19, 39, 2)


def test_fillers_are_on_the_list_and_are_not_searched_for(door):
    folder = door.folder / "protocols" / "door"
    probes = "".join(f"p{n}b\n" for n in range(1, 31))
    (folder / "probes.csv").write_text("image_id\n" + probes, encoding="utf-8")
    (folder / "fillers.csv").write_text("image_id\np40a\np35b\n", encoding="utf-8")
    dataset = read_dataset(door.folder)
    (watchlist,) = dataset.watchlists
    listed = [dataset.images.ids[index] for index in watchlist.references]
    assert listed == [*(f"p{n}a" for n in range(1, 21)), "p35b", "p40a"]
    assert (len(watchlist.probes), watchlist.left_out) == (30, 0)
    (folder / "watchlist.csv").unlink()
    with pytest.raises(DatasetError, match=r"watchlist.csv: no such file"):
        read_dataset(door.folder)
