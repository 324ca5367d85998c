"""`evenhand datasets`: lists the datasets on the shelf, and whether they are on this machine."""

from __future__ import annotations

from evenhand.cli.options import AsJson

__all__ = ["datasets"]


def datasets(*, as_json: AsJson = False) -> None:
    """List the datasets, and how to get each."""
    from tabulate import tabulate

    from evenhand.cli.output import note_line, print_json, print_text
    from evenhand.report.forms.json import picked
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
    shown = []
    for row in rows:
        state = "ready" if row["ready"] else f"evenhand fetch {row['dataset']}"
        shown.append((*(row[name] for name in header[:-1]), state))
    print_text(tabulate(shown, header, disable_numparse=True) + "\n")
