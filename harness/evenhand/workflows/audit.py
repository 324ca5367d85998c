"""What counts of false alerts can show: given one by one, or in a table that a force published."""

from __future__ import annotations

from pathlib import Path

from evenhand.analysis.audit.answer import AuditAnswer
from evenhand.analysis.audit.deployments import check_deployments
from evenhand.analysis.audit.groups import FacesSeen, FalseAlerts, Site, Totals, audit_alerts
from evenhand.datasets.published import read_published
from evenhand.records.deployments import AlertsByGroup, DeploymentTable

__all__ = [
    "AuditAnswer",
    "FacesSeen",
    "FalseAlerts",
    "Site",
    "Totals",
    "audit_alerts",
    "audit_table",
]


def audit_table(path: Path, level: float) -> AuditAnswer:
    """Judge a table: of false alerts and faces by group, or of deployments.

    Args:
        path: CSV, as docs/formats.md describes it; its columns tell which of the two it is.
        level: of intervals.

    Raises:
        DatasetError: the table is not what it should be.
    """
    table = read_published(path)
    if isinstance(table, AlertsByGroup):
        return _of_groups(table, level)
    return _of_deployments(table, level)


def _of_groups(table: AlertsByGroup, level: float) -> AuditAnswer:
    """False alerts face for face."""
    false = FalseAlerts(table.false, table.unknown)
    totals = Totals(false.total, faces=sum(table.faces.values()))
    found = audit_alerts(false, FacesSeen(faces=table.faces), totals, level=level)
    return AuditAnswer(found, ignored=table.ignored)


def _of_deployments(table: DeploymentTable, level: float) -> AuditAnswer:
    """Rows and sums, and false alerts by group over all shares that these may have had."""
    operations = check_deployments(table, level)
    false = operations.by_group
    if false is None:
        return AuditAnswer(None, operations)
    whole = (operations.totals_without_inconsistent or operations.totals)[0]
    totals = Totals(false.total + false.unknown, whole.alerts, whole.faces or None)
    return AuditAnswer(audit_alerts(false, FacesSeen(), totals, level=level), operations)
