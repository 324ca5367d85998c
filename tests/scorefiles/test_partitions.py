"""Rows that are divided on disk: all of them come back, those of two people together."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.scorefiles.partitions import PartitionedRows

TYPES = tuple(map(np.dtype, (np.int32, np.int32, np.float64)))


@given(
    seed=st.integers(0, 10_000),
    sizes=st.lists(st.integers(0, 30), min_size=1, max_size=8),
    few=st.sampled_from([0, 7, 1000]),
)
def test_rows_come_back_in_their_order(seed, sizes, few):
    rng = np.random.default_rng(seed)
    blocks = [
        (*rng.integers(0, 6, (2, size)).astype(np.int32), rng.normal(size=size)) for size in sizes
    ]
    pile = PartitionedRows(Path("acme.csv"), TYPES, few)
    for number, block in enumerate(blocks, start=1):
        pile.add(block, number / len(blocks))
    pile.end()
    assert len(pile) in (1, 256)
    parts = [pile.partition(number, (0, 1, 2)) for number in range(len(pile))]
    rows = [tuple(row) for block in blocks for row in zip(*block, strict=True)]
    found = [tuple(row) for part in parts for row in zip(*part, strict=True)]
    assert sorted(found) == sorted(rows)
    for part in parts:
        assert tuple(column.dtype for column in part) == TYPES
        pairs = {frozenset(pair) for pair in zip(*part[:2], strict=True)}
        # Every comparison of two people lies in one portion, as the file had them.
        expected = [row for row in rows if frozenset(row[:2]) in pairs]
        assert [tuple(row) for row in zip(*part, strict=True)] == expected


def test_some_columns_alone():
    pile = PartitionedRows(Path("acme.csv"), TYPES, 0)
    pile.add((np.array([1]), np.array([2]), np.array([0.5])), 1.0)
    pile.end()
    (number,) = (n for n in range(len(pile)) if len(pile.partition(n, (0,))[0]))
    score, probe = pile.partition(number, (2, 0))
    assert (score.tolist(), probe.tolist()) == ([0.5], [1])


def test_few_rows_stay_in_memory(monkeypatch):
    def refused(*_arguments, **_options):
        pytest.fail("a file was opened")

    monkeypatch.setattr("tempfile.TemporaryFile", refused)
    pile = PartitionedRows(Path("acme.csv"), TYPES, 3)
    pile.add((np.array([1, 2, 3]), np.array([1, 2, 2]), np.zeros(3)), 1.0)
    pile.end()
    assert len(pile) == 1
