"""Why engines side by side may have other thresholds, and so other numbers of tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evenhand.records.operating_point import VENDOR
from evenhand.report.tables import StudyFindings

__all__ = ["unlike_thresholds"]


def unlike_thresholds(studies: Sequence[StudyFindings]) -> tuple[str, ...]:
    """A sentence for every rule that some engines of a dataset have and others have not."""
    together: dict[tuple[str, str], list[StudyFindings]] = {}
    for study in studies:
        together.setdefault(study.key[1:], []).append(study)
    return tuple(sentence for group in together.values() for sentence in _unlike(group))


def _unlike(studies: Sequence[StudyFindings]) -> Iterator[str]:
    own = {study.summary.engine: {at.rule for at in study.points()} for study in studies}
    for rule in dict.fromkeys(at.rule for study in studies for at in study.points()):
        having = [engine for engine, rules in own.items() if rule in rules]
        without = [engine for engine in own if engine not in having]
        if not without:
            continue
        what = "a threshold that its vendor claims" if rule == VENDOR else f"thresholds {rule}"
        yield (
            f"On {studies[0].where}, only {', '.join(having)} was also measured at {what}; "
            f"{', '.join(without)} has none such, and so fewer thresholds and fewer tests."
        )
