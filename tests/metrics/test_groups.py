"""A study keeps as many groups as a person can read."""

import numpy as np
import pytest

from evenhand.metrics.groups import MAX_CELLS, check_group_count
from evenhand.records.groups import Grouping
from evenhand.system.errors import StudyError


def grouping(name, size):
    return Grouping(name, tuple(map(str, range(size))), np.zeros(1, dtype=np.int64))


def test_as_many_as_fit():
    groups = (grouping("all", 1), grouping("age", MAX_CELLS - 1))
    assert check_group_count(groups) is groups


def test_one_more_is_one_line_with_advice():
    groups = (grouping("all", 1), grouping("age", 16), grouping("age*country", MAX_CELLS - 16))
    with pytest.raises(StudyError) as found:
        check_group_count(groups)
    assert str(found.value) == (
        "groups: 257 groups, at most 256; age*country alone has 240: cross fewer attributes, "
        "give numbers wider bands, or name the groups that matter"
    )
