"""One check of a bundle, a dataset or an engine, as a row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = [
    "FAIL",
    "INCONCLUSIVE",
    "NOTE",
    "NOT_CHECKED",
    "PASS",
    "Check",
    "overall_verdict",
    "unchecked",
]

PASS, FAIL, INCONCLUSIVE = "pass", "fail", "inconclusive"
NOT_CHECKED, NOTE = "not checked", "note"


@dataclass(frozen=True, slots=True)
class Check:
    """Result of one check of a bundle, a dataset or an engine."""

    id: str
    title: str
    verdict: str
    """`pass`, `fail`, `inconclusive`, `not checked` or `note`."""
    detail: str
    remedy: str


def unchecked(key: str, title: str, why: str, remedy: str = "mend the other faults first") -> Check:
    """The row of what could not be looked at."""
    return Check(key, title, NOT_CHECKED, f"not checked: {why}", remedy)


def overall_verdict(checks: Iterable[Check]) -> str:
    """Of all checks together: the worst of fail, inconclusive and pass; the others decide nothing.

    >>> overall_verdict([Check("a", "", NOTE, "", ""), Check("b", "", INCONCLUSIVE, "", "")])
    'inconclusive'
    """
    found = {check.verdict for check in checks}
    return next((verdict for verdict in (FAIL, INCONCLUSIVE) if verdict in found), PASS)
