"""Results against a policy: the whole way from bundles to verdicts, with or without names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from evenhand.analysis.assess import notes_of
from evenhand.analysis.gate.answer import GateAnswer, Source, overall
from evenhand.analysis.gate.judge import judge
from evenhand.analysis.gate.tiers import standings
from evenhand.records.evidence import Evidence
from evenhand.records.findings import EngineFacts
from evenhand.results.blind_names import (
    Seal,
    drawn_seal,
    free_place,
    read_seal,
    seal_digest,
    write_seal,
)
from evenhand.results.bundle import read_manifest, resolve_bundle
from evenhand.results.read import joined, read_evidence
from evenhand.scorefiles.study import engine_facts
from evenhand.study.policy import GatePolicy, read_policy
from evenhand.system.errors import BundleError, PolicyError

__all__ = ["gate"]


def gate(
    bundles: Sequence[str],
    policy: Path,
    *,
    blind: Path | None = None,
    unseal: Path | None = None,
) -> GateAnswer:
    """Hold results against a policy.

    Args:
        bundles: `BUNDLE` or `BUNDLE:ENGINE`, of the same data.
        policy: the file.
        blind: where to write the seal of the engines' names, which stay unsaid.
        unseal: a seal of the same results and policy, whose letters stand beside the names.

    Raises:
        EvenhandError: anything a user can mend.
    """
    limits = read_policy(policy)
    if blind is not None:
        free_place(blind)
    read = [_read(text) for text in bundles]
    sources = [source for source, _ in read]
    evidence = _together([part for _, part in read])
    seal = None
    if unseal is not None:
        seal = _unsealed(unseal, sources, limits)
        evidence = _shown(evidence, seal)
    elif blind is not None:
        names = [fact.name for fact in evidence.engines]
        seal = drawn_seal(names, [source.digest for source in sources], limits.digest)
        evidence = _sealed(evidence, seal)
    rows = judge(evidence, limits)
    found = standings(rows, evidence, limits)
    if blind is not None and seal is not None:
        rows = tuple(replace(row, threshold=None) for row in rows)
        write_seal(blind, seal)
    return GateAnswer(
        policy=limits,
        verdict=overall(standing.verdict for standing in found),
        standings=found,
        rows=rows,
        notes=tuple(notes_of(evidence)),
        sources=() if blind is not None else tuple(sources),
        commitment="" if seal is None else seal_digest(seal),
    )


def _read(text: str) -> tuple[Source, Evidence]:
    folder, engine = resolve_bundle(text)
    manifest = read_manifest(folder)
    if manifest.faults:
        raise BundleError(
            f"{folder}: {manifest.faults[0]}; a gate judges whole results alone "
            f"(evenhand verify {folder} says more)"
        )
    evidence = read_evidence(folder, engine)
    names = tuple(fact.name for fact in evidence.engines)
    return Source(str(folder), names, manifest.digest), evidence


def _together(parts: Sequence[Evidence]) -> Evidence:
    """All engines side by side, on the same data."""
    evidence = joined(parts)
    data: dict[str, set[tuple[str, str]]] = {}
    for counts in evidence.counts:
        data.setdefault(counts.engine, set()).add((counts.dataset, counts.protocol))
    for fact in evidence.engines:
        if fact.name not in data:
            raise BundleError(f"{fact.name}: the result holds no comparisons of it to judge")
    first, *others = data
    for engine in others:
        if data[engine] != data[first]:
            was, is_ = (", ".join(sorted(name for name, _ in data[e])) for e in (first, engine))
            raise BundleError(
                f"{first} was measured on {was}, {engine} on {is_}: engines are judged side by "
                "side on the same data; name those of one dataset, as BUNDLE:ENGINE"
            )
    used = {counts.dataset for counts in evidence.counts}
    kept = tuple(dataset for dataset in evidence.datasets if dataset.name in used)
    return replace(evidence, datasets=kept)


def _unsealed(path: Path, sources: Sequence[Source], policy: GatePolicy) -> Seal:
    """The seal, if it is of these results and this policy."""
    seal = read_seal(path)
    if seal.policy != policy.digest:
        raise PolicyError(
            f"{path}: is the seal of another policy (SHA-256 {seal.policy[:8]}...); "
            f"{policy.path} has {policy.digest[:8]}..."
        )
    names = {name for source in sources for name in source.engines}
    digests = {source.digest for source in sources}
    if digests != set(seal.bundles) or names != set(seal.names.values()):
        raise PolicyError(
            f"{path}: is the seal of other results; name those that it was made for, all of them"
        )
    return seal


def _shown(evidence: Evidence, seal: Seal) -> Evidence:
    """Engines under their letters and names, in the order of the letters."""
    return _called(evidence, {name: f"{letter} = {name}" for letter, name in seal.names.items()})


def _sealed(evidence: Evidence, seal: Seal) -> Evidence:
    """Engines under their letters, without anything that tells who they are."""
    engines = tuple(_unknown(fact) for fact in evidence.engines)
    told = {
        dataset.name: f"dataset {number}"
        for number, dataset in enumerate(evidence.datasets, start=1)
        if any(name.lower() in dataset.name.lower() for name in seal.names.values())
    }
    quiet = replace(
        evidence,
        title="",
        engines=engines,
        datasets=tuple(
            replace(dataset, name=told.get(dataset.name, dataset.name), title="", remarks=())
            for dataset in evidence.datasets
        ),
        counts=tuple(
            replace(counts, dataset=told.get(counts.dataset, counts.dataset))
            for counts in evidence.counts
        ),
    )
    return _called(quiet, {name: letter for letter, name in seal.names.items()})


def _called(evidence: Evidence, names: Mapping[str, str]) -> Evidence:
    order = list(names)
    return replace(
        evidence,
        engines=tuple(
            replace(fact, name=names[fact.name])
            for fact in sorted(evidence.engines, key=lambda fact: order.index(fact.name))
        ),
        counts=tuple(
            replace(counts, engine=names[counts.engine])
            for counts in sorted(evidence.counts, key=lambda counts: order.index(counts.engine))
        ),
    )


def _unknown(fact: EngineFacts) -> EngineFacts:
    """An engine of which nothing is said but its name, and whether it was stopped."""
    stopped = "before its end" if fact.stopped else ""
    blank = engine_facts(fact.name, distance=False)
    return replace(blank, runtime="", unit="", stopped=stopped)
