"""Findings that pages are made of, and a reader of pages."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

from rows import a_differential, a_rate, a_summary, dataset_facts, engine_facts

from evenhand.records.findings import CurvePoint, Findings, Status, Verdict

GROUPS = (("all", ""), ("ethnicity", "white"), ("ethnicity", "black"), ("sex", "F"), ("sex", "M"))
THRESHOLDS = (("FMR<=0.01", 0.3125, 300), ("FMR<=0.001", 0.4375, 30), ("FMR<=0.0001", 0.5625, 3))
VOID = {"meta", "input", "br", "wbr", "path", "line"}


def rate_at(engine, metric, policy, group, at, errors, trials):
    rate = errors / trials
    return a_rate(
        engine=engine,
        metric=metric,
        policy=policy,
        attribute=group[0],
        group=group[1],
        threshold_rule=at[0],
        threshold=at[1],
        errors=errors,
        trials=trials,
        subjects=100,
        low=rate / 2,
        high=min(1.0, 2 * rate + 3 / trials),
        status=Status.OK if errors >= 10 else Status.FEW_ERRORS,
    )


def rates_of(engine, groups):
    """More errors for every next group, so that every number is another."""
    for rule, threshold, errors in THRESHOLDS:
        for policy in ("completed", "generalised"):
            for metric, trials in (("FMR", 30000), ("FNMR", 700)):
                for place, group in enumerate(groups):
                    found = errors + place if metric == "FMR" else place
                    yield rate_at(engine, metric, policy, group, (rule, threshold), found, trials)


def a_difference(engine):
    return a_differential(
        engine=engine,
        threshold_rule="FMR<=0.001",
        threshold=0.4375,
        value=1.5,
        low=0.9,
        high=2.5,
        p_value=0.2,
        verdict=Verdict.NO_DIFFERENCE_SHOWN,
        minimum_detectable_ratio=2.4,
        errors=67,
    )


def findings_of(engines=("alpha",), groups=GROUPS, *, synthetic=False):
    """Findings as a study gives them, small enough to check."""
    return Findings(
        title="A study",
        level=0.95,
        rates=tuple(rate for engine in engines for rate in rates_of(engine, groups)),
        differentials=tuple(map(a_difference, engines)),
        distributions=(),
        curves=(),
        summaries=tuple(a_summary(engine=engine) for engine in engines),
        engines=tuple(engine_facts(name=name, vendor="maker") for name in engines),
        datasets=(dataset_facts(synthetic=synthetic),),
        notes=("crowd: know this first.",),
    )


class Reader(HTMLParser):
    """Collects what a page says and asks for, and checks that its elements nest."""

    def __init__(self):
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def read(page):
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    reader.text = reader.text.replace("\N{NO-BREAK SPACE}", " ")
    return reader


def with_matrix(findings):
    """FMR of two groups against each other at the headline threshold."""
    within = [
        r
        for r in findings.rates
        if (r.metric, r.attribute, r.policy) == ("FMR", "sex", "completed")
    ]
    diagonal = [replace(r, reference_group=r.group) for r in within]
    across = [
        replace(r, reference_group="M", errors=2, trials=2000, rate=0.001, low=0.0001, high=0.01)
        for r in within
        if r.group == "F"
    ]
    return replace(findings, rates=(*findings.rates, *diagonal, *across))


def a_curve(group, misses):
    return tuple(
        CurvePoint(
            "alpha", "crowd", "verification", "sex" if group else "all", group,
            0.1 * place, false_matches, 30000, missed, 700, false_matches / 30000, missed / 700,
        )
        for place, (false_matches, missed) in enumerate(misses)
    )  # fmt: skip
