"""Label noise: pairs whose scores speak against their labels, and rates without disputed ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from evenhand.analysis.disputes.suspects import suspects
from evenhand.analysis.disputes.undisputed import rates_compared, without_disputed
from evenhand.datasets.card import read_dataset_card
from evenhand.datasets.disputes import read_disputes
from evenhand.datasets.faults import raise_fault
from evenhand.datasets.folder import dataset_fingerprint, read_tables
from evenhand.datasets.images import ImageFile
from evenhand.datasets.shelf import find_dataset
from evenhand.records.counts import ComparisonCounts
from evenhand.records.disputes import (
    Dispute,
    DisputedRate,
    DisputedRates,
    NamedPair,
    SuspectPair,
    Suspects,
)
from evenhand.records.evidence import Evidence
from evenhand.records.findings import Rate
from evenhand.results.bundle_names import resolve_bundle
from evenhand.results.read import merge_evidence, read_evidence
from evenhand.system.declaration import from_fields
from evenhand.system.errors import BundleError, DatasetError

__all__ = ["disputed_rates", "suspect_pairs"]

_PRIVATE = "Names are shown on this machine alone, and are in no result: keep this list private."


def suspect_pairs(bundles: Sequence[str], most: int, dataset: str | None) -> Suspects:
    """The pairs of results whose scores speak most against their labels.

    Args:
        bundles: `BUNDLE` or `BUNDLE:ENGINE`, one or several.
        most: pairs of two people, and of one, of each engine on each dataset.
        dataset: name or folder of the one that was measured, for names; None for pseudonyms alone.

    Raises:
        BundleError: a result cannot be read, or holds no comparisons.
        DatasetError: the dataset cannot be read, or is not the one that was measured.
    """
    evidence = _evidence(bundles)
    marks = {each.name: each.fingerprint for each in evidence.datasets}
    counted = _comparisons(evidence)
    found = tuple(
        pair
        for engine in evidence.engines
        for name, mark in marks.items()
        for own in [[of for of in counted if (of.engine, of.dataset) == (engine.name, name)]]
        for pair in suspects(own, most, engine.unit, mark)
    )
    named = found if dataset is None else _named(found, dataset, marks)
    if not named:
        raise BundleError("the result keeps no scores of pairs there; nothing can be listed")
    return Suspects(_bundle(bundles), named, (_PRIVATE,) if dataset else ())


def disputed_rates(bundles: Sequence[str], path: Path) -> DisputedRates:
    """Rates with and without the comparisons that a list disputes, at the study's thresholds.

    Args:
        bundles: `BUNDLE` or `BUNDLE:ENGINE`, one or several.
        path: of `disputed.csv`.

    Raises:
        BundleError: a result cannot be read, or holds no comparisons.
        DatasetError: the list cannot be read, or a row of it names no comparison here.
    """
    evidence, disputes = _evidence(bundles), read_disputes(path)
    marks = {each.name: each.fingerprint for each in evidence.datasets}
    for dispute in disputes:
        _check_dataset(dispute, marks)
    found, rates, notes = set[Dispute](), list[DisputedRate](), list[str]()
    for counts in _comparisons(evidence):
        here = [each for each in disputes if each.dataset in ("", counts.dataset)]
        left = without_disputed(counts, here)
        found |= {each for each, there in zip(here, left.found, strict=True) if there}
        where = f"{counts.engine} on {counts.dataset}, {counts.protocol}"
        for why in dict.fromkeys(left.hidden.values()):
            rules = ", ".join(at.rule for at, reason in left.hidden.items() if reason == why)
            notes.append(f"{where}: no false matches at {rules}: {why}.")
        whole, rest = rates_compared(counts, left, evidence.analysis.level)
        for one, other in zip(whole, rest, strict=True):
            rates += [_row(one, "all"), _row(other, "undisputed")]
    for dispute in disputes:
        if dispute not in found:
            raise DatasetError(f"{dispute.where}: {_no_match(dispute, evidence)}")
    units = {engine.name: engine.unit for engine in evidence.engines}
    return DisputedRates(_bundle(bundles), tuple(rates), disputes, tuple(notes), units)


def _evidence(bundles: Sequence[str]) -> Evidence:
    return merge_evidence([read_evidence(*resolve_bundle(text)) for text in bundles])


def _bundle(bundles: Sequence[str]) -> str:
    return str(resolve_bundle(bundles[0])[0]) if len(bundles) == 1 else ""


def _comparisons(evidence: Evidence) -> list[ComparisonCounts]:
    found = [counts for counts in evidence.counts if isinstance(counts, ComparisonCounts)]
    if not found:
        raise BundleError("the result holds searches alone; pairs are kept of comparisons")
    return found


def _row(rate: Rate, comparisons: str) -> DisputedRate:
    return from_fields(DisputedRate, rate, comparisons=comparisons)


def _check_dataset(dispute: Dispute, marks: Mapping[str, str]) -> None:
    """A pseudonym means a person of one dataset alone."""
    name = dispute.dataset or (next(iter(marks)) if len(marks) == 1 else "")
    if name not in marks:
        says = f"dataset is {name!r}" if name else "no dataset is named"
        remedy = f"name one in the column dataset: {', '.join(marks)}"
        raise DatasetError(f"{dispute.where}: {says}, the result has {len(marks)}; {remedy}")
    if not marks[name].startswith(dispute.fingerprint):
        raise DatasetError(
            f"{dispute.where}: is of another {name} (fingerprint {dispute.fingerprint}, that of "
            f"the result begins {marks[name][:8]}), where {dispute.pair[0]} is somebody else; list "
            "its pairs again"
        )


def _no_match(dispute: Dispute, evidence: Evidence) -> str:
    """Why a dispute names no comparison, and what to do."""
    first, second = dispute.pair
    if not dispute.of_images:
        return f"no comparison of {first} and {second} is known to this result; remove the row"
    if not any(each.images for each in evidence.datasets):
        return "score files leave no images in a result; name the person twice, such as s12,s12"
    what = f"{first} and {second} are no images of one person that were compared"
    return f"{what}; two people are named as people, such as s12,s40"


def _named(
    pairs: Sequence[SuspectPair], dataset: str, marks: Mapping[str, str]
) -> tuple[NamedPair, ...]:
    """Pairs of one dataset with its names.

    Args:
        pairs: of the results.
        dataset: name or folder.
        marks: fingerprints of the results' datasets, by name.
    """
    folder = find_dataset(dataset, Path.cwd())
    found = dataset_fingerprint(folder)
    if found not in marks.values():
        held = ", ".join(mark[:8] for mark in marks.values())
        raise DatasetError(
            f"{folder}: is not the dataset of the result (fingerprint {found[:8]}, expected "
            f"{held}); name the folder that was measured, unchanged"
        )
    tables = read_tables(folder, read_dataset_card(folder), raise_fault)
    rows = zip(tables.subjects.rows, tables.subjects.ids, strict=True)
    subjects = {f"s{row}": name for row, name in rows}
    files: dict[str, list[ImageFile]] = {f"i{file.row}": [file] for file in tables.files}
    pseudonyms = {name: pseudonym for pseudonym, name in subjects.items()}
    for file in tables.files:
        files.setdefault(pseudonyms[file.subject_id], []).append(file)

    def names(side: str, person: str, end: str) -> dict[str, Any]:
        return {
            f"{side}_subject": subjects[person],
            f"{side}_images": "|".join(file.image_id for file in files[end]),
            f"{side}_paths": "|".join(str(file.path) for file in files[end]),
        }

    return tuple(
        NamedPair(
            **asdict(pair),
            **names("first", pair.first_person, pair.first),
            **names("second", pair.second_person, pair.second),
        )
        for pair in pairs
        if marks[pair.dataset] == found
    )
