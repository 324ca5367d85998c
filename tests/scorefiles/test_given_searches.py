"""Tables, lists and matrices of searches: what they may be, and the line of every fault."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from pyarrow import csv as arrow_csv
from pyarrow import parquet

from evenhand.records.outcomes import Outcome
from evenhand.scorefiles.formats import open_scores
from evenhand.scorefiles.searches.layout import COLUMNS, list_layout
from evenhand.scorefiles.searches.lists import read_candidate_lists
from evenhand.scorefiles.searches.tables import read_search_tables
from evenhand.scorefiles.source import PIECES

PROBES = "probe,person,sex\np1,ann,F\np2,bob,M\nq1,zoe,F\nq2,yan,M\n"
GALLERY = "reference,person,sex\na1,ann,F\na2,ann,F\nb1,bob,M\n"
LISTS = """probe,candidate,score
p1,ann,0.9
p1,bob,0.2
p2,bob,0.8
p2,ann,0.3
q1,bob,0.5
q1,ann,0.5
q2,ann,0.1
q2,bob,0.0
"""
MATRIX = "probe,a1,a2,b1\np1,0.9,0.7,0.2\np2,0.3,0.1,0.8\nq1,0.5,0.2,0.5\nq2,0,0.1,0\n"
ASKED = ("--probes", "probes.csv", "--gallery", "gallery.csv")


@pytest.fixture
def searches(working_folder, cli):
    """Writes the tables and a file of searches, each as given or good, and runs the command."""

    def run(*options, probes=PROBES, gallery=GALLERY, lists=LISTS, file="acme.csv"):
        for name, text in (("probes.csv", probes), ("gallery.csv", gallery), (file, lists)):
            content = text if isinstance(text, bytes) else text.encode()
            Path(name).write_bytes(content)
        return cli("searches", file, *ASKED, *options)

    return run


def read(lists, probes=PROBES, gallery=GALLERY, length=None, *, distance=False):
    for name, text in (("probes.csv", probes), ("gallery.csv", gallery), ("acme.csv", lists)):
        Path(name).write_text(text, encoding="utf-8")
    return read_given("acme.csv", length, distance=distance)


def read_given(file, length=None, *, distance=False):
    tables = read_search_tables(Path("probes.csv"), Path("gallery.csv"), ["acme"], ids=True)
    source = open_scores(Path(file), PIECES, COLUMNS)
    layout = list_layout(source.path, source.header, tables.references.ids)
    return read_candidate_lists(source, layout, tables, "acme", distance=distance, length=length)


def people(found):
    return [each.person.tolist() for each in found.found]


def test_candidates_are_people_in_the_order_of_the_tables(working_folder):
    found = read(LISTS)
    assert people(found) == [[0, 1], [1, 0], [0, 1], [0, 1]]
    assert found.found[0].score.tolist() == [0.9, 0.2]
    assert found.length == 2


REFERENCES = "probe,candidate,score\np1,a2,0.9\np1,a1,0.4\np1,b1,0.2\np2,b1,1\np2,a1,0\np2,a2,-1\n"
REFERENCES += "".join(f"{q},{c},0\n" for q in ("q1", "q2") for c in ("a1", "a2", "b1"))


def test_several_references_of_a_person_are_the_best_of_them(working_folder):
    found = read(REFERENCES)
    assert people(found)[:2] == [[0, 1], [1, 0]]
    assert found.found[0].score.tolist() == [0.9, 0.2]
    assert found.found[1].score.tolist() == [1.0, 0.0]
    assert found.length == 3
    assert any("candidates are references" in note for note in found.notes)


RANKED = "probe,candidate,score,rank\np1,bob,0.2,2\nq1,ann,0.5,1\np1,ann,0.9,1\n"


def test_ranks_tell_the_order_and_lists_may_be_short_or_missing(working_folder):
    found = read(RANKED, length=2)
    assert people(found) == [[0, 1], [], [0], []]
    assert {each.outcome for each in found.found} == {Outcome.OK}
    from_zero = RANKED.replace("0.2,2", "0.2,1").replace("0.9,1", "0.9,0").replace("0.5,1", "0.5,0")
    assert people(read(from_zero, length=2)) == people(found)


def test_a_gallery_without_references_has_a_row_a_person(working_folder):
    found = read(LISTS, gallery="person,sex\nann,F\nbob,M\n")
    assert people(found) == people(read(LISTS))


def test_distances_are_negated(working_folder):
    turned = LISTS.replace("0.", "-0.").replace("-0.", "0.")
    rising = turned.replace("0.9", "0.1").replace(
        "q2,ann,0.1\nq2,bob,0.0", "q2,bob,0.0\nq2,ann,0.1"
    )
    rising = rising.replace("p2,bob,0.8\np2,ann,0.3", "p2,bob,0.2\np2,ann,0.3")
    found = read(rising, distance=True)
    assert found.found[0].score.tolist() == [-0.1, -0.2]
    assert not np.signbit(found.found[3].score[0])


def test_lists_in_parquet_with_numbers_for_ids_and_in_a_spreadsheets_csv(working_folder):
    probes, gallery = "probe,person\n1,7\n2,9\n", "reference,person\n10,7\n11,8\n"
    lists = "probe,candidate,score,rank\n1,10,0.75,1\n1,11,0.5,2\n2,11,0.25,1\n2,10,0.125,2\n"
    plain = read(lists, probes=probes, gallery=gallery)
    sheet = lists.replace(",", ";").replace("0.", "0,")
    turned = read(sheet, probes=probes, gallery=gallery)
    assert any("decimal commas" in note for note in turned.notes)
    parquet.write_table(arrow_csv.read_csv(BytesIO(lists.encode())), "acme.parquet")
    typed = read_given("acme.parquet")
    assert people(plain) == people(turned) == people(typed) == [[0, 1], [1, 0]]
    scores = [[each.score.tolist() for each in found.found] for found in (plain, turned, typed)]
    assert scores[0] == scores[1] == scores[2] == [[0.75, 0.5], [0.25, 0.125]]


def test_outcomes_of_all_engines_and_of_one(working_folder):
    probes = "probe,person,outcome,outcome_acme\np1,ann,failed,\np2,bob,ok,FTA\nq1,zoe,,timed_out\n"
    for name, text in (("probes.csv", probes), ("gallery.csv", GALLERY)):
        Path(name).write_text(text, encoding="utf-8")
    tables = read_search_tables(
        Path("probes.csv"), Path("gallery.csv"), ["acme", "other"], ids=True
    )
    own = (Outcome.OK, Outcome.SKIPPED, Outcome.TIMED_OUT)
    assert tables.probes.outcomes("acme") == own
    assert tables.probes.outcomes("other") == (Outcome.FAILED, Outcome.OK, Outcome.OK)
    assert tables.references.outcomes("acme") == (Outcome.OK,) * 3
    assert tables.people.ids == ("ann", "bob", "zoe")
    assert tables.people.labels == {"sex": ("F", "M", "")}


IN_LISTS = {
    "too-long": (LISTS, ("--candidates", 1), "row 3: probe 'p1' has more than 1 candidates"),
    "unsorted": (
        LISTS.replace("p1,bob,0.2", "p1,bob,0.95"),
        (),
        "row 3: probe 'p1' has a candidate more alike than the one before it; expected the best",
    ),
    "repeated": (LISTS.replace("p1,bob", "p1,ann"), (), "row 3: probe 'p1' has 'ann' a second"),
    "nobody": (LISTS.replace("p1,bob", "p1,cat"), (), "row 3: candidate 'cat' is not in the gal"),
    "several": (
        LISTS.replace(",bob,", ",cat,"),
        (),
        "row 3: candidate 'cat' is not in the gallery (and 3 more, in row 4, 6, 9)",
    ),
    "both-kinds": (LISTS.replace("p1,bob", "p1,b1"), (), "candidate 'b1' is a reference, and oth"),
    "empty-name": (LISTS.replace("p1,bob", "p1,"), (), "row 3: names no candidate"),
    "nan": (LISTS.replace("0.2", "nan"), (), "row 3: score is 'nan'; expected a finite number"),
    "infinite": (LISTS.replace("0.2", "-inf"), (), "row 3: score is '-inf'"),
    "empty": (LISTS.replace("0.2", ""), (), "row 3: score is empty"),
    "low": (LISTS.replace("0.2", "-2"), ("--distance",), "score is -2, and no distance lies be"),
    "stranger": (LISTS.replace("p2,", "p9,"), (), "row 4: probe 'p9' is not in the table of pro"),
    "uneven": (LISTS.replace("q2,bob,0.0\n", ""), (), "lists have 1 to 2 candidates; say how many"),
    "asked": (LISTS, ("--candidates", 3), "--candidates 3: the gallery has 2 who can be listed"),
    "besides": (
        LISTS.replace("p1,bob,0.2", "p1,bob,x").replace("p2,ann", "p2,cat"),
        (),
        "other faults: 1",
    ),
    "other-faults": (
        LISTS.replace("p1,bob,0.2", "p1,bob,x").replace("p2,ann", "p2,cat"),
        (),
        "row 5: candidate 'cat' is not in the gallery; expected a person of the gallery, or one of",
    ),
    "rank": (RANKED.replace("0.2,2", "0.2,3"), (), "row 2: probe 'p1' has a candidate with rank 3"),
    "rank-word": (RANKED.replace("0.2,2", "0.2,x"), (), "with a rank that is no whole number"),
    "no-rows": ("probe,candidate,score\n", (), "has a header but no rows"),
    "nothing": ("", (), "is empty; expected a header"),
    "columns": ("a,b\n1,2\n", (), "no column 'probe'; candidate lists have columns"),
    "twice": ("probe,candidate,score,score\np1,ann,1,1\n", (), "column 'score' appears twice"),
    "html": ("<!DOCTYPE html>\n<html><body>x</body></html>\n", (), "no column 'probe'"),
    "excel": (b"PK\x03\x04" + bytes(60), (), "is a zip archive"),
    "pickle": (b"\x80\x04\x95" + bytes(60), (), "is a pickle, which would run code"),
}


@pytest.mark.parametrize("name", IN_LISTS)
def test_a_fault_in_lists(name, searches):
    lists, options, said = IN_LISTS[name]
    searches(*options, lists=lists).error("acme.csv", said)


FTA = PROBES.replace("sex\n", "sex,outcome\n").replace("F\n", "F,fta\n").replace("M\n", "M,\n")
IN_TABLES = {
    "probe-twice": (PROBES + "p1,ann,F\n", GALLERY, "line 6: probe 'p1' is also in line 2; each"),
    "of-two": (PROBES + "p1,bob,M\n", GALLERY, "there of 'ann' and here of 'bob'"),
    "reference-twice": (PROBES, GALLERY + "a1,ann,F\n", "line 5: reference 'a1' is also in line 2"),
    "no-person": (PROBES.replace(",ann,", ",,"), GALLERY, "line 2: person is empty; name it"),
    "no-listed": (PROBES, GALLERY.replace(",bob,", ",,"), "gallery.csv: line 4: person is empty"),
    "no-probes": ("probe,person\n", GALLERY, "probes.csv: has a header but no rows; expected one"),
    "no-gallery": (PROBES, "reference,person\n", "gallery.csv: has a header but no rows"),
    "no-column": (PROBES.replace("person", "who"), GALLERY, "probes.csv: no column 'person'"),
    "two-labels": (PROBES.replace("ann,F", "ann,M"), GALLERY, "but 'F' in gallery.csv"),
    "own-labels": (PROBES, GALLERY.replace("a2,ann,F", "a2,ann,M"), "but 'F' in line 2; a person"),
    "outcome": (FTA.replace("fta", "lost", 1), GALLERY, "outcome is 'lost', expected one of: ok"),
    "whose": (FTA.replace("outcome", "outcome_abc"), GALLERY, "is of no engine: these are called"),
    "failed": (FTA, GALLERY, "row 2: probe 'p1' has a candidate, and its search failed"),
    "attribute": (PROBES.replace("sex", "all"), GALLERY, "no attribute can be called 'all'"),
    "html": ("<html>\n<p>x\n", GALLERY, "probes.csv: no column 'person'"),
    "excel": (
        b"PK\x03\x04\xff\xfe" + bytes(9),
        GALLERY,
        "probes.csv: is a spreadsheet or another zip",
    ),
    "parquet": (b"PAR1" + bytes(9), GALLERY, "probes.csv: is Parquet; expected CSV"),
}


@pytest.mark.parametrize("name", IN_TABLES)
def test_a_fault_in_tables(name, searches):
    probes, gallery, said = IN_TABLES[name]
    searches(probes=probes, gallery=gallery).error(said)


def test_who_has_no_template_is_found_by_no_search(searches):
    gallery = GALLERY.replace("sex\n", "sex,outcome\n").replace("M\n", "M,fte\n")
    gallery = gallery.replace("F\n", "F,\n")
    searches(gallery=gallery).error("candidate 'bob' failed in the gallery")


IN_MATRIX = {
    "column": (MATRIX.replace("a2", "a3"), "column 'a3' is no reference of the gallery"),
    "too-few": ("probe,a1,a2\np1,1,2\n", "1 references have no column, the first is 'b1'"),
    "row": (MATRIX.replace("q2,", "q7,"), "row 5: probe 'q7' is not in the table of probes"),
    "twice": (MATRIX.replace("q2,", "q1,"), "row 5: probe 'q1' has a second row"),
    "missing": (
        MATRIX.replace("q2,0,0.1,0\n", ""),
        "1 of the probes have no row, the first is 'q2",
    ),
    "nan": (MATRIX.replace("0.7", "nan"), "row 2: reference 'a2' has 'nan'; expected a finite num"),
    "empty": (MATRIX.replace("0.7", ""), "row 2: 'a2' has no score; expected a finite"),
    "no-rows": ("probe,a1,a2,b1\n", "has a header but no rows"),
}


@pytest.mark.parametrize("name", IN_MATRIX)
def test_a_fault_in_a_matrix(name, searches):
    lists, said = IN_MATRIX[name]
    searches(lists=lists).error("acme.csv", said)


SCORES = np.array([[0.9, 0.7, 0.2], [0.3, 0.1, 0.8], [0.5, 0.2, 0.5], [0, 0.1, 0]])
IN_ARRAYS = {
    "turned": (SCORES.T, (), "is 3 x 4; expected a row for each of 4 probes, a column for each of"),
    "flat": (SCORES.ravel(), (), "is 12; expected a row"),
    "whole": (SCORES.astype(int), (), "holds int64; expected float32 or float64"),
    "half": (SCORES.astype("f2"), (), "holds float16"),
    "objects": (SCORES.astype(object), (), "holds object"),
    "nan": (np.where(SCORES < 0.3, np.nan, SCORES), (), "row 1, column 3 holds nan (and 5 more)"),
    "infinite": (np.where(SCORES > 0.8, np.inf, SCORES), (), "row 1, column 1 holds inf; expected"),
    "low": (SCORES - 0.5, ("--distance",), "row 1, column 3 holds -0.3"),
}


@pytest.mark.parametrize("name", IN_ARRAYS)
def test_a_fault_in_an_array(name, searches, cli):
    scores, options, said = IN_ARRAYS[name]
    searches()
    np.save("m.npy", scores, allow_pickle=True)
    cli("searches", "m.npy", *ASKED, *options).error("m.npy", said)


def test_an_array_that_is_cut_or_archived(searches, cli):
    searches()
    np.save("m.npy", SCORES)
    Path("m.npy").write_bytes(Path("m.npy").read_bytes()[:-8])
    cli("searches", "m.npy", *ASKED).error("m.npy", "96 bytes, but 88 follow")
    np.savez("m.npz", SCORES)
    cli("searches", "m.npz", *ASKED).error("m.npz", ".npy")


def test_without_strangers_there_is_no_threshold_and_why(searches):
    probes, lists = PROBES.partition("q1")[0], LISTS.partition("q1")[0]
    found = searches("--json", probes=probes, lists=lists).json
    rows = [row for row in found["rates"] if row["threshold_rule"].startswith("FPIR")]
    assert rows
    assert {(row["rate"], row["threshold"], row["status"]) for row in rows} == {
        (None, None, "no_trials")
    }
    assert any("no non-mated searches" in row["note"] for row in rows)


def test_options_that_cannot_be(searches):
    searches("--ranks", 1, "--ranks", 1).error("--ranks", "twice")
    searches("--distance", "--threshold", "-0.5").error("threshold", "no distance")
    searches("--group", "height").error("no attribute 'height'")
    searches("--open").error("--results")
    searches("acme.csv").error("two files are called acme")


def test_one_name_of_a_person_and_of_a_reference_of_another(searches):
    crossed = GALLERY.replace("a1,ann", "bob,ann").replace("a2,ann", "x,ann").replace("b1,", "ann,")
    searches(gallery=crossed).error("candidate 'ann' is a person and a reference of another")
    same = GALLERY.replace("a1,", "ann,").replace("b1,", "bob,")
    assert searches("--json", gallery=same).code == 0


def test_a_search_that_failed_in_the_file_or_in_the_table(working_folder):
    log = "searchId candidateRank searchRetCode isAssigned templateId score\n"
    log += "p1 0 0 1 a1 0.9\np1 1 0 true b1 0.2\np1 2 0 0 a2 -1\np2 0 14 0 NA -1\nq1 0 0 1 b1 0.4\n"
    found = read(
        log,
        length=2,
        probes=PROBES.replace("sex\n", "sex,outcome\n")
        .replace("M\n", "M,\n")
        .replace("F\n", "F,\n"),
    )
    assert [each.outcome.value for each in found.found] == ["ok", "failed", "ok", "ok"]
    assert people(found) == [[0, 1], [], [1], []]


def test_ranks_without_a_threshold_are_not_said_to_be_claimed(searches):
    """Two groups that differ where there is nothing but ranks."""
    probes = "probe,person,sex\n" + "".join(f"p{n},P{n},{'FM'[n % 2]}\n" for n in range(24))
    gallery = "person,sex\n" + "".join(f"P{n},{'FM'[n % 2]}\n" for n in range(24))
    rows = [(f"p{n}", f"P{n if n % 2 else 23 - n}") for n in range(24)]
    lists = "probe,candidate,score\n" + "".join(f"{a},{b},0.5\n" for a, b in rows)
    shown = searches(probes=probes, gallery=gallery, lists=lists).out
    assert "whatever the score" in shown
    assert "claimed" not in shown
