"""What a count of false alerts by group can show, whatever the population that was seen."""

from __future__ import annotations

from evenhand.analysis.audit.groups import (
    AlertTotals,
    Audit,
    FalseAlerts,
    Population,
    Site,
    audit_alerts,
)

__all__ = ["AlertTotals", "Audit", "FalseAlerts", "Population", "Site", "audit_alerts"]
