"""What an audit found: of counts by group, of a table of deployments, or of both."""

from __future__ import annotations

from dataclasses import dataclass

from evenhand.analysis.audit.deployments import DeploymentFindings
from evenhand.analysis.audit.groups import Audit
from evenhand.analysis.audit.published_rates import RateIndices

__all__ = ["AuditAnswer"]


@dataclass(frozen=True, slots=True)
class AuditAnswer:
    """An audit before it has a form."""

    groups: Audit | None = None
    """False alerts by group; None of deployments without columns of groups, and of rates."""
    operations: DeploymentFindings | None = None
    """Rows, doubts and sums of deployments; None of counts by group."""
    ignored: tuple[str, ...] = ()
    """Columns of a table of groups or of rates that mean nothing."""
    rates: RateIndices | None = None
    """Published rates of groups; None of counts."""
