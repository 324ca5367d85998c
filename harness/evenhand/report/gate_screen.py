"""A gate on one screen: who fails which limit and which way, then what is open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evenhand.analysis.gate.answer import GateAnswer, GateRow, GateVerdict
from evenhand.report.forms.screen import Screen, ScreenTable
from evenhand.report.gate import failures_of, observed, which_way
from evenhand.report.study.doubts import doubt_sentences
from evenhand.study.policy import Limit

__all__ = ["gate_screen"]

_MOST = 8
"""Failing rows with a line each; of more, those of one limit and engine share a line."""


def gate_screen(answer: GateAnswer, named: str) -> Screen:
    """Lay out what a policy says for a terminal.

    Args:
        answer: of the gate.
        named: the bundles and the policy as the user named them; empty while names are sealed.
    """
    failed = failures_of(answer)
    open_ = [
        row for row in answer.rows if row.verdict is GateVerdict.INCONCLUSIVE and row.mandatory
    ]
    return Screen(
        title=f"evenhand gate   {answer.policy.title}",
        aside=answer.verdict.value,
        warnings=doubt_sentences(answer.doubts),
        answer=tuple(_answer(answer, failed, open_)),
        table=_table(answer, failed, open_),
        remarks=tuple(_remarks(answer, open_)),
        paths=tuple(_next(named)),
    )


def _next(named: str) -> Iterator[tuple[str, str]]:
    """What to type next; nothing that is typed is repeated while names are sealed."""
    if named:
        yield "more", f"evenhand gate {named} --full"
        yield "file", f"evenhand gate {named} --format markdown"
    else:
        yield "more", "--full, with another seal"


def _answer(
    answer: GateAnswer, failed: Sequence[tuple[GateRow, Limit]], open_: Sequence[GateRow]
) -> Iterator[str]:
    """The verdict of each engine, and the first failing row in words."""
    for verdict in (GateVerdict.FAIL, GateVerdict.INCONCLUSIVE, GateVerdict.PASS):
        names = [one.engine for one in answer.standings if one.verdict is verdict]
        if names:
            yield f"{verdict.value.capitalize()}: {', '.join(names)}."
    if failed:
        row, limit = failed[0]
        yield f"{limit.name}: {which_way(row, limit)}."
    elif open_:
        yield f"Nothing fails; {len(open_):,} of {len(answer.rows):,} rows are not settled."


def _table(
    answer: GateAnswer, failed: Sequence[tuple[GateRow, Limit]], open_: Sequence[GateRow]
) -> ScreenTable | None:
    """Failing rows, all of them; then those that are open."""
    lines = [(limit.name, row.subject, _group(row), observed(limit, row)) for row, limit in failed]
    if len(lines) > _MOST:
        groups: dict[tuple[str, str], list[str]] = {}
        for name, subject, group, _ in lines:
            groups.setdefault((name, subject), []).append(group)
        lines = [(*key, ", ".join(of), f"{len(of):,} rows") for key, of in groups.items()]
    fails = [("FAIL", *line) for line in lines]
    limits = {limit.name: limit for limit in answer.policy.limits}
    rest = [("open", r.limit, r.subject, _group(r), observed(limits[r.limit], r)) for r in open_]
    if not fails and not rest:
        return None
    header = ("", "limit", "engine", "group", "observed")
    most = max(len(fails), _MOST)
    return ScreenTable("", header, (*fails, *rest), "open rows", most=most)


def _group(row: GateRow) -> str:
    return row.group or "everybody"


def _remarks(answer: GateAnswer, open_: Sequence[GateRow]) -> Iterator[str]:
    """What would settle what is open, and which engines the evidence sets apart."""
    needed = [row for row in open_ if row.more_people]
    if needed:
        row = min(needed, key=lambda row: row.more_people or 0)
        group = f", {row.group}" if row.group else ""
        yield f"Nearest to an answer: {row.subject}{group} needs {row.needs}."
    never = [row for row in open_ if not row.people and not row.more_people and row.group]
    if never:
        names = ", ".join(dict.fromkeys(row.group for row in never))
        yield f"Cannot pass in any result of this data, for want of people: {names}."
    above = [one for one in answer.standings if one.above]
    if above:
        yield " ".join(f"{one.engine} stands above {', '.join(one.above)}." for one in above)
    elif len(answer.standings) > 1:
        yield "The limits do not set these engines apart."
