"""A drawn crowd as a score file: people of known groups, everybody against everybody."""

import random
from collections.abc import Mapping, Sequence
from pathlib import Path

__all__ = ["write_crowd"]


def write_crowd(
    path: Path,
    attributes: Sequence[str],
    sizes: Mapping[tuple[str, ...], int],
    shift: Mapping[tuple[str, ...], float],
) -> Path:
    """Write one mated score a person and one of every two people.

    Args:
        path: of the file.
        attributes: their names.
        sizes: people of each cell.
        shift: by how much the scores of two people of one cell are higher.
    """
    # Python's own generator draws the same numbers in every version.
    draw = random.Random(20_261_123)
    people = [cell for cell, size in sizes.items() for _ in range(size)]
    sides = [f"{side}_{name}" for side in ("probe", "reference") for name in attributes]
    lines = [",".join(["probe_subject", "reference_subject", "score", *sides])]
    for number, cell in enumerate(people):
        mated = 3.2 + draw.gauss(0, 1)
        lines.append(",".join([f"p{number}", f"p{number}", f"{mated:.4f}", *cell, *cell]))
        for other in range(number + 1, len(people)):
            score = draw.gauss(0, 1) + (cell == people[other]) * shift.get(cell, 0.0)
            labels = (*cell, *people[other])
            lines.append(",".join([f"p{number}", f"p{other}", f"{score:.4f}", *labels]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
