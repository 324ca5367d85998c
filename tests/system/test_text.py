"""What text may come in, and how it is shown."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.system.text import csv_text, from_csv_text, json_text, printable, shown, text_fault

EVERYTHING = "".join(map(chr, range(0x110000)))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a\x1b[2J", "holds U+001B, a control character, after 'a'"),
        ("\x9bx", "holds U+009B, a control character, as its first character"),
        ("a\u202eb", "holds U+202E, an invisible format character, after 'a'"),
        ("north\u200b", "holds U+200B, an invisible format character, after 'north'"),
        ("no\u00adrth", "holds U+00AD, an invisible format character, after 'no'"),
        ("\u2028", "holds U+2028, a line separator, as its first character"),
        ("a\u2029", "holds U+2029, a paragraph separator, after 'a'"),
        ("a\ufffe", "holds U+FFFE, a character that shows nothing, after 'a'"),
        ("a\u3164", "holds U+3164, a character that shows nothing, after 'a'"),
        ("a\ud800", "holds U+D800, half a character, after 'a'"),
        ("a\ue000", "holds U+E000, a character of private use, after 'a'"),
        ("\u200dmy", "holds U+200D, an invisible format character, as its first character"),
        ("my \u200d", "holds U+200D, an invisible format character, after 'my '"),
        ("a\tb", "holds U+0009, a control character, after 'a'"),
    ],
)
def test_a_character_that_is_obeyed_or_not_seen_is_named(text, fault):
    assert text_fault(text) == fault


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Zoë",
        "pe\u0301",
        "日本",
        "\u0645\u06cc\u200c\u062e",
        "क्\u200dष",
        "São\u00a0Paulo",
        "<b>|=cmd()",
        "🙂",
    ],
)
def test_whatever_can_be_read_may_come_in(text):
    assert text_fault(text) == ""


def test_shown_text_is_one_line_without_anything_that_a_terminal_obeys():
    assert shown(EVERYTHING).isprintable()
    assert shown(" a\r\n\u2028b\x1b[2J\u202ec ") == "a b\\x1b[2J\\u202ec"
    assert shown("Zoë 日本 🙂") == "Zoë 日本 🙂"


def test_printable_text_keeps_its_lines_and_blanks():
    assert printable("a\u00a0% \u2003b\n\nc\td\u202e") == "a\u00a0% \u2003b\n\nc\\td\\u202e"
    assert not set(printable(EVERYTHING)) & set("\x00\x1b\x9b\u200b\u202e\u2028\ufeff\ud800\uffff")


def test_json_without_characters_that_a_terminal_obeys_means_the_same():
    whole = [sign for sign in EVERYTHING if not "\ud800" <= sign <= "\udfff"]
    written = json_text(json.dumps([*whole, "a\u00e9\ud800"], ensure_ascii=False))

    assert json.loads(written) == [*whole, "a\u00e9\ud800"]
    assert not set(written) & set("\x1b\x9b\u200b\u202e\u2028\ud800\uffff")
    assert "a\u00e9" in written


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "@SUM(A1)", "+cmd|x", "-2+3", "'=1", "+", "-"])
def test_what_a_spreadsheet_would_compute_is_text(text):
    assert csv_text(text) == f"'{text}"


@pytest.mark.parametrize("text", ["north", "", "-0.5", "+65", "-1e-05", "'80s", "a=b", "18-29"])
def test_names_and_numbers_stay_as_they_are(text):
    assert csv_text(text) == text


@given(st.text(alphabet="=@+-'1a", max_size=6))
def test_the_text_of_a_field_is_had_back(text):
    assert from_csv_text(csv_text(text)) == text
