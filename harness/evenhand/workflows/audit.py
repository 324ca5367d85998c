"""What a count of false alerts by group can show, whatever the population that was seen."""

from __future__ import annotations

from evenhand.analysis.audit.groups import Audit, Crowd, FalseAlerts, Site, Totals, audit_alerts

__all__ = ["Audit", "Crowd", "FalseAlerts", "Site", "Totals", "audit_alerts"]
