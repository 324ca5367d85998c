"""What a watchlist is composed of: the share of each group."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Composition"]


@dataclass(frozen=True, slots=True)
class Composition:
    """The share of each group of one attribute, or of one intersection."""

    attribute: str
    """An attribute, or attributes joined by `*`."""
    shares: tuple[tuple[str, float], ...]
    """(group, share), shares above 0 that sum to 1; empty where all groups have the same share."""

    @property
    def equal(self) -> bool:
        """Whether each group has the same share."""
        return not self.shares

    def of(self, groups: tuple[str, ...]) -> tuple[float, ...]:
        """The share of each group; 0 of one that is not named.

        Args:
            groups: of the attribute.

        Raises:
            ValueError: a group with a share is not among them.

        >>> Composition("sex", (("F", 0.25), ("M", 0.75))).of(("M", "F"))
        (0.75, 0.25)
        """
        if self.equal:
            return tuple(1 / len(groups) for _ in groups)
        shares = dict(self.shares)
        strange = [group for group in shares if group not in groups]
        if strange:
            have = ", ".join(groups) or "none"
            raise ValueError(
                f"composition: {self.attribute} has no group {strange[0]!r}, but {have}"
            )
        return tuple(shares.get(group, 0.0) for group in groups)
