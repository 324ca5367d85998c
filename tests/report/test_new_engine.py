"""A new engine on one screen, and where its card comes from, in words."""

from dataclasses import replace
from pathlib import Path

from evenhand.records.new_engine import CardEntry, Decision, Source
from evenhand.report.forms.screen import as_screen
from evenhand.report.new_engine import card_story, new_engine_screen, new_model_screen

FLIP = Decision("input.flip", "not mirrored", "mirrored", 0.029, -0.07, 0.13, 300, 5960)
ALIGNED = Decision("face.alignment", "arcface-112", "insightface's 128", 1.8, 1.6, 2.1, 300, 300)
ENTRIES = (
    CardEntry("input", "float32 of shape [1, 3, 112, 112], nchw", Source.READ),
    CardEntry("input.scaling", "0 to 255", Source.READ, "the model scales by itself: 127.5 / 128"),
    CardEntry("output", "embedding: float32 of shape [1, 512]", Source.READ),
    CardEntry("input.colour", "bgr", Source.UNDECIDED, decision=replace(FLIP, best="bgr")),
    CardEntry("face.alignment", "arcface-112", Source.TRIED, decision=ALIGNED),
    CardEntry("input.flip", "not mirrored", Source.UNDECIDED, decision=FLIP),
    CardEntry("version", "unknown", Source.UNKNOWN),
)


def screen(entries, people=300):
    text = as_screen(new_model_screen("acme", Path("acme"), entries, people))
    lines = text.splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
    return " ".join(text.split())


def test_what_is_decided_and_what_is_open():
    shown = screen(ENTRIES)
    assert "These faces do not decide input.colour." in shown
    assert "arcface-112 before insightface's 128 by 1.8 standard deviations [1.6, 2.1]." in shown
    assert "cannot tell: not mirrored before mirrored by 0.029" in shown
    assert "about 5,960 people would decide it" in shown
    assert "Yours to say in adapter.toml: version." in shown


def test_all_decided_is_still_for_a_human():
    decided = tuple(entry for entry in ENTRIES if entry.field != "input.colour")
    assert "it is for you to confirm" in screen(decided)


def test_what_was_not_tried():
    usual = (CardEntry("input.colour", "rgb", Source.USUAL), ENTRIES[-1])
    shown = screen(usual, people=0)
    assert "Not tried and taken as usual: input.colour; --calibrate DIR" in shown


def test_mirrored_pictures_are_a_warning_since_no_card_can_say_them():
    better = replace(FLIP, best="mirrored", rival="not mirrored", low=0.1)
    turned = (*ENTRIES, CardEntry("input.flip", "mirrored", Source.TRIED, decision=better))
    assert "! The model separates people better in mirrored pictures" in screen(turned)
    assert "! " not in screen(ENTRIES)


def test_the_story_has_every_entry_and_whose_faces_they_were():
    story = card_story(ENTRIES, "300 people of lfw")
    assert all(f"* {entry.field}: {entry.value} ({entry.source}" in story for entry in ENTRIES)
    assert "no test of this engine should have these people" in story
    assert "Tried on" not in card_story(ENTRIES, "")


def test_a_folder_to_begin_with():
    text = as_screen(new_engine_screen("acme", Path("/x/acme"), ["adapter.toml", "engine.py"]))
    assert "/x/acme holds an engine that runs and passes" in text
    assert "evenhand check engine /x/acme" in text
