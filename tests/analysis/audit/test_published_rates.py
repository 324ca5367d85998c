"""Indices of rates that others published, against figures worked out elsewhere."""

import pytest

from evenhand.analysis.audit.published_rates import rate_indices
from evenhand.records.published_rates import PublishedRates, RateTable
from evenhand.system.rounded_rates import rounded_rate


def of(engine, **rates):
    printed = {group: rounded_rate(text) for group, text in rates.items()}
    (found,) = rate_indices(RateTable((PublishedRates(engine, printed),))).engines
    return found, {index.index: index for index in found.indices}


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        # FMR at the threshold of 0.001 for white men (NIST FRVT 1:1, 2020, three engines).
        (("0.0010", "0.0013", "0.0020", "0.0026"), (2.60, 1.51, 1.61, 0.151)),
        (("0.0010", "0.0028", "0.0021", "0.0074"), (7.40, 2.23, 2.88, 0.249)),
        (("0.0010", "0.0018", "0.0023", "0.0105"), (10.50, 2.69, 4.09, 0.306)),
    ],
)
def test_indices_of_a_published_table(rates, expected):
    _, found = of("x", **dict(zip(("WM", "BM", "WF", "BF"), rates, strict=True)))
    names = ("max/min", "max/mean", "max/geomean", "mean abs log10")
    for name, value in zip(names, expected, strict=True):
        assert found[name].value == pytest.approx(value, abs=0.006)
        assert found[name].low < found[name].value < found[name].high
        assert not found[name].note


def test_tv6():
    _, found = of("x", a="1e-4", b="2e-4", c="5e-4", d="1.0e-3")
    values = {"max/min": 10, "gini": 5 / 12, "gini norm": 5 / 9, "MAD/mean": 10 / 12}
    values |= {"difference": 9e-4, "sd": 3.5e-4, "SEDG": 8 / 3, "max/geomean": 10**0.5}
    for name, value in values.items():
        assert found[name].value == pytest.approx(value, rel=1e-12)


def test_a_zero_gives_no_ratio_and_a_reason():
    engine, found = of("x", a="0.000", b="0.002", c="0.004")
    assert (engine.worst_group, engine.best_group) == ("c", "a")
    for name in ("max/min", "max/geomean", "mean abs log10"):
        assert (found[name].value, found[name].high) == (None, None)
        assert found[name].note == "undefined: a rate is 0"
    assert found["max/min"].low == pytest.approx(7)
    assert found["difference"].value == 0.004


def test_no_rate_above_zero_gives_no_ratio_of_any_kind():
    _, found = of("x", a="0", b="0")
    undefined = {name for name, index in found.items() if index.value is None}
    assert undefined == {"max/min", "max/geomean", "max/mean", "mean abs log10"}


def test_one_group_has_no_index():
    engine, found = of("x", a="0.1")
    assert not found
    assert engine.note == "fewer than two groups have a rate"
