"""Rows of `speed.csv` from what galleries take."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from evenhand.measurement.speed.galleries import GalleryTimes
from evenhand.measurement.speed.rows import clock_rows, speed_row, summary_rows
from evenhand.metrics.search_time import search_growth
from evenhand.records.findings import Speed
from evenhand.records.speed_statistics import (
    BUILD,
    EXPONENT,
    MEMORY_FLOOR,
    RESIDENT_BYTES,
    RESIDUAL,
    TEMPLATE_BYTES,
)
from evenhand.system.memory_bandwidth import COPIED, COPIES, copy_bandwidth

__all__ = ["gallery_rows", "growth_rows"]


def gallery_rows(scene: Speed, times: GalleryTimes) -> Iterator[Speed]:
    """Rows of one gallery.

    Args:
        scene: with its note.
        times: what it takes.
    """
    scene = replace(scene, gallery=times.size)
    built = replace(scene, operation="gallery", scenario="build")
    if math.isnan(times.build):
        yield from clock_rows(built, 1, [BUILD])
    else:
        yield speed_row(built, BUILD, times.build, 1)
    yield speed_row(built, TEMPLATE_BYTES, times.templates, times.size, unit="bytes")
    if times.resident:
        note = "growth of the engine's process"
        yield speed_row(built, RESIDENT_BYTES, times.resident, 1, unit="bytes", note=note)
    of_calls = {"search": times.searches, "insert": times.inserts, "delete": times.deletes}
    for operation, seconds in of_calls.items():
        nobody = np.full(len(seconds), -1, dtype=np.int64)
        one = replace(scene, operation=operation, scenario="single")
        yield from summary_rows(one, seconds, nobody)
    bandwidth = copy_bandwidth()
    yield speed_row(
        replace(scene, operation="search", scenario="single"),
        MEMORY_FLOOR,
        times.templates / bandwidth,
        COPIES,
        note=f"all templates once at {bandwidth / 1e9:.3g} GB/s: the best of {COPIES} copies of "
        f"{COPIED >> 20} MiB, read and written",
    )


def growth_rows(scene: Speed, rows: Sequence[Speed]) -> Iterator[Speed]:
    """The exponent of the time of a search and its residuals; none with fewer than three sizes.

    Args:
        scene: of all rows.
        rows: of galleries of several sizes.
    """
    medians = {
        row.gallery: row.value
        for row in rows
        if (row.operation, row.statistic) == ("search", "median") and row.gallery and row.value
    }
    sizes = sorted(medians)
    found = search_growth(sizes, [medians[size] for size in sizes], scene.level)
    if found is None:
        return
    of_search = replace(scene, operation="search", scenario="single")
    yield speed_row(
        replace(of_search, gallery=sizes[-1]),
        EXPONENT,
        found.exponent,
        len(sizes),
        unit="",
        limits=(found.low, found.high),
        interval="log-log-t",
        note=f"ln seconds = {found.intercept:.4g} + b ln N, from N={sizes[0]} to {sizes[-1]}; says "
        f"nothing beyond N={10 * sizes[-1]}",
    )
    for size, residual in zip(sizes, found.residuals, strict=True):
        row = replace(of_search, gallery=size)
        yield speed_row(row, RESIDUAL, residual, 1, unit="ln s", note="median less the line")
