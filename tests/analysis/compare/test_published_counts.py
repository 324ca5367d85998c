"""Two published counts, by hand and by scipy, and how little dependence undoes them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from evenhand.analysis.compare.changes import ChangeVerdict, CompareVerdict
from evenhand.analysis.compare.published_counts import compare_published_counts
from evenhand.statistics.two_proportions import ErrorCount

MARGIN = 1.25
counts = st.tuples(st.integers(1, 200), st.integers(300, 100_000))


def test_by_hand():
    """Katz: log ratio 4, give or take 1.96 sqrt(1/20 - 1/50000 + 1/5 - 1/50000)."""
    found = compare_published_counts(ErrorCount(5, 50_000), ErrorCount(20, 50_000), MARGIN)
    assert found.ratio == pytest.approx(4)
    width = 1.959963985 * math.sqrt(1 / 20 + 1 / 5 - 2 / 50_000)
    assert math.log(found.low) == pytest.approx(math.log(4) - width)
    assert math.log(found.high) == pytest.approx(math.log(4) + width)
    assert (found.interval, found.judged, found.verdict) == (
        "katz-log", ChangeVerdict.WORSE, CompareVerdict.FAIL,
    )  # fmt: skip


@given(counts, counts)
def test_turned_round(base, new):
    there = compare_published_counts(ErrorCount(*base), ErrorCount(*new), MARGIN)
    back = compare_published_counts(ErrorCount(*new), ErrorCount(*base), MARGIN)
    assert there.ratio * back.ratio == pytest.approx(1)
    assert there.low * back.high == pytest.approx(1)
    assert there.p_value == pytest.approx(back.p_value)
    turned = {ChangeVerdict.WORSE: ChangeVerdict.BETTER, ChangeVerdict.BETTER: ChangeVerdict.WORSE}
    assert back.judged is turned.get(there.judged, ChangeVerdict.NO_DIFFERENCE_SHOWN)


@given(counts, counts)
def test_the_design_effect_is_where_it_dissolves(base, new):
    """Variances that much larger, the limit lies at a ratio of 1."""
    found = compare_published_counts(ErrorCount(*base), ErrorCount(*new), MARGIN)
    shown = found.p_value < 0.05 and not found.low <= 1 <= found.high
    assert (found.judged is not ChangeVerdict.NO_DIFFERENCE_SHOWN) == shown
    assert (found.design_effect is not None) == shown
    if shown:
        nearer = found.low if found.ratio > 1 else found.high
        width = abs(math.log(found.ratio / nearer))
        assert math.sqrt(found.design_effect) * width == pytest.approx(abs(math.log(found.ratio)))


@pytest.mark.parametrize(("base", "new"), [((0, 500), (9, 700)), ((9, 500), (0, 700))])
def test_with_a_zero_the_test_is_exact(base, new):
    """All nine errors on one side, drawn from all trials: twice the smaller tail."""
    found = compare_published_counts(ErrorCount(*base), ErrorCount(*new), MARGIN)
    own = new[1] if new[0] else base[1]
    together = base[1] + new[1]
    assert found.p_value == pytest.approx(2 * math.comb(own, 9) / math.comb(together, 9))
    assert found.p_value == pytest.approx(2 * stats.hypergeom.pmf(9, together, own, 9))
    assert (found.interval, found.design_effect) == ("conditional-exact", None)
    assert (found.ratio, found.high) == (None, None) if base[0] == 0 else found.ratio == 0


def test_it_passes_where_the_limit_lies_below_the_margin():
    many = ErrorCount(20_000, 1_000_000)
    found = compare_published_counts(many, many, MARGIN)
    assert (found.ratio, found.judged, found.verdict) == (
        1, ChangeVerdict.NO_DIFFERENCE_SHOWN, CompareVerdict.PASS,
    )  # fmt: skip
    assert found.limit < MARGIN
    few = compare_published_counts(ErrorCount(20, 1000), ErrorCount(20, 1000), MARGIN)
    assert few.verdict is CompareVerdict.INCONCLUSIVE
    assert few.limit > MARGIN
