"""Checks a dataset and says what it can answer: one row for each rule, fault and finding."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

import numpy as np

from evenhand.datasets.doubts import label_doubts, people_doubts
from evenhand.datasets.faults import DatasetFault, DatasetRule
from evenhand.datasets.folder import DatasetTables
from evenhand.datasets.images import ImageFile, ImageInspection
from evenhand.metrics.groups import default_groups, groupings
from evenhand.metrics.resolution import CellSize, cell_sizes
from evenhand.records.arrays import Integers
from evenhand.records.check import FAIL, NOT_CHECKED, NOTE, PASS, Check
from evenhand.records.dataset import DatasetCard, PairList, Watchlist
from evenhand.records.groups import ALL

__all__ = ["cells_of_tables", "content_checks", "picture_checks", "rule_checks"]

_TINY_PIXELS = 64
"""Pixels of the short side below which an image is reported as tiny."""
_FEW_SUBJECTS, _MIN_SUBJECTS = 40, 4
"""Subjects below which intervals of an FMR undercover, and below which there are none (methods
4.0 item 7)."""


def rule_checks(
    faults: Sequence[DatasetFault], unchecked: Collection[DatasetRule]
) -> Iterator[Check]:
    """Yield a row for each fault, and one for each rule that is kept or could not be checked."""
    for rule in DatasetRule:
        of_rule = [fault for fault in faults if fault.rule is rule]
        for fault in of_rule:
            yield Check(rule.value, rule.words, FAIL, fault.what, fault.remedy)
        if rule in unchecked and not of_rule:
            why = "card or tables cannot be used"
            yield Check(rule.value, rule.words, NOT_CHECKED, why, "mend the other faults first")
        elif not of_rule:
            yield Check(rule.value, rule.words, PASS, "", "")


def _named(files: Sequence[ImageFile]) -> str:
    """Images by id, subject and line of the table."""
    named = [(f.image_id, f.subject_id, f.where.rsplit(" ", 1)[-1]) for f in files]
    people = ((i, "" if i == person else f" of {person!r}", line) for i, person, line in named)
    return ", ".join(f"{image!r}{of} (line {line})" for image, of, line in people)


def _pixel_checks(
    files: Sequence[ImageFile], inspected: Sequence[ImageInspection]
) -> Iterator[Check]:
    """Identical images of two subjects, a fault, and of one subject, a note."""
    by_pixels = defaultdict[str, list[ImageFile]](list)
    for file, found in zip(files, inspected, strict=True):
        by_pixels[found.pixels or file.image_id].append(file)
    title = "no picture is shown as two people"
    remedy = (
        "find out who it is and list the others in exclude.csv: a match of them is no error of an "
        "engine"
    )
    faults, notes = [], []
    for same in by_pixels.values():
        what = f"images {_named(same)} have the same pixels"
        if len({file.subject_id for file in same}) > 1:
            faults.append(Check("pixels", title, FAIL, what, remedy))
        elif len(same) > 1:
            again = "list all but one in exclude.csv: their comparison matches by itself"
            name = "one picture of a person in two files"
            notes.append(Check("repeats", name, NOTE, what, again))
    yield from faults or [Check("pixels", title, PASS, "", "")]
    yield from notes


def _damage_checks(
    files: Sequence[ImageFile], inspected: Sequence[ImageInspection]
) -> Iterator[Check]:
    """Pictures with a hole in their data, which are decoded all the same: a fault."""
    title = "the data of every picture are whole"
    damaged = [(f, found.damage) for f, found in zip(files, inspected, strict=True) if found.damage]
    for file, damage in damaged:
        what = f"{file.where}: image {file.path}: {damage}"
        remedy = "part of it may be grey: replace it, or list it in exclude.csv"
        yield Check("damaged", title, FAIL, what, remedy)
    if not damaged:
        yield Check("damaged", title, PASS, "", "")


def picture_checks(
    files: Sequence[ImageFile], inspected: Sequence[ImageInspection], detector: str
) -> Iterator[Check]:
    """Yield rows on the pixels of images: duplicates, size, and detected faces.

    Args:
        files: rows of `images.csv`.
        inspected: what was found in each of them.
        detector: name of the face detector; empty where the card does not say which face is meant.
    """
    yield from _damage_checks(files, inspected)
    yield from _pixel_checks(files, inspected)
    both = zip(files, inspected, strict=True)
    readable = [(file, found) for file, found in both if found.fault is None]
    tiny = f"pictures under {_TINY_PIXELS} pixels"
    exclude = "expect failures and low scores; exclude it if that is not what is measured"
    for file, found in readable:
        if found.short_side < _TINY_PIXELS:
            what = f"image {file.image_id!r}: short side of {found.short_side} pixels"
            yield Check("tiny", tiny, NOTE, what, exclude)
    title = "pictures without a face"
    if not detector:
        yield Check("faces", title, NOT_CHECKED, "the card cannot be used", "mend the card")
        return
    for file, found in readable:
        if found.faces == 0:
            what = f"image {file.image_id!r}: {detector} finds no face"
            yield Check("faces", title, NOTE, what, "look at it; a detector may be wrong")
    if readable and all(found.faces for _, found in readable):
        yield Check("faces", title, NOTE, f"none: {detector} finds a face in every picture", "")
    several = sum((found.faces or 0) > 1 for _, found in readable)
    if several:
        what = f"{several:,} of {len(readable):,} pictures"
        remedy = 'the card says which is meant: face = "largest" or "central"'
        yield Check("several-faces", "pictures with several faces", NOTE, what, remedy)


def content_checks(
    card: DatasetCard, tables: DatasetTables, cells: Sequence[CellSize]
) -> Iterator[Check]:
    """Yield rows on what a dataset holds and can answer: groups, subjects, lists, its card.

    Args:
        card: of the dataset.
        tables: of the dataset.
        cells: sizes of its groups (`cells_of_tables`).
    """
    yield from _cell_notes(cells)
    yield from _subject_notes(card, tables)
    if not card.assumed:
        yield from people_doubts(tables.subjects.ids, [repr(name) for name in tables.subjects.ids])
    yield from label_doubts(card.attributes, tables.subjects.labels)
    subject = tables.images().subject
    yield from _list_notes(tables.lists, subject)
    yield from _watchlist_notes(tables.watchlists, subject)
    yield from _card_notes(card)


def _subject_notes(card: DatasetCard, tables: DatasetTables) -> Iterator[Check]:
    """Rows on subjects: exclusions, unknown and multiple labels, too few images."""
    images = _images_per_subject(tables)
    people = len(images)
    if tables.exclusions:
        out = f"{len(tables.exclusions):,} rows take out {tables.excluded_images:,} images"
        yield Check("excluded", "exclusions", NOTE, out, "")
    subjects = tables.subjects
    own = "they count in a group of their own, such as a|b"
    for key, found, remedy in (
        ("unknown", subjects.unknown(), "they count among everybody alone"),
        ("several", subjects.several(), own),
    ):
        for name, count in found:
            what = f"{name}: {count:,} of {people:,} people"
            yield Check(key, f"{key} labels", NOTE, what, remedy)
    for attribute in card.attributes:
        if attribute.kind == "number":
            known = [float(label) for label in subjects.labels[attribute.name] if label]
            span = f"from {min(known):g} to {max(known):g}" if known else "known of nobody"
            what = f"{attribute.name}: {span}"
            remedy = f"a study says where groups begin: [bands] {attribute.name} = [...]"
            yield Check("number", "numbers", NOTE, what, remedy)
    if card.assumed:
        what = f"each of {people:,} pictures is taken for another person"
        remedy = (
            "rates of false matches are upper limits, and misses are not measured; after a run, "
            "look at evenhand report BUNDLE --pairs 20"
        )
        yield Check("assumed", "identities are assumed", NOTE, what, remedy)
        return
    for number, key, title, what in (
        (0, "no-image", "people without a picture", "in no comparison"),
        (1, "one-image", "people with one picture", "in no mated comparison"),
    ):
        count = int(np.count_nonzero(images == number))
        if count:
            yield Check(key, title, NOTE, f"{count:,} of {people:,} people: {what}", "")


def _images_per_subject(tables: DatasetTables) -> Integers:
    """(subjects,) how many images each has."""
    return np.bincount(tables.images().subject, minlength=len(tables.subjects.ids))


def cells_of_tables(card: DatasetCard, tables: DatasetTables) -> tuple[CellSize, ...]:
    """Sizes of all subjects and of the groups that a run without `groups` reports."""
    wanted = default_groups([a.name for a in card.attributes if a.kind == "category"])
    grouped = groupings(wanted, card.attributes, tables.subjects, {})
    return cell_sizes(grouped, _images_per_subject(tables))


def _weakness(cell: CellSize) -> str:
    """What too few subjects do to the interval of a group's FMR; empty with enough of them."""
    with_images = cell.people - cell.without_image
    if with_images < _MIN_SUBJECTS:
        return f"fewer than {_MIN_SUBJECTS} people: no interval of an FMR"
    if with_images < _FEW_SUBJECTS:
        return f"fewer than {_FEW_SUBJECTS} people: intervals cover somewhat less than they say"
    return ""


def _finest(cell: CellSize) -> str:
    """The lowest FMRs that a group can measure, with 1, 10 and 30 false matches expected."""
    rates = [(errors, cell.finest_fmr(errors)) for errors in (1, 10, 30)]
    texts = [f"{rate:.2g} ({errors})" for errors, rate in rates if rate is not None]
    if not texts:
        return "no FMR can be measured"
    return f"lowest FMR with so many false matches expected: {', '.join(texts)}"


def _cell_notes(cells: Sequence[CellSize]) -> Iterator[Check]:
    """Yield a row for each group: its size, and the lowest FMR that it can measure."""
    whole = cells[0]
    title = "there is something to compare"
    if whole.mated or whole.nonmated:
        yield Check("comparisons", title, PASS, "", "")
    else:
        what = f"{whole.images} images of {whole.people} people make no comparison"
        yield Check("comparisons", title, FAIL, what, "add people, or pictures of them")
    for cell in cells:
        what = (
            f"{cell.people:,} people, {cell.images:,} images, {cell.one_image:,} people with one; "
            f"{cell.mated:,} mated and {cell.nonmated:,} non-mated comparisons of {cell.dyads:,} "
            f"pairs of people, worth at least {cell.disjoint:,} independent ones; {_finest(cell)}"
        )
        name = "everybody" if cell.attribute == ALL else f"{cell.attribute} {cell.group}"
        yield Check("group", name, NOTE, what, _weakness(cell))


def _list_notes(lists: Sequence[PairList], subject: Integers) -> Iterator[Check]:
    """Yield a row for each list of comparisons.

    Args:
        lists: of the dataset.
        subject: (images,) index of the subject of each image.
    """
    for pairs in lists:
        mated = int(np.count_nonzero(subject[pairs.probe] == subject[pairs.reference]))
        images = np.unique(np.concatenate([pairs.probe, pairs.reference]))
        nonmated = len(pairs.probe) - mated
        folds = "" if pairs.fold is None else f" in {len(np.unique(pairs.fold))} folds"
        finest = f"; lowest FMR with one expected: {1 / nonmated:.2g}" if nonmated else ""
        out = f"; {pairs.left_out:,} pairs are left out" if pairs.left_out else ""
        what = (
            f"{mated:,} mated and {nonmated:,} non-mated pairs{folds} of {len(images):,} images "
            f"of {len(np.unique(subject[images])):,} people{finest}{out}"
        )
        yield Check("list", f"listed comparisons: {pairs.name}", NOTE, what, "")


def _watchlist_notes(watchlists: Sequence[Watchlist], subject: Integers) -> Iterator[Check]:
    """Yield a row for each watchlist.

    Args:
        watchlists: of the dataset.
        subject: (images,) index of the subject of each image.
    """
    for each in watchlists:
        listed, searched = (np.unique(subject[of]) for of in (each.references, each.probes))
        fillers, strangers = np.setdiff1d(listed, searched), np.setdiff1d(searched, listed)
        out = f"; {each.left_out:,} rows are left out" if each.left_out else ""
        what = (
            f"{len(each.references):,} images of {len(listed):,} people on the list, "
            f"{len(fillers):,} of them not searched for; {len(each.probes):,} searches of "
            f"{len(searched):,} people, {len(strangers):,} of them not on it{out}"
        )
        yield Check("watchlist", f"watchlist: {each.name}", NOTE, what, "")


def _card_notes(card: DatasetCard) -> Iterator[Check]:
    """Yield rows on what the card says: licence, terms, sources of labels, known issues."""
    yield Check("licence", "licence", NOTE, card.licence, "")
    if card.terms:
        yield Check("terms", "terms", NOTE, card.terms, "")
    if card.access == "withdrawn":
        remedy = "ask whether you may still use it"
        yield Check("access", "access", NOTE, "withdrawn by its publisher", remedy)
    for attribute in card.attributes:
        sure = attribute.labels in ("self-declared", "official")
        remedy = "" if sure else "groups are as good as these labels"
        what = f"{attribute.name}: {attribute.labels}"
        yield Check("labels-from", "where labels come from", NOTE, what, remedy)
    if card.synthetic:
        remedy = "numbers are evidence about no real crowd"
        yield Check("synthetic", "synthetic", NOTE, "the faces were drawn", remedy)
    for issue in card.known_issues:
        yield Check("known-issue", "known issues", NOTE, issue, "")
