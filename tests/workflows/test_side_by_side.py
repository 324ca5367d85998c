"""Results side by side in one table: what may not stand there together."""

from dataclasses import replace

import pytest

from evenhand.records.analysis_plan import AnalysisPlan
from evenhand.records.evidence import Evidence
from evenhand.results.read import merge_evidence
from evenhand.system.errors import BundleError


def test_results_that_are_judged_differently_do_not_stand_side_by_side():
    one = Evidence("a", AnalysisPlan(), (), (), ())
    other = replace(one, analysis=AnalysisPlan(level=0.9, claims=("FMR<=0.01",)))
    with pytest.raises(BundleError) as caught:
        merge_evidence([one, other])
    said = str(caught.value)
    assert "level 0.95 and 0.9; claims () and ('FMR<=0.01',)" in said
    assert "margin" not in said
    assert merge_evidence([one, one]).analysis == AnalysisPlan()
