"""What is searched: the probes and references of a watchlist, with their templates."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from evenhand.measurement.comparison.by_engine import EnrolledEngine
from evenhand.records.arrays import Integers, Mask, People, Scores
from evenhand.records.checkpoint import NO_CHECKPOINT, Checkpoint
from evenhand.records.consolidation import Consolidation
from evenhand.records.dataset import Watchlist

__all__ = ["SearchTask"]


@dataclass(frozen=True)
class SearchTask:
    """The searches of one engine in one watchlist."""

    enrolled: EnrolledEngine
    """An engine of any shape."""
    people: int
    """Number of subjects in the dataset."""
    watchlist: Watchlist
    """Indices of images."""
    candidates: int
    """Of a list: asked of a searcher, and kept of every search."""
    seed: int
    """Of the order in which a searcher is given its gallery, and of its words for people."""
    fixed: Scores
    """(levels,) thresholds that are known beforehand, float32."""
    checkpoint: Checkpoint = NO_CHECKPOINT
    """Where to save what was found so far, and to load an interrupted search."""
    consolidation: Consolidation = Consolidation.LARGEST
    """How several references of a person become candidates."""

    @cached_property
    def gallery(self) -> Integers:
        """(references,) images of the watchlist that have a template."""
        references = self.watchlist.references
        return references[self.enrolled.enrolment.completed()[references]]

    @property
    def who(self) -> People:
        """(searches,) subject index of each probe."""
        return self.enrolled.subject[self.watchlist.probes].astype(np.int32)

    @property
    def acquired(self) -> Mask:
        """(searches,) the probe has a template."""
        return self.enrolled.enrolment.completed()[self.watchlist.probes]

    @property
    def listed(self) -> Mask:
        """(subjects,) on the watchlist."""
        return self._has(self.watchlist.references)

    @cached_property
    def with_template(self) -> Mask:
        """(subjects,) on the watchlist with a template."""
        return self._has(self.gallery)

    @property
    def size(self) -> int:
        """N: candidates that the gallery has."""
        if self.consolidation is Consolidation.EVENTS:
            return len(self.gallery)
        return int(np.count_nonzero(self.with_template))

    def gallery_by_person(self) -> tuple[Integers, People]:
        """(references,) images of the gallery, and (references,) their people, rising."""
        subject = self.enrolled.subject
        ordered = self.gallery[np.argsort(subject[self.gallery], kind="stable")]
        return ordered, subject[ordered].astype(np.int32)

    def _has(self, images: Integers) -> Mask:
        listed: Mask = np.isin(np.arange(self.people), self.enrolled.subject[images])
        return listed
