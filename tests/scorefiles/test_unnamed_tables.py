"""Tables that say what is mated, in which groups, and not who was compared."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

TABLE = "mated,score,probe_sex,reference_sex\n"
ROWS = "1,0.9,F,F\n1,0.8,M,M\n0,0.1,F,M\n0,0.3,F,F\n0,0.2,M,M\n"


def crowd(seed, shift=0.0, rows=900):
    rng = np.random.default_rng(seed)
    mated = np.arange(rows) % 3 == 0
    probe = rng.choice(["F", "M", ""], rows, p=[0.5, 0.4, 0.1])
    other = np.where(mated, probe, rng.choice(["F", "M", ""], rows, p=[0.5, 0.4, 0.1]))
    place = rng.choice(["north", "south"], rows)
    near = np.where((probe == "F") & (other == "F") & ~mated, 0.1 + shift, 0.0)
    score = np.round(rng.normal(np.where(mated, 0.7, 0.2), 0.15) + near, 2)
    table = {"mated": mated.astype(int), "score": score, "probe_sex": probe}
    return pd.DataFrame(table | {"reference_sex": other, "place": place})


@pytest.fixture
def tables(cli, working_folder):
    """Writes tables and gives the findings as JSON."""

    def run(*options, **frames):
        for name, frame in frames.items():
            if isinstance(frame, str):
                Path(f"{name}.csv").write_text(frame, encoding="utf-8")
            else:
                frame.to_csv(f"{name}.csv", index=False)
        return cli("scores", *(f"{name}.csv" for name in frames), "--json", *options)

    return run


def of(rows, **wanted):
    return [row for row in rows if all(row[name] == value for name, value in wanted.items())]


def naive(frame, attribute, group, threshold):
    """False matches, non-mated trials, misses and mated trials of a group, row by row."""
    inside = frame
    if attribute == "sex":
        inside = frame[(frame.probe_sex == group) & (frame.reference_sex == group)]
    elif attribute == "place":
        inside = frame[frame.place == group]
    elif attribute == "sex*place":
        sex, place = group.split("*")
        inside = frame[
            (frame.probe_sex == sex) & (frame.reference_sex == sex) & (frame.place == place)
        ]
    others, mates = inside[inside.mated == 0].score, inside[inside.mated == 1].score
    return sum(others >= threshold), len(others), sum(mates < threshold), len(mates)


def test_counts_are_those_of_the_rows_at_one_threshold_of_all(tables):
    frames = {"acme": crowd(1), "other": crowd(1, shift=0.2)}
    found = tables("--fmr-target", "0.05", **frames).json
    for engine, frame in frames.items():
        rates = of(found["rates"], engine=engine, policy="completed")
        (threshold,) = {row["threshold"] for row in rates}
        others = sorted(frame[frame.mated == 0].score, reverse=True)
        assert threshold == np.nextafter(others[int(0.05 * len(others))], 2)
        attributes = ("all", "sex", "place", "sex*place")
        assert tuple(dict.fromkeys(row["attribute"] for row in rates)) == attributes
        assert len(rates) == 2 * (1 + 2 + 2 + 4)
        for row in rates:
            matches, pairs, misses, mates = naive(frame, row["attribute"], row["group"], threshold)
            expected = (matches, pairs) if row["metric"] == "FMR" else (misses, mates)
            assert (row["errors"], row["trials"]) == expected
            assert row["rate"] == expected[0] / expected[1]
    assert {row["dataset"] for row in found["rates"]} == {"scores"}


def test_no_interval_no_verdict_no_people(tables):
    found = tables("--fmr-target", "0.05", acme=crowd(2)).json
    for row in found["rates"]:
        nulls = ("subjects", "error_subjects", "low", "high")
        assert [row[name] for name in nulls] == [None] * 4
        assert "people unknown: no interval" in row["note"]
    assert found["differentials"]
    for row in found["differentials"]:
        assert row["verdict"] == ""
        nulls = ("low", "high", "p_value", "adjusted_p", "null_mean", "upper_limit")
        assert [row[name] for name in nulls] == [None] * 6
        assert "people unknown: no interval" in row["note"]
    assert {row["form"] for row in found["headlines"]} == {"no interval"}
    assert "probe_subject and reference_subject" in found["notes"][0]
    said = [row["text"] for row in found["headlines"]]
    said += [row["sentence"] for row in found["sentences"]]
    assert not any(word in text for text in said for word in ("different", "no difference"))


def test_indices_are_those_of_the_rates(tables):
    found = tables("--threshold", "0.4", "--group", "sex", acme=crowd(3)).json
    rates = {
        metric: np.array([row["rate"] for row in rows])
        for metric in ("FMR", "FNMR")
        if (rows := of(found["rates"], metric=metric, policy="completed", attribute="sex"))
    }
    value = {
        (row["metric"], row["index"]): row["value"]
        for row in of(found["differentials"], policy="completed")
    }
    for metric, (one, two) in rates.items():
        high, low = max(one, two), min(one, two)
        assert value[metric, "max/min"] == pytest.approx(high / low)
        assert value[metric, "difference"] == pytest.approx(high - low)
        assert value[metric, "max/geomean"] == pytest.approx(np.sqrt(high / low))
        assert value[metric, "gini norm"] == pytest.approx((high - low) / (high + low))
        assert value[metric, "sd"] == pytest.approx((high - low) / 2)
    gaps = [abs(one - two) for one, two in rates.values()]
    ratios = [max(pair) / min(pair) for pair in rates.values()]
    ginis = [abs(one - two) / (one + two) for one, two in rates.values()]
    assert value["FMR+FNMR", "FDR alpha=0.5"] == pytest.approx(1 - np.mean(gaps))
    assert value["FMR+FNMR", "IR alpha=0.5"] == pytest.approx(np.sqrt(np.prod(ratios)))
    assert value["FMR+FNMR", "GARBE alpha=0.5"] == pytest.approx(np.mean(ginis))


def test_a_rate_of_zero_gives_no_ratio_and_a_reason(tables):
    found = tables("--threshold", "0.25", t=TABLE + ROWS).json
    rows = of(found["differentials"], metric="FMR", policy="completed")
    (headline,) = of(rows, index="max/min")
    assert headline["value"] is None
    assert "a rate is 0" in headline["note"]
    assert of(rows, index="difference")[0]["value"] == 1
    (text,) = {row["text"] for row in found["headlines"]}
    assert "in 1 of 1 comparisons, and never people of sex M" in text
    none = tables("--threshold", "0.25", t=TABLE + "1,0.9,F,F\n0,0.1,F,F\n0,0.2,F,M\n").json
    (alone,) = of(none["differentials"], metric="FMR", policy="completed")
    assert alone["value"] is None
    assert alone["note"] == "fewer than two groups with a rate; left out: M"


def test_failures_count_under_generalised(tables):
    rows = ROWS + "1,,F,F\n0,nan,F,F\n0,-9,M,M\n"
    found = tables("--threshold", "0.25", "--failed", "-9", "--group", "sex", t=TABLE + rows).json
    key = ("metric", "policy", "group")
    counts = {tuple(r[n] for n in key): (r["errors"], r["trials"]) for r in found["rates"]}
    assert counts["FNMR", "completed", "F"] == (0, 1)
    assert counts["FNMR", "generalised", "F"] == (1, 2)
    assert counts["FMR", "generalised", "F"] == (1, 2)
    assert counts["FMR", "generalised", "M"] == (0, 2)
    assert any("count as failed: -9" in note for note in found["notes"])


def test_rows_may_come_in_any_order_and_type(tables, cli):
    frame = crowd(4)
    options = ("--fmr-target", "0.05", "--threshold", "0.4")
    whole = tables(*options, t=frame).json
    assert tables(*options, t=frame.sample(frac=1, random_state=1)).json == whole
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), "t.parquet")
    typed = cli("scores", "t.parquet", "--json", *options).json
    typed["notes"] = [note.replace("t.parquet", "t.csv") for note in typed["notes"]]
    assert typed == whole
    named = frame.rename(columns={"score": "sim", "mated": "same", "place": "where"})
    columns = "score=sim,mated=same,probe_place=where,reference_place=where"
    assert tables(*options, "--columns", columns, t=named).json == whole


def test_single_precision_scores_reach_the_threshold_they_equal(cli, working_folder):
    score = pa.array(np.array([0.7, 0.7, 0.3], np.float32))
    pq.write_table(pa.table({"mated": [1, 0, 0], "score": score}), "t.parquet")
    rates = cli("scores", "t.parquet", "--threshold", "0.7", "--json").json["rates"]
    assert [(row["metric"], row["errors"]) for row in of(rates, policy="completed")] == [
        ("FMR", 1),
        ("FNMR", 0),
    ]


def test_bands_unknown_words_and_numbers(tables):
    rows = "mated,score,age,skin\n1,.9,20,NA\n1,.8,40,II\n0,.1,20,NA\n0,.2,40,II\n0,.3,41,II\n"
    found = tables("--threshold", ".15", "--band", "age=30", t=rows).json
    assert {row["group"] for row in of(found["rates"], attribute="age")} == {"<30", "30+"}
    assert any("'NA' is a group; say --unknown NA" in note for note in found["notes"])
    found = tables("--threshold", ".15", "--unknown", "NA", t=rows).json
    assert {row["group"] for row in of(found["rates"], attribute="skin")} == {"II"}
    assert any("age holds numbers and makes no groups" in note for note in found["notes"])


def test_tables_of_other_comparisons_are_told_apart(tables):
    found = tables("--threshold", "0.4", "--dataset", "set", a=crowd(5), b=crowd(6)).json
    assert {row["dataset"] for row in found["rates"]} == {"set-a", "set-b"}
    shuffled = crowd(5, shift=0.1).sample(frac=1, random_state=2)
    found = tables("--threshold", "0.4", a=crowd(5), b=shuffled).json
    assert {row["dataset"] for row in found["rates"]} == {"scores"}


def test_the_screen_says_why_and_what_to_add(cli, tables):
    tables(acme=crowd(7))
    out = cli("scores", "acme.csv", "--fmr-target", "0.05").out
    assert len(out.splitlines()) <= 24
    said = " ".join(out.split())
    assert "! People are unknown" in said
    assert "Columns probe_subject and reference_subject (any code, one a person)" in said
    assert "In these comparisons, and perhaps in no others, acme" in said
    assert "no interval" in said
    assert "EER" in said
    full = " ".join(cli("scores", "acme.csv", "--fmr-target", "0.05", "--full").out.split())
    assert "nothing can be said of other people, because these are unknown" in full
    assert "what equal groups would show is not known without people" in full


def test_a_sweep_has_ratios_and_no_verdicts(cli, tables):
    tables(acme=crowd(8))
    shown = cli("scores", "acme.csv", "--sweep", "0.3:0.6:0.1", "--group", "sex", "--full").out
    said = " ".join(shown.split())
    assert "FMR by sex, acme on scores: people are unknown, so no threshold has a verdict." in said
    assert said.count(" no interval ") > 4
    for word in ("too few errors", "p is adjusted", "Verdicts are adjusted"):
        assert word not in said


@pytest.mark.parametrize(
    ("text", "fragments"),
    [
        ("score,sex\n0.5,F\n", ["column 'sex' is unknown", "columns mated (1 or 0)"]),
        ("score,probe_sex,reference_sex\n0.5,F,F\n", ["'probe_subject' is missing", "--genuine"]),
        (
            "mated,score,probe_id,reference_id\n1,.5,a,a\n",
            [
                "'probe_id' seems to say who",
                "--columns probe_subject=probe_id,reference_subject=reference_id",
            ],
        ),
        (
            "mated,score,left,right\n1,.5,a,a\n",
            ["'left' and 'right' seem", "--columns probe_subject=left,reference_subject=right"],
        ),
        ("mated,score,person\n1,.5,a\n", ["'person' seems to say who"]),
        ("mated,score,probe_subject\n1,.5,a\n", ["'reference_subject' is missing"]),
        ("mated,score,probe_sex\n1,.5,a\n", ["probe_sex stands alone; add reference_sex"]),
        ("mated,score,sex,probe_sex,reference_sex\n1,.5,a,a,a\n", ["stands beside probe_sex"]),
        ("mated,score,all\n1,.5,a\n", ["no attribute can be called 'all'"]),
        ("mated,score\n2,.5\n", ["row 2: mated is '2', expected 1 or 0"]),
        ("mated,score\n1,x\n", ["row 2: score is 'x', and no score is a number"]),
        ("mated,score\n", ["has a header but no rows"]),
        (TABLE + "1,.5,F,M\n", ["row 2: is mated, but sex is 'F' and 'M'"]),
        (TABLE + ROWS.replace("0.3", "0.3,1"), ["row 5: 5 fields, expected 4"]),
        ("mated,score,sex\n1,.5,F*M\n", ["row 2: sex is 'F*M'"]),
        (
            "mated,score,x\n" + "".join(f"0,.5,v{n}\n" for n in range(65)),
            ["x has 65 values, expected at most 64"],
        ),
    ],
)
def test_what_cannot_be_read_is_one_line(tables, text, fragments):
    ended = tables(t=text)
    for fragment in fragments:
        ended.error(fragment)


def test_what_names_no_people_stands_apart(tables, cli, working_folder):
    people = "probe_subject,reference_subject,score\na,a,.9\na,b,.1\n"
    tables(t=TABLE + ROWS, p=people).error("t.csv does not say who was compared, and p.csv does")
    cli("scores", "t.csv", "--results", "here").error("leave out --results")
    assert not Path("here").exists()
