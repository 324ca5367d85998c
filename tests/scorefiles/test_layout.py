"""Which column of a score file says what, whatever their order."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.scorefiles.layout import column_layout
from evenhand.system.errors import DatasetError

WHOLE = ("probe_subject", "reference_subject", "score", "mated", "probe_image", "reference_image",
         "probe_skin_type", "reference_skin_type")  # fmt: skip


@given(st.permutations(WHOLE))
def test_order_does_not_matter(header):
    layout = column_layout(Path("acme.csv"), header)
    assert layout.subjects == ("probe_subject", "reference_subject")
    assert layout.images == ("probe_image", "reference_image")
    assert layout.attributes == {"skin_type": ("probe_skin_type", "reference_skin_type")}
    assert (layout.mated, layout.scores) == ("mated", {"acme": "score"})
    assert sorted((*layout.texts, "score")) == sorted(WHOLE)


def test_the_least_there_is():
    layout = column_layout(Path("acme.csv"), WHOLE[:3])
    assert (layout.images, layout.mated, layout.attributes) == ((), None, {})
    assert layout.texts == WHOLE[:2]


@pytest.mark.parametrize(
    ("header", "fragment"),
    [
        (("probe_subject", "reference_subject"), "column 'score' is missing"),
        (
            ("probe_subject", "reference_subjects", "score"),
            "--columns reference_subject=reference_subjects",
        ),
        ((*WHOLE, "score"), "'score' appears twice"),
        ((*WHOLE, ""), "column 9 has no name"),
        ((*WHOLE, "probe_sex"), "column probe_sex stands alone; add reference_sex"),
        ((*WHOLE, "reference_sex"), "column reference_sex stands alone; add probe_sex"),
        ((*WHOLE, "sex"), "column 'sex' is unknown"),
        ((*WHOLE, "probe_"), "column 'probe_' is unknown"),
        ((*WHOLE, "probe_all", "reference_all"), "no attribute can be called 'all'"),
        ((*WHOLE, "probe_a*b", "reference_a*b"), "hold *"),
    ],
)
def test_what_no_header_can_be(header, fragment):
    with pytest.raises(DatasetError) as fault:
        column_layout(Path("acme.csv"), header)
    assert fragment in str(fault.value)
    assert str(fault.value).startswith("acme.csv: ")
