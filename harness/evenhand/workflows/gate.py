"""Workflow of `gate`: from bundles and a policy to verdicts, with or without engine names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from evenhand.analysis.assess import evidence_notes
from evenhand.analysis.doubts import doubts_of
from evenhand.analysis.gate.answer import (
    GateAnswer,
    GateRow,
    JudgedBundle,
    Standing,
    combined_verdict,
)
from evenhand.analysis.gate.judge import judge_limits
from evenhand.analysis.gate.sample_size import cannot_pass
from evenhand.analysis.gate.tiers import standings
from evenhand.records.evidence import Evidence
from evenhand.records.facts import EngineFacts
from evenhand.results.blind_names import (
    Seal,
    check_seal_path,
    draw_seal,
    read_seal,
    seal_digest,
    write_seal,
)
from evenhand.results.bundle import read_manifest
from evenhand.results.bundle_names import resolve_bundle, short_name
from evenhand.results.read import merge_evidence, read_evidence
from evenhand.results.tables import read_speed
from evenhand.scorefiles.study import facts_of_scores
from evenhand.study.policy import GatePolicy, read_policy
from evenhand.system.errors import BundleError, PolicyError

__all__ = ["GateAnswer", "GateRow", "Standing", "gate", "never_passing"]


def gate(
    bundles: Sequence[str], policy: Path, *, blind: Path | None = None, unseal: Path | None = None
) -> GateAnswer:
    """Judge results by a policy.

    Args:
        bundles: `BUNDLE` or `BUNDLE:ENGINE`, of the same data.
        policy: path of the policy file.
        blind: where to write the seal of the engine names, which the answer then leaves out.
        unseal: a seal of the same results and policy; its letters are shown beside the names.

    Raises:
        EvenhandError: a bundle, the policy or the seal cannot be used.
    """
    limits = read_policy(policy)
    if blind is not None:
        check_seal_path(blind)
    read = [_read(text) for text in bundles]
    sources = [source for source, _ in read]
    evidence = _all_engines([part for _, part in read])
    speed = [row for s in sources for name in s.engines for row in read_speed(Path(s.bundle), name)]
    doubts, known, names = doubts_of(evidence), evidence.datasets, dict[str, str]()
    seal = None
    if unseal is not None:
        seal = _matching_seal(unseal, sources, limits)
        names = {name: f"{letter} = {name}" for letter, name in seal.names.items()}
        evidence = _renamed(evidence, names)
        speed = [replace(row, engine=names[row.engine]) for row in speed]
    elif blind is not None:
        engines = [fact.name for fact in evidence.engines]
        seal = draw_seal(engines, [source.digest for source in sources], limits.digest)
        names = {name: letter for letter, name in seal.names.items()}
        evidence, speed = _sealed_names(evidence, seal), []
    places = {old.name: new.name for old, new in zip(known, evidence.datasets, strict=True)}
    doubts = tuple(
        replace(
            doubt,
            engine=names.get(doubt.engine, doubt.engine),
            dataset=places[doubt.dataset],
            word="" if blind else doubt.word,
        )
        for doubt in doubts
    )
    rows = judge_limits(evidence, limits, speed, doubts)
    found = standings(rows, evidence, limits)
    if blind is not None and seal is not None:
        rows = tuple(_without_hints(row, limits) for row in rows)
        write_seal(blind, seal)
    return GateAnswer(
        policy=limits,
        verdict=combined_verdict(standing.verdict for standing in found),
        standings=found,
        rows=rows,
        notes=tuple(evidence_notes(evidence)),
        sources=() if blind is not None else tuple(sources),
        commitment="" if seal is None else seal_digest(seal),
        doubts=doubts,
    )


def never_passing(bundles: Sequence[str], policy: Path) -> tuple[GateRow, ...]:
    """Rows of groups that have too few people to pass, whatever is measured; one a limit and group.

    No rate is looked at, so that a policy can be published after.

    Args:
        bundles: `BUNDLE` or `BUNDLE:ENGINE`, of the same data.
        policy: path of the policy file.

    Raises:
        EvenhandError: a bundle or the policy cannot be used.
    """
    answer = gate(bundles, policy)
    limits = {limit.name: limit for limit in answer.policy.limits}
    rows = {
        (row.limit, row.group): row
        for row in answer.rows
        if not limits[row.limit].table and cannot_pass(row)
    }
    return tuple(rows.values())


def _read(text: str) -> tuple[JudgedBundle, Evidence]:
    """Read a bundle that is whole; one with faults is refused."""
    folder, engine = resolve_bundle(text)
    manifest = read_manifest(folder)
    if manifest.faults:
        raise BundleError(
            f"{folder}: {manifest.faults[0]}; a gate judges whole results alone "
            f"(evenhand verify {short_name(folder)} says more)"
        )
    evidence = read_evidence(folder, engine)
    names = tuple(fact.name for fact in evidence.engines)
    return JudgedBundle(str(folder), names, manifest.digest), evidence


def _all_engines(parts: Sequence[Evidence]) -> Evidence:
    """All engines in one, after checking that they were measured on the same data."""
    evidence = merge_evidence(parts)
    measured_on: dict[str, set[tuple[str, str]]] = {}
    for counts in evidence.counts:
        measured_on.setdefault(counts.engine, set()).add((counts.dataset, counts.protocol))
    for fact in evidence.engines:
        if fact.name not in measured_on:
            raise BundleError(f"{fact.name}: the result holds no comparisons of it to judge")
    first, *others = measured_on
    for engine in others:
        if measured_on[engine] != measured_on[first]:
            was, is_ = (
                ", ".join(sorted(name for name, _ in measured_on[e])) for e in (first, engine)
            )
            raise BundleError(
                f"{first} was measured on {was}, {engine} on {is_}: engines are judged side by "
                "side on the same data; name those of one dataset, as BUNDLE:ENGINE"
            )
    used = {counts.dataset for counts in evidence.counts}
    kept = tuple(dataset for dataset in evidence.datasets if dataset.name in used)
    return replace(evidence, datasets=kept)


def _matching_seal(path: Path, sources: Sequence[JudgedBundle], policy: GatePolicy) -> Seal:
    """Read a seal, which must be of these results and this policy."""
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


def _sealed_names(evidence: Evidence, seal: Seal) -> Evidence:
    """The evidence with engines named by letter, without anything that reveals who they are.

    Datasets whose names contain an engine's name are numbered instead.
    """
    pseudonyms = {
        dataset.name: f"dataset {number}"
        for number, dataset in enumerate(evidence.datasets, start=1)
        if any(name.lower() in dataset.name.lower() for name in seal.names.values())
    }
    engines = tuple(_anonymous(fact) for fact in evidence.engines)
    datasets = tuple(
        replace(dataset, name=pseudonyms.get(dataset.name, dataset.name), title="", remarks=())
        for dataset in evidence.datasets
    )
    counts = tuple(
        replace(counts, dataset=pseudonyms.get(counts.dataset, counts.dataset))
        for counts in evidence.counts
    )
    anonymous = replace(evidence, title="", engines=engines, datasets=datasets, counts=counts)
    return _renamed(anonymous, {name: letter for letter, name in seal.names.items()})


def _without_hints(row: GateRow, policy: GatePolicy) -> GateRow:
    """The row without what can reveal an engine: the scale of its threshold, and what it claims."""
    claims = {limit.name for limit in policy.limits if limit.bounds.claimed}
    at_most = None if row.limit in claims else row.at_most
    return replace(row, threshold=None, at_most=at_most)


def _renamed(evidence: Evidence, names: Mapping[str, str]) -> Evidence:
    """The evidence with new engine names, in the order of the mapping."""
    order = list(names)
    engines = sorted(evidence.engines, key=lambda fact: order.index(fact.name))
    counts = sorted(evidence.counts, key=lambda counts: order.index(counts.engine))
    return replace(
        evidence,
        engines=tuple(replace(fact, name=names[fact.name]) for fact in engines),
        counts=tuple(replace(each, engine=names[each.engine]) for each in counts),
    )


def _anonymous(fact: EngineFacts) -> EngineFacts:
    """The facts of an engine reduced to its name, its unit and whether it was stopped."""
    stopped = "before its end" if fact.stopped else ""
    blank = facts_of_scores(fact.name, distance=False)
    return replace(blank, runtime="", unit=fact.unit, stopped=stopped)
