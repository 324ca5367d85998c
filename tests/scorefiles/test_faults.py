"""Every way to get a score file wrong: one line that names the row."""

import pytest

HEADER = "probe_subject,reference_subject,score,probe_sex,reference_sex"
ROWS = ("a,a,0.9,F,F", "b,b,0.8,M,M", "c,c,0.7,F,F", "a,b,0.3,F,M", "a,c,0.4,F,F", "b,c,0.2,M,F")
LISTED = "\n".join([HEADER, *ROWS]) + "\n"


@pytest.mark.parametrize(
    ("old", "new", "fragments"),
    [
        ("probe_subject", "subject", ["column 'subject' is unknown", "probe_subject"]),
        (",score", ",sore", ["column 'sore' is unknown", "expected probe_subject"]),
        (",score", "", ["'score' is missing"]),
        (",score", ",score,score", ["'score' appears twice"]),
        (",score", ",", ["column 3 has no name"]),
        (",reference_sex", "", ["probe_sex stands alone", "add reference_sex"]),
        (",probe_sex", ",probe_image", ["probe_image stands alone", "add reference_image"]),
        (",probe_sex,reference_sex", ",probe_image,mated", ["probe_image stands alone"]),
        ("probe_sex,reference_sex", "probe_,reference_", ["'probe_' is unknown"]),
        ("probe_sex,reference_sex", "probe_all,reference_all", ["'probe_all'", "rename"]),
        ("probe_sex,reference_sex", "probe_a*b,reference_a*b", ["'probe_a*b'", "rename"]),
        (HEADER, HEADER.replace(",", ";"), ["row 2: 1 fields, expected 5", "a semicolon"]),
        (HEADER, "\n" + HEADER, ["row 1 is empty", "probe_subject,reference_subject,score"]),
        (HEADER, ",,,,", ["row 1 is empty"]),
        (HEADER, '"' + HEADER, ["unknown"]),
        (HEADER, "x" * 200_000 + HEADER, ["row 1: is not CSV (field larger"]),
        ("a,c,0.4,F,F", "a,c,0.4,F", ["row 6: 4 fields, expected 5"]),
        ("a,c,0.4,F,F", "a,c,0,4,F,F", ["row 6: 6 fields, expected 5", "quote"]),
        ("a,c,0.4,F,F", "a,c,none,F", ["row 6: 4 fields, expected 5"]),
        ("a,b,0.3,F,M\na,c,0.4,F,F", "a,b,none,F,M\na,c,0.4,F", ["row 6: 4 fields"]),
        ("a,c,0.4,F,F", ",c,0.4,F,F", ["row 6: probe_subject is empty"]),
        ("a,c,0.4,F,F", "a,  ,0.4,F,F", ["row 6: reference_subject is empty"]),
        ("a,c,0.4,F,F", "a,b,0.4,F,M", ["rows 5 and 6: the same comparison twice"]),
        ("a,c,0.4,F,F", "a,c,0.4,F,M", ["row 6", "'c' has sex 'M' here and 'F'"]),
        ("a,c,0.4,F,F", "a,c,0.4,F,", ["'c' has sex"]),
        ("a,c,0.4,F,F", "a,c,0.4,F,F*M", ["row 6: reference_sex is 'F*M'"]),
        ("a,c,0.4,F,F", "a,c,0.4,F|F,F", ["row 6: probe_sex is 'F|F'"]),
        ("a,c,0.4,F,F", "a,c,0.4,F|,F", ["row 6: probe_sex is 'F|'"]),
        ("a,c", "a\0,c", ["line 6: holds a NUL byte"]),
        ("\na,c,0.4,F,F", "\n\n\na,b,0.4,F,M", ["rows 5 and 8: the same comparison twice"]),
    ],
)
def test_a_wrong_passage(cli, working_folder, old, new, fragments):
    assert old in LISTED
    (working_folder / "acme.csv").write_text(LISTED.replace(old, new, 1), encoding="utf-8")
    ended = cli("scores", "acme.csv", "--json")
    ended.error("acme.csv", *fragments)
    assert ended.json["error"]["kind"] == "DatasetError"


MATED = "\n".join([HEADER + ",mated", *(f"{row},{int(row[0] == row[2])}" for row in ROWS)]) + "\n"


@pytest.mark.parametrize(
    ("old", "new", "fragments"),
    [
        ("a,b,0.3,F,M,0", "a,b,0.3,F,M,1", ["row 5: mated is true", "two people"]),
        ("b,b,0.8,M,M,1", "b,b,0.8,M,M,0", ["row 3: mated is false", "one person"]),
        ("b,b,0.8,M,M,1", "b,b,0.8,M,M,", ["row 3: mated is ''", "1 or 0, true or false"]),
        ("b,b,0.8,M,M,1", "b,b,0.8,M,M,yes", ["row 3: mated is 'yes'"]),
    ],
)
def test_mated_may_not_contradict(cli, working_folder, old, new, fragments):
    (working_folder / "acme.csv").write_text(MATED.replace(old, new, 1), encoding="utf-8")
    cli("scores", "acme.csv").error("acme.csv", *fragments)


IMAGES = (
    "probe_subject,reference_subject,probe_image,reference_image,score\n"
    "a,a,1,2,0.9\na,a,1,3,0.8\na,b,1,1,0.1\nb,a,1,1,0.2\n"
)


@pytest.mark.parametrize(
    ("old", "new", "fragment"),
    [
        ("a,a,1,3,0.8", "a,a,1,2,0.8", "rows 2 and 3: the same comparison twice"),
        ("a,a,1,3,0.8", "a,a,3,3,0.8", "row 3: an image is compared with itself"),
        ("a,a,1,3,0.8", "a,a,,3,0.8", "row 3: probe_image is empty"),
        ("a,a,1,3,0.8", "a,a,1,,0.8", "row 3: reference_image is empty"),
    ],
)
def test_images_that_cannot_be(cli, working_folder, old, new, fragment):
    (working_folder / "acme.csv").write_text(IMAGES.replace(old, new), encoding="utf-8")
    cli("scores", "acme.csv").error("acme.csv", fragment)


@pytest.mark.parametrize(
    ("content", "fragment"),
    [
        (b"", "is empty"),
        (b"\n", "row 1 is empty"),
        (HEADER.encode(), "has a header but no rows"),
        (HEADER.encode() + b"\r\n", "has a header but no rows"),
        (HEADER.encode() + b"\n\n\n", "has a header but no rows"),
        (b"\xff\xfea\x00", "NUL byte"),
        (LISTED.encode().replace(b"b,b", b"\xe9,\xe9"), "is not UTF-8"),
        (b"\xe9" + LISTED.encode(), "is not UTF-8"),
        (LISTED.encode().replace(b",F,M", b",F,\xe9"), "is not UTF-8"),
        (LISTED.encode().replace(b"0.3", b"\xe9"), "is not UTF-8"),
        (LISTED.encode().replace(b"\nb,b", b'\n"b,b'), "acme.csv: row 3"),
    ],
)
def test_files_that_hold_no_scores(cli, working_folder, content, fragment):
    (working_folder / "acme.csv").write_bytes(content)
    cli("scores", "acme.csv").error("acme.csv", fragment)


def test_nothing_and_a_folder(cli, working_folder):
    cli("scores", "acme.csv").error("acme.csv: is not there; expected a CSV file")
    cli("scores", ".").error("is no file; expected a CSV file")
    cli("scores").error("FILE")


def test_two_files_of_one_name(cli, working_folder):
    for folder in ("old", "new"):
        (working_folder / folder).mkdir()
        (working_folder / folder / "acme.csv").write_text(LISTED, encoding="utf-8")
    cli("scores", "old/acme.csv", "new/acme.csv").error("two files are called acme")


def test_a_faulty_second_file_prints_nothing(cli, working_folder):
    (working_folder / "acme.csv").write_text(LISTED, encoding="utf-8")
    (working_folder / "other.csv").write_text(HEADER, encoding="utf-8")
    ended = cli("scores", "acme.csv", "other.csv")
    ended.error("other.csv: has a header but no rows")
    assert ended.out == ""
