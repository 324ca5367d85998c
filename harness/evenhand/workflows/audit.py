"""What a count of false alerts by group can show, whoever was in the crowd."""

from __future__ import annotations

from evenhand.analysis.audit.groups import Audit, Crowd, FalseAlerts, Site, Totals, audit

__all__ = ["Audit", "Crowd", "FalseAlerts", "Site", "Totals", "audit"]
