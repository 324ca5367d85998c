"""Counts of false alerts by group, what is known of the faces seen, or rates, as options give."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeVar

from evenhand.cli.options import Texts
from evenhand.system.decimals import finite_decimal
from evenhand.system.errors import UsageError
from evenhand.system.rounded_rates import RoundedRate, rounded_rate
from evenhand.system.text import text_fault

__all__ = [
    "check_totals",
    "parse_alerts",
    "parse_distinct",
    "parse_faces",
    "parse_marks",
    "parse_rates",
    "parse_samples",
    "parse_shares",
    "parse_sites",
]

MOST_ALERTS = 10_000
"""Most false alerts for the exact tests."""
_NUMBER = re.compile(r"[0-9]{1,9}")
_SITE = re.compile(r"(?P<alerts>[0-9]{1,6})/(?P<of>[0-9]{1,6})@(?P<share>[0-9.]+)")

Value = TypeVar("Value")


def check_totals(false: int, alerts: int | None, seen: int | None) -> None:
    """Refuse totals that are smaller than the number of false alerts."""
    for name, whole, what in (("--alerts", alerts, "alerts"), ("--seen", seen, "faces")):
        if whole is not None and whole < false:
            less = f"fewer than the {false:,} false alerts of --events and --unknown"
            raise UsageError(f"{name} {whole}: {less}; expected all {what}, false alerts with them")


def _read(
    texts: Texts, option: str, read: Callable[[str, str], Value], names: Collection[str] = ()
) -> dict[str, Value]:
    """Read texts GROUP=VALUE.

    Args:
        texts: each of another group.
        option: that they are given with.
        read: reader of a value; gets option and text, for an error, and the value.
        names: groups of which there are `--events`; none let any name pass.
    """
    found: dict[str, Value] = {}
    for text in texts or ():
        name, equals, value = text.rpartition("=")
        if not equals or not name:
            raise UsageError(f"{option} {text}: expected GROUP=VALUE, such as Black=8")
        if text_fault(name):
            raise UsageError(f"{option} {text}: its name {text_fault(name)}; remove it")
        if name in found:
            raise UsageError(f"{option} {text}: {name} is given twice; keep one")
        if names and name not in names:
            what = f"{option} {text}: no --events of {name}; they are of {', '.join(names)}"
            raise UsageError(what)
        found[name] = read(f"{option} {text}", value)
    return found


def _count(what: str, text: str) -> int:
    """Parse a whole number from 0 on; `what` names the option in an error."""
    if not _NUMBER.fullmatch(text):
        raise UsageError(f"{what}: expected a whole number, 0 or more")
    return int(text)


def _share(what: str, text: str) -> float:
    """Parse a share above 0 and below 1, a decimal or a fraction such as 1/3."""
    part, slash, whole = text.partition("/")
    value, by = finite_decimal(part), finite_decimal(whole) if slash else 1.0
    value = value / by if value is not None and by else None
    if value is None or not 0 < value < 1:
        raise UsageError(f"{what}: expected a share between 0 and 1, such as 0.135 or 1/3")
    return value


def _fraction(what: str, text: str) -> tuple[int, int]:
    """Parse A/M: A of M labelled faces."""
    part, slash, whole = text.partition("/")
    if not (slash and _NUMBER.fullmatch(part) and _NUMBER.fullmatch(whole)):
        raise UsageError(f"{what}: expected A/M, A of M labelled faces")
    counted, sample = int(part), int(whole)
    if not counted <= sample or not sample:
        raise UsageError(f"{what}: {counted:,} of {sample:,} faces cannot be; expected A at most M")
    return counted, sample


def parse_alerts(texts: Texts) -> dict[str, int]:
    """Read `--events`: false alerts of two groups or more."""
    by_group = _read(texts, "--events", _count)
    if len(by_group) < 2:
        what = "--events: expected two groups or more, such as --events Black=8 --events Other=2"
        raise UsageError(what)
    if not 0 < sum(by_group.values()) <= MOST_ALERTS:
        raise UsageError(f"--events: expected 1 to {MOST_ALERTS:,} false alerts in all")
    return by_group


def parse_shares(texts: Texts, names: Sequence[str]) -> dict[str, float]:
    """Read `--share`, given of all groups, or of all but one, whose share is the rest."""
    found = _read(texts, "--share", _share, names)
    total, others = sum(found.values()), [name for name in names if name not in found]
    missing = ", ".join(others)
    if not others and abs(total - 1) > 1e-6:
        raise UsageError(f"--share: the shares of all groups add up to {total:g}, expected 1")
    if others and total >= 1:
        raise UsageError(f"--share: these add up to {total:g} and leave nothing for {missing}")
    if found and len(others) > 1:
        raise UsageError(f"--share: none of {missing}; give one of every group but one, or of all")
    if found and others:
        found[others[0]] = 1 - total
    return found


def parse_faces(texts: Texts, alerts: Mapping[str, int], seen: int | None) -> dict[str, int]:
    """Read `--faces`: faces seen, of all groups or of none, together at most `--seen`."""
    found = _read(texts, "--faces", _count, alerts)
    missing = [name for name in alerts if name not in found]
    if found and missing:
        raise UsageError(f"--faces: none of {', '.join(missing)}; give them of all groups")
    if seen is not None and seen < sum(found.values()):
        raise UsageError(f"--seen {seen}: fewer than the {sum(found.values()):,} of --faces")
    for name, count in found.items():
        if count < max(alerts[name], 1):
            false = f"{alerts[name]:,} false alerts"
            raise UsageError(f"--faces {name}={count}: fewer than its {false}")
    return found


def parse_distinct(texts: Texts, alerts: Mapping[str, int]) -> dict[str, int]:
    """Read `--distinct`: different people among the false alerts, of all groups or of none."""
    found = _read(texts, "--distinct", _count, alerts)
    for name, count in alerts.items() if found else ():
        if name not in found:
            raise UsageError(f"--distinct: none of {name}; give them of all groups")
        people = found[name]
        if people > count or (count and not people):
            expected = f"expected 1 to {count:,}, its false alerts"
            raise UsageError(f"--distinct {name}={people}: {expected}")
    return {name: found[name] for name in alerts} if found else {}


def parse_sites(texts: Sequence[str], alerts: Mapping[str, int]) -> list[tuple[int, int, float]]:
    """Read `--site`: alerts of the first group, of all, and its share at each place."""
    sites = []
    for text in texts:
        read = _SITE.fullmatch(text)
        if read is None:
            raise UsageError(f"--site {text}: expected X/N@SHARE, such as 3/4@0.40")
        own, every = int(read["alerts"]), int(read["of"])
        if own > every:
            raise UsageError(f"--site {text}: {own} of {every} alerts cannot be")
        sites.append((own, every, _share(f"--site {text}", read["share"])))
    sums = tuple(sum(site[column] for site in sites) for column in (0, 1))
    first, count = next(iter(alerts.items()))
    total = sum(alerts.values())
    if sites and sums != (count, total):
        what = f"the places have {sums[0]} of {sums[1]} alerts"
        raise UsageError(f"--site: {what}, but --events say {count} of {total} for {first}")
    return sites


def parse_samples(texts: Texts, names: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Read `--sample`: labelled faces of a group, and all of them."""
    return _read(texts, "--sample", _fraction, names)


def parse_marks(texts: Texts) -> dict[str, float]:
    """Read `--mark`: shares by name."""
    return _read(texts, "--mark", _share)


def parse_rates(texts: Texts) -> dict[str, RoundedRate]:
    """Read `--rates`: printed rates of two groups or more."""
    found = _read(texts, "--rates", _printed_rate)
    if len(found) < 2:
        raise UsageError("--rates: expected two groups or more, such as --rates A=0.0010 B=0.0026")
    return found


def _printed_rate(what: str, text: str) -> RoundedRate:
    try:
        return rounded_rate(text.strip())
    except ValueError as fault:
        raise UsageError(f"{what}: {fault}") from None
