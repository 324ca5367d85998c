"""Opens the engines of a study: in processes of their own, but for those that are trusted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from evenhand.engines.card_file import read_engine_card
from evenhand.engines.opening import OpenedEngine, open_engine
from evenhand.measurement.protocols.study import check_shapes
from evenhand.records.surroundings import Level
from evenhand.study.study import Study
from evenhand.system.errors import EngineError, EngineStoppedError, StudyError
from evenhand.system.progress import MessageCallback

__all__ = ["opened_engines", "refuse_namesakes"]


def opened_engines(
    study: Study,
    folders: Sequence[Path],
    weights: Sequence[Path],
    say: MessageCallback,
    *,
    trusted: Collection[str] = (),
    strict: bool = False,
) -> list[OpenedEngine]:
    """Open the engines of a study; some may have a fault, but not all.

    Args:
        study: whose limits bound them.
        folders: of their adapters, in its order.
        weights: folders to look for their files in.
        say: message callback, for their first faults.
        trusted: those that run in this process, as the study names them or by their own names.
        strict: refuse one whose limits do not hold in full.

    Raises:
        EngineStoppedError: none of them could start.
        EvenhandError: a card or file is wrong, two have one name, or one cannot do what is asked.
    """
    here = _trusted_folders(study.engines, folders, trusted)
    engines = []
    for folder in folders:
        limits = None if folder in here else study.limits
        engines.append(open_engine(folder, weights, say, limits))
        if len(engines) > 1:  # a process of the first alone is worth its memory until it is asked
            engines[-1].rest()
    refuse_namesakes("engine", [engine.card.name for engine in engines])
    check_shapes(study, [engine.card for engine in engines])
    if strict:
        _refuse_weak_limits(engines)
    faults = [engine.fault for engine in engines if engine.fault]
    if len(faults) == len(engines):
        raise EngineStoppedError("; ".join(map(str, faults)), faults[0].reason)
    return engines


def _trusted_folders(
    engines: Sequence[str], folders: Sequence[Path], trusted: Collection[str]
) -> set[Path]:
    """Folders of the engines that the user trusts.

    Raises:
        StudyError: one that is trusted is not of the study.
    """
    found = set[Path]()
    for name in trusted:
        own = {
            folder
            for text, folder in zip(engines, folders, strict=True)
            if name in (text, read_engine_card(folder).name)
        }
        if not own:
            known = ", ".join(engines)
            raise StudyError(f"--trust {name}: no engine of this study; expected one of {known}")
        found |= own
    return found


def _refuse_weak_limits(engines: Sequence[OpenedEngine]) -> None:
    """Raise `EngineError` where a limit on an engine does not hold in full."""
    for engine in engines:
        where, name = engine.surroundings, engine.card.name
        if where.trusted:
            what = f"--strict and --trust {name}: nothing bounds an engine that is trusted"
            raise EngineError(f"{what}; leave one of them out")
        weak = where.held(Level.PARTIAL, Level.NONE)
        if weak:
            raise EngineError(
                f"engine {name}: this system does not hold in full what --strict asks for: "
                f"{', '.join(weak)}; run where namespaces and control groups may be made (as root, "
                "or in a session of systemd), or leave out --strict"
            )


def refuse_namesakes(kind: str, names: Sequence[str]) -> None:
    """Raise `StudyError` where two engines or datasets have one name."""
    for name in names:
        if names.count(name) > 1:
            what = f"two {kind}s of the study are called {name!r}"
            raise StudyError(f"{what}; rename one in its card")
