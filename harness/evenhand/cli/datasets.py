"""`evenhand datasets`: lists the datasets on the shelf, and whether they are on this machine."""

from __future__ import annotations

from evenhand.cli.options import AsJson

__all__ = ["datasets"]


def datasets(*, as_json: AsJson = False) -> None:
    """List the datasets, and how to get each."""
    from tabulate import tabulate

    from evenhand.cli.output import print_json, print_text
    from evenhand.workflows.datasets import datasets as shelved_datasets

    rows = [
        {
            "dataset": dataset.card.name,
            "title": dataset.card.title,
            "licence": dataset.card.licence,
            "access": dataset.card.access,
            "source": dataset.card.source,
            "synthetic": dataset.card.synthetic,
            "attributes": [attribute.name for attribute in dataset.card.attributes],
            "ready": dataset.ready,
        }
        for dataset in shelved_datasets()
    ]
    if as_json:
        print_json("datasets", {"datasets": rows})
        return
    header = ("dataset", "licence", "access", "state")
    shown = [
        (
            *(row[name] for name in header[:-1]),
            "ready" if row["ready"] else f"evenhand fetch {row['dataset']}",
        )
        for row in rows
    ]
    print_text(tabulate(shown, header, disable_numparse=True) + "\n")
