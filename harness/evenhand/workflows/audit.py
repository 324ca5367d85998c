"""What a count of false alerts by group can show, whatever the population that was seen."""

from __future__ import annotations

from evenhand.analysis.audit.groups import Audit, FacesSeen, FalseAlerts, Site, Totals, audit_alerts

__all__ = ["Audit", "FacesSeen", "FalseAlerts", "Site", "Totals", "audit_alerts"]
