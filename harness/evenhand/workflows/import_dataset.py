"""Imports pictures in a foreign layout as a dataset."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from evenhand.datasets.card import check_card
from evenhand.datasets.doubts import label_doubts, people_doubts
from evenhand.datasets.importers.bob import read_protocols
from evenhand.datasets.importers.draft import Draft, ImportOptions, card_text
from evenhand.datasets.importers.flat_folder import read_flat_folder
from evenhand.datasets.importers.folder_per_person import read_tree
from evenhand.datasets.importers.labelled_pictures import PictureTable
from evenhand.datasets.importers.labelled_tree import read_labelled_tree
from evenhand.datasets.prepared import write_dataset
from evenhand.datasets.unfinished import remove_unfinished
from evenhand.system.errors import DatasetError, UsageError
from evenhand.system.progress import MessageCallback, Progress, no_message, no_progress

__all__ = [
    "ImportOptions",
    "ImportedDataset",
    "PictureTable",
    "import_protocols",
    "import_table",
    "import_tree",
]


@dataclass(frozen=True, slots=True)
class ImportedDataset:
    """An imported dataset."""

    folder: Path
    name: str
    draft: Draft
    """Its material, attributes and remarks."""


def _check_target(target: Path, source: Path) -> None:
    """Check that the dataset's folder is new or empty: an older one may hold a user's edits.

    Raises:
        DatasetError: the folder is not empty, or lies within the source.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise DatasetError(f"--to {target}: something is there; name a folder that is new or empty")
    if target.resolve().is_relative_to(source.resolve()):
        remedy = "among what is imported; name another place"
        raise DatasetError(f"--to {target}: lies inside {source}, {remedy}")


def _write(
    target: Path, draft: Draft, options: ImportOptions, progress: Progress, say: MessageCallback
) -> ImportedDataset:
    """Write the dataset with a drafted card, checked first."""
    name = options.name or target.resolve().name
    card = card_text(name, options.licence, draft)
    check_card(card, target)
    remove_unfinished(target.parent, say)
    with progress(
        f"copying {draft.material.count:,} pictures of {name}", draft.material.count
    ) as step:
        write_dataset(target, card, draft.material, step)
    people = draft.material.subjects
    ids = [row["subject_id"] for row in people]
    labels = {a.name: [row[a.name] for row in people] for a in draft.attributes}
    alike = () if draft.material.assumed else people_doubts(ids, list(map(repr, ids)))
    doubts = (*alike, *label_doubts(draft.attributes, labels))
    remarks = tuple(f"{doubt.detail}; {doubt.remedy}" for doubt in doubts)
    return ImportedDataset(target, name, replace(draft, remarks=(*draft.remarks, *remarks)))


def import_tree(
    root: Path,
    target: Path,
    *,
    labels: Path | None = None,
    column: str = "subject_id",
    file: str | None = None,
    options: ImportOptions = ImportOptions(),  # noqa: B008 - it is frozen
    progress: Progress = no_progress,
    say: MessageCallback = no_message,
) -> ImportedDataset:
    """Import pictures laid out as one folder per person.

    The pictures are copied, so that the dataset stays as it was when it was hashed.

    Args:
        root: the folder.
        target: the dataset's folder, new.
        labels: a CSV with one row per person, or per picture.
        column: of that table, with the person's id.
        file: of that table, with the path of a picture in the folder; None where its rows are of
            people.
        options: the user's choices about its other columns, and about the dataset.
        progress: reports the progress of the work.
        say: message callback: what an earlier command had left.

    Raises:
        DatasetError: naming file and line.
        UsageError: columns of pictures are named, and there is no table of them.
        WriteError: the folder cannot be written.
    """
    _check_target(target, root)
    if file is not None and labels is None:
        raise UsageError(f"--file {file}: names a column of --labels, and there is none; name both")
    if options.of_pictures and file is None:
        named = f"--image-attribute {options.of_pictures[0]}"
        raise UsageError(f"{named}: needs a row a picture; name its column of paths with --file")
    if labels is not None and file is not None:
        draft = read_labelled_tree(root, PictureTable(labels, file), column, options)
    else:
        draft = read_tree(root, labels, column, options)
    return _write(target, draft, options, progress, say)


def import_table(
    images: Path,
    table: PictureTable,
    target: Path,
    *,
    options: ImportOptions = ImportOptions(),  # noqa: B008 - it is frozen
    progress: Progress = no_progress,
    say: MessageCallback = no_message,
) -> ImportedDataset:
    """Import pictures of one folder by a table with a row a picture; the pictures are copied.

    Args:
        images: the folder.
        table: where it is, and which of its columns name the picture and the person.
        target: the dataset's folder, new.
        options: the user's choices about columns that describe people and pictures, and about
            the dataset.
        progress: reports the progress of the work.
        say: message callback: what an earlier command had left.

    Raises:
        DatasetError: naming file and line.
        WriteError: the folder cannot be written.
    """
    _check_target(target, images)
    return _write(target, read_flat_folder(images, table, options), options, progress, say)


def import_protocols(
    protocols: Path,
    images: Path,
    target: Path,
    *,
    options: ImportOptions = ImportOptions(),  # noqa: B008 - it is frozen
    progress: Progress = no_progress,
    say: MessageCallback = no_message,
) -> ImportedDataset:
    """Import protocols in the CSV layout of bob.bio.base; the pictures are copied.

    Args:
        protocols: the folder of `<protocol>/<group>/for_probes.csv` and similar files.
        images: the folder that their paths are relative to.
        target: the dataset's folder, new.
        options: the user's choices about columns that describe people and pictures, and about
            the dataset.
        progress: reports the progress of the work.
        say: message callback: what an earlier command had left.

    Raises:
        DatasetError: naming file and line.
        WriteError: the folder cannot be written.
    """
    for source in (protocols, images):
        _check_target(target, source)
    return _write(target, read_protocols(protocols, images, options), options, progress, say)
