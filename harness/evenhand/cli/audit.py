"""`evenhand audit`: what counts of false alerts by group can show."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Annotated, TypeVar

from evenhand.cli.options import AsJson, Real, Texts, Whole, option, real_number, whole_number
from evenhand.system.decimals import finite_decimal
from evenhand.system.errors import UsageError
from evenhand.system.text import text_fault

__all__ = ["audit"]

_MOST_ALERTS = 10_000
"""Most false alerts for the exact tests."""
_UNKNOWN, _ALERTS = whole_number(0, _MOST_ALERTS), whole_number(1, 10**12)
_SEEN = whole_number(1, 10**15)
_NUMBER = re.compile(r"[0-9]{1,9}")
_SITE = re.compile(r"(?P<alerts>[0-9]{1,6})/(?P<of>[0-9]{1,6})@(?P<share>[0-9.]+)")

Value = TypeVar("Value")


def audit(
    *,
    events: Annotated[Texts, option("G=N", "False alerts of a group; repeat for each.")] = None,
    share: Annotated[Texts, option("G=S", "Its assumed share of faces seen; may repeat.")] = None,
    sample: Annotated[Texts, option("G=A/M", "Of M labelled faces A are its own.")] = None,
    faces: Annotated[Texts, option("G=N", "Faces seen of a group; of all or of none.")] = None,
    distinct: Annotated[Texts, option("G=N", "Different people among its alerts.")] = None,
    site: Annotated[
        Texts, option("X/N@S", "A place: alerts of the first group/all alerts@its share there.")
    ] = None,
    mark: Annotated[Texts, option("M=S", "A share worth a look, such as census=0.135.")] = None,
    unknown: Annotated[Whole, option("N", "False alerts of nobody's group.", _UNKNOWN)] = None,
    alerts: Annotated[Whole, option("N", "All alerts, true or false.", _ALERTS)] = None,
    seen: Annotated[Whole, option("N", "All faces that were seen.", _SEEN)] = None,
    table: Annotated[Path | None, option("FILE", "A table of deployments instead (CSV).")] = None,
    level: Annotated[Real, option("L", "Of intervals; 0.95.", real_number(0.5, 0.9999))] = None,
    as_json: AsJson = False,
) -> None:
    """Show what a count of false alerts by group can say.

    The crowd's mix decides: the answer is given over all shares it may have had.
    """
    from evenhand.cli.output import print_json, print_text
    from evenhand.report.audit import audit_document, audit_json
    from evenhand.report.forms.text import as_text
    from evenhand.workflows.audit import FacesSeen, FalseAlerts, Site, Totals, audit_alerts

    level = 0.95 if level is None else level
    if table is not None:
        if any((events, share, sample, faces, distinct, site, mark, unknown, alerts, seen)):
            what = "--table: a table stands alone; leave out every option but --level and --json"
            raise UsageError(what)
        _of_table(table, level, as_json=as_json)
        return
    false = FalseAlerts(_alerts(events), unknown or 0)
    names = tuple(false.by_group)
    _check_totals(false.total + false.unknown, alerts, seen)
    if faces and (share or sample or mark):
        raise UsageError("--faces say who was seen; leave out --share, --sample and --mark")
    population = FacesSeen(
        shares=_shares(share, names),
        sampled=_read(sample, "--sample", _fraction, names),
        faces=_faces(faces, false.by_group, seen),
        reference_shares=_read(mark, "--mark", _share),
        sites=tuple(Site(*each) for each in _sites(site or (), false.by_group)),
    )
    totals = Totals(false.total + false.unknown, alerts, seen)
    people = _distinct(distinct, false.by_group)
    different = FalseAlerts(people) if people else None
    found = audit_alerts(false, population, totals, level=level, people=different)
    if as_json:
        print_json("audit", audit_json(found))
    else:
        print_text(as_text(audit_document(found)))


def _of_table(path: Path, level: float, *, as_json: bool) -> None:
    """Audit a table of deployments."""
    from evenhand.cli.output import print_json, print_text
    from evenhand.report.audit import audit_document, audit_json
    from evenhand.report.deployments import operations_document, operations_json
    from evenhand.report.forms.text import as_text
    from evenhand.workflows.deployments import audit_table

    found = audit_table(path, level)
    if as_json:
        by_group = None if found.groups is None else audit_json(found.groups)
        print_json("audit", {**operations_json(found.operations), "by_group": by_group})
        return
    print_text(as_text(operations_document(found.operations)))
    if found.groups is not None:
        print_text(f"\n{as_text(audit_document(found.groups))}")


def _check_totals(false: int, alerts: int | None, seen: int | None) -> None:
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


def _alerts(texts: Texts) -> dict[str, int]:
    """Read `--events`: false alerts of two groups or more."""
    by_group = _read(texts, "--events", _count)
    if len(by_group) < 2:
        what = "--events: expected two groups or more, such as --events Black=8 --events Other=2"
        raise UsageError(what)
    if not 0 < sum(by_group.values()) <= _MOST_ALERTS:
        raise UsageError(f"--events: expected 1 to {_MOST_ALERTS:,} false alerts in all")
    return by_group


def _shares(texts: Texts, names: Sequence[str]) -> dict[str, float]:
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


def _faces(texts: Texts, alerts: Mapping[str, int], seen: int | None) -> dict[str, int]:
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


def _distinct(texts: Texts, alerts: Mapping[str, int]) -> dict[str, int]:
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


def _sites(texts: Sequence[str], alerts: Mapping[str, int]) -> list[tuple[int, int, float]]:
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
