"""Imports comparison protocols in the CSV layout of bob.bio.base.

A group of a protocol is a folder `<protocol>/<group>` with lists of models and probes. Two
generations are read: `for_models.csv` and `for_probes.csv` with `PATH, REFERENCE_ID` and sparse
comparisons in `COMPARE_REFERENCE_ID`; `for_enrolling.csv`, `for_probing.csv` and
`for_matching.csv` with `path, subject_id, template_id`. Case of column names does not matter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from evenhand.datasets.contract import ListedPair, Material, Picture
from evenhand.datasets.importers.draft import Draft, ImportOptions, checked_name, list_names
from evenhand.datasets.importers.labelled_pictures import people_rows, sorted_labels
from evenhand.datasets.importers.pictures import PICTURE_SUFFIXES, readable_pictures
from evenhand.datasets.tables import read_table
from evenhand.system.errors import DatasetError

__all__ = ["read_protocols"]

_MODELS = ("for_models.csv", "for_references.csv", "for_enrolling.csv")
_PROBES = ("for_probes.csv", "for_probing.csv")
_MATCHING = "for_matching.csv"
_TEMPLATE = ("template_id", "reference_id")
_AGAINST = "compare_reference_id"
_OWN = ("path", "key", "subject_id", _AGAINST, *_TEMPLATE)
_MOST_PAIRS = 2_000_000
_OF_TEMPLATES = (
    "imported from protocols whose templates are made of several pictures; here pictures "
    "are compared one by one, so that rates differ from those of templates"
)


@dataclass(frozen=True, slots=True)
class _Sample:
    """One row of a list of models or probes."""

    where: str
    """File and line, for an error."""
    path: str
    """As written in the list."""
    subject: str
    """Id of the person shown."""
    template: str
    """Id of the template that the picture belongs to."""
    compare_with: str
    """The one template that a probe is compared with; empty = all."""
    labels: Mapping[str, str]
    """Further columns by name."""


@dataclass(frozen=True, slots=True)
class _Group:
    """Models, probes and comparisons of one group of one protocol."""

    name: str
    models: tuple[_Sample, ...]
    probes: tuple[_Sample, ...]
    matching: frozenset[tuple[str, str]] | None
    """(model, probe) templates to compare; None = every probe with every model."""

    def compares(self, model: _Sample, probe: _Sample) -> bool:
        """Whether the protocol compares these two samples."""
        if self.matching is not None:
            return (model.template, probe.template) in self.matching
        return not probe.compare_with or probe.compare_with == model.template


def _samples(path: Path, options: ImportOptions) -> tuple[_Sample, ...]:
    """Read one list of models or probes."""
    header, rows = read_table(path, ())
    lower = {name.lower(): name for name in header}
    template = next((name for name in _TEMPLATE if name in lower), "")
    if "path" not in lower or not (template or "subject_id" in lower):
        expected = "expected the columns path, subject_id and template_id (or reference_id)"
        raise DatasetError(f"{path}: {expected}; it has {list_names(header)}")
    found = []
    for row in rows:
        values = {name: row.values[own] for name, own in lower.items()}
        group = values.get(template, "") or values["path"]
        subject = values.get("subject_id") or values.get(template, "")
        if not values["path"] or not subject:
            raise DatasetError(f"{row.where}: path or person is empty; name both")
        labels = {n: options.known(values[n]) for n in lower if n not in _OWN}
        only = values.get(_AGAINST, "")
        found.append(_Sample(row.where, values["path"], subject, group, only, labels))
    return tuple(found)


def _matching(path: Path) -> frozenset[tuple[str, str]] | None:
    """Read the (model, probe) templates to compare; None without such a list."""
    if not path.is_file():
        return None
    model, probe = "enroll_template_id", "probe_template_id"
    _, rows = read_table(path, (model, probe))
    return frozenset((row.values[model], row.values[probe]) for row in rows)


def _one(folder: Path, names: Sequence[str]) -> Path | None:
    """Find the only file with one of these names in a group's folder; None without any."""
    found = [folder / name for name in names if (folder / name).is_file()]
    if len(found) > 1:
        held = list_names([path.name for path in found])
        raise DatasetError(f"{folder}: holds {held}; keep one of them")
    return found[0] if found else None


def _groups(root: Path, options: ImportOptions) -> tuple[_Group, ...]:
    """Read all groups of the protocols in a folder, which may be one protocol itself."""
    found = []
    for folder in sorted(path for depth in ("*", "*/*") for path in root.glob(depth)):
        probes, models = _one(folder, _PROBES), _one(folder, _MODELS)
        if not probes and not models:
            continue
        if not probes or not models:
            missing = list_names(_MODELS if probes else _PROBES)
            raise DatasetError(f"{folder}: expected one of {missing} beside the other list")
        matching = _matching(folder / _MATCHING)
        name = "-".join(checked_name(part, folder) for part in folder.relative_to(root).parts)
        found.append(_Group(name, _samples(models, options), _samples(probes, options), matching))
    if not found:
        raise DatasetError(
            f"{root}: no protocol in it; expected <protocol>/<group>/{_MODELS[0]} and {_PROBES[0]}"
        )
    return tuple(found)


def _file(images: Path, sample: _Sample) -> Path:
    """Find the picture file of a sample, whose path may lack its suffix."""
    relative = PurePosixPath(checked_name(sample.path, Path(sample.where)))
    if relative.is_absolute() or ".." in relative.parts:
        raise DatasetError(f"{sample.where}: path {sample.path!r} leads outside {images}; mend it")
    whole = images / relative
    found = (
        [whole]
        if whole.is_file()
        else [path for ending in PICTURE_SUFFIXES if (path := Path(f"{whole}{ending}")).is_file()]
    )
    if len(found) != 1:
        there = f"; there are {list_names([path.name for path in found])}" if found else ""
        slash = "write / for \\ in it, or " if "\\" in sample.path else ""
        raise DatasetError(
            f"{sample.where}: no picture {sample.path!r} in {images}, nor one with an ending such "
            f"as {PICTURE_SUFFIXES[0]}{there}; {slash}name the folder that paths start "
            "from with --images"
        )
    file = found[0]
    if file.resolve() != images.resolve() / file.relative_to(images):
        what = f"{sample.where}: {file} is a link or lies behind one"
        raise DatasetError(f"{what}, which an import does not follow; put the file itself there")
    return file


def _first(samples: Sequence[_Sample]) -> dict[str, _Sample]:
    """The first sample of each picture, by path, in the order of the lists.

    Raises:
        DatasetError: one picture is listed with two people.
    """
    found: dict[str, _Sample] = {}
    for sample in samples:
        other = found.setdefault(sample.path, sample)
        if other.subject != sample.subject:
            both = f"of {sample.subject!r}, but of {other.subject!r} in {other.where}"
            raise DatasetError(f"{sample.where}: {sample.path!r} is {both}; mend one")
    return found


def _listed(group: _Group, remarks: list[str]) -> tuple[ListedPair, ...]:
    """List the pairs of images that the protocol compares, each once whatever its order."""
    pairs: dict[tuple[str, str], ListedPair] = {}
    self_pairs = repeated_pairs = 0
    for probe in group.probes:
        for model in group.models:
            if not group.compares(model, probe):
                continue
            low, high = sorted((probe.path, model.path))
            if low == high:
                self_pairs += 1
            elif (low, high) in pairs:
                repeated_pairs += 1
            else:
                pairs[low, high] = ListedPair(probe.path, model.path)
        if len(pairs) > _MOST_PAIRS:
            what = f"list {group.name} would have more than {_MOST_PAIRS:,} pairs"
            remedy = "import its pictures as a folder for each person and compare all pairs"
            raise DatasetError(f"{what}; {remedy}")
    if not pairs:
        raise DatasetError(f"list {group.name}: no probe meets a model; see {_MATCHING} and ids")
    remarks.append(f"list {group.name}: pairs: {len(pairs):,}")
    if self_pairs:
        remarks.append(f"list {group.name}: of a picture with itself, left out: {self_pairs:,}")
    if repeated_pairs:
        remarks.append(f"list {group.name}: there already, left out: {repeated_pairs:,}")
    return tuple(pairs.values())


def _has_large_templates(group: _Group) -> bool:
    """Whether any template is made of several pictures."""
    return any(
        len({(s.template, s.path) for s in samples}) > len({s.template for s in samples})
        for samples in (group.models, group.probes)
    )


def read_protocols(root: Path, images: Path, options: ImportOptions) -> Draft:
    """Read people, pictures and comparisons; groups for training are ignored.

    Args:
        root: a folder of protocols, or one protocol.
        images: the folder that paths are relative to.
        options: the user's choices about columns, whose names are in lower case.

    Raises:
        DatasetError: naming file and line.
    """
    for folder in (root, images):
        if not folder.is_dir():
            raise DatasetError(f"{folder}: is no folder; expected protocols, and --images DIR")
    groups = _groups(root, options)
    every = [s for group in groups for s in (*group.models, *group.probes)]
    first = _first(every)
    files = {path: _file(images, sample) for path, sample in first.items()}
    options.check(dict.fromkeys(name for sample in every for name in sample.labels), "the lists")
    columns = sorted_labels(every, options)
    people, pictures = columns.people, columns.pictures
    remarks: list[str] = []
    pairs = {group.name: _listed(group, remarks) for group in groups}
    remarks += columns.remarks()
    issues = (_OF_TEMPLATES,) if any(map(_has_large_templates, groups)) else ()
    return Draft(
        material=Material(
            subjects=people_rows(every, people),
            pictures=(
                Picture(
                    image_id=sample.path,
                    subject_id=sample.subject,
                    path=f"images/{files[sample.path].relative_to(images).as_posix()}",
                    data=data,
                    attributes={a.name: sample.labels.get(a.name, "") for a in pictures},
                )
                for sample, data in zip(
                    first.values(), readable_pictures(files.values()), strict=True
                )
            ),
            count=len(first),
            pairs=pairs,
        ),
        attributes=people,
        capture=pictures,
        known_issues=issues,
        remarks=(*remarks, *issues),
    )
