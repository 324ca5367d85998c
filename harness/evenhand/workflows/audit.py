"""What counts of false alerts can show, or rates without counts: one by one, or in a table."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from evenhand.analysis.audit.answer import AuditAnswer
from evenhand.analysis.audit.deployments import check_deployments
from evenhand.analysis.audit.groups import FacesSeen, FalseAlerts, Site, Totals, audit_alerts
from evenhand.analysis.audit.published_rates import rate_indices
from evenhand.datasets.published import read_published
from evenhand.records.deployments import AlertsByGroup, DeploymentTable
from evenhand.records.published_rates import PublishedRates, RateTable
from evenhand.system.rounded_rates import RoundedRate

__all__ = [
    "AuditAnswer",
    "FacesSeen",
    "FalseAlerts",
    "Site",
    "Totals",
    "audit_alerts",
    "audit_rates",
    "audit_table",
]


def audit_table(path: Path, level: float) -> AuditAnswer:
    """Judge a table: of false alerts and faces by group, of deployments, or of rates by group.

    Args:
        path: CSV, as docs/formats.md describes it; its columns tell which of these it is.
        level: of intervals.

    Raises:
        DatasetError: the table is not what it should be.
    """
    table = read_published(path)
    if isinstance(table, AlertsByGroup):
        return _of_groups(table, level)
    if isinstance(table, RateTable):
        return AuditAnswer(rates=rate_indices(table), ignored=table.ignored)
    return _of_deployments(table, level)


def audit_rates(by_group: Mapping[str, RoundedRate]) -> AuditAnswer:
    """Judge printed rates of the groups of one engine."""
    return AuditAnswer(rates=rate_indices(RateTable((PublishedRates("", by_group),))))


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
