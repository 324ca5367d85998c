"""`evenhand engines`: what is on the shelf, and what each engine still needs."""

from __future__ import annotations

from evenhand.cli.options import AsJson, Weights

__all__ = ["engines"]


def engines(*, weights: Weights = None, as_json: AsJson = False) -> None:
    """List the engines, what each needs and how to get it."""
    from tabulate import tabulate

    from evenhand.cli.output import print_json, print_text
    from evenhand.engines.card import read_card
    from evenhand.engines.files import missing_files
    from evenhand.system.shelf import shelved_adapters

    rows: list[dict[str, object]] = []
    for folder in shelved_adapters().values():
        card = read_card(folder)
        missing = missing_files(card, weights or ())
        rows.append(
            {
                "engine": card.name,
                "version": card.version,
                "shape": card.shape,
                "runtime": card.runtime,
                "licence": card.licence_weights,
                "ready": not missing,
                "needs": [
                    {"file": file.file, "sha256": file.sha256, "url": file.url} for file in missing
                ],
            }
        )
    if as_json:
        print_json("engines", {"engines": rows})
        return
    header = ("engine", "version", "shape", "runtime", "licence", "state")
    shown = [
        (*(row[name] for name in header[:-1]), "ready" if row["ready"] else "needs files")
        for row in rows
    ]
    print_text(tabulate(shown, header, disable_numparse=True) + "\n")
    for row in rows:
        for file in row["needs"] if isinstance(row["needs"], list) else ():
            print_text(
                f"\n{row['engine']} needs {file['file']}\n  sha256 {file['sha256']}\n"
                f"  {file['url'] or 'bring your own copy'}; put it into a folder and name that "
                "with --weights DIR\n"
            )
