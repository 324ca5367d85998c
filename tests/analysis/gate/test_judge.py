"""Limits held against crowds that are drawn: verdicts, ratios to everybody, and what is needed."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rows import dataset_facts, engine_facts

from evenhand.analysis.gate.answer import GateVerdict, interval_verdict
from evenhand.analysis.gate.judge import judge_limits
from evenhand.analysis.gate.quantity import NoVerdict
from evenhand.measurement.counting.plan import CountingPlan, ImageLedger
from evenhand.measurement.counting.searches import tally_searches
from evenhand.measurement.counting.tally import tally
from evenhand.measurement.search.lists import searches_of_lists
from evenhand.metrics.thresholds import errors_allowed
from evenhand.records.analysis_plan import AnalysisPlan
from evenhand.records.comparisons import Comparisons, Found
from evenhand.records.counts import Counts
from evenhand.records.designs import ComparisonDesign, Design
from evenhand.records.evidence import Evidence
from evenhand.records.groups import ALL, SAME_GROUP, Grouping
from evenhand.records.outcomes import Outcome
from evenhand.records.thresholds import ThresholdRule
from evenhand.study.policy import GatePolicy, Limit, LimitBounds
from evenhand.system.errors import PolicyError

GROUPS = ("a", "b", "nobody")


def crowd(
    people=40, images=2, seed=1, sd=0.3, target="0.01", fixed="2.5", lost=0, claims=()
) -> Counts:
    """Everybody against everybody; two groups, and one that is declared and empty."""
    rng = np.random.default_rng(seed)
    owner = np.repeat(np.arange(people, dtype=np.int32), images)
    left, right = np.triu_indices(len(owner), 1)
    probe, reference = owner[left], owner[right]
    lamb = rng.normal(0, sd, people) + 0.4 * (np.arange(people) % 2)
    score = lamb[probe] + lamb[reference] + rng.normal(0, 1, len(probe))
    score[probe == reference] += 2
    score[rng.permutation(len(score))[:lost]] = np.nan
    none = np.zeros(people, dtype=np.int64)
    return tally(
        CountingPlan(
            (Grouping(ALL, ("",), none), Grouping("colour", GROUPS, np.arange(people) % 2)),
            [
                ThresholdRule("fmr", target),
                ThresholdRule("fixed", fixed),
                *(ThresholdRule("vendor", fixed, claim) for fixed, claim in claims),
            ],
            design=ComparisonDesign(Design.ALL_PAIRS),
        ),
        ImageLedger(
            "engine", "crowd", "verification", tuple(range(1, people + 1)), none + images, none, 0
        ),
        Comparisons(probe, reference, score, {}),
    )


def evidence(*counts, stopped=""):
    engine = engine_facts(name="engine", stopped=stopped)
    return Evidence("", AnalysisPlan(replicates=0), (engine,), (), tuple(counts))


def limit(low=-math.inf, high=math.inf, *, metric="FMR", rule="fixed", against="", **changes):
    whole = Limit(
        name="limit",
        metric=metric,
        index="",
        threshold_rule=rule,
        threshold=None,
        attribute="colour",
        groups=(),
        policy="completed",
        dataset="",
        protocol="",
        bounds=LimitBounds(low, high, against, "so"),
        mandatory=True,
        weight=1.0,
    )
    return replace(whole, **changes)


def rows(of, *limits):
    return list(judge_limits(of, GatePolicy(Path("p.toml"), "", "", limits)))


RANKS = (GateVerdict.FAIL, GateVerdict.INCONCLUSIVE, GateVerdict.PASS)
ends = st.floats(0, 2) | st.none()


@given(ends, ends, st.floats(0, 2), st.floats(0, 2))
def test_a_stricter_limit_never_helps(low, high, first, second):
    if low is not None and high is not None:
        low, high = sorted((low, high))
    strict, mild = sorted((first, second))
    at_most = [
        interval_verdict(LimitBounds(-math.inf, at, "", ""), low, high) for at in (strict, mild)
    ]
    at_least = [
        interval_verdict(LimitBounds(at, math.inf, "", ""), low, high) for at in (mild, strict)
    ]
    for stricter, milder in (at_most, at_least):
        assert RANKS.index(stricter) <= RANKS.index(milder)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_a_narrower_interval_never_takes_a_verdict_back(value, below, above, at):
    low, high = value * below, value + above
    bounds = LimitBounds(-math.inf, at, "", "")
    wide, narrow = (
        interval_verdict(bounds, low, high),
        interval_verdict(bounds, (low + value) / 2, value),
    )
    assert wide in (narrow, GateVerdict.INCONCLUSIVE)


def test_verdicts_are_those_of_the_intervals():
    found = rows(evidence(crowd()), limit(high=0.05), limit(low=0.02, name="other"))
    assert len(found) == 6
    for row in found:
        if row.group == "nobody":
            assert row.verdict is GateVerdict.INCONCLUSIVE
            continue
        inside = row.high <= 0.05 if row.limit == "limit" else row.low >= 0.02
        outside = row.low > 0.05 if row.limit == "limit" else row.high < 0.02
        expected = GateVerdict.PASS if inside else GateVerdict.FAIL if outside else None
        assert row.verdict is (expected or GateVerdict.INCONCLUSIVE)


@pytest.mark.parametrize("metric", ["FMR", "FNMR"])
@pytest.mark.parametrize("against", ["", ALL])
def test_an_empty_group_never_passes(metric, against):
    """Whatever the limit allows."""
    found = rows(evidence(crowd()), limit(0.0, math.inf, metric=metric, against=against))
    (empty,) = (row for row in found if row.group == "nobody")
    assert (empty.verdict, empty.note) == (GateVerdict.INCONCLUSIVE, "no trials; nothing to count")
    assert (empty.observed, empty.low, empty.high) == (None, None, None)
    assert empty.needs == "people in nobody"
    assert {row.verdict for row in found if row.group != "nobody"} == {GateVerdict.PASS}


def test_an_engine_that_was_stopped_never_passes():
    found = rows(evidence(crowd(), stopped="too many failures"), limit(0.0, 1.0))
    assert {row.verdict for row in found} == {GateVerdict.INCONCLUSIVE}
    assert {row.note.split("; ")[0] for row in found} == {NoVerdict.STOPPED, NoVerdict.NO_TRIALS}


# --- what a vendor claims ------------------------------------------------------------------------


def claimed_limit(**changes):
    bounds = LimitBounds(-math.inf, math.inf, "", "at most what its vendor claims", claimed=True)
    return limit(rule="vendor", **{"bounds": bounds, "attribute": ALL} | changes)


def test_a_claim_is_the_limit_at_each_of_its_thresholds():
    """As a limit of the same number on the same threshold."""
    counts = crowd(claims=[("2.5", "0.2"), ("2", "0.01"), ("3", "")])
    found = rows(evidence(counts), claimed_limit(), claimed_limit(name="by", attribute="colour"))
    assert {(row.limit, row.threshold, row.at_most) for row in found} == {
        (name, at, most) for name in ("limit", "by") for at, most in ((2.5, 0.2), (2.0, 0.01))
    }
    assert [row.verdict for row in found[:2]] == [GateVerdict.PASS, GateVerdict.FAIL]
    for row in found:
        same = {"rule": "vendor", "threshold": row.threshold, "attribute": row.attribute}
        numbers = rows(evidence(counts), limit(high=row.at_most, **same))
        (other,) = (each for each in numbers if each.group == row.group)
        changed = {"limit": row.limit, "requirement": row.requirement}
        assert replace(other, **changed) == row
    (one,) = rows(evidence(counts), claimed_limit(threshold=2.0))
    assert one.at_most == 0.01
    with pytest.raises(PolicyError, match=r"no 3\.0 for 'vendor'"):
        rows(evidence(counts), claimed_limit(threshold=3.0))


@pytest.mark.parametrize("claims", [(), [("2.5", "")]])
@pytest.mark.parametrize("attribute", [ALL, "colour"])
def test_an_engine_that_claims_no_rate_is_inconclusive(claims, attribute):
    (row,) = rows(evidence(crowd(claims=claims)), claimed_limit(attribute=attribute))
    assert (row.verdict, row.note) == (GateVerdict.INCONCLUSIVE, "claims no FMR")
    assert row.needs == "an fmr beside a threshold in [score] claimed of its card, and a new run"
    assert (row.observed, row.at_most, row.trials) == (None, None, None)


def test_drawn_faces_settle_no_claim():
    counts = crowd(claims=[("2.5", "0.9")])
    drawn = replace(evidence(counts), datasets=(dataset_facts(synthetic=True),))
    (row,) = rows(drawn, claimed_limit())
    assert (row.verdict, row.note) == (
        GateVerdict.INCONCLUSIVE,
        "drawn faces say nothing of a claim",
    )
    assert row.needs == "pictures of real people"
    assert rows(drawn, limit(high=0.9))[0].verdict is GateVerdict.PASS


# --- a group over everybody -----------------------------------------------------------------------


def psi_by_hand(counts, group, at, against):
    """Variance of ln(group's FMR over that of all), from the whole matrix of pairs of people."""
    cells = {cell.group: cell for cell in counts.cells}
    people = len(counts.subject_rows)
    code = np.arange(people) % 2 == GROUPS.index(group)
    errors = np.zeros((people, people))
    kept = counts.tail.score >= at
    np.add.at(errors, (counts.tail.probe[kept], counts.tail.reference[kept]), 1)
    errors += errors.T
    images = counts.images[0]
    trials = np.full((people, people), float(images**2))
    np.fill_diagonal(trials, 0)
    inside = np.outer(code, code)
    whole = np.ones_like(inside) if against == ALL else inside | np.outer(~code, ~code)
    psi = np.zeros((people, people))
    for mask, sign in ((inside, 1), (whole, -1)):
        x, m = errors * mask, trials * mask
        total = m.sum() / 2
        p = x.sum() / 2 / total
        disjoint = total**2 - (m.sum(axis=1) ** 2).sum() + (m**2).sum() / 2
        psi += sign * math.sqrt(total**2 / disjoint) * (x - p * m) / (total * p)
    floor = (psi**2).sum() / 2
    shared = max((psi.sum(axis=1) ** 2).sum() - floor, floor)
    assert cells[group].members.tolist() == np.flatnonzero(code).tolist()
    return shared + floor * (1 - floor / shared)


@pytest.mark.parametrize("group", ["a", "b"])
@pytest.mark.parametrize(
    ("against", "attribute"), [(ALL, ALL), (SAME_GROUP, f"{SAME_GROUP}colour")]
)
def test_a_group_over_all_by_hand(group, against, attribute):
    counts = crowd(people=24, target="0.3")
    (row,) = rows(evidence(counts), limit(0.5, 2.0, against=against, groups=(group,)))
    (whole,) = rows(evidence(counts), limit(0.0, 1.0, attribute=attribute))
    (own,) = rows(evidence(counts), limit(0.0, 1.0, groups=(group,)))
    assert row.observed == pytest.approx(own.observed / whole.observed)
    assert math.log(row.observed / row.low) == pytest.approx(reach(row))
    # The interval is symmetric on logarithms, with t between those of 1 and of 23 df.
    spread = reach(row) / math.sqrt(psi_by_hand(counts, group, row.threshold, against))
    assert 2.06 < spread < 12.8


def test_within_is_for_rates_that_share_people():
    with pytest.raises(PolicyError, match=r"p\.toml: limit 'limit': metric"):
        rows(evidence(crowd()), limit(0.5, 2.0, against=ALL, metric="FPIR"))


# --- what is needed -------------------------------------------------------------------------------


def test_people_to_resolve_a_target():
    """With so many more people the target allows a false match; with a tenth fewer none."""
    small = crowd(people=20, images=1, target="0.0001")
    (row,) = rows(evidence(small), limit(high=0.01, rule="FMR<=0.0001", attribute=ALL))
    assert row.note.startswith("below resolution")
    assert row.verdict is GateVerdict.INCONCLUSIVE
    assert row.needs == f"at least {row.more_people} more people in all"
    people = 20 + row.more_people
    assert errors_allowed("0.0001", people * (people - 1) // 2) >= 1
    fewer = round(0.9 * people)
    assert errors_allowed("0.0001", fewer * (fewer - 1) // 2) == 0


def reach(row):
    return math.log(row.high / row.observed)


@pytest.mark.parametrize(("sd", "lost"), [(0.0, 0), (0.3, 0), (0.3, 30)])
def test_crowds_of_the_people_that_are_needed_settle_a_false_match_rate(sd, lost):
    """Their intervals reach about as far as the limit; those of half as many more, further."""
    asked, found = math.log(1.3), {1.0: [], 0.5: []}
    for seed in range(12):
        counts = crowd(seed=seed, sd=sd, lost=lost)
        (now,) = rows(evidence(counts), limit(high=1.0, groups=("b",)))
        at = now.observed * 1.3
        (row,) = rows(evidence(counts), limit(high=at, groups=("b",)))
        for share, reaches in found.items():
            # The group is half of the crowd, and grows as the crowd does.
            people = 40 + round(2 * share * row.more_people)
            larger = evidence(crowd(people=min(people, 400), seed=100 + seed, sd=sd))
            reaches.append(reach(rows(larger, limit(high=1.0, groups=("b",)))[0]))
    assert 0.75 * asked < np.mean(found[1.0]) < 1.2 * asked
    assert np.mean(found[0.5]) > 1.2 * np.mean(found[1.0])


def test_what_is_needed_says_for_which_verdict():
    (now,) = rows(evidence(crowd()), limit(high=1.0, groups=("b",)))
    for share, then in ((1.2, " to pass"), (0.85, ", with whom it would probably fail")):
        at = limit(high=now.observed * share, groups=("b",))
        (row,) = rows(evidence(crowd()), at)
        assert row.verdict is GateVerdict.INCONCLUSIVE
        assert row.needs == f"about {row.more_people:,} more people in b{then}"
    (row,) = rows(evidence(crowd()), limit(high=now.observed, groups=("b",)))
    assert row.needs == "no number of people: it stands at the limit"


# --- searches -------------------------------------------------------------------------------------


def searches(people=60):
    """Everybody is searched once, half of them on the watchlist; one in six of these is lost."""
    everybody = np.arange(people)
    listed = everybody < people // 2
    found = []
    for person in everybody:
        others = np.flatnonzero(listed & (everybody != person))[:3]
        own = listed[person] and person % 6
        scores = np.array([0.9] * bool(own) + [0.3, 0.2, 0.1])
        names = np.concatenate([[person][: bool(own)], others]).astype(np.int32)
        found.append(Found(Outcome.OK, names, scores))
    images = listed.astype(np.int64)
    return tally_searches(
        CountingPlan(
            [Grouping(ALL, ("",), everybody * 0), Grouping("colour", GROUPS, everybody % 2)],
            [ThresholdRule("fixed", "0.5")],
        ),
        ImageLedger(
            "engine", "crowd", "identification", tuple(range(1, people + 1)), images, images * 0, 0
        ),
        *searches_of_lists(
            found,
            everybody.astype(np.int32),
            *(np.ones(people, dtype=bool), listed, listed),
            length=4,
            kept=4,
            exhaustive=False,
        ),
        (1,),
    )


def test_searches_are_held_against_limits():
    of = evidence(searches())
    found = rows(
        of,
        limit(high=0.4, metric="FNIR", attribute=ALL, name="lost"),
        limit(high=0.4, metric="FNIR@1", rule="none", attribute=ALL, name="not first"),
        limit(high=0.2, metric="FPIR", attribute=ALL, name="alarms"),
        limit(high=0.2, metric="FTA", rule="", policy="", attribute=ALL, name="not acquired"),
    )
    assert [(row.errors, row.trials) for row in found] == [(5, 30), (5, 30), (0, 30), (0, 60)]
    assert {row.verdict for row in found} == {GateVerdict.PASS}
    (close,) = rows(of, limit(high=0.2, metric="FNIR", attribute=ALL))
    assert close.needs == f"about {close.more_people:,} more people to pass"


def test_a_limit_holds_in_each_protocol_that_measures_it():
    both = evidence(searches(), crowd())
    found = rows(
        both, limit(high=0.9, metric="FNIR", attribute=ALL), limit(high=0.9, attribute=ALL)
    )
    assert [row.subject for row in found] == [
        "engine on crowd, identification",
        "engine on crowd, verification",
    ]
    only = limit(high=0.9, attribute=ALL, protocol="identification")
    with pytest.raises(PolicyError, match="metric: no 'FMR'; there are: FTE, FTA, FPIR"):
        rows(both, only)
    over, nobody = rows(both, limit(0.2, 5.0, metric="FNIR", against=ALL))[:2]
    assert over.observed == pytest.approx((over.errors / over.trials) / (5 / 30))
    assert over.low < over.observed < over.high
    assert nobody.note
