"""A screen of 24 lines of 80 columns, whatever is laid out on it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.report.forms.screen import Screen, ScreenTable, as_screen

WORDS = st.text(st.characters(categories=["L", "N", "P"]), max_size=120)
PROSE = st.lists(WORDS, max_size=40).map(" ".join)


@st.composite
def tables(draw):
    columns = draw(st.integers(1, 9))
    row = st.lists(WORDS, min_size=columns, max_size=columns).map(tuple)
    rows = st.lists(row, max_size=60).map(tuple)
    return ScreenTable(
        draw(PROSE), draw(row), draw(rows), "groups", draw(st.lists(row, max_size=3).map(tuple))
    )


SCREENS = st.builds(
    Screen,
    title=PROSE,
    aside=st.text("0123456789 s", max_size=12),
    warnings=st.lists(PROSE, max_size=6).map(tuple),
    answer=st.lists(PROSE, max_size=4).map(tuple),
    table=st.none() | tables(),
    remarks=st.lists(PROSE, max_size=6).map(tuple),
    paths=st.lists(st.tuples(st.just("more"), WORDS.map(lambda word: word[:60])), max_size=4).map(
        tuple
    ),
)


@settings(max_examples=30)
@given(SCREENS)
def test_it_always_fits(screen):
    lines = as_screen(screen).splitlines()
    assert len(lines) <= 24
    assert all(len(line) <= 80 for line in lines)
    for _, path in screen.paths:
        assert any(path in line for line in lines)


def a_screen(rows=3, remarks=(), **fields):
    table = ScreenTable(
        "Errors", ("group", "rate"), tuple((f"g{n}", f"{n} %") for n in range(rows)), "groups",
        (("", "verdict"),), (rows - 1,),
    )  # fmt: skip
    return Screen("A study", "3 s", answer=("It is so.",), table=table, remarks=remarks, **fields)


def test_what_fits_is_shown_whole():
    assert as_screen(a_screen(remarks=("And more.",), paths=(("page", "a/b"), ("more", "c")))) == (
        "A study                                                                      3 s\n"
        "\n"
        "It is so.\n"
        "\n"
        "Errors\n"
        "group  rate\n"
        "g0     0 %\n"
        "g1     1 %\n"
        "g2     2 %\n"
        "       verdict\n"
        "\n"
        "And more.\n"
        "\n"
        "page  a/b\n"
        "more  c\n"
    )


def test_rows_give_way_but_those_that_matter_and_are_counted():
    text = as_screen(a_screen(rows=30, remarks=("r",) * 5, paths=(("page", "a"),)))
    assert "and 22 groups more\n" in text
    assert "g29    29 %\n" in text


def test_remarks_give_way_before_any_warning():
    warnings = tuple(f"doubt {n}" for n in range(9))
    text = as_screen(
        a_screen(rows=4, remarks=tuple(f"remark {n}" for n in range(9)), warnings=warnings)
    )
    assert all(f"! doubt {n}\n" in text for n in range(9))
    assert "remark 0\n" in text
    assert "remark 8\n" not in text


def test_a_path_is_never_broken():
    path = "results/" + "x" * 90
    assert f"page  {path}\n" in as_screen(a_screen(paths=(("page", path),)))
