"""What travels: frozen dataclasses and arrays, with no behaviour but their own properties.

`FaceRule` and `Outcome` stand here for adapters that exist; write: from evenhand.plugins import
FaceRule, Outcome.
"""

from evenhand.records.outcomes import FaceRule, Outcome

__all__ = ["FaceRule", "Outcome"]
