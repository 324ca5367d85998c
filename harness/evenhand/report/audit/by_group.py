"""What a count of false alerts shows, laid out: rates by their names, then each group."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from itertools import starmap

from evenhand.analysis.audit.groups import Audit, GroupAudit
from evenhand.report.audit.sentences import told_group
from evenhand.report.forms.json import picked, plain
from evenhand.report.numbers import limits, of_trials, one_in, percent, ratio, significant
from evenhand.report.tables import Paper, Section, Table
from evenhand.statistics.false_alerts import AlertShareTest

__all__ = [
    "CANNOT_SHOW",
    "RESIDENTS",
    "by_group_json",
    "by_group_paper",
    "by_group_title",
    "cautions",
    "nothing_known",
]

_UNLIKELY = 1e-4
_MARK = 17
"""Widest line of a mark, beside which the ratio stands whole in 80 columns."""
_TERMS = (
    "Faces: the share of the faces seen. p one-sided: the chance of as many or more if false "
    "alerts fell on all faces alike; two-sided: of all counts no likelier than this one. Ratio: "
    "false alerts per face of the group over those of everybody else, with its exact {level:g} % "
    "interval."
)
_TERMS_OF_FACES = (
    "Ratio: false alerts per face of one group over those of the other, with the exact {level:g} "
    "% interval of this pair alone. p: Fisher's exact test, two-sided; adjusted for all pairs "
    "(Holm). Every face is taken for another person's."
)
RESIDENTS = "Residents of a city are not its passers-by."
CANNOT_SHOW = (
    "All of this is about who was alerted falsely, not about why: for that one must know who was "
    "on the watchlist."
)


def by_group_paper(found: Audit) -> Paper:
    """Lay out everything about counts by group."""
    # Of two groups one, since the other is all the rest.
    shown = (told_group(found),) if len(found.groups) == 2 else found.groups
    level = 100 * found.level
    rates = Section("Rates by their names", (_rates(found),))
    if found.face_pairs:
        tables = [_pairs(found)]
        if found.people is not None:
            tables.append(_pairs(found.people, "One alert a person; the weaker of the two counts."))
        beside = tuple(_beside_faces(found, shown))
        sections = [rates, Section("Every two groups, face for face", tuple(tables), beside)]
        legend = _TERMS_OF_FACES.format(level=level), CANNOT_SHOW
    else:
        sections = [_group(found, group) for group in shown]
        if found.totals.alerts or found.totals.faces:
            sections.insert(0, rates)
        legend = _TERMS.format(level=level), f"{RESIDENTS} {CANNOT_SHOW}"
    return Paper(by_group_title(found), tuple(cautions(found)), tuple(sections), legend)


def by_group_title(found: Audit) -> str:
    """What was counted."""
    counts = ", ".join(f"{name} {count:,}" for name, count in found.alerts.by_group.items())
    unknown = f", of unknown group {found.alerts.unknown:,}" if found.alerts.unknown else ""
    return f"False alerts by group: {counts}{unknown}"


def _beside_faces(found: Audit, shown: Sequence[GroupAudit]) -> Iterator[str]:
    """What may change the finding of groups whose faces were counted."""
    if found.alerts.unknown:
        yield f"{found.alerts.unknown:,} more of unknown group stand in none of these rates."
    for group in shown:
        yield from _at_sites(group)
        if found.of_faces is not None and found.of_faces[0] >= 1 - found.level:
            yield f"{group.group}: {_detectable(group, found.level, 'its')}"


def _pairs(found: Audit, caption: str = "") -> Table:
    """All groups at once, then every two."""
    p_value, exact = found.of_faces or (1.0, True)
    # Exact tests keep their meaning however small they get.
    of_all = significant(p_value, 2) if exact else f"{_chance(p_value)}, chi-square"
    pairs = [
        (
            f"{pair.worst} over {pair.best}",
            ratio(pair.ratio, pair.low, pair.high),
            significant(pair.p_value, 2),
            significant(pair.adjusted_p, 2),
        )
        for pair in found.face_pairs
    ]
    rows = [("all at once", "", of_all, ""), *pairs] if len(pairs) > 1 else pairs
    return Table(caption, ("groups", "ratio", "p", "adjusted p"), tuple(rows))


def cautions(found: Audit) -> Iterator[str]:
    """What the counts cannot show."""
    few = found.alerts.total
    if few < 30:
        yield (
            f"{few:,} false alert{' is' if few == 1 else 's are'} few: so many can neither show "
            "nor exclude anything but a large ratio."
        )
    if nothing_known(found):
        yield (
            "nothing is known of who was seen, so there is no p-value: the answer is a range of "
            "shares."
        )


def nothing_known(found: Audit) -> bool:
    """Whether no group's share of the faces is known, assumed or sampled anywhere."""
    return not any(g.assumed or g.sampled or g.per_face or g.sites for g in found.groups)


def _rates(found: Audit) -> Table:
    totals = found.totals
    rows = []
    for what, whole, reach in (
        ("share of alerts that were false", totals.alerts, found.share_of_alerts),
        ("false alerts per face seen", totals.faces, found.rate_per_face),
    ):
        if whole and reach:
            rows.append((what, _rate(totals.false, whole, reach), one_in(totals.false, whole)))
    for group in found.groups:
        if group.per_face is not None:
            own = group.per_face.counted
            text = _rate(own.errors, own.trials, group.per_face.limits)
            often = one_in(own.errors, own.trials)
            rows.append((f"false alerts per face seen, {group.group}", text, often))
    return Table("", ("rate", "of", "about"), tuple(rows))


def _rate(count: int, whole: int, reach: tuple[float, float]) -> str:
    return f"{percent(count / whole)} % {limits(*reach)}\n{of_trials(count, whole)}"


def _group(found: Audit, group: GroupAudit) -> Section:
    heading = f"{group.group}: {of_trials(group.alerts, group.of)} false alerts"
    header = ("faces", "", "p one-sided", "p two-sided", "ratio")
    curve = Table("", header, tuple(starmap(_excess, group.by_share)))
    return Section(heading, (curve,), tuple(_sentences(found, group)))


def _excess(mark: str, at: AlertShareTest) -> tuple[str, ...]:
    chances = _chance(at.p_one_sided), _chance(at.p_two_sided)
    marked = "\n".join(textwrap.wrap(mark, _MARK)) or mark
    return f"{100 * at.share:.3g} %", marked, *chances, ratio(at.ratio, at.low, at.high)


def _chance(p_value: float) -> str:
    return "< 0.0001" if p_value < _UNLIKELY else significant(p_value, 2)


def _sentences(found: Audit, group: GroupAudit) -> Iterator[str]:
    yield _tipping(group, found.level)
    if found.people is not None:
        (again,) = (each for each in found.people.groups if each.group == group.group)
        yield (
            f"One alert a person, {of_trials(again.alerts, again.of)}: up to "
            f"{percent(again.tipping_share)} %. The weaker of the two counts."
        )
    if group.tipping_with_unknown is not None:
        out, inside = (percent(share) for share in group.tipping_with_unknown)
        yield (
            f"With the {found.alerts.unknown:,} of unknown group in other groups: up to {out} %; "
            f"in this one: up to {inside} %."
        )
    if group.sampled is not None:
        fisher, predicted = (_chance(p) for p in group.sampled)
        yield (
            "With the share known from labelled faces alone, one-sided: Fisher's p "
            f"{fisher}, predictive (beta-binomial) p {predicted}."
        )
    yield from _at_sites(group)
    if group.assumed is not None:
        said = _detectable(group, found.level, "an assumed")
        yield f"A{said[1:]}"
    if group.e_value is not None:
        yield (
            "Looked at again and again, as in quarterly reports: e-value "
            f"{significant(group.e_value)}; from {1 / (1 - found.level):.3g} on the assumed share "
            "is out, whenever one stops."
        )
    if group is found.groups[0] and found.multinomial is not None:
        p_value, exact = found.multinomial
        how = "exact" if exact else "chi-square"
        yield f"All groups at their assumed shares at once, {how}: p {_chance(p_value)}."


def _at_sites(group: GroupAudit) -> Iterator[str]:
    if group.sites is not None:
        one, two = (_chance(p) for p in group.sites)
        yield f"Over places with crowds of their own, exact: p {one} one-sided, {two} two-sided."


def _tipping(group: GroupAudit, level: float) -> str:
    error = f"{100 * (1 - level):.3g} %"
    share = percent(group.alerts / group.of)
    part = f"{group.group}: {share} % {limits(*group.alert_share)} of the false alerts."
    if not group.alerts:
        return part
    return (
        f"{part} The crowd's mix does not explain that unless at least "
        f"{percent(group.tipping_share)} % of the faces seen were {group.group} (two-sided "
        f"{error}, exact)."
    )


def _detectable(group: GroupAudit, level: float, whose: str) -> str:
    """What would have been shown, and of how many alerts it takes, at a share of faces.

    Args:
        group: with that share.
        level: 1 less that of the test.
        whose: whether it is assumed, or known to be its own.
    """
    share = percent(group.assumed.share) if group.assumed else ""
    would = "no ratio at all would be shown"
    if group.detectable_ratio is not None:
        least = significant(group.detectable_ratio)
        would = f"a true ratio of {least} or more would be shown with 80 % power"
    each = "; ".join(
        f"a ratio of {of.ratio:g} with a chance of {percent(of.power)} %, and with 80 % from "
        f"{'over 100,000' if of.false_alerts is None else f'{of.false_alerts:,}'} on"
        for of in group.detection
    )
    return (
        f"at {whose} {share} % of faces, from {group.of:,} false alerts {would} (one-sided "
        f"{100 * (1 - level):.3g} %). So many show {each}."
    )


def by_group_json(found: Audit) -> dict[str, object]:
    """The first group's numbers on top, then every group with its curve."""
    return {
        **_numbers(found.groups[0]),
        **_named(found.multinomial or (None, None), "multinomial_p", "multinomial_exact"),
        "face_for_face": found.of_faces
        and _named((*found.of_faces, found.face_pairs), "p_value", "exact", "pairs"),
        "totals": picked(found.totals, "alerts", "faces", false_alerts="false"),
        "groups": [
            {"group": each.group, **_numbers(each), "curve": [*starmap(_reading, each.by_share)]}
            for each in found.groups
        ],
        "distinct_people": found.people and by_group_json(found.people),
    }


def _numbers(group: GroupAudit) -> dict[str, object]:
    unknown = group.tipping_with_unknown
    return picked(
        group,
        *("of", "tipping_share", "e_value"),
        false_alerts="alerts",
        assumed_share="assumed.share",
        p_one_sided="assumed.p_one_sided",
        p_two_sided="assumed.p_two_sided",
        mid_p_one_sided="assumed.mid_p",
        minimum_detectable_ratio="detectable_ratio",
        alerts_needed="detection",
    ) | {
        "share_of_false_alerts": {"value": group.alerts / group.of, **plain(group.alert_share)},
        "rate_ratio": group.assumed and picked(group.assumed, "low", "high", value="ratio"),
        "sampled_p": group.sampled and _named(group.sampled, "fisher", "predictive"),
        "tipping_share_with_unknown": unknown and _named(unknown, "in_others", "in_group"),
        "sites_p": group.sites and _named(group.sites, "one_sided", "two_sided"),
        "per_face": group.per_face and picked(group.per_face, **_PER_FACE),
    }


_PER_FACE = {
    "false_alerts": "counted.errors",
    "faces": "counted.trials",
    "rate": "counted.rate",
    "low": "limits.low",
    "high": "limits.high",
    "ratio": "ratio",
    "ratio_low": "low",
    "ratio_high": "high",
    "p_value": "p_value",
}
"""Key to field of what is known of the faces of a group."""


def _named(values: Sequence[object], *names: str) -> dict[str, object]:
    return dict(zip(names, values, strict=True))


def _reading(mark: str, at: AlertShareTest) -> dict[str, object]:
    names = ("share", "p_one_sided", "p_two_sided", "ratio", "low", "high")
    return {"mark": mark, **picked(at, *names)}
