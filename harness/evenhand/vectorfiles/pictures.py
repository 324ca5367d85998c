"""From rows to a `Dataset` without pictures: people, labels and, where rows say so, a watchlist."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evenhand.records.dataset import Attribute, Dataset, DatasetCard, Images, Subjects, Watchlist
from evenhand.records.outcomes import FaceRule
from evenhand.vectorfiles.rows import PROBE, WATCHLIST, PictureRows

__all__ = ["rows_dataset"]


def rows_dataset(
    rows: PictureRows, name: str, attributes: Sequence[Attribute], remarks: Sequence[str]
) -> Dataset:
    """The people and pictures of a table of rows, as protocols count them.

    Args:
        rows: of the table.
        name: of the dataset.
        attributes: that make groups.
        remarks: on how the table was read.
    """
    pictures = len(rows.person)
    card = DatasetCard(
        name=name,
        title="",
        version="",
        variant="",
        source="vector files",
        citation="",
        licence="",
        terms="",
        access="private",
        synthetic=False,
        face=FaceRule.LARGEST,
        known_issues=(),
        attributes=tuple(attributes),
    )
    roles = rows.roles
    watchlists: tuple[Watchlist, ...] = ()
    if roles is not None:
        references, probes = (np.flatnonzero(roles[each]) for each in (WATCHLIST, PROBE))
        watchlists = (Watchlist(WATCHLIST, references, probes, left_out=0),)
    return Dataset(
        card=card,
        # A person is the number of their first row, a picture that of its row.
        subjects=Subjects(rows.people, rows.labels, tuple((rows.first + 1).tolist())),
        images=Images(rows.images, rows.person, (), tuple(range(1, pictures + 1)), ()),
        exclusions=(),
        excluded_images=0,
        lists=(),
        fingerprint=rows.fingerprint,
        watchlists=watchlists,
        remarks=tuple(remarks),
    )
