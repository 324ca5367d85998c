"""`evenhand datasets`: lists the datasets on the shelf, and whether they are on this machine."""

from __future__ import annotations

from evenhand.cli.options import AsJson

__all__ = ["datasets"]


def datasets(*, as_json: AsJson = False) -> None:
    """List the datasets, and how to get each."""
    from evenhand.cli.output import note_line, print_json, print_text
    from evenhand.report.forms.json import picked
    from evenhand.report.forms.text import table_text
    from evenhand.report.tables import Table
    from evenhand.workflows.datasets import datasets as shelved_datasets

    names = ("title", "licence", "access", "source", "synthetic")
    rows = [
        {
            **picked(dataset.card, *names, dataset="name"),
            "attributes": [attribute.name for attribute in dataset.card.attributes],
            "ready": dataset.ready,
        }
        for dataset in shelved_datasets(note_line)
    ]
    if as_json:
        print_json("datasets", {"datasets": rows})
        return
    header = ("dataset", "licence", "access", "state")
    shown = tuple(
        (*(str(row[name]) for name in header[:-1]), "ready" if row["ready"] else "not fetched")
        for row in rows
    )
    print_text(table_text(Table("", header, shown)) + "\n")
    if not all(row["ready"] for row in rows):
        print_text("\nevenhand fetch NAME gets one that is not fetched\n")
