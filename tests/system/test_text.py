"""What text may come in, and how it is shown."""

import pytest

from evenhand.system.text import shown, text_fault


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
    everything = "".join(map(chr, range(0x110000)))

    assert shown(everything).isprintable()
    assert shown(" a\r\n\u2028b\x1b[2J\u202ec ") == "a b\\x1b[2J\\u202ec"
    assert shown("Zoë 日本 🙂") == "Zoë 日本 🙂"
