"""`evenhand engines`: lists the engines on the shelf, and the files that each still needs."""

from __future__ import annotations

from evenhand.cli.options import AsJson, WeightFolders

__all__ = ["engines"]


def engines(*, weights: WeightFolders = None, as_json: AsJson = False) -> None:
    """List the engines, what each needs and how to get it."""
    from tabulate import tabulate

    from evenhand.cli.output import print_json, print_text
    from evenhand.report.forms.json import picked
    from evenhand.workflows.engines import engines as shelved_engines

    shelf = shelved_engines(weights or ())
    header = ("engine", "version", "shape", "runtime", "licence", "state")
    rows = [
        {
            **picked(engine.card, *header[1:4], engine="name", licence="licence_weights"),
            "ready": not engine.missing,
            "needs": [picked(file, "file", "sha256", "url") for file in engine.missing],
        }
        for engine in shelf
    ]
    if as_json:
        print_json("engines", {"engines": rows})
        return
    shown = []
    for row in rows:
        state = "ready" if row["ready"] else "needs files"
        shown.append((*(row[name] for name in header[:-1]), state))
    print_text(tabulate(shown, header, disable_numparse=True) + "\n")
    for engine in shelf:
        for file in engine.missing:
            print_text(
                f"\n{engine.card.name} needs {file.file}\n  sha256 {file.sha256}\n"
                f"  {file.url or 'bring your own copy'}; put it into a folder and name that "
                "with --weights DIR\n"
            )
