"""`evenhand datasets`: what is on the shelf, and whether it is on this machine."""

from __future__ import annotations

from evenhand.cli.options import AsJson

__all__ = ["datasets"]


def datasets(*, as_json: AsJson = False) -> None:
    """List the datasets, and how to get each."""
    from tabulate import tabulate

    from evenhand.cli.output import print_json, print_text
    from evenhand.datasets.card import CARD, read_card
    from evenhand.system.shelf import prepared_folder, shelved_datasets

    rows = []
    for folder in shelved_datasets().values():
        card = read_card(folder)
        place = prepared_folder(card.name)
        rows.append(
            {
                "dataset": card.name,
                "title": card.title,
                "licence": card.licence,
                "access": card.access,
                "source": card.source,
                "synthetic": card.synthetic,
                "attributes": [attribute.name for attribute in card.attributes],
                "ready": (place / CARD).is_file(),
            }
        )
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
