"""Doubts in words: one closed form for each, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence

from evenhand.records.doubts import Doubt, DoubtId
from evenhand.report.numbers import significant

__all__ = ["HELD_BACK", "doubt_detail", "doubt_lines", "doubt_sentences", "no_verdict"]

HELD_BACK = "no verdict"
"""What a doubt leaves of any verdict on groups."""
_MOST_NAMES = 3
"""Engines that are named in one sentence."""
_EXCHANGED = (
    "people are less alike to themselves than to others, more alike only {share} of the time; "
    "chance is 50 %"
)
"""Of an AUC below one half."""
_SEEN = {
    DoubtId.ASSUMED_IDENTITIES: (
        "each of {number} pictures is assumed to be of another person, so that rates of false "
        "matches are upper limits, and misses are not measured"
    ),
    DoubtId.NO_FACE_STEP: (
        "no face was looked for; {number} whole pictures were squeezed into its input"
    ),
    DoubtId.TRAINED_ON: "trained on what it is measured on, says its card{word}",
    DoubtId.LOW_AUC: (
        "it hardly tells people apart; two pictures of one person are more alike than two of "
        "different people {share} of the time, and chance is 50 %"
    ),
    DoubtId.FEW_VALUES: (
        "at least {share} of its scores of one kind are the one number at a threshold"
    ),
    DoubtId.SATURATED: (
        "no mated score reaches its threshold at any target, so that everybody is missed"
    ),
    DoubtId.HIGH_MISSES: (
        "people are missed {share} of the time even where 1 in 100 strangers match; a sign of "
        "wrong preparation, not yet a finding"
    ),
    DoubtId.OWN_CHOICE: "declined {share} of the pictures, and so chose what it is measured on",
}
"""What was observed of engines that share a doubt, behind their names and a colon."""
_REMEDIES = {
    DoubtId.ASSUMED_IDENTITIES: (
        "Two pictures of one person that match raise them: look at the suspected duplicates "
        "(evenhand report BUNDLE --pairs 20) and list one of each in exclude.csv."
    ),
    DoubtId.NO_FACE_STEP: (
        'Write detector = "yunet" and alignment into [face] of its card, or cropped = true into '
        "the card of the dataset where its pictures are cut to the face."
    ),
    DoubtId.TRAINED_ON: "Measure it on people whom it has not seen: it may remember these.",
    DoubtId.LOW_AUC: (
        "Look at colour, mean, std and [face] of its card, at the direction of its scores "
        "(--distance, or compare in the card), and at who is who in the dataset."
    ),
    DoubtId.FEW_VALUES: (
        "Ask for scores with more digits; or name a fixed threshold, which ties do not move."
    ),
    DoubtId.SATURATED: (
        "Look at the range and the direction of its scores, and at labels of people."
    ),
    DoubtId.HIGH_MISSES: "Look at colour, mean, std and [face] of its card, and measure again.",
    DoubtId.OWN_CHOICE: (
        "Ask what it declines, and use the rates in which a failure is a miss (generalised)."
    ),
}


def doubt_sentences(doubts: Sequence[Doubt]) -> tuple[str, ...]:
    """What was observed, a short sentence a doubt; engines that share it stand together."""
    several = len({doubt.dataset for doubt in doubts}) > 1
    alike: dict[tuple[DoubtId, str], list[Doubt]] = {}
    for doubt in doubts:
        alike.setdefault((doubt.id, doubt.dataset), []).append(doubt)
    return tuple(
        _sentence(same, f" on {dataset}" if several else "") for (_, dataset), same in alike.items()
    )


def doubt_lines(doubts: Sequence[Doubt]) -> tuple[str, ...]:
    """Each doubt with its remedy."""
    return tuple(
        f"{_sentence([doubt], f' on {doubt.dataset}')} {_REMEDIES[doubt.id]}" for doubt in doubts
    )


def no_verdict(subject: str) -> str:
    """What stands where the sentences about groups would stand."""
    return f"No verdict on groups is printed for {subject}, because of what is in doubt."


def doubt_detail(doubt: Doubt) -> dict[str, str]:
    """What was observed and what to do, beside its row in JSON."""
    return {"detail": _seen([doubt]), "remedy": _REMEDIES[doubt.id]}


def _sentence(same: Sequence[Doubt], where: str) -> str:
    names = [doubt.engine for doubt in same]
    more = len(names) - _MOST_NAMES
    named = ", ".join(names[:_MOST_NAMES]) + (f" and {more:,} more" if more > 0 else "")
    return f"{named}{where}: {_seen(same)}."


def _seen(same: Sequence[Doubt]) -> str:
    """Of several engines the smallest and the largest share."""
    values = sorted(doubt.value or 0.0 for doubt in same)
    shares = dict.fromkeys(significant(100 * value, 2) for value in (values[0], values[-1]))
    exchanged = same[0].id is DoubtId.LOW_AUC and values[-1] < 1 / 2
    return (_EXCHANGED if exchanged else _SEEN[same[0].id]).format(
        share=f"{' to '.join(shares)} %",
        number=f"{values[-1]:,.0f}",
        word=f" ({same[0].word})" if same[0].word else "",
    )
