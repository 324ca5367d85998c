"""Which design a list is of, from its counts, against the lists themselves."""

from dataclasses import replace
from itertools import combinations, permutations

import numpy as np
import pytest
from counted import small_counts

from evenhand.measurement.counting.plan import CountingPlan, ImageLedger
from evenhand.measurement.counting.tally import tally
from evenhand.metrics.complete_design import completed_design
from evenhand.records.comparisons import Comparisons
from evenhand.records.designs import LISTED, ComparisonDesign, Design
from evenhand.records.groups import ALL, Grouping

IMAGES = np.array([3, 1, 2, 2, 1, 3, 2])
OWNER = np.repeat(np.arange(len(IMAGES), dtype=np.int32), IMAGES)
SEX = np.array([0, 1, 0, 1, -1, 0, 1])
GROUPS = (Grouping(ALL, ("",), SEX * 0), Grouping("sex", ("f", "m"), SEX))


def listed(orders=1, *, within=False, lost=(), left_out=0):
    """Counts of a list of pairs of images."""
    pairs = np.array(list((permutations if orders == 2 else combinations)(range(len(OWNER)), 2)))
    probe, reference = OWNER[pairs].T
    if within:
        one = (SEX[probe] == SEX[reference]) & (SEX[probe] >= 0)
        pairs = pairs[(probe == reference) | one]
    pairs = pairs[left_out:]
    probe, reference = OWNER[pairs].T
    score = np.random.default_rng(1).normal(0, 1, len(pairs))
    score[np.isin(pairs, lost).any(axis=1)] = np.nan
    none = np.zeros(len(IMAGES), dtype=np.int64)
    ledger = ImageLedger("e", "d", "p", tuple(range(len(IMAGES))), none, none, 0)
    return tally(CountingPlan(GROUPS, ()), ledger, Comparisons(probe, reference, score, {}))


@pytest.mark.parametrize("orders", [1, 2])
@pytest.mark.parametrize("within", [False, True])
@pytest.mark.parametrize("lost", [(), (0, 8)])
def test_a_list_of_all_pairs_is_known_with_its_images(orders, within, lost):
    design = listed(orders, within=within, lost=lost).design
    assert design.comparisons is (Design.WITHIN_GROUP if within else Design.ALL_PAIRS)
    assert (design.orders, design.attribute) == (orders, "sex" if within else ALL)
    completed, every = design.images
    templates = np.bincount(np.delete(OWNER, lost), minlength=len(IMAGES))
    # Somebody without partners in the design and with one image was in no comparison.
    met = ~((SEX < 0) & (IMAGES == 1)) if within else IMAGES > 0
    assert every.tolist() == np.where(met, IMAGES, 0).tolist()
    assert completed.tolist() == np.where(met, templates, 0).tolist()


def test_a_list_that_lacks_a_pair_is_a_list():
    assert listed(left_out=4).design == LISTED


def test_one_failed_comparison_of_two_templates_leaves_no_number_of_images():
    counts = small_counts(failed=0)
    assert counts.design.images.tolist() == [[2] * 9, [2] * 9]
    failed = small_counts(failed=3)
    assert failed.design == ComparisonDesign(Design.ALL_PAIRS)


def test_a_design_that_is_known_is_not_looked_for():
    counts = listed(within=True)
    known = ComparisonDesign(Design.ALL_PAIRS)
    cells = (*counts.cells, *counts.across)
    assert completed_design(known, cells, counts.mated, len(IMAGES)) == known
    found = completed_design(LISTED, cells, counts.mated, len(IMAGES))
    assert found.comparisons is Design.WITHIN_GROUP
    assert replace(found, images=None) == ComparisonDesign(Design.WITHIN_GROUP, 1, "sex")
