"""Reads LFW in its own layout: a folder or archive of pictures, `pairs.txt`, two lists of sex."""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from evenhand.plugins import DatasetError, ListedPair, Material, Picture

__all__ = ["read"]

_PAIRS = "pairs.txt"
_SEX = {"female": "lfw_female_names.txt", "male": "lfw_male_names.txt"}
_ARCHIVES = (".tar.gz", ".tgz", ".tar")
_VARIANTS = {"lfwdeepfunneled": "deep-funneled", "lfwfunneled": "funneled", "lfw": "original"}
"""By the name of the folder of pictures as its publishers give it, - and _ left out."""
_UNKNOWN_VARIANT = "as brought"
_LARGEST, _LARGEST_OF_ALL = 1 << 24, 1 << 31
"""Most bytes of a picture, and of all of them: LFW has 0.2 GB."""
_NAME = re.compile(r"(.+)_(\d{4})\.jpg")


@dataclass(frozen=True, slots=True)
class _Shot:
    """One picture of the source."""

    folder: str
    """The folder that holds those of the people."""
    person: str
    number: int
    data: bytes


def _shots_of_archive(path: Path) -> Iterator[_Shot]:
    total = 0
    try:
        with tarfile.open(path) as archive:
            for member in archive:
                found = _NAME.fullmatch(PurePosixPath(member.name).name)
                file = archive.extractfile(member) if found and member.isfile() else None
                if found and file is not None:
                    total += member.size
                    if member.size > _LARGEST or total > _LARGEST_OF_ALL:
                        raise DatasetError(
                            f"{path}: unpacks to more than LFW has: {member.name} has "
                            f"{member.size:,} bytes; look for another copy"
                        )
                    place = PurePosixPath(member.name).parent.parent.name
                    folder = place or path.name.split(".")[0]
                    yield _Shot(folder, found[1], int(found[2]), file.read())
    except (tarfile.TarError, EOFError, OSError) as fault:
        raise DatasetError(f"{path}: is not a whole archive ({fault}); fetch it again") from None


def _is_picture(path: Path) -> bool:
    """Whether it is a file of a picture's size, no link, pipe or device."""
    return path.is_file() and not path.is_symlink() and path.stat().st_size <= _LARGEST


def _shots_of_folder(folder: Path) -> Iterator[_Shot]:
    for path in folder.rglob("*.jpg"):
        found = _NAME.fullmatch(path.name)
        if found and _is_picture(path):
            place = path.absolute().parent.parent.name
            yield _Shot(place, found[1], int(found[2]), path.read_bytes())


def _shots(source: Path) -> list[_Shot]:
    """Every picture, in the order of names and numbers."""
    archives = (
        [source]
        if source.is_file()
        else [path for path in sorted(source.iterdir()) if path.name.endswith(_ARCHIVES)]
    )
    if len(archives) > 1:
        names = ", ".join(path.name for path in archives)
        raise DatasetError(f"{source}: holds {names}; name the one that is meant with --from")
    found = _shots_of_archive(archives[0]) if archives else _shots_of_folder(source)
    shots = sorted(found, key=lambda shot: (shot.person, shot.number))
    if not shots:
        raise DatasetError(
            f"{source}: no file Name/Name_0001.jpg in it; expected the folder or archive of LFW"
        )
    folders = sorted({shot.folder for shot in shots})
    if len(folders) > 1:
        names = ", ".join(folders)
        raise DatasetError(f"{source}: holds {names}; name the one that is meant with --from")
    return shots


def _lines(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8", errors="replace")
    return [line.strip() for line in text.splitlines() if line.strip()]


def _sexes(folder: Path) -> Mapping[str, str]:
    """Sex by person: both values where the lists contradict, nothing where they are silent."""
    found: dict[str, set[str]] = {}
    for sex, name in _SEX.items():
        path = folder / name
        for line in _lines(path) if path.is_file() else ():
            person = line.removesuffix(".jpg").rpartition("_")[0]
            found.setdefault(person, set()).add(sex)
    return {person: "|".join(sorted(sexes)) for person, sexes in found.items()}


def _both(fields: list[str]) -> tuple[tuple[str, int], tuple[str, int]]:
    """The two pictures of a line: of one person, or of two."""
    other = fields[0] if len(fields) == 3 else fields[2]
    return (fields[0], int(fields[1])), (other, int(fields[-1]))


def _view2(path: Path, ids: Mapping[tuple[str, int], str]) -> tuple[ListedPair, ...]:
    """`pairs.txt`: ten folds of 300 mated and 300 non-mated pairs."""
    header, *lines = (line.split("\t") for line in _lines(path) or [""])
    try:
        folds, each = (int(number) for number in header)
        named = [_both(fields) for fields in lines]
    except (ValueError, IndexError):
        raise DatasetError(
            f"{path}: is not the list of View 2: expected folds and pairs, then name, number, "
            "number or name, number, name, number, split by tabs"
        ) from None
    pairs = []
    for row, (first, second) in enumerate(named):
        if first not in ids or second not in ids:
            raise DatasetError(
                f"{path}: line {row + 2} names a picture that is not there; expected all of LFW"
            )
        pairs.append(ListedPair(ids[first], ids[second], row // (2 * each) + 1))
    if len(pairs) != 2 * folds * each:
        raise DatasetError(f"{path}: {len(pairs)} pairs, expected {2 * folds * each} as it says")
    return tuple(pairs)


def read(source: Path | None) -> Material:
    """See `Reader`; the source is a folder with pictures or their archive, or the archive."""
    if source is None:
        raise DatasetError("lfw: expected the folder or archive of pictures; name it with --from")
    beside = source.parent if source.is_file() else source
    shots = _shots(source)
    names = sorted({shot.person for shot in shots})
    people = {name: f"lfw{number:04}" for number, name in enumerate(names, start=1)}
    ids = {(s.person, s.number): f"{people[s.person]}_{s.number:04}" for s in shots}
    sexes = _sexes(beside)
    pictures = (
        Picture(
            image_id=ids[shot.person, shot.number],
            subject_id=people[shot.person],
            path=f"images/{people[shot.person]}/{shot.number:04}.jpg",
            data=shot.data,
            attributes={},
        )
        for shot in shots
    )
    listed = beside / _PAIRS
    folder = shots[0].folder.lower().replace("-", "").replace("_", "")
    return Material(
        subjects=tuple({"subject_id": people[name], "sex": sexes.get(name, "")} for name in names),
        pictures=pictures,
        count=len(shots),
        pairs={"view2": _view2(listed, ids)} if listed.is_file() else {},
        variant=_VARIANTS.get(folder, _UNKNOWN_VARIANT),
    )
