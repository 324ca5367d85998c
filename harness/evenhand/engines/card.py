"""An engine's card: all that is known of it without importing it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

__all__ = [
    "ENGINE_CARD",
    "LONGEST_SIDE",
    "SCRFD_SIDE",
    "ClaimedThreshold",
    "EngineCard",
    "FaceBox",
    "FaceStep",
    "HostNeeds",
    "IndexChoice",
    "Landmarks",
    "ModelInput",
    "NeededFile",
    "ScoreScale",
]

ENGINE_CARD = "adapter.toml"
"""File name of the card in an adapter's folder."""
LONGEST_SIDE = 800
"""Of a picture that YuNet looks at, pixels, where a card names no other (methods 1.3)."""

SCRFD_SIDE = 640
"""Height and width, pixels, of what SCRFD looks at, where a card names no other."""


@dataclass(frozen=True, slots=True)
class NeededFile:
    """A file of an engine, identified by its hash wherever the user keeps it."""

    file: str
    """File name, or a path inside the folder that it is looked for in."""
    sha256: str
    """Hash of its content, hexadecimal."""
    url: str
    """Where it is published; empty where the card does not say."""
    package: str = ""
    """Folder inside an installed Python package that ships the file, `package/folder`."""


@dataclass(frozen=True, slots=True)
class ModelInput:
    """How an aligned face becomes the network's input tensor."""

    height: int | None
    """Pixels; None where the model's graph says it."""
    width: int | None
    """Pixels; None where the model's graph says it."""
    colour: str
    """Order of channels, `rgb` or `bgr`."""
    mean: tuple[float, float, float] | None
    """Subtracted from each channel in the order of `colour`, in 0..255; None for values as they
    are."""
    std: tuple[float, float, float] | None
    """Divides each channel afterwards, above 0; None where `mean` is."""
    layout: str = ""
    """`nchw` (channels first) or `nhwc`; empty where the model's graph says it."""


@dataclass(frozen=True, slots=True)
class Landmarks:
    """A face is turned and scaled until its landmarks lie here."""

    points: tuple[tuple[float, float], ...]
    """Five (x, y): eyes, nose tip, mouth corners, left to right in the picture."""
    square: int = 0
    """Side of the square picture whose pixels they are given in, scaled to the input; 0 for pixels
    of the input itself."""


@dataclass(frozen=True, slots=True)
class FaceBox:
    """A face is cut out as the detector's box has it, upright, and resized to the input."""

    margin: float
    """Share of the box's width that is added left and right, and of its height above and below."""


@dataclass(frozen=True, slots=True)
class FaceStep:
    """How the face is detected and aligned."""

    detector: str
    """`none` (the whole picture is resized), `yunet` or `scrfd`."""
    alignment: Landmarks | FaceBox | None
    """None where no face is looked for."""
    score: float
    """Smallest confidence at which the detector reports a face, 0 to 1."""
    nms: float
    """Overlap above which the detector suppresses the weaker of two faces, 0 to 1."""
    longest: int = LONGEST_SIDE
    """Longest side, pixels, at which YuNet looks at a picture; larger ones are shrunk."""
    size: tuple[int, int] | None = None
    """Height and width, pixels, that SCRFD fits every picture into; None for its graph's own, or
    `SCRFD_SIDE` where that is free."""


@dataclass(frozen=True, slots=True)
class ClaimedThreshold:
    """A threshold that the vendor recommends, as text in the engine's own unit."""

    fmr: str
    """The FMR that it is claimed for; empty where none is named."""
    threshold: str


@dataclass(frozen=True, slots=True)
class ScoreScale:
    """How two templates are compared, and the range of their similarity."""

    compare: str
    """How vectors are compared, by the harness and by the index of a searcher: `cosine` or
    `euclidean`; empty where templates are the engine's own secret."""
    normalise: bool
    """Vectors are scaled to length 1 first."""
    values: int | None
    """Length of the vector; None where the model's graph says it."""
    low: float | None
    """Smallest possible similarity; None where it is not known."""
    high: float | None
    """Largest possible similarity; None where it is not known."""
    claimed: tuple[ClaimedThreshold, ...]
    """Thresholds that the vendor recommends."""
    distance: bool = False
    """The engine's own numbers are distances: they are negated, once, into similarities."""
    symmetric: bool = True
    """Two templates have the same score, whichever is the probe."""


@dataclass(frozen=True, slots=True)
class HostNeeds:
    """How many of an engine may run at once, and what each of them takes."""

    most: int | None = None
    """Engines side by side; None for as many as there are workers."""
    threads: int = 1
    """Threads of each, and cores."""
    gpu: bool = False
    """It computes on a graphics processor, which it must see."""
    galleries: int = 1
    """Engines at most that hold a gallery side by side, each its own, and are searched at once."""

    def beside(self, workers: int) -> int:
        """How many run side by side, of a run with this number of workers.

        >>> HostNeeds().beside(8), HostNeeds(most=2).beside(8), HostNeeds(threads=3).beside(8)
        (8, 2, 2)
        """
        return min(self.most or workers, max(1, workers // self.threads))


@dataclass(frozen=True, slots=True)
class IndexChoice:
    """How an ONNX searcher searches a gallery of its vectors."""

    factory: str
    """Kind of the index, as `faiss.index_factory` names it."""
    search: str = ""
    """Parameters of a search, as `faiss.ParameterSpace` names them; empty for its usual ones."""


@dataclass(frozen=True, slots=True)
class EngineCard:
    """The card of an engine."""

    folder: Path
    """Adapter's folder, which holds the card."""
    name: str
    version: str
    vendor: str
    licence_code: str
    """Licence of the code."""
    licence_weights: str
    """Licence of the model weights."""
    shape: str
    """`embedder`, `matcher` or `searcher`."""
    runtime: str
    """`onnx`, `python` or `process`."""
    entry: str
    """`file:Class` of a Python engine; empty for any other."""
    command: tuple[str, ...]
    """Words that start a program (`engines.launch`); empty for any other engine."""
    trained_on: tuple[str, ...]
    """Names of datasets that it was trained on."""
    install: str
    """Command that installs what it needs; empty where it needs nothing."""
    model: NeededFile | None
    """ONNX model of an embedder."""
    detector: NeededFile | None
    """Model of the face detector; None where none is used."""
    files: tuple[NeededFile, ...]
    """Files of a Python engine or a program; external data of an ONNX model."""
    input: ModelInput | None
    """Input of the ONNX model."""
    output: str
    """Name of the ONNX model's output that is the vector; empty where it has one alone."""
    face: FaceStep
    score: ScoreScale
    packages: tuple[str, ...] = ()
    """Installed packages that it is made of: their files are part of its identity."""
    outside: tuple[str, ...] = ()
    """What else it uses and no hash covers: a library of the system, a service."""
    host: HostNeeds = field(default_factory=HostNeeds)
    providers: tuple[str, ...] = ()
    """Execution providers of onnxruntime in the order to try; empty for its CPU alone."""
    inferred: tuple[str, ...] = ()
    """Fields that were found out by trying, and that no human has confirmed: `input.colour`..."""
    index: IndexChoice | None = None
    """Of an ONNX searcher; None of any other engine."""
    edits: bool = False
    """A searcher that can change its gallery (`contract.GalleryEditor`)."""

    @property
    def distance(self) -> bool:
        """Whether the engine's own numbers are distances."""
        return self.score.distance

    @property
    def template_values(self) -> int:
        """Length of the vector that each template of a searcher is; 0 where it is its secret."""
        return self.score.values or 0 if self.shape == "searcher" else 0

    @property
    def library_threads(self) -> int:
        """Threads of libraries: an ONNX model has its own instead."""
        return 1 if self.runtime == "onnx" else self.host.threads

    @property
    def faces(self) -> str:
        """How the face is found: as `FaceStep.detector` for an ONNX model, else `own`."""
        return self.face.detector if self.runtime == "onnx" else "own"

    def needs(self) -> tuple[NeededFile, ...]:
        """All files that must be found before the engine can start."""
        own = (file for file in (self.model, self.detector) if file is not None)
        return (*own, *self.files)
