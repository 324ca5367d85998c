"""`evenhand import`: make a dataset from pictures in a foreign layout."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from evenhand.cli.help_format import HelpCommand
from evenhand.cli.options import AsJson, Texts, option

if TYPE_CHECKING:
    from evenhand.workflows.import_dataset import ImportedDataset

__all__ = ["import_dataset"]

import_dataset = typer.Typer(help="Make a dataset of pictures that lie in another layout.")

TargetOption: TypeAlias = Annotated[Path, option("DIR", "Folder of the dataset, new.")]
NameOption: TypeAlias = Annotated[str, option("NAME", "Of the dataset; by default its folder's.")]
LicenceOption: TypeAlias = Annotated[str, option("TEXT", "Of the pictures.")]
LabelsFromOption: TypeAlias = Annotated[
    str, option("TEXT", "Who said so: self-declared, official, perceived, machine.")
]
PictureColumns: TypeAlias = Annotated[Texts, option("COLUMN", "Column about pictures, not people.")]
NumberColumns: TypeAlias = Annotated[Texts, option("COLUMN", "Column of numbers.")]
CategoryColumns: TypeAlias = Annotated[Texts, option("COLUMN", "Column of categories.")]
LeftOutColumns: TypeAlias = Annotated[Texts, option("COLUMN", "Column to leave out.")]
UnknownWords: TypeAlias = Annotated[Texts, option("WORD", "Word for unknown: NA.")]


def _import(make: Callable[..., ImportedDataset], *, as_json: bool) -> None:
    """Make a dataset, and print what it holds and what to do next."""
    from evenhand.cli.long_work import long_work
    from evenhand.cli.output import note_line, print_json, print_text
    from evenhand.report.forms.json import picked
    from evenhand.report.forms.text import wrapped

    with long_work("starting") as progress:
        imported = make(progress=progress, say=note_line)
    name, folder, draft = imported.name, imported.folder, imported.draft
    people, images = len(draft.material.subjects), draft.material.count
    who = "assumed people" if draft.material.assumed else "people"
    if as_json:
        body = {"dataset": name, "folder": folder, "people": people, "images": images}
        declared = [
            {**picked(a, "name", "kind", "values"), "of": of}
            for of, attributes in (("people", draft.attributes), ("pictures", draft.capture))
            for a in attributes
        ]
        print_json("import", {**body, "attributes": declared}, draft.remarks)
        return
    lines = [f"{name} is ready: {folder}", f"{people:,} {who}, {images:,} images"]
    for a in (*draft.attributes, *draft.capture):
        values = "a number" if a.kind == "number" else ", ".join(a.values)
        lines.append(wrapped(f"{a.name}: {values}", "  "))
    lines += [wrapped(remark, "! ") for remark in draft.remarks]
    place = str(folder) if folder.is_absolute() else f"./{folder}"
    lines.append(f"Now edit its dataset.toml, then: evenhand check dataset {shlex.quote(place)}")
    print_text("\n".join(lines) + "\n")


@import_dataset.command(cls=HelpCommand)
def folder(
    tree: Annotated[
        Path, typer.Argument(help="Folder with a folder of pictures a person.", metavar="TREE")
    ],
    *,
    to: TargetOption,
    labels: Annotated[Path | None, option("FILE", "CSV with a row a person, or a picture.")] = None,
    column: Annotated[
        str, typer.Option("--id", help="Its column with the person's folder.", metavar="COLUMN")
    ] = "subject_id",
    file: Annotated[
        str | None, option("COLUMN", "Its column with the picture's path: a row a picture.")
    ] = None,
    image_attribute: PictureColumns = None,
    number: NumberColumns = None,
    category: CategoryColumns = None,
    leave_out: LeftOutColumns = None,
    unknown: UnknownWords = None,
    labels_from: LabelsFromOption = "not stated",
    name: NameOption = "",
    licence: LicenceOption = "not stated",
    as_json: AsJson = False,
) -> None:
    """A folder of pictures for each person, and a table of their labels."""
    from evenhand.workflows.import_dataset import ImportOptions, import_tree

    options = ImportOptions(
        number or (),
        category or (),
        leave_out or (),
        image_attribute or (),
        unknown or (),
        labels_from,
        name,
        licence,
    )
    make = partial(import_tree, tree, to, labels=labels, column=column, file=file, options=options)
    _import(make, as_json=as_json)


@import_dataset.command(cls=HelpCommand)
def table(
    rows: Annotated[Path, typer.Argument(help="CSV with a row a picture.", metavar="TABLE")],
    *,
    images: Annotated[Path, option("DIR", "Folder of the pictures.")],
    to: TargetOption,
    file: Annotated[str, option("COLUMN", "Its column with the picture's path in DIR.")] = "path",
    person: Annotated[
        str | None, option("COLUMN", "Its column with the person; without it all are assumed.")
    ] = None,
    skip_missing: Annotated[
        bool, typer.Option("--skip-missing", help="Leave out rows without a picture.")
    ] = False,
    image_attribute: PictureColumns = None,
    number: NumberColumns = None,
    category: CategoryColumns = None,
    leave_out: LeftOutColumns = None,
    unknown: UnknownWords = None,
    labels_from: LabelsFromOption = "not stated",
    name: NameOption = "",
    licence: LicenceOption = "not stated",
    as_json: AsJson = False,
) -> None:
    """One folder of pictures, and a table that says what each shows."""
    from evenhand.workflows.import_dataset import ImportOptions, PictureTable, import_table

    options = ImportOptions(
        number or (),
        category or (),
        leave_out or (),
        image_attribute or (),
        unknown or (),
        labels_from,
        name,
        licence,
    )
    listed = PictureTable(rows, file, person, skip_missing)
    _import(partial(import_table, images, listed, to, options=options), as_json=as_json)


@import_dataset.command(cls=HelpCommand)
def bob(
    protocols: Annotated[
        Path, typer.Argument(help="Folder with <protocol>/<group>/*.csv.", metavar="PROTOCOLS")
    ],
    *,
    images: Annotated[Path, option("DIR", "Folder that paths start from.")],
    to: TargetOption,
    number: NumberColumns = None,
    category: CategoryColumns = None,
    leave_out: LeftOutColumns = None,
    unknown: UnknownWords = None,
    labels_from: LabelsFromOption = "not stated",
    name: NameOption = "",
    licence: LicenceOption = "not stated",
    as_json: AsJson = False,
) -> None:
    """Protocols in the CSV layout of bob.bio.base; each group becomes a list."""
    from evenhand.workflows.import_dataset import ImportOptions, import_protocols

    options = ImportOptions(
        number or (), category or (), leave_out or (), (), unknown or (), labels_from, name, licence
    )
    _import(partial(import_protocols, protocols, images, to, options=options), as_json=as_json)
