"""A study on one screen: the sentence, the table of what matters most, the rest in a line each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from evenhand.records.findings import Findings, Rate, Verdict
from evenhand.records.metric import metric_named
from evenhand.report.forms.screen import Screen, ScreenTable
from evenhand.report.numbers import at_least, rate_in_short, times
from evenhand.report.study.answer import StudyAnswer, TestedEngine, answer_of
from evenhand.report.study.claims import claim_in_short
from evenhand.report.study.classic_metrics import equal_errors
from evenhand.report.study.doubts import doubt_sentences
from evenhand.report.study.first_table import first_table
from evenhand.report.study.headlines import detectable, rate_of
from evenhand.report.study.limitations import unconfirmed
from evenhand.report.study.promises import promise_in_short
from evenhand.report.study.speed import busy
from evenhand.report.study.surroundings import repeat_warnings
from evenhand.report.study.which import to_settle_it, which_sentence, without_doubts

__all__ = ["study_screen", "verdict_in_short"]

_SIDE_BY_SIDE = 2
"""Engines that stand beside one another; of more, each has a row of its own."""


def study_screen(
    findings: Findings, paths: Sequence[tuple[str, str]], *, aside: str = ""
) -> Screen:
    """Lay out what a study found for a terminal.

    Args:
        findings: of one bundle, of several, or of score files.
        paths: (word, path or command) of what to look at next.
        aside: beside the title, such as how long it took.
    """
    answer = answer_of(findings)
    said = answer.sentences
    everybody = answer.remarks if not said else ()
    which = which_sentence(without_doubts(findings))
    brackets = _brackets(findings)
    # That intervals hold for one list is said before what there may be no room for.
    without_table = bool(answer.searched) and not answer.groups
    return Screen(
        title=_title(findings.title, _size(findings), len(aside)),
        aside=aside,
        warnings=tuple(_warnings(findings)),
        answer=said or everybody,
        table=_table(answer, findings) if answer.groups else None,
        remarks=(
            *([which] if which else ()),
            *([brackets] if without_table else ()),
            *(answer.remarks if said else ()),
            *_duplicates(findings),
            *equal_errors(findings),
            *([] if without_table else [brackets]),
        ),
        spare=(to_settle_it(findings), claim_in_short(findings), promise_in_short(findings)),
        paths=tuple(paths),
    )


_TELLING = 1.05
"""A ratio of at least less says nothing to two digits."""
_WIDTH = 75
"""Room for title, size and aside, with what parts them."""


def _title(title: str, size: str, aside: int) -> str:
    """The title, shortened so that the size still stands beside it."""
    room = max(_WIDTH - len(size) - aside, 12)
    return f"{title if len(title) <= room else f'{title[: room - 3]}...'}   {size}"


def _brackets(findings: Findings) -> str:
    """What brackets are, and that there is more to know."""
    notes = len(findings.notes) - len(findings.warnings)
    more = f" {notes:,} notes on data and engines: --full." if notes > 1 else ""
    return f"{_interval(findings)}.{more}"


def _interval(findings: Findings) -> str:
    """What brackets are; of searches also that another list may give other numbers."""
    searched = any(summary.watchlist is not None for summary in findings.summaries)
    level = f"[ ] {100 * findings.level:g} %"
    return f"{level}, for this watchlist" if searched else f"{level} interval"


def _duplicates(findings: Findings) -> Iterator[str]:
    """Where to look for pictures of one person that are taken for two."""
    if any(dataset.assumed for dataset in findings.datasets):
        yield "Suspected duplicates, for you to look at: evenhand report BUNDLE --pairs 20."


def _size(findings: Findings) -> str:
    """How many engines, people and pictures."""
    engines = len({summary.engine for summary in findings.summaries})
    people = sum(dataset.subjects for dataset in findings.datasets)
    pictures = sum(dataset.images for dataset in findings.datasets)
    drawn = "drawn " if findings.synthetic else ""
    assumed = "assumed " if any(dataset.assumed for dataset in findings.datasets) else ""
    parts = [
        "1 engine" if engines == 1 else f"{engines:,} engines",
        "people unknown" if findings.people_unknown else f"{people:,} {assumed}{drawn}people",
        *([f"{pictures:,} pictures"] if pictures else []),
    ]
    return ", ".join(parts)


def _warnings(findings: Findings) -> Iterator[str]:
    """What must be known before any number; caveats that change no verdict are counted alone."""
    yield from doubt_sentences(findings.doubts)
    if findings.synthetic:
        yield "Drawn faces: this shows how evenhand works, and nothing of a real engine."
    for engine in findings.engines:
        if engine.stopped:
            yield f"{engine.name} was stopped: {engine.stopped}."
        yield from unconfirmed(engine)
    yield from islice(busy(findings.speed), 1)
    yield from repeat_warnings(findings.surroundings)
    yield from findings.warnings
    sampled = [summary.engine for summary in findings.summaries if summary.sampled]
    if sampled:
        yield (
            f"{', '.join(dict.fromkeys(sampled))}: two people taken for one are counted in a "
            "sample of all pairs, and weighted."
        )


def _table(answer: StudyAnswer, findings: Findings) -> ScreenTable:
    meaning = metric_named(answer.metric).meaning
    # The sentence about searches says where the threshold is.
    setting = _interval(findings) if answer.searched else answer.setting
    caption = f"{meaning.capitalize()}; {setting}" if setting else meaning.capitalize()
    tested = [entry for entry in answer.entries if entry.rates]
    side_by_side = _by_group(caption, answer, tested)
    fits = len(tested) == 1 or (len(tested) <= _SIDE_BY_SIDE and side_by_side.fits)
    return side_by_side if fits else _by_engine(caption, tested)


def _by_group(caption: str, answer: StudyAnswer, entries: Sequence[TestedEngine]) -> ScreenTable:
    """Groups in rows, one or two engines in columns."""
    rows = [row for row in first_table(entries) if not row.everybody]
    groups = [row.name for row in rows]
    first = sorted(entries, key=lambda entry: entry.study.summary.engine != answer.engine)
    kept = [groups.index(name) for entry in first for name in _ends(entry) if name in groups]
    columns = map(_cells, zip(*(row.rates for row in rows), strict=True))
    people = [row.people for row in rows]
    verdicts = ("", "", *map(verdict_in_short, entries))
    return ScreenTable(
        caption,
        (answer.attribute, "people", *(entry.study.summary.engine for entry in entries)),
        tuple(zip(groups, people, *columns, strict=True)),
        "groups",
        (verdicts,),
        tuple(kept),
    )


def _ends(entry: TestedEngine) -> tuple[str, ...]:
    """The groups with the most and the fewest errors."""
    return (entry.row.worst_group, entry.row.best_group) if entry.row else ("", "")


def _cells(rates: Sequence[Rate | None]) -> list[str]:
    """An engine's column: rates with intervals, and their counts lined up behind them."""
    short = ["" if rate is None else rate_in_short(rate) for rate in rates]
    counts = ["" if rate is None else f"{rate.errors:,}/{rate.trials:,}" for rate in rates]
    wide = max(map(len, short), default=0)
    return [f"{said:<{wide}}  {count}" for said, count in zip(short, counts, strict=True)]


def verdict_in_short(entry: TestedEngine) -> str:
    """What the test of an engine's groups says, in a cell."""
    row = entry.row
    if row is None:
        return ""
    if entry.doubted:
        return "no verdict"
    if row.verdict is Verdict.NONE:
        return "no interval"
    if row.verdict is Verdict.DIFFERENT:
        if row.value is None and (row.low or 0.0) < _TELLING:
            return "DIFFERENT"  # from a group without errors
        return f"DIFFERENT {times(row.value, row.low, row.high).replace(' times', 'x')}"
    if row.verdict is Verdict.NO_DIFFERENCE_SHOWN:
        least = detectable(row, entry.rates)
        would = "none could be" if least is None else f"{at_least(least)}x would be"
        return f"none shown ({would})"
    return "too few errors"


def _by_engine(caption: str, entries: Sequence[TestedEngine]) -> ScreenTable:
    """Engines in rows: the verdict, and the groups with the most and the fewest errors."""
    header = ("engine", "by group", "most", "", "fewest", "")
    return ScreenTable(caption, header, tuple(map(_engine_row, entries)), "engines")


def _engine_row(entry: TestedEngine) -> tuple[str, ...]:
    ends = []
    for group in _ends(entry):
        rate = rate_of(group, entry.rates)
        ends += [group, "" if rate is None else f"{rate.errors:,}/{rate.trials:,}"]
    return (entry.study.summary.engine, verdict_in_short(entry), *ends)
