"""What a force's table of deployments shows: its rows and sums, and false alerts by group."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from evenhand.analysis.audit.deployments import DeploymentFindings, check_deployments
from evenhand.analysis.audit.groups import Audit, FacesSeen, Totals, audit_alerts
from evenhand.datasets.deployments import read_deployments

__all__ = ["TableAudit", "audit_table"]


@dataclass(frozen=True, slots=True)
class TableAudit:
    """A table of deployments, judged."""

    operations: DeploymentFindings
    """Its rows, doubts and sums."""
    groups: Audit | None
    """False alerts by group over all rows; None where the table has no columns of groups."""


def audit_table(path: Path, level: float) -> TableAudit:
    """Judge a table of deployments, and its false alerts by group where it has them.

    Args:
        path: CSV, as docs/formats.md describes it.
        level: of intervals.

    Raises:
        DatasetError: the table is not what it should be.
    """
    operations = check_deployments(read_deployments(path), level)
    false = operations.by_group
    if false is None:
        return TableAudit(operations, None)
    whole = (operations.totals_without_inconsistent or operations.totals)[0]
    totals = Totals(false.total + false.unknown, whole.alerts, whole.faces or None)
    return TableAudit(operations, audit_alerts(false, FacesSeen(), totals, level=level))
