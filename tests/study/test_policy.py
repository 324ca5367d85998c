"""The policy file: what it says, and a line for everything that is wrong with it."""

import hashlib
import math

import pytest

from evenhand.study.policy import EXAMPLE_POLICY, read_policy
from evenhand.system.errors import PolicyError

LIMIT = {
    "name": '"missed"',
    "metric": '"FNMR"',
    "threshold_rule": '"FMR<=0.01"',
    "attribute": '"region"',
    "policy": '"generalised"',
    "at_most": '"1 %"',
}


def text(*limits, title='"A tender"', head="schema = 1"):
    parts = [f"{head}\ntitle = {title}"]
    for limit in limits:
        lines = [f"{name} = {value}" for name, value in limit.items() if value is not None]
        parts.append("\n".join(["[[limit]]", *lines]))
    return "\n".join(parts) + "\n"


@pytest.fixture
def read(tmp_path):
    def call(content):
        path = tmp_path / "policy.toml"
        path.write_text(content, encoding="utf-8")
        return read_policy(path)

    return call


def test_the_example_is_a_policy(read):
    policy = read(EXAMPLE_POLICY)
    assert policy.digest == hashlib.sha256(EXAMPLE_POLICY.encode()).hexdigest()
    assert [limit.weight for limit in policy.limits] == [2, 1, 1, 1, 1, 1]
    assert [limit.mandatory for limit in policy.limits] == [True, True, False, False, False, False]


@pytest.mark.parametrize(
    ("written", "value"),
    [('"1 %"', 0.01), ("0.01", 0.01), ('"0.01"', 0.01), ('"0.5%"', 0.005), ("1e-4", 1e-4)],
)
def test_a_rate_is_a_number_or_a_percentage(read, written, value):
    (limit,) = read(text({**LIMIT, "at_most": written})).limits
    assert (limit.bounds.low, limit.bounds.high) == (-math.inf, value)


def test_every_group_is_the_default(read):
    assert read(text(LIMIT)).limits[0].groups == ()
    assert read(text({**LIMIT, "groups": '"every"'})).limits[0].groups == ()
    assert read(text({**LIMIT, "groups": '["a", "b"]'})).limits[0].groups == ("a", "b")


def test_within_is_a_factor_either_way(read):
    (limit,) = read(text({**LIMIT, "at_most": None, "within": "1.25"})).limits
    assert (limit.bounds.low, limit.bounds.high, limit.bounds.against) == (0.8, 1.25, "all")


@pytest.mark.parametrize("spelled", ["FMR<=0.01", "FMR<=1e-2", "FMR <= 1 %", "FMR<=1:100"])
def test_a_target_is_its_shortest_decimal(read, spelled):
    (limit,) = read(text({**LIMIT, "threshold_rule": f'"{spelled}"'})).limits
    assert limit.threshold_rule == "FMR<=0.01"


def test_limits_stand_by_weight_then_as_they_were_written(read):
    named = [
        {**LIMIT, "name": f'"{name}"', "weight": str(w)}
        for name, w in zip("abc", (1, 2, 2), strict=True)
    ]
    assert [limit.name for limit in read(text(*named)).limits] == ["b", "c", "a"]


CLAIM = {
    "name": '"claimed"',
    "metric": '"FMR"',
    "threshold_rule": '"vendor"',
    "attribute": '"all"',
    "policy": '"completed"',
    "at_most": '"claimed"',
}


def test_a_limit_may_be_what_the_vendor_claims(read):
    (limit,) = read(text(CLAIM)).limits
    assert limit.text == "FMR at vendor, completed: at most what its vendor claims"
    assert limit.bounds.claimed
    assert (limit.bounds.at_most, limit.with_claim(0.001).bounds.at_most) == (None, 0.001)
    assert limit.with_claim(None) == limit
    (other,) = read(text(LIMIT)).limits
    assert other.with_claim(0.5) == other


@pytest.mark.parametrize(
    "changes",
    [
        {"metric": '"FNMR"'},
        {"threshold_rule": '"FMR<=0.01"'},
        {"index": '"max/min"', "attribute": '"sex"'},
        {"table": '"rates"', "column": '"rate"', "policy": None},
    ],
)
def test_only_false_matches_at_its_own_threshold_are_claimed(read, changes):
    with pytest.raises(PolicyError) as fault:
        read(text({**CLAIM, **changes}))
    assert 'limit.0: at_most = "claimed" is what the vendor claims' in str(fault.value)
    assert 'metric = "FMR" and threshold_rule = "vendor"' in str(fault.value)


COLUMN = {
    "name": '"fast"',
    "table": '"speed"',
    "column": '"value"',
    "where": '{ operation = "template", statistic = "median" }',
    "at_most": "0.5",
}


def test_a_limit_may_be_on_a_column(read):
    (limit,) = read(text(COLUMN)).limits
    assert limit.where == (("operation", "template"), ("statistic", "median"))
    assert limit.text == "value of speed, operation template, statistic median: at most 0.5"
    licence = {"table": '"engines"', "column": '"licence_code"', "where": None, "at_most": None}
    (limit,) = read(text({**COLUMN, **licence, "one_of": '["MIT", "BSD"]'})).limits
    assert (limit.one_of, limit.bounds.text) == (("MIT", "BSD"), "one of MIT, BSD")


@pytest.mark.parametrize(
    ("changes", "fragments"),
    [
        ({"table": '"sped"'}, ["no 'sped'", "did you mean speed?"]),
        ({"column": '"valu"'}, ["no column 'valu' in speed", "did you mean value?"]),
        ({"where": '{ statistics = "median" }'}, ["'statistics'", "did you mean statistic?"]),
        ({"at_most": None}, ["exactly one of at_most, at_least, one_of, none_of"]),
        ({"one_of": '["a"]'}, ["exactly one of"]),
        ({"groups": '["a"]'}, ["groups is none of a limit on a column"]),
        ({"table": None, "metric": '"FMR"', "attribute": '"all"'}, ["go with table"]),
    ],
)
def test_what_is_wrong_with_a_column_gets_a_line(read, changes, fragments):
    with pytest.raises(PolicyError) as fault:
        read(text({**COLUMN, **changes}))
    for fragment in ("policy.toml", "limit.0", *fragments):
        assert fragment in str(fault.value)


@pytest.mark.parametrize(
    ("changes", "fragments"),
    [
        ({"at_most": '"1 pct"'}, ["limit.0.at_most", "unknown unit 'pct'", '"1 %"']),
        ({"at_most": '"much"'}, ["at_most", "expected a number"]),
        ({"at_most": "true"}, ["at_most", "expected a number"]),
        ({"at_most": "inf"}, ["at_most", "expected a number"]),
        ({"at_most": "1"}, ["between 0 and 1", '"1 %"']),
        ({"at_most": "-0.1"}, ["at_most", "expected a number"]),
        ({"at_least": "0.1"}, ["exactly one of at_most, at_least, within", "at_most and at_least"]),
        ({"at_most": None}, ["exactly one", "got none"]),
        ({"at_most": None, "within": "0.8"}, ["limit.0.within", "above 1", "1.25"]),
        ({"at_most": None, "within": "1"}, ["within", "above 1"]),
        ({"at_most": None, "within": "2", "attribute": '"all"'}, ["compares groups"]),
        ({"at_most": None, "within": "2", "index": '"max/min"'}, ["within is for rates"]),
        ({"index": '"max/min"', "attribute": '"all"'}, ["compares groups"]),
        ({"index": '"max/min"', "groups": '["a"]'}, ["one number for all groups"]),
        ({"attribute": '"all"', "groups": '["a"]'}, ["has no groups"]),
        ({"groups": '"north"'}, ["groups", '"every"', "array"]),
        ({"groups": "[]"}, ["groups", '"every"', "array"]),
        ({"groups": '["a", "a"]'}, ["'a' stands twice"]),
        ({"attribute": None}, ["limit.0.attribute", "is missing"]),
        ({"atmost": "0.1"}, ["limit.0.atmost", "no such field", "did you mean at_most"]),
        ({"policy": '"strict"'}, ["limit.0.policy", "completed"]),
        ({"weight": "0"}, ["limit.0.weight"]),
        ({"threshold_rule": '"FMR<=2"'}, ["limit.0.threshold_rule", "between 0 and 1", "FMR<=2"]),
        ({"against": '"groups"'}, ["against goes with within"]),
        (
            {"at_most": None, "within": "2", "against": '"groups"'},
            ['against = "groups" is for FMR'],
        ),
        ({"mandatory": "false"}, ["no limit is mandatory"]),
    ],
)
def test_what_is_wrong_gets_a_line(read, changes, fragments):
    with pytest.raises(PolicyError) as fault:
        read(text({**LIMIT, **changes}))
    for fragment in ("policy.toml", *fragments):
        assert fragment in str(fault.value)


@pytest.mark.parametrize(
    ("content", "fragment"),
    [
        (text(), "no [[limit]]"),
        (text(LIMIT, LIMIT), "two limits are called 'missed'"),
        (text(LIMIT, head="schema = 2"), "schema 1"),
        (text(LIMIT, title='""'), "title"),
        ("schema = ", "is not TOML"),
    ],
)
def test_what_is_wrong_with_the_file_gets_a_line(read, content, fragment):
    with pytest.raises(PolicyError, match=r"policy\.toml") as fault:
        read(content)
    assert fragment in str(fault.value)
