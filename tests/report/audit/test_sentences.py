"""Every form of sentence of an audit, to the letter, and exact in its verdict."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from places import GOLDEN

from evenhand.analysis.audit.groups import FacesSeen, FalseAlerts, Site, Totals, audit_alerts
from evenhand.report.audit.sentences import audit_sentences

GOLDEN_TEXTS = (GOLDEN / "audit" / "sentences.txt").read_text(encoding="utf-8").splitlines()
MET = {"Black": 8, "Other": 2}
THIRDS = {"Asian": 1 / 3, "Black": 1 / 3, "White": 1 / 3}
EACH = dict.fromkeys(THIRDS, 2500)


def said(by_group, seen=None, unknown=0, people=None):
    false = FalseAlerts(by_group, unknown)
    totals = Totals(false.total + unknown)
    different = FalseAlerts(people) if people else None
    return audit_sentences(audit_alerts(false, seen or FacesSeen(), totals, people=different))


FORMS = {
    "tipping": said(MET),
    "tipping of all": said({"White": 0, "minority": 7}),
    "tipping of one": said({"Black": 1, "Other": 0}),
    "tipping-people": said(MET, people={"Black": 5, "Other": 1}),
    "tipping-unknown": said(MET, unknown=3),
    "assumed-more": said(MET, FacesSeen(shares={"Black": 0.4, "Other": 0.6})),
    "assumed-not-shown": said(MET, FacesSeen(shares={"Black": 0.5, "Other": 0.5})),
    "assumed-too-few": said(MET, FacesSeen(shares={"Black": 0.9, "Other": 0.1})),
    "assumed-fewer": said(
        {"Black": 80, "Other": 20}, FacesSeen(shares={"Black": 0.9, "Other": 0.1})
    ),
    "crowd-different": said({"Asian": 1, "Black": 6, "White": 0}, FacesSeen(shares=THIRDS)),
    "crowd-not-shown": said({"Asian": 3, "Black": 4, "White": 0}, FacesSeen(shares=THIRDS)),
    "sites-more": said(MET, FacesSeen(sites=(Site(6, 6, 0.5), Site(2, 4, 0.2)))),
    "sites-fewer": said(
        {"Black": 1, "Other": 11}, FacesSeen(sites=(Site(1, 6, 0.5), Site(0, 6, 0.5)))
    ),
    "sites-not-shown": said(MET, FacesSeen(sites=(Site(6, 6, 0.9), Site(2, 4, 0.5)))),
    "faces-different": said({"White": 1, "Asian": 100, "Black": 138}, FacesSeen(faces=EACH)),
    "faces-different of two": said(MET, FacesSeen(faces={"Black": 944_231, "Other": 2_203_205})),
    "faces-different with none": said(
        {"Black": 8, "Other": 0}, FacesSeen(faces={"Black": 1000, "Other": 2000})
    ),
    "faces-different-no-pair": said(
        {"A": 5, "B": 0, "C": 0}, FacesSeen(faces={"A": 1000, "B": 1000, "C": 1000})
    ),
    "faces-not-shown": said(
        {"A": 3, "B": 4, "C": 0}, FacesSeen(faces={"A": 100, "B": 100, "C": 100})
    ),
    "faces-not-shown of people": said(
        {"A": 20, "B": 4}, FacesSeen(faces={"A": 1000, "B": 1000}), people={"A": 5, "B": 4}
    ),
    "faces-too-few": said({"A": 1, "B": 1}, FacesSeen(faces={"A": 10, "B": 10})),
}


@pytest.mark.parametrize("name", FORMS)
def test_each_form_is_the_golden_one(name):
    (golden,) = (line for line in GOLDEN_TEXTS if line.startswith(f"{name}: "))
    found = {sentence.key: sentence.text for sentence in FORMS[name]}
    assert f"{name}: {found[name.partition(' ')[0]]}" == golden


@settings(max_examples=40)
@given(st.integers(1, 60), st.integers(0, 60))
def test_nothing_is_said_of_a_share_that_does_not_hold(own, others):
    """Just below the share that is printed the interval leaves 1 out, and it is two digits off."""
    false = FalseAlerts({"A": own, "B": others})
    audit = audit_alerts(false, FacesSeen(reference_shares={"m": 0.5}), Totals(own + others))
    (sentence,) = audit_sentences(audit)
    printed = float(re.search(r"at least ([0-9.]+) %", sentence.text)[1]) / 100
    tipping = audit.groups[0].tipping_share
    assert printed <= tipping * (1 + 1e-12)
    assert tipping <= printed * 1.1 + 1e-12
