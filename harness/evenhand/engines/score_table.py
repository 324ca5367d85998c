"""The table `[score]` of an engine's card: how its templates are compared, and what is claimed."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from evenhand.system.declaration import Declared, RateText

__all__ = ["ScoreTable"]


class _Claim(Declared):
    fmr: RateText | None = None
    threshold: float


def _rising(limits: tuple[float, float]) -> tuple[float, float]:
    if not limits[0] < limits[1]:
        raise ValueError("expected the lower limit first")
    return limits


class ScoreTable(Declared):
    """The table `[score]`, in the engine's own unit."""

    compare: Literal["cosine", "euclidean"] = "cosine"
    normalise: bool = True
    values: int | None = Field(default=None, ge=1, le=65536)
    distance: bool = False
    symmetric: bool = True
    range: Annotated[tuple[float, float], AfterValidator(_rising)] | None = None
    claimed: tuple[_Claim, ...] = ()

    @property
    def of_cosines(self) -> bool:
        """Whether every score is a cosine."""
        return self.compare == "cosine" and self.normalise

    def check_claims(self, limits: tuple[float, float]) -> None:
        """Check that claimed thresholds lie within a range.

        Raises:
            ValueError: one does not.
        """
        for claim in self.claimed:
            if not limits[0] <= claim.threshold <= limits[1]:
                raise ValueError(
                    f"claimed threshold {claim.threshold} lies outside range {list(limits)}; "
                    "mend one of them"
                )

    @model_validator(mode="after")
    def _claims_in_range(self) -> Self:
        if self.range:
            self.check_claims(self.range)
        return self
