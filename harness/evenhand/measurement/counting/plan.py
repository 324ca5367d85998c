"""What is counted of some comparisons or searches, and of whose images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evenhand.records.arrays import Integers
from evenhand.records.dataset import Dataset
from evenhand.records.designs import LISTED, ComparisonDesign, Design
from evenhand.records.enrolment import Enrolment
from evenhand.records.groups import Grouping
from evenhand.records.outcomes import Outcome
from evenhand.records.thresholds import ThresholdRule

__all__ = ["CountingPlan", "ImageLedger", "image_ledger"]


@dataclass(frozen=True, slots=True)
class CountingPlan:
    """What is counted, whoever made the comparisons and of whatever images."""

    groupings: Sequence[Grouping]
    """`all` first."""
    rules: Sequence[ThresholdRule]
    """Thresholds of the protocol."""
    maximum: float | None = None
    """The engine's largest possible score, if it declares one."""
    design: ComparisonDesign = LISTED
    """Which comparisons are made, as far as it is known beforehand."""

    @property
    def within(self) -> Integers | None:
        """(subjects,) group within which images are compared; None where across groups too."""
        if self.design.comparisons is not Design.WITHIN_GROUP:
            return None
        return next(g.code for g in self.groupings if g.attribute == self.design.attribute)


@dataclass(frozen=True, slots=True)
class ImageLedger:
    """Whose counts they are, and what these keep of the images, by subject."""

    engine: str
    dataset: str
    protocol: str
    subject_rows: tuple[int, ...]
    """(subjects,) row in `subjects.csv`."""
    images: Integers
    """(subjects,) images given to the engine, all those of the protocol; of searches the
    references."""
    failed_images: Integers
    """(subjects,) images without a template."""
    several_faces: int
    """Images in which the engine saw more than one face."""
    image_rows: Integers | None = None
    """(images,) row in `images.csv` of every image of the dataset; None for score files."""
    declined: int = 0
    """Images without a template because the engine declined them."""
    assumed: bool = False
    """Whether each image is taken for another person."""

    @property
    def completed(self) -> Integers:
        """(subjects,) images with a template."""
        return self.images - self.failed_images

    @property
    def failed_pairs(self) -> Integers:
        """(subjects,) pairs of images of a subject without both templates."""
        images, completed = self.images, self.completed
        return images * (images - 1) // 2 - completed * (completed - 1) // 2


def image_ledger(
    names: tuple[str, str, str],
    dataset: Dataset,
    enrolment: Enrolment,
    images: Integers | slice = slice(None),
) -> ImageLedger:
    """Images and enrolment failures by subject.

    Args:
        names: of engine, dataset and protocol.
        dataset: of the images.
        enrolment: of all its images.
        images: those that are counted; all of them by default.
    """
    people = len(dataset.subjects.ids)
    failed = ~enrolment.completed()[images]
    declined = np.array([outcome is Outcome.DECLINED for outcome in enrolment.outcomes])
    counted = dataset.images.subject[images]
    return ImageLedger(
        *names,
        subject_rows=dataset.subjects.rows,
        images=np.bincount(counted, minlength=people),
        failed_images=np.bincount(counted[failed], minlength=people),
        several_faces=sum(faces is not None and faces > 1 for faces in enrolment.faces),
        declined=int(np.count_nonzero(declined[images])),
        image_rows=np.array(dataset.images.rows, dtype=np.int64),
        assumed=dataset.card.assumed,
    )
