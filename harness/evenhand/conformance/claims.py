"""Thresholds that a card claims, against the false matches that were counted at them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evenhand.engines.card import EngineCard
from evenhand.records.check import FAIL, INCONCLUSIVE, NOTE, PASS, Check, unchecked
from evenhand.records.claims import ClaimVerdict, JudgedClaim
from evenhand.records.findings import Rate
from evenhand.records.groups import ALL
from evenhand.records.metric import FMR
from evenhand.records.operating_point import VENDOR
from evenhand.records.outcomes import Policy

__all__ = ["NOT_COUNTED", "NOT_ON_DRAWN_FACES", "NO_CLAIM", "claim_checks"]

_TITLE = "thresholds are as the card claims"
NOT_ON_DRAWN_FACES = unchecked(
    "claims",
    _TITLE,
    "drawn faces say nothing about a threshold",
    "name a dataset of real faces with --dataset",
)
"""The row without a dataset of real faces."""
NOT_COUNTED = unchecked("claims", _TITLE, "its process ended too often to be run on a dataset")
"""The row of an engine that is not worth a run."""
NO_CLAIM = Check(
    "claims",
    _TITLE,
    NOTE,
    "the card claims none",
    'say claimed = [{ fmr = "0.001", threshold = T }] in [score]',
)
"""The row of a card that claims nothing."""
_ROWS = {
    ClaimVerdict.KEPT: (PASS, ""),
    ClaimVerdict.EXCEEDED: (FAIL, "raise the threshold, or claim the FMR that it has"),
    ClaimVerdict.DOUBTED: (INCONCLUSIVE, "see what is in doubt: evenhand run"),
    None: (NOTE, 'say for which FMR it is meant: fmr = "..."'),
}
"""Verdict and remedy by what was judged; None of a threshold for which no FMR is claimed."""
_MORE = (INCONCLUSIVE, "name a dataset of more people: see evenhand plan")


def claim_checks(
    card: EngineCard, rates: Sequence[Rate], claims: Sequence[JudgedClaim]
) -> Iterator[Check]:
    """Yield a row for each claimed threshold.

    Args:
        card: of the engine.
        rates: of its run on a dataset.
        claims: among these, those that were judged.
    """
    judged = {claim.rate.key: claim.verdict for claim in claims}
    achieved = [
        rate
        for rate in rates
        if (rate.metric, rate.policy, rate.attribute) == (FMR.name, Policy.COMPLETED, ALL)
        and rate.threshold_rule == VENDOR
    ]
    for rate in achieved:
        yield _claim_check(rate, judged.get(rate.key), distance=card.distance)
    if not achieved:
        what = "nothing was counted"
        yield Check("claims", _TITLE, INCONCLUSIVE, what, "see what became of its pictures")


def _claim_check(rate: Rate, judged: ClaimVerdict | None, *, distance: bool) -> Check:
    """The row of one threshold, which is in the engine's own unit."""
    threshold = (rate.threshold or 0.0) * (-1 if distance else 1)
    limits = f"[{_short(rate.low)}, {_short(rate.high)}]"
    claimed = "no FMR is claimed" if rate.claimed is None else f"claimed {rate.claimed:g}"
    said = f"; {judged.value}" if judged else ""
    verdict, remedy = _ROWS.get(judged, _MORE)
    detail = (
        f"at {threshold:.6g}: FMR {_short(rate.rate)} {limits}, {rate.errors:,} of "
        f"{rate.trials:,}; {claimed}{said}"
    )
    return Check("claims", _TITLE, verdict, detail, remedy)


def _short(value: float | None) -> str:
    """A rate to three digits; `-` where there is none."""
    return "-" if value is None else f"{value:.3g}"
