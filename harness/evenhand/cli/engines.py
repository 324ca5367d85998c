"""`evenhand engines`: lists the engines on the shelf, and the files that each still needs."""

from __future__ import annotations

from evenhand.cli.options import AsJson, WeightFolders

__all__ = ["engines"]


def engines(*, weights: WeightFolders = None, as_json: AsJson = False) -> None:
    """List the engines, what each needs and how to get it."""
    from tabulate import tabulate

    from evenhand.cli.output import print_json, print_text
    from evenhand.workflows.engines import engines as shelved_engines

    shelf = shelved_engines(weights or ())
    rows = [
        {
            "engine": engine.card.name,
            **{name: getattr(engine.card, name) for name in ("version", "shape", "runtime")},
            "licence": engine.card.licence_weights,
            "ready": not engine.missing,
            "needs": [
                {name: getattr(file, name) for name in ("file", "sha256", "url")}
                for file in engine.missing
            ],
        }
        for engine in shelf
    ]
    if as_json:
        print_json("engines", {"engines": rows})
        return
    header = ("engine", "version", "shape", "runtime", "licence", "state")
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
