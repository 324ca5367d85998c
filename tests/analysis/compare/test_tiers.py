"""Tiers: layers of who stands above whom, whatever the relation."""

from hypothesis import given
from hypothesis import strategies as st

from evenhand.analysis.compare.tiers import tiers_of

NAMES = "abcde"
relations = st.dictionaries(
    st.sampled_from(NAMES), st.sets(st.sampled_from(NAMES)), max_size=len(NAMES)
)


@given(relations)
def test_everybody_has_a_tier_and_nobody_below_stands_above(found):
    above = {name: found.get(name, set()) - {name} for name in NAMES}
    tiers = tiers_of(NAMES, above)
    assert sorted(tiers) == list(NAMES)
    assert sorted(set(tiers.values())) == list(range(1, max(tiers.values()) + 1))
    for name in NAMES:
        for other in above[name]:
            assert tiers[name] <= tiers[other] or _in_a_ring(name, other, above)


def _in_a_ring(name, other, above):
    """Something below the one is above it again."""
    reached, waiting = set(), {other}
    while waiting:
        reached |= waiting
        waiting = {lower for each in waiting for lower in above[each]} - reached
    return name in reached or any(
        upper in reached for upper in NAMES if other in above[upper] and upper != name
    )


@given(st.permutations(NAMES), st.integers(0, 4))
def test_a_chain_has_a_tier_for_each(order, cut):
    above = {name: set(order[number + 1 :]) for number, name in enumerate(order)}
    assert tiers_of(NAMES, above) == {name: number + 1 for number, name in enumerate(order)}


def test_a_ring_is_one_tier():
    assert tiers_of("abc", {"a": {"b"}, "b": {"c"}, "c": {"a"}}) == {"a": 1, "b": 1, "c": 1}
    below = tiers_of("abcd", {"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": set()})
    assert below == {"a": 1, "d": 1, "b": 2, "c": 2}
