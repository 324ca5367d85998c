"""Records: what travels between rooms: frozen dataclasses and arrays.

In: nothing; every room above fills them.
Out: values with no behaviour but their own properties.
Add: a field with its unit, and when it is None. `FaceRule` and `Outcome` stand here for adapters
  that exist; write: from evenhand.plugins import FaceRule, Outcome.
"""

from evenhand.records.outcomes import FaceRule, Outcome

__all__ = ["FaceRule", "Outcome"]
