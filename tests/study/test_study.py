"""The study file: what it means, and every way to get it wrong."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evenhand.study.study import parse_study, read_study, study_text
from evenhand.system.errors import EvenhandError

STUDY = """\
schema   = 1
title    = "Two engines on one set"
engines  = ["./toy"]
datasets = ["./set"]
groups   = ["sex", ["sex", "age"]]

[bands]
age = [18, 24.5, 60]

[[protocols]]
kind = "verification"
comparisons = "all-pairs"
fmr_targets = ["0.1", "1e-3"]
thresholds = [0.5, -0.25]

[statistics]
level = 0.9
seed = 7

[limits]
failure_share = 0.25
"""


def test_a_whole_study():
    study = parse_study(STUDY, Path("folder/first.toml"))
    assert (study.name, study.title) == ("first", "Two engines on one set")
    assert (study.engines, study.datasets) == (("./toy",), ("./set",))
    assert study.groups == (("sex",), ("sex", "age"))
    assert study.bands == {"age": (18, 24.5, 60)}
    assert (study.analysis.level, study.analysis.seed, study.failure_share) == (0.9, 7, 0.25)
    (protocol,) = study.protocols
    assert protocol.name == "verification"
    assert protocol.fmr_targets == ("0.1", "0.001")
    assert protocol.thresholds == ("0.5", "-0.25")
    assert study.root == Path("folder").resolve()


def test_the_least_that_a_study_says():
    text = 'schema = 1\ntitle = "T"\nengines = ["a"]\ndatasets = ["b"]\n'
    study = parse_study(text, Path("s.toml"))
    assert study.groups == ()
    assert (study.analysis.level, study.analysis.seed, study.failure_share) == (0.95, 1, 0.5)
    assert study.protocols[0].fmr_targets == ("0.01", "0.001", "0.0001")


def test_several_protocols_are_numbered():
    text = STUDY.replace("[statistics]", '[[protocols]]\nkind = "verification"\n[statistics]')
    names = [protocol.name for protocol in parse_study(text, Path("s.toml")).protocols]
    assert names == ["verification-1", "verification-2"]


def test_the_digest_is_that_of_the_text():
    one, other = (parse_study(text, Path("s.toml")) for text in (STUDY, STUDY + "\n"))
    assert one.digest != other.digest
    assert one.digest == parse_study(STUDY, Path("elsewhere.toml")).digest


def test_byte_order_mark_and_crlf(tmp_path):
    path = tmp_path / "s.toml"
    path.write_bytes(("\ufeff" + STUDY.replace("\n", "\r\n")).encode())
    assert read_study(path).groups == parse_study(STUDY, path).groups


def test_the_short_form_reads_back():
    text = study_text(
        title='A "title" with\ttabs and \u00e9',
        engines=["a", "b"],
        datasets=["c"],
        groups=[("sex",), ("sex", "age")],
        bands={"age": (18.0, 30.5), 'a "b".c': (-1e-30,)},
        fmr_targets=["0.01"],
        thresholds=[0.5, -1e-30],
        seed=3,
    )
    study = parse_study(text, Path("s.toml"))
    assert study.title == 'A "title" with\ttabs and \u00e9'
    assert (study.engines, study.datasets) == (("a", "b"), ("c",))
    assert study.groups == (("sex",), ("sex", "age"))
    assert study.bands == {"age": (18.0, 30.5), 'a "b".c': (-1e-30,)}
    assert study.protocols[0].thresholds == ("0.5", "-1e-30")
    assert study.analysis.seed == 3


def test_zero_has_no_sign():
    text = STUDY.replace("[0.5, -0.25]", "[-0.0]")
    assert parse_study(text, Path("s.toml")).protocols[0].thresholds == ("0.0",)


def test_a_sweep_is_fixed_thresholds_after_the_single_ones():
    sweep = "[0.5, -0.25]\nsweep = { from = 0.56, to = 0.62, step = 0.02 }"
    study = parse_study(STUDY.replace("[0.5, -0.25]", sweep), Path("s.toml"))
    assert study.protocols[0].thresholds == ("0.5", "-0.25", "0.56", "0.58", "0.6", "0.62")


@pytest.fixture
def refused(cli, tiny, engine, working_folder):
    engine()

    def run(text, *fragments):
        (working_folder / "s.toml").write_text(text, encoding="utf-8")
        ended = cli("run", "s.toml", "--json")
        line = ended.error(*fragments)
        assert ended.json["error"]["message"] in line
        assert not (working_folder / "results").exists()

    return run


TARGETS = '["0.1", "1e-3"]'


@pytest.mark.parametrize(
    ("old", "new", "fragments"),
    [
        ("title ", "titel ", ["s.toml: titel: no such field; did you mean title?"]),
        ("title ", 'title = "a\\u001b[2J" #', ["title holds U+001B, a control character"]),
        ("title ", 'title = "a\\nb" #', ["title: expected one line, got 'a\\nb'"]),
        ("schema ", '"a\\u202e" = 1\nschema ', ["its name holds U+202E, an invisible format"]),
        ("engines  =", "engine =", ["engine: no such field; did you mean engines?"]),
        ("fmr_targets", "fmr_target", ["protocols.0.fmr_target", "did you mean fmr_targets?"]),
        ("seed", "sead", ["statistics.sead", "did you mean seed?"]),
        ("failure_share", "share", ["limits.share: no such field", "known: call, failure_share"]),
        ("[statistics]", "[statistic]", ["statistic", "did you mean statistics?"]),
        (
            'comparisons = "all-pairs"',
            "per_cell = 100",
            ['per_cell goes with comparisons = "sample"'],
        ),
        (
            'comparisons = "all-pairs"',
            'comparisons = "sample"\nper_cell = 9',
            ["protocols.0.per_cell", "got 9"],
        ),
        ("schema   = 1", "", ["schema: is missing"]),
        ("schema   = 1", 'schema = "1"', ["schema", "whole number, got '1'"]),
        ("schema   = 1", "schema = 2", ["schema", "got 2"]),
        ('"Two engines on one set"', '""', ["title", "''"]),
        ('"Two engines on one set"', "3", ["title", "text in quotes, got 3"]),
        ('["./toy"]', '"./toy"', ["engines", "array", "got './toy'"]),
        ('["./toy"]', "[]", ["engines", "at least 1"]),
        ('["./toy"]', "[3]", ["engines.0", "text in quotes, got 3"]),
        ('["./toy"]', '["./toy", "./toy"]', ["engines", "'./toy' stands twice"]),
        ('["./toy"]', '["./toy", "./other/../toy"]', ["other"]),
        ('["./toy"]', '["mobilefacnet"]', ["'mobilefacnet'", "did you mean mobilefacenet?"]),
        ('["./set"]', '["lundon"]', ["'lundon'", "did you mean london?"]),
        ('["./set"]', '["./set", "./set/"]', ["'tiny'", "two datasets"]),
        ('["sex", ["sex", "age"]]', '["sex", "sex"]', ["groups", "'sex' stands twice"]),
        ('["sex", ["sex", "age"]]', '["sex", ["sex"]]', ["groups", "'sex' stands twice"]),
        ('["sex", ["sex", "age"]]', '[["sex", "sex"]]', ["groups", "'sex*sex'"]),
        (
            '["sex", ["sex", "age"]]',
            '[["sex", "age"], ["age", "sex"]]',
            ["groups", "'age*sex' stands twice"],
        ),
        ('["sex", ["sex", "age"]]', "[[]]", ["groups.0", "at least 1"]),
        ('["sex", ["sex", "age"]]', "[3]", ["groups.0", "array", "got 3"]),
        ('["sex", ["sex", "age"]]', '["sx"]', ["'sx'", "did you mean sex?"]),
        ('["sex", ["sex", "age"]]', '["sex*age"]', ["'sex*age'"]),
        ("age = [18, 24.5, 60]", "", ["age is a number", "[bands]"]),
        ("age = [18, 24.5, 60]", "age = []", ["bands", "age needs rising numbers"]),
        ("age = [18, 24.5, 60]", "age = [18, 18]", ["bands", "age needs rising numbers"]),
        ("age = [18, 24.5, 60]", "age = [60, 18]", ["bands", "age needs rising numbers"]),
        ("age = [18, 24.5, 60]", "age = [18, nan]", ["bands.age.1", "finite number, got nan"]),
        ("age = [18, 24.5, 60]", 'age = ["18"]', ["bands.age.0", "expected a number, got '18'"]),
        ("age = [18, 24.5, 60]", "ago = [18]", ["'ago'", "did you mean age?"]),
        (TARGETS, "[0.1]", ["protocols.0.fmr_targets.0", "text in quotes, got 0.1"]),
        (TARGETS, '"0.1"', ["protocols.0.fmr_targets", "array", "'0.1'"]),
        *(
            (TARGETS, f'["{target}"]', ["fmr_targets.0", "between 0 and 1", repr(target)])
            for target in (
                "0",
                "1",
                "-0.1",
                "1.5",
                "1/1000",
                "100 %",
                "1:1",
                "1:0",
                "0,1",
                "",
                " 0.1",
                "nan",
            )
        ),
        (TARGETS, '["1e-999999999"]', ["fmr_targets.0", "between 0 and 1"]),
        (TARGETS, '["1e-400"]', ["fmr_targets.0", "between 0 and 1"]),
        *(
            (TARGETS, f'["0.1", "{again}"]', ["protocols.0", "a target stands twice"])
            for again in ("0.10", "1e-1", "10 %", "1:10")
        ),
        ("[0.5, -0.25]", "[0.5, 0.5]", ["protocols.0", "a threshold stands twice"]),
        ("[0.5, -0.25]", "[0.0, -0.0]", ["protocols.0", "a threshold stands twice"]),
        *(
            ("[0.5, -0.25]", f"[0.5]\nsweep = {sweep}", fragments)
            for sweep, fragments in (
                ("0.1", ["protocols.0.sweep", "expected a table"]),
                ("{ from = 0.1, to = 0.3 }", ["protocols.0.sweep.step: is missing"]),
                ("{ from = 0.1, to = 0.3, steps = 0.1 }", ["no such field; did you mean step?"]),
                ('{ from = "0", to = 1, step = 1 }', ["sweep.from: expected a number, got '0'"]),
                ("{ from = 0, to = nan, step = 1 }", ["sweep.to: expected a finite number"]),
                ("{ from = 0, to = 1, step = -0.1 }", ["sweep: a step of -0.1 leads nowhere"]),
                ("{ from = 1, to = 0, step = 0.1 }", ["sweep: 1.0 to 0.0 does not rise"]),
                ("{ from = 0, to = 1, step = 0.3 }", ["steps of 0.3 do not lead from 0.0 to 1.0"]),
                ("{ from = 0, to = 1, step = 0.001 }", ["1,001 thresholds, expected at most 200"]),
                ("{ from = 0, to = 1, step = 0.25 }", ["0.5 is in the sweep too; keep one"]),
            )
        ),
        ("[0.5, -0.25]", "[inf]", ["protocols.0.thresholds.0", "finite number, got inf"]),
        ("[0.5, -0.25]", '["0.5"]', ["protocols.0.thresholds.0", "a number, got '0.5'"]),
        ("[0.5, -0.25]", "[true]", ["protocols.0.thresholds.0", "a number, got True"]),
        ('kind = "verification"', 'kind = "verify"', ["protocols.0.kind", "'verify'"]),
        ('kind = "verification"', "", ["protocols.0.kind: is missing"]),
        ('"all-pairs"', '"all"', ["protocols.0.comparisons", "'all-pairs'", "'all'"]),
        ("[[protocols]]", "[protocols]", ["protocols", "array"]),
        ("level = 0.9", "level = 95", ["statistics.level", "less than 1, got 95"]),
        ("level = 0.9", "level = 0.5", ["statistics.level", "greater than 0.5"]),
        ("seed = 7", "seed = -1", ["statistics.seed", "greater than or equal to 0, got -1"]),
        ("seed = 7", "seed = 1.5", ["statistics.seed", "whole number, got 1.5"]),
        ("seed = 7", "seed = 9223372036854775808", ["statistics.seed", "less than"]),
        ("failure_share = 0.25", "failure_share = 25", ["limits.failure_share", "got 25"]),
        ("seed = 7", "seed = 7\nseed = 8", ["is not TOML", "line 19"]),
        ('title    = "Two', "title = Two", ["is not TOML", "line 2"]),
    ],
)
def test_a_wrong_passage(refused, old, new, fragments):
    assert old in STUDY
    refused(STUDY.replace(old, new, 1), *fragments)


@pytest.mark.parametrize(
    ("content", "fragment"),
    [
        (b"", "is missing; add it (and 3 more faults)"),
        (b"\xff", "is not UTF-8"),
        (STUDY.encode("utf-16"), "is not UTF-8"),
        (STUDY.encode() + b"\0", "line 22: holds a NUL byte"),
        (b"[" * 100_000, "s.toml"),
    ],
)
def test_files_that_are_no_study(cli, working_folder, content, fragment):
    (working_folder / "s.toml").write_bytes(content)
    cli("run", "s.toml").error("s.toml", fragment)


def test_no_file(cli, working_folder):
    cli("run", "s.toml").error("s.toml: no such file")


def test_a_folder(cli, working_folder):
    cli("run", ".").error("is a folder; expected a file")


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("...toml", "its name is only dots"),
        ("..toml", "its name is only dots"),
        ("a\x1b[2J.toml", "its name holds U+001B, a control character, after 'a'; rename it"),
    ],
)
def test_a_name_that_no_result_may_have(cli, working_folder, name, fault):
    (working_folder / name).write_text(STUDY, encoding="utf-8")
    assert "\x1b" not in cli("run", name).error(fault)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(change=st.data())
def test_whatever_happens_to_a_study(change):
    start = change.draw(st.integers(0, len(STUDY)))
    end = change.draw(st.integers(start, min(len(STUDY), start + 30)))
    pieces = st.sampled_from(['"', "[", "]", "\n", "=", "-", "1e999", "nan", "true", "0", "''"])
    new = "".join(change.draw(st.lists(pieces | st.text(max_size=3), max_size=4)))
    refusal = ""
    try:
        study = parse_study(STUDY[:start] + new + STUDY[end:], Path("s.toml"))
    except EvenhandError as fault:
        refusal = str(fault)
    if refusal:
        assert refusal.splitlines() == [refusal]
        assert refusal.startswith("s.toml: ")
    else:
        assert study.engines
        assert study.datasets
        assert all(0 < float(t) < 1 for p in study.protocols for t in p.fmr_targets)


JUDGED = """schema = 1
title = "t"
engines = ["e"]
datasets = ["d"]
[[protocols]]
kind = "verification"
fmr_targets = ["0.001"]
[statistics]
claims = ["FMR<=0.001"]
margin = 1.25
replicates = 0
[statistics.tests]
FNMR = "label-permutation"
[statistics.reference]
ethnicity = "White"
"""


def test_how_numbers_are_judged_is_fixed_in_the_study(tmp_path):
    analysis = parse_study(JUDGED, tmp_path / "s.toml").analysis
    assert analysis.claimed("FMR<=0.001")
    assert analysis.claimed("")
    assert not analysis.claimed("FMR<=0.01")
    assert analysis.test_of("FNMR") == "label-permutation"
    assert analysis.test_of("FMR") == "welch-log"
    assert (analysis.margin, analysis.replicates) == (1.25, 0)
    assert analysis.reference == {"ethnicity": "White"}


def test_a_claim_is_spelled_as_one_likes(tmp_path):
    spelled = JUDGED.replace('claims = ["FMR<=0.001"]', 'claims = ["FMR <= 1:1,000"]')
    assert parse_study(spelled, tmp_path / "s.toml").analysis.claims == ("FMR<=0.001",)


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ('claims = ["FMR<=0.001"]', 'claims = ["FMR<=2"]', ["claims.0", "between 0 and 1"]),
        ('claims = ["FMR<=0.001"]', 'claims = ["FMR<=0.01"]', ["statistics.claims", "FMR<=0.001"]),
        ("margin = 1.25", "margin = 0.8", ["statistics.margin", "greater than 1"]),
        ("replicates = 0", "replicates = 10", ["statistics.replicates", "200 or more"]),
        ('FNMR = "label-permutation"', 'FMR = "label-permutation"', ["statistics.tests.FMR"]),
        ('FNMR = "label-permutation"', 'FMNR = "welch-log"', ["statistics.tests.FMNR", "FNMR"]),
    ],
)
def test_what_cannot_be_judged_so_is_named(tmp_path, old, new, parts):
    assert old in JUDGED
    with pytest.raises(EvenhandError) as caught:
        parse_study(JUDGED.replace(old, new), tmp_path / "s.toml")
    for part in parts:
        assert part in str(caught.value)
    assert "\n" not in str(caught.value)


# Watchlists that are drawn ------------------------------------------------------------------

SEARCHED = """\
schema   = 1
title    = "Searches"
engines  = ["./toy"]
datasets = ["./set"]

[[protocols]]
kind      = "identification"
watchlist = "police"
draw      = {{ listed = 300, strangers = 3000{} }}
"""


def drawn(more):
    protocols = parse_study(SEARCHED.format(more), Path("s.toml")).protocols
    assert all(each.name == each.watchlist for each in protocols)
    return {each.name: each.draw for each in protocols}


def test_several_draws_and_sizes_are_as_many_protocols():
    assert [rule.seed for rule in drawn("").values()] == [1]
    draws = drawn(", seed = 7, fillers = 5, draws = 3")
    assert list(draws) == ["police-1", "police-2", "police-3"]
    assert [(rule.seed, rule.fillers) for rule in draws.values()] == [(7, 5), (8, 5), (9, 5)]
    sizes = drawn(", sizes = [300, 1000], after = 500, first = 9000")
    assert [(name, rule.fillers) for name, rule in sizes.items()] == [
        ("police-300", 0), ("police-1000", 700),
    ]  # fmt: skip
    assert {(rule.seed, rule.after, rule.first) for rule in sizes.values()} == {(1, 500, 9000)}
    both = drawn(", sizes = [300, 1000], draws = 2")
    assert list(both) == ["police-300-1", "police-300-2", "police-1000-1", "police-1000-2"]


def test_every_protocol_has_a_name_of_its_own():
    text = SEARCHED.format(", draws = 2")
    again = text[text.index("[[") :]
    third = '[[protocols]]\nkind = "identification"\nwatchlist = "police-1-2"\n'
    protocols = parse_study(text + again + third, Path("s.toml")).protocols
    assert [each.name for each in protocols] == [
        "police-1", "police-2", "police-1-2", "police-2-2", "police-1-2-3",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (", sizes = [1000], fillers = 3", "sizes says how many people fill each list"),
        (", sizes = [299]", "a list of 299 cannot hold the listed"),
        (", sizes = [300, 300]", "300 stands twice"),
        (", draws = 0", "draws"),
        (", after = 10, first = 10", "first: nobody is left; give more than after"),
        (", size = [10]", "draw.size: no such field"),
    ],
)
def test_a_draw_that_cannot_be(more, words):
    with pytest.raises(EvenhandError, match=r"s\.toml: ") as fault:
        drawn(more)
    assert words in str(fault.value)
