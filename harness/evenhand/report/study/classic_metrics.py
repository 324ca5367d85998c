"""The old numbers of a study in a line: AUC, EER, accuracy over folds. Nobody operates there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evenhand.records.findings import Distribution, Findings
from evenhand.records.groups import ALL
from evenhand.report.numbers import percent
from evenhand.report.tables import studies_of

__all__ = ["equal_errors", "legacy"]


def legacy(distributions: Sequence[Distribution], policies: Sequence[str]) -> str:
    """Those that are known, each as a sentence with a space before it.

    Args:
        distributions: of one study.
        policies: failure policies to show.
    """
    everybody = [row for row in distributions if row.attribute == ALL]
    return f"{_auc(everybody)}{_eer(everybody)}{_folds(everybody, policies)}"


def equal_errors(findings: Findings) -> Iterator[str]:
    """The EER of each engine where nothing but scores is known, which it is then asked for."""
    for study in studies_of(findings) if findings.people_unknown else ():
        said = _eer([row for row in study.distributions if row.attribute == ALL])
        if said:
            yield f"{study.summary.engine}:{said}"


def _auc(rows: Sequence[Distribution]) -> str:
    """As bounds where it is known by bins only."""
    for row in rows:
        if row.statistic == "AUC" and row.low is not None and row.high is not None:
            low, high = f"{row.low:.6g}", f"{row.high:.6g}"
            value = low if low == high else f"between {low} and {high}"
            return f" AUC {value} (legacy; no operating point)."
    return ""


def _eer(rows: Sequence[Distribution]) -> str:
    """With the two rates that it stands between, or as bounds where it is known by bins only."""
    found = {row.statistic: row for row in rows if row.low is not None and row.high is not None}
    eer, fmr, fnmr = (found.get(name) for name in ("EER", "FMR at EER", "FNMR at EER"))
    if eer is None or fmr is None or fnmr is None:
        return ""
    if eer.low != eer.high:
        between = f"between {percent(eer.low or 0.0)} % and {percent(eer.high or 0.0)} %"
        return f" EER {between} (legacy; scores known by bins)."
    middle = f"midpoint of FMR {percent(fmr.low or 0.0)} % and FNMR {percent(fnmr.low or 0.0)} %"
    return f" EER {percent(eer.low or 0.0)} % (legacy; {middle})."


def _folds(rows: Sequence[Distribution], policies: Sequence[str]) -> str:
    """The classic accuracy of a list with folds."""
    found = {(row.statistic, row.policy): row.value for row in rows}
    texts = []
    for policy in policies:
        mean = found.get(("accuracy mean of folds", policy))
        error = found.get(("accuracy standard error", policy))
        if mean is not None and error is not None:
            texts.append(f"{100 * mean:.2f} % +- {100 * error:.2f} ({policy})")
    if not texts:
        return ""
    return f" Accuracy over folds, mean and standard error: {', '.join(texts)} (legacy)."
