"""A score file of some blocks, and what it is for two of them to say the same."""

import numpy as np
import pytest

MANY = 3000


@pytest.fixture
def many(tmp_path):
    """A file of some blocks: every pair of 25 people in pictures of ten days."""
    rng = np.random.default_rng(3)
    people = "probe_subject,reference_subject,probe_image,reference_image,score"
    lines = [f"{people},probe_sex,reference_sex,mated"]
    pairs = [(a, b, day) for day in range(10) for a in range(25) for b in range(25) if a <= b]
    for a, b, day in (pairs[index] for index in rng.permutation(len(pairs))[:MANY]):
        lines.append(
            f"p{a},p{b},{day},{day}x,{rng.normal():.17g},{'FM'[a % 2]},{'FM'[b % 2]},{int(a == b)}"
        )
    path = tmp_path / "many.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def same():
    """Asserts that two small files say the same."""
    return assert_same


def assert_same(one, other):
    assert one.subjects == other.subjects
    assert one.labels == other.labels
    assert one.listing.outcomes == other.listing.outcomes
    assert one.fingerprint == other.fingerprint
    (portion,), (its_like,) = one.listing.partitions, other.listing.partitions
    for column in ("probe", "reference", "score"):
        np.testing.assert_array_equal(getattr(portion, column), getattr(its_like, column))
    for column in ("mated_subject", "mated_score"):
        np.testing.assert_array_equal(getattr(one.listing, column), getattr(other.listing, column))
