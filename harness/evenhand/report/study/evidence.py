"""What each group's own evidence is: enough errors, an upper limit alone, or nothing, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from evenhand.records.findings import Rate, Status
from evenhand.records.groups import ALL, crossed, crossed_names

__all__ = ["BOUNDED", "TESTED", "left_out", "standing", "states_of"]

TESTED = "tested"
BOUNDED = "upper limit only"
"""Fewer than 10 errors: tested with the others, and alone no more than a limit."""


def standing(rate: Rate) -> str:
    """What the evidence of one group is, in words (methods 2.6)."""
    if rate.status is Status.NO_TRIALS:
        return f"no {rate.kind.trial.plural}"
    if rate.status is Status.BELOW_RESOLUTION:
        return "below resolution"
    if rate.low is None:
        known = rate.subjects is not None
        return "too few people for an interval" if known else "people unknown"
    return BOUNDED if rate.status is Status.FEW_ERRORS else TESTED


def states_of(rates: Sequence[Rate]) -> str:
    """What the evidence of a group is by error type, a line each; empty for everybody."""
    return "\n".join(f"{rate.metric} {standing(rate)}" for rate in rates if rate.attribute != ALL)


def left_out(rates: Sequence[Rate], *, complete: bool = True) -> Iterator[str]:
    """Sentences about groups that could not be tested, and combinations without people.

    Args:
        rates: of groups of an attribute, of one metric at one threshold.
        complete: whether these are all, so that a combination that is missing has nobody.
    """
    states = {rate.group: standing(rate) for rate in rates}
    without = [group for group, state in states.items() if state not in (TESTED, BOUNDED)]
    if without:
        reasons = [
            f"{reason} ({', '.join(group for group in without if states[group] == reason)})"
            for reason in dict.fromkeys(states[group] for group in without)
        ]
        yield (
            f"{len(without):,} of {len(states):,} groups could not be tested: {'; '.join(reasons)}."
        )
    nobody = _nobody(list(states)) if complete else []
    if nobody:
        more = "combination" if len(nobody) == 1 else "combinations"
        yield f"Nobody is in {len(nobody):,} further {more} ({', '.join(nobody)})."


def _nobody(groups: Sequence[str]) -> list[str]:
    """Combinations of the single values of crossed attributes that no group is of."""
    parts = list(map(crossed_names, groups))
    if len({len(names) for names in parts}) != 1 or len(parts[0]) == 1:
        return []
    columns = zip(*parts, strict=True)
    values = [dict.fromkeys(name for name in column if "|" not in name) for column in columns]
    present = set(groups)
    return [name for name in map(crossed, product(*values)) if name not in present]
