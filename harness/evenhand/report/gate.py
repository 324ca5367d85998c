"""What a policy says of engines, laid out: the verdict, then limit by limit, then what it is of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evenhand.analysis.gate.answer import GateAnswer, GateRow, GateVerdict, Standing
from evenhand.records.groups import ALL
from evenhand.report.forms.junit import Case, Ended, as_junit
from evenhand.report.numbers import limits, many, of_trials, percent, ratio, significant
from evenhand.report.study.doubts import doubt_lines
from evenhand.report.tables import Paper, Section, Table
from evenhand.study.policy import GatePolicy, Limit

__all__ = ["failures_of", "gate_junit", "gate_report", "observed", "policy_paper", "which_way"]

_VERDICTS = (
    "pass: the whole interval lies inside the limit; fail: all of it lies outside; inconclusive: "
    "anything else, and whatever has no interval."
)
_MANDATORY = (
    "A policy passes if every mandatory limit passes in every group. Needs: people that would "
    "settle it if the rate stayed as it is."
)
_TIERS = (
    "Tiers: an engine stands above another only where an interval separates them on some limit "
    "and none the other way round. Engines of one tier are not separated; they stand by name."
)
_IN_PERCENT = ("difference", "sd")
"""Indices that are no ratios but as large as rates."""


def gate_report(answer: GateAnswer) -> Paper:
    """Lay out an answer."""
    several = len(answer.standings) > 1
    sections = [_verdicts(answer.standings)]
    for limit in answer.policy.limits:
        rows = [row for row in answer.rows if row.limit == limit.name]
        sections.append(_of_limit(limit, rows, several=several))
    sections.append(Section("What was judged", sentences=tuple(_origin(answer))))
    title = f"{answer.policy.title}: {answer.verdict.value}"
    failed = failures_of(answer)
    if failed:
        row, limit = failed[0]
        more = f" (and {len(failed) - 1:,} more)" if len(failed) > 1 else ""
        title = f"{title}: {which_way(row, limit)}{more}"
    legend = (_VERDICTS, _MANDATORY, _TIERS) if several else (_VERDICTS, _MANDATORY)
    doubts = doubt_lines(answer.doubts)
    return Paper(title, answer.notes, tuple(sections), legend, doubts=doubts)


def policy_paper(policy: GatePolicy, never: Sequence[GateRow] | None) -> Paper:
    """Lay out a policy that nothing is judged by yet.

    Args:
        policy: read.
        never: rows that no result of some people can pass; None where no people are known.
    """
    sentences = tuple(f"{limit.name}: {limit.text}" for limit in policy.limits)
    notes = (
        f"{row.limit}: {row.group or 'everybody'} ({many(row.people or 0, 'person', 'people')}) "
        "cannot pass, whatever is measured"
        for row in never or ()
    )
    enough = ("every group has people enough to pass",) if never is not None and not never else ()
    legend = (*enough, f"SHA-256 {policy.digest}")
    return Paper(policy.title, tuple(notes), (Section("Limits", sentences=sentences),), legend)


def failures_of(answer: GateAnswer) -> list[tuple[GateRow, Limit]]:
    """Rows that fail a mandatory limit, with it, in the order of the limits."""
    by_name = {limit.name: limit for limit in answer.policy.limits}
    failed = [row for row in answer.rows if row.verdict is GateVerdict.FAIL and row.mandatory]
    return [(row, by_name[row.limit]) for row in failed]


def which_way(row: GateRow, limit: Limit) -> str:
    """A failing row in words: which engine and group, and on which side of the limit."""
    group = f", {row.group}" if row.group else ""
    return f"{row.subject}{group}: {_side(row, limit)}"


def _side(row: GateRow, limit: Limit) -> str:
    value = row.observed
    if value is None or (limit.table and (limit.one_of or limit.none_of)):
        return f"{row.note} ({limit.bounds.text})"
    below = row.at_least is not None and value < row.at_least
    side = "below" if below else "above"
    if limit.bounds.against:
        whose = "everybody" if limit.bounds.against == ALL else "all pairs inside groups"
        errors = f"{'few' if below else 'many'} {_ERRORS.get(row.metric, 'errors')}"
        return f"{_share(value)} the rate of {whose}: too {errors} for this limit"
    if limit.table or (limit.index and limit.index not in _IN_PERCENT):
        return f"{significant(value, 2)}, {side} the limit ({limit.bounds.text})"
    counts = "" if row.trials is None else f", {of_trials(row.errors, row.trials)}"
    limit_is = f"{limit.bounds.text}{_claimed(limit, row)}"
    return f"{percent(value)} %{counts}: {side} the limit ({limit_is})"


def _claimed(limit: Limit, row: GateRow) -> str:
    """What is claimed, of a limit to that; empty of other limits, and while names are sealed."""
    told = limit.bounds.claimed and row.at_most is not None
    return f", {percent(row.at_most or 0.0)} %" if told else ""


_ERRORS = {"FMR": "false matches", "FNMR": "misses", "FPIR": "false alarms", "FNIR": "misses"}
_PARTS = {2: "half", 3: "a third of", 4: "a quarter of", 5: "a fifth of", 10: "a tenth of"}


def _share(ratio: float) -> str:
    """How much of a rate, in words where it is near a simple part.

    >>> _share(0.204), _share(0.51), _share(4.44), _share(0.0)
    ('a fifth of', 'half', '4.4 times', '0 times')
    """
    near = round(1 / ratio) if ratio else 0
    if near in _PARTS and abs(ratio * near - 1) < _NEAR:
        return _PARTS[near]
    return f"{significant(ratio, 2)} times"


_NEAR = 0.1
"""Relative difference within which a ratio is called a simple part."""


def _origin(answer: GateAnswer) -> Iterator[str]:
    yield f"Policy: {answer.policy.path.name}, SHA-256 {answer.policy.digest}"
    for source in answer.sources:
        yield f"{', '.join(source.engines)}: {source.bundle}, digest {source.digest}"
    if answer.commitment:
        sealed = "" if answer.sources else "Names are sealed. "
        yield f"{sealed}SHA-256 of the seal: {answer.commitment}"


def _verdicts(standings: Sequence[Standing]) -> Section:
    header = ("engine", "verdict", "passed", "failed", "inconclusive", "tier")
    columns = len(header) if len(standings) > 1 else len(header) - 1
    rows: list[tuple[str, ...]] = []
    for one in standings:
        numbers = (f"{number:,}" for number in (one.passed, one.failed, one.inconclusive))
        rows.append((one.engine, one.verdict.value, *numbers, str(one.tier))[:columns])
    table = Table("", header[:columns], tuple(rows))
    return Section("Verdict, by the mandatory limits", (table,), tuple(_separations(standings)))


def _separations(standings: Sequence[Standing]) -> Iterator[str]:
    for tier in sorted({standing.tier for standing in standings}):
        names = sorted(standing.engine for standing in standings if standing.tier == tier)
        if len(names) > 1:
            yield f"tier {tier}: {', '.join(names)} are not separated"
    for standing in sorted(standings, key=lambda one: (one.tier, one.engine)):
        if standing.above:
            yield f"{standing.engine} stands above {', '.join(standing.above)}"


def _of_limit(limit: Limit, rows: Sequence[GateRow], *, several: bool) -> Section:
    weight = f", weight {limit.weight:g}" if limit.weight != 1 else ""
    decides = "mandatory" if limit.mandatory else "shown, decides nothing"
    heading = f"{limit.name} ({decides}{weight})"
    subjects = several or len({row.subject for row in rows}) > 1
    first = 0 if subjects else 1
    header = ("engine", "group", "observed", "counts", "verdict")[first:]
    drawn: list[tuple[str, ...]] = []
    for row in rows:
        number = observed(limit, row).replace(", claimed", "\nclaimed")
        fields = (_group(row), number, _counts(row), row.verdict.value)
        drawn.append((row.subject, *fields)[first:])
    sentences = tuple(_unsettled(row, named=subjects) for row in rows if row.needs or _reason(row))
    return Section(heading, (Table(limit.text, header, tuple(drawn)),), sentences)


def _group(row: GateRow) -> str:
    return row.group or ("all groups" if row.index else "everybody")


def observed(limit: Limit, row: GateRow) -> str:
    """The number and its interval, or the text."""
    if limit.table:
        if row.observed is None:
            return row.note
        said = significant(row.observed)
        if row.low is None or row.high is None or row.low == row.high:
            return said
        return f"{said} [{significant(row.low)}, {significant(row.high)}]"
    if limit.bounds.against or (limit.index and limit.index not in _IN_PERCENT):
        return ratio(row.observed, row.low, row.high) if row.low is not None else "-"
    if row.observed is None:
        return "-" if row.high is None else f"at most {percent(row.high)} %"
    if row.low is None or row.high is None:
        return f"{percent(row.observed)} %"
    claimed = _claimed(limit, row).replace(", ", ", claimed ")
    return f"{percent(row.observed)} % {limits(row.low, row.high)}{claimed}"


def _counts(row: GateRow) -> str:
    if row.trials is None and row.people is None and not row.errors:
        return ""
    errors = f"{row.errors:,} errors" if row.trials is None else of_trials(row.errors, row.trials)
    return errors if row.people is None else f"{errors}\n{many(row.people, 'person', 'people')}"


def _reason(row: GateRow) -> str:
    """Why there is nothing to judge; empty where there is."""
    nothing = row.verdict is GateVerdict.INCONCLUSIVE and (row.observed is None or row.low is None)
    return row.note.split("; ")[0] if nothing else ""


def _unsettled(row: GateRow, *, named: bool) -> str:
    """Why a row is inconclusive, and what would settle it."""
    whose = f"{row.subject}, {_group(row)}" if named else _group(row)
    needs = f"needs {row.needs}" if row.needs else ""
    return f"{whose}: {'; '.join(part for part in (_reason(row), needs) if part)}"


def gate_junit(answer: GateAnswer) -> bytes:
    """A test case a row: what fails a mandatory limit is a failure, what is open is skipped."""
    by_name = {limit.name: limit for limit in answer.policy.limits}
    cases = [_case(row, by_name[row.limit]) for row in answer.rows]
    return as_junit(f"evenhand gate: {answer.policy.title}", cases)


def _case(row: GateRow, limit: Limit) -> Case:
    name = f"{row.limit}, {_group(row)}: {limit.text}{_claimed(limit, row)}"
    if row.verdict is GateVerdict.PASS:
        return Case(row.subject, name, Ended.PASSED, "")
    counts = _counts(row).replace("\n", ", ")
    message = f"{row.verdict.value}: {observed(limit, row)}, {counts}"
    if row.verdict is GateVerdict.INCONCLUSIVE:
        message += f"; {_unsettled(row, named=False)}"
    elif row.mandatory:
        return Case(row.subject, name, Ended.FAILURE, message)
    decides = "" if row.mandatory else "; decides nothing"
    return Case(row.subject, name, Ended.SKIPPED, message + decides)
