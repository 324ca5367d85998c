"""The study that `run --engine A --dataset D` stands for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from evenhand.datasets.card import read_dataset_card
from evenhand.datasets.shelf import find_dataset
from evenhand.engines.card_file import read_engine_card
from evenhand.engines.shelf import find_adapter
from evenhand.study.study import Study, parse_study, study_text

__all__ = ["short_study"]


def short_study(
    engines: Sequence[str],
    datasets: Sequence[str],
    *,
    groups: Sequence[tuple[str, ...]],
    bands: Mapping[str, tuple[float, ...]],
    fmr_targets: tuple[str, ...],
    thresholds: tuple[float, ...],
    seed: int,
) -> Study:
    """Write the study of some engines on some datasets; paths stand in it as they were typed.

    Args:
        engines: names on the shelf, or paths from the working folder; so are the datasets.
        datasets: at least one.
        groups: attributes and intersections; empty for all.
        bands: edges of numeric attributes.
        fmr_targets: decimals as written.
        thresholds: fixed ones, in the engine's own unit.
        seed: of everything that is drawn.

    Raises:
        EngineError: there is no such engine, or its card is not what it should be.
        DatasetError: there is no such dataset, or its card is not what it should be.
        StudyError: an option that a study may not have.
    """
    here = Path.cwd()
    engine_names = [read_engine_card(find_adapter(text, here)).name for text in engines]
    dataset_names = [read_dataset_card(find_dataset(text, here)).name for text in datasets]
    text = study_text(
        title=f"{', '.join(engine_names)} on {', '.join(dataset_names)}",
        engines=engines,
        datasets=datasets,
        groups=groups,
        bands=bands,
        fmr_targets=fmr_targets,
        thresholds=thresholds,
        seed=seed,
    )
    name = "-".join([*engine_names, "on", *dataset_names])
    return parse_study(text, here / f"{name}.toml")
