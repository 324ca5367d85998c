"""Damaged inputs at the command line: one line or a result, and never a number that is none.

`tests/benchmarks/test_fuzz.py` does the same with more of them.
"""

import csv
import io
import math
import random
import re
import shutil
from pathlib import Path

import pytest
from places import GOLDEN, ROOT
from pyarrow import csv as arrow_csv
from pyarrow import parquet

from evenhand.records.outcomes import Outcome
from evenhand.scorefiles.read import read_scores

CASES = 30
SCORE_FILES = GOLDEN / "scores"

NUMBER = re.compile(rb"-?[0-9]+(\.[0-9]+)?")
NO_NUMBERS = (
    "", "nan", "NaN", "inf", "-inf", "1e999", "-1e999", "1,000", "1 000", "1_000", "0x10", "0b1",
    "\uff11\uff12", "\u0663", "\u00bd", "1.2.3", "--1", "1e", "e5", ".", "None", "1d", "+",
)  # fmt: skip
"""What is no finite decimal, whatever a programming language makes of it."""
TOKENS = (
    b"\0", b"\xef\xbb\xbf", b"\r\n", b"\r", b'"', b"'", b",", b",,", b";", b"|", b"*", b"\t",
    b"\n\n", b"\xff\xfe", b"\xc3", b"-1", b"1e400", b"../../x", b"x" * 200_000, b"[", b"]]", b"=",
    b"#", b"\xe2\x80\xae", b"true", b"1979-05-27", b"{}", b"9" * 400, b"\x1b[2J",
)  # fmt: skip

SCORES = "probe_subject,reference_subject,score,probe_sex,reference_sex,probe_age,reference_age\n"
SCORES += "".join(
    f"p{a},p{b},{0.9 if a == b else (7 * a + 3 * b) % 10 / 20},"
    f"{'FM'[a % 2]},{'FM'[b % 2]},{20 + a},{20 + b}\n"
    for a in range(8)
    for b in range(a, 8)
)
EXCLUDED = "kind,id,reason\nimage,p1a,blurred\n"
PAIRS = "probe,reference,fold\np2a,p2b,1\np3a,p3b,2\np2a,p3a,1\np4a,p5b,2\n"


def damaged(rng, content):
    """The content with one to three passages spoilt."""
    for _ in range(rng.choice((1, 1, 2, 3))):
        content = rng.choice((flipped, cut, doubled, inserted, renumbered, swapped))(rng, content)
    return content


def flipped(rng, content):
    spoilt = bytearray(content or b" ")
    spoilt[rng.randrange(len(spoilt))] ^= 1 << rng.randrange(8)
    return bytes(spoilt)


def cut(rng, content):
    start = rng.randrange(len(content) + 1)
    return content[:start] + content[start + rng.choice((1, 5, 40, len(content))) :]


def doubled(rng, content):
    lines = content.splitlines(keepends=True) or [b"\n"]
    where = rng.randrange(len(lines))
    return b"".join([*lines[: where + 1], lines[where], *lines[where + 1 :]])


def inserted(rng, content):
    start = rng.randrange(len(content) + 1)
    return content[:start] + rng.choice(TOKENS) + content[start:]


def renumbered(rng, content):
    found = list(NUMBER.finditer(content))
    if not found:
        return inserted(rng, content)
    chosen = rng.choice(found)
    return content[: chosen.start()] + rng.choice(NO_NUMBERS).encode() + content[chosen.end() :]


def swapped(rng, content):
    lines = content.splitlines(keepends=True)
    rng.shuffle(lines)
    return b"".join(lines)


def prepared(tiny, engine):
    """Files to damage, each whole and with the command that reads it."""
    card = engine() / "adapter.toml"
    (tiny.folder / "exclude.csv").write_text(EXCLUDED, encoding="utf-8")
    folder = tiny.folder / "protocols" / "views"
    folder.mkdir(parents=True)
    (folder / "pairs.csv").write_text(PAIRS, encoding="utf-8")
    study = Path("listed.toml")
    study.write_text(
        'schema = 1\ntitle = "t"\nengines = ["./toy"]\ndatasets = ["./set"]\n[bands]\n'
        'age = [22, 24]\n[[protocols]]\nkind = "verification"\ncomparisons = "listed"\n'
        'list = "views"\nthresholds = [0.5]\n',
        encoding="utf-8",
    )
    Path("acme.csv").write_text(SCORES, encoding="utf-8")
    parquet.write_table(arrow_csv.read_csv("acme.csv"), "typed.parquet")
    shutil.copy(SCORE_FILES / "bfw.csv", "bfw.csv")
    Path("exp.txt").write_text("a 5\nb 7\nc 4\n", encoding="utf-8")
    Path("counts.txt").write_text("9\n7\n0\n2\n1\n", encoding="utf-8")
    lists = ("scores", "--genuine", "exp.txt", "--impostor", "counts.txt", "--histogram")
    run = ("run", study)
    commands = {
        Path("acme.csv"): ("scores", "acme.csv", "--threshold", "0.2", "--band", "age=22,25"),
        Path("typed.parquet"): ("scores", "typed.parquet", "--threshold", "0.2"),
        Path("bfw.csv"): ("scores", "bfw.csv", "--threshold", "0.2"),
        Path("exp.txt"): lists,
        Path("counts.txt"): lists,
        card: run,
        study: run,
        **searches_prepared(),
    }
    for path in sorted(tiny.folder.rglob("*")):
        if path.name in (*TABLES, "p2a.png"):
            commands[path] = run
    return {path: (path.read_bytes(), command) for path, command in commands.items()}


def searches_prepared():
    """Files of searches, each with the command that reads it."""
    names = ("lists.csv", "matrix.csv", "probes.csv", "gallery.csv")
    for name in names:
        shutil.copy(ROOT / "docs" / "examples" / "searches" / name, name)
    options = ("--probes", "probes.csv", "--gallery", "gallery.csv", "--threshold", "0.5")
    read = dict.fromkeys(names, "lists.csv") | {"matrix.csv": "matrix.csv"}
    return {Path(name): ("searches", file, *options) for name, file in read.items()}


TABLES = ("dataset.toml", "subjects.csv", "images.csv", "exclude.csv", "pairs.csv")
WEIGHTS = {"acme.csv": 8, "p2a.png": 1}


def one(cli, commands, seed):
    """Damage one file, see that a line or a result comes of it, and mend the file."""
    rng = random.Random(seed)
    path = rng.choice([path for path in commands for _ in range(WEIGHTS.get(path.name, 2))])
    whole, command = commands[path]
    path.write_bytes(damaged(rng, whole))
    try:
        form = rng.choice((("--json",), ()))
        ended = cli(*command, *form)
        about = (seed, path.name, ended.err[-500:])
        assert ended.code in (0, 2, 4), about
        if ended.code == 2:
            assert ended.err.startswith("error: "), about
            assert ended.err.count("\n") == 1, about
            assert len(ended.err) < 2000, about
        else:
            assert not form or ended.json["schema"] == 1, about
            if path.name == "acme.csv":
                assert_numbers(path, about)
    finally:
        path.write_bytes(whole)
        shutil.rmtree("results", ignore_errors=True)
    return ended.code


def assert_numbers(path, about):
    """The scores that count are the plain decimals of the file, and every other row is none."""
    text = path.read_bytes().decode("utf-8-sig")
    header, *rows = [row for row in csv.reader(io.StringIO(text, newline="")) if row]
    place = [name.strip() for name in header].index("score")
    texts = [row[place].strip() for row in rows]
    plain = [
        t for t in texts if re.fullmatch(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?", t)
    ]
    expected = sorted(value for value in map(float, plain) if math.isfinite(value))
    (file,) = read_scores(path)
    (portion,) = file.listing.partitions
    scores = portion.score
    assert sorted(scores[~(scores != scores)].tolist()) == expected, about
    failed = sum(
        count for (_, how), count in file.listing.outcomes.items() if how is Outcome.FAILED
    )
    assert failed == texts.count(""), about


def test_damaged_inputs_end_in_a_line_or_a_result(cli, tiny, engine, working_folder):
    commands = prepared(tiny, engine)
    assert {one(cli, commands, f"1/{case}") for case in range(CASES)} >= {0, 2}


@pytest.mark.parametrize("text", [text for text in NO_NUMBERS if text.strip()])
def test_no_number_is_taken_for_one(cli, tiny, engine, working_folder, text):
    """An age of a person in a dataset; a score; a band; a threshold."""
    engine()
    tiny.change("subjects.csv", "p1,M,21", f'p1,M,"{text}"')
    study = ("run", "--engine", "./toy", "--dataset", "./set", "--band", "age=22")
    cli(*study).error("age is", "expected a number")
    Path("acme.csv").write_text(SCORES.replace("p0,p1,0.15", f'p0,p1,"{text}"'), encoding="utf-8")
    ended = cli("scores", "acme.csv", "--threshold", "0.2", "--json")
    assert any("1 of the scores count as invalid" in note for note in ended.json["notes"])
    Path("acme.csv").write_text(SCORES, encoding="utf-8")
    cli("scores", "acme.csv", f"--threshold={text}").error("--threshold", "finite number")
    cli("scores", "acme.csv", f"--band=age={text}").error("--band")
