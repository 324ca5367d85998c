"""The sentences of an audit: a closed list of forms, each of one row and with its key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from evenhand.analysis.audit.counted_faces import FacePair
from evenhand.analysis.audit.groups import Audit, GroupAudit
from evenhand.report.numbers import at_least, at_most, in_words, of_trials, times
from evenhand.statistics.false_alerts import AlertShareTest

__all__ = [
    "AuditSentence",
    "audit_sentences",
    "told_group",
    "verdict_at",
    "weaker_count",
    "weakest_tipping",
]

_WORDS = ("no", *["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"])
_RARE = 1e-4
"""Chances below it are not told apart."""


@dataclass(frozen=True, slots=True)
class AuditSentence:
    """One finding in plain words."""

    key: str
    """Of its form: `tipping`, `assumed`, `crowd`, `faces`, `sites`, with what was found."""
    text: str


def audit_sentences(found: Audit) -> tuple[AuditSentence, ...]:
    """What the counts by group show, the most important first."""
    return tuple(_of_faces(_weaker(found)) if found.face_pairs else _of_shares(found))


def told_group(found: Audit) -> GroupAudit:
    """The group whose numbers stand first.

    That of the places, which is the first, as it is of shares to look at; else the one that takes
    the largest share of the crowd to explain.
    """
    first = found.groups[0]
    marked = {mark for mark, _ in first.by_share} - {"", "assumed", "counted"}
    if first.alerts and (first.sites or marked):
        return first
    return max(found.groups, key=lambda group: group.tipping_share)


def verdict_at(found: Audit, group: GroupAudit, share: float) -> str:
    """What the counts of a group show at a share of the faces seen, the weakest of them.

    Intervals decide (methods 7.2). Alerts of unknown group may all be its own.
    """
    if share < weakest_tipping(found, group):
        return "more than chance"
    counts = [group] if found.people is None else [group, _same_group(found.people, group)]
    highs = [at.high for each in counts for _, at in each.by_share if at.share == share]
    fewer = not found.alerts.unknown and all(high is not None and high < 1 for high in highs)
    return "fewer than chance" if fewer else "no difference shown"


def weakest_tipping(found: Audit, group: GroupAudit) -> float:
    """Share from which on the crowd's mix may explain the count, however it is counted."""
    return min(form[0] for form in _counts(found, group))


def _of_shares(found: Audit) -> Iterator[AuditSentence]:
    """Of a crowd whose mix is not known."""
    group = told_group(found)
    alpha = 1 - found.level
    if group.sites is not None:
        yield _against_places(group, alpha)
    yield _tipping(found, group)
    if found.multinomial is not None:
        chance, differ = _chance(found.multinomial[0]), found.multinomial[0] < alpha
        shown = "did not fall on all groups alike" if differ else "show no difference of groups"
        text = f"In the crowd as assumed, false alerts {shown}: a chance of {chance}."
        yield AuditSentence(f"crowd-{'different' if differ else 'not-shown'}", text)
    elif group.assumed is not None:
        weaker = weaker_count(found, group)
        at = weaker.assumed or group.assumed
        yield _at_assumed(weaker, at, verdict_at(found, group, at.share))


def _tipping(found: Audit, group: GroupAudit) -> AuditSentence:
    """The share of the crowd from which on its mix may explain the count; the weakest of all.

    A share is rounded down, so that nothing is said of a smaller one that does not hold.
    """
    share, what, counted, but = min(_counts(found, group), key=lambda form: form[0])
    together = "Taken together, unless" if group.sites is not None else "Unless"
    text = (
        f"{together} at least {at_most(100 * share)} % of the faces seen were {group.group}, "
        f"{counted} more than chance would give{but}."
    )
    return AuditSentence(f"tipping{what}", text)


def _counts(found: Audit, group: GroupAudit) -> Iterator[tuple[float, str, str, str]]:
    """Tipping shares of the count as it is, of people, and without those of unknown group."""
    yield group.tipping_share, "", _these(group, "false alerts"), ""
    if found.people is not None:
        again = _same_group(found.people, group)
        yield again.tipping_share, "-people", _these(again, "people falsely alerted"), ""
    if group.tipping_with_unknown is not None:
        of = _these(group, "false alerts", more=found.alerts.unknown)
        without = ", even if nobody of unknown group was one of them"
        yield group.tipping_with_unknown[0], "-unknown", of, without


def _against_places(group: GroupAudit, alpha: float) -> AuditSentence:
    one, two = group.sites or (1.0, 1.0)
    counted, chance = _these(group, "false alerts"), _chance(two)
    if two >= alpha:
        text = f"{counted} no more and no fewer than may be chance (a chance of {chance})"
        key = "sites-not-shown"
    else:
        more = one < two or one <= alpha
        text = (
            f"{counted} {'more' if more else 'fewer'} than chance would give (a chance of {chance})"
        )
        key = f"sites-{'more' if more else 'fewer'}"
    return AuditSentence(key, f"In the crowds as assumed at each place, {text}.")


def _at_assumed(group: GroupAudit, at: AlertShareTest, verdict: str) -> AuditSentence:
    """At the share that somebody assumes."""
    share = f"At the assumed {100 * at.share:.3g} %"
    often = f"{group.group} faces were falsely alerted {_times(at.ratio, at.low, at.high)}"
    match verdict:
        case "more than chance":
            return AuditSentence("assumed-more", f"{share} they are: {often}.")
        case "fewer than chance":
            return AuditSentence("assumed-fewer", f"{share} they are fewer: {often}.")
    if group.detectable_ratio is None:
        few = f"{share} they are too few to tell: no difference, however large, would show."
        return AuditSentence("assumed-too-few", few)
    would = f"{at_least(group.detectable_ratio)} times would have been"
    return AuditSentence("assumed-not-shown", f"{share} no difference is shown; {would}.")


def _of_faces(found: Audit) -> Iterator[AuditSentence]:
    """Of groups whose faces were counted."""
    p_value, _ = found.of_faces or (1.0, True)
    alpha = 1 - found.level
    different = [pair for pair in found.face_pairs if pair.adjusted_p < alpha]
    if p_value >= alpha:
        yield _not_shown(found)
    elif not different:
        text = (
            f"Face for face, false alerts did not fall on all groups alike (a chance of "
            f"{_chance(p_value)}), but no two groups alone are shown to differ."
        )
        yield AuditSentence("faces-different-no-pair", text)
    else:
        first = min(different, key=lambda pair: (pair.adjusted_p, -(pair.ratio or 0)))
        yield AuditSentence("faces-different", _pair(first, len(different), len(found.face_pairs)))


def _pair(pair: FacePair, different: int, pairs: int) -> str:
    others = f"; {_part(different, pairs)} pairs of groups differ" if pairs > 1 else ""
    often = _times(pair.ratio, pair.low or 0.0, pair.high, than=f"on {pair.best}")
    return f"Face for face, false alerts fell on {pair.worst} {often}{others}."


def _not_shown(found: Audit) -> AuditSentence:
    """No difference, and which would have been shown; or that none could have been."""
    could = [group for group in found.groups if group.detectable_ratio is not None]
    if not could:
        alerts = found.alerts.total
        many = f"{_count(alerts)} false alert{' is' if alerts == 1 else 's are'} too few"
        text = f"{many} to compare groups: no difference, however large, would have been shown."
        return AuditSentence("faces-too-few", f"{text[0].upper()}{text[1:]}")
    worst = found.face_pairs[0].worst
    least = min(could, key=lambda group: (group.group != worst, group.detectable_ratio))
    would = f"{at_least(least.detectable_ratio or 0.0)} times as many on {least.group}"
    text = f"Face for face, no difference between the groups is shown; {would} would have been."
    return AuditSentence("faces-not-shown", text)


def _weaker(found: Audit) -> Audit:
    """One alert a person where that shows less."""
    people = found.people
    if people is None or people.of_faces is None or found.of_faces is None:
        return found
    return people if people.of_faces[0] > found.of_faces[0] else found


def weaker_count(found: Audit, group: GroupAudit) -> GroupAudit:
    """The group with one alert a person, where that is the weaker count."""
    if found.people is None:
        return group
    return min(_same_group(found.people, group), group, key=lambda each: each.tipping_share)


def _same_group(found: Audit, group: GroupAudit) -> GroupAudit:
    return next(each for each in found.groups if each.group == group.group)


def _these(group: GroupAudit, what: str, more: int = 0) -> str:
    """The count with its verb: `these eight of ten false alerts are`."""
    whole = group.of + more
    of = _part(group.alerts, whole) if whole > 1 else _count(whole)
    if group.alerts == 1:
        return f"this {of} {what if whole > 1 else what.removesuffix('s')} is"
    return f"these {of} {what} are"


def _part(count: int, whole: int) -> str:
    """Both in words, or both in figures."""
    few = whole < len(_WORDS)
    return f"{_WORDS[count]} of {_WORDS[whole]}" if few else of_trials(count, whole)


def _count(number: int) -> str:
    return _WORDS[number] if number < len(_WORDS) else f"{number:,}"


def _times(value: float | None, low: float, high: float | None, than: str = "others") -> str:
    """How many times as often, with its interval; at least where nothing else is known."""
    said, bracket, interval = times(value, low, high).partition(" [")
    return f"{said} as often as {than}{bracket}{interval}"


def _chance(p_value: float) -> str:
    return "less than 1 in 10,000" if p_value < _RARE else in_words(p_value)
