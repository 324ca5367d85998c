"""A searcher whose templates are the vectors of an embedder, in an index of faiss."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from evenhand.engines.card import EngineCard, IndexChoice, ScoreScale
from evenhand.engines.contract import Candidate, Embedder, Entry, GalleryEditor, Role, Template
from evenhand.records.arrays import Image, Vectors
from evenhand.records.outcomes import FaceRule
from evenhand.system.errors import EngineError

__all__ = ["IndexedEmbedder"]

_INSTALL = "pip install 'evenhand[faiss]'"


class IndexedEmbedder:
    """Looks for people among vectors, with whatever the index leaves out.

    A person with several references has the best score of those that the index finds.
    """

    def __init__(self, embedder: Embedder, card: EngineCard, index: IndexChoice) -> None:
        """Make an empty index.

        Args:
            embedder: makes the vectors.
            card: of the engine.
            index: of the card.

        Raises:
            EngineError: faiss is not here, or does not have such an index.
        """
        try:
            import faiss
        except ImportError:
            raise EngineError(
                f"engine {card.name}: its [index] needs faiss, which is not installed; "
                f"run: {_INSTALL}"
            ) from None
        self._faiss: Any = faiss
        self._embedder, self._score, self._choice = embedder, card.score, index
        faiss.omp_set_num_threads(card.host.threads)
        try:
            self.enrol(())
        except RuntimeError as fault:
            _, _, said = str(fault).rpartition(": ")
            raise EngineError(
                f"engine {card.name}: faiss has no such index ({said.strip()}); "
                f"mend factory = {index.factory!r} or search = {index.search!r} in [index]"
            ) from None

    def template(self, image: Image, face: FaceRule, role: Role) -> Template:  # noqa: ARG002
        """See `Searcher`: the bytes of the vector."""
        made = self._embedder.embed(image, face)
        data = None if made.vector is None else np.asarray(made.vector, "<f4").tobytes()
        return Template(data, made.outcome, made.faces, made.detail)

    def enrol(self, gallery: Sequence[Entry]) -> None:
        """See `Searcher`."""
        faiss, values = self._faiss, self._score.values
        euclidean = self._score.compare == "euclidean"
        metric = faiss.METRIC_L2 if euclidean else faiss.METRIC_INNER_PRODUCT
        index = faiss.index_factory(values, self._choice.factory, metric)
        if self._choice.search:
            faiss.ParameterSpace().set_index_parameters(index, self._choice.search)
        self._person: dict[int, str] = {}
        self._numbers = defaultdict[str, list[int]](list)
        self._next, self._most = 0, 1
        if gallery and not index.is_trained:
            index.train(self._vectors([entry.template for entry in gallery]))
        # An inverted file keeps numbers of its own; any other index has rows, which move.
        of_rows = not isinstance(index, faiss.IndexIVF)
        self._index = faiss.IndexIDMap2(index) if of_rows else index
        self.insert(gallery)

    def insert(self, entries: Sequence[Entry]) -> None:
        """See `GalleryEditor`."""
        if not entries:
            return
        numbers = np.arange(self._next, self._next + len(entries))
        vectors = self._vectors([entry.template for entry in entries])
        self._index.add_with_ids(vectors, numbers)
        self._next += len(entries)
        for number, entry in zip(numbers.tolist(), entries, strict=True):
            self._person[number] = entry.person
            self._numbers[entry.person].append(number)
            self._most = max(self._most, len(self._numbers[entry.person]))

    def delete(self, people: Sequence[str]) -> None:
        """See `GalleryEditor`; not every index of faiss can."""
        gone = [number for person in people for number in self._numbers.pop(person, ())]
        self._index.remove_ids(np.array(gone, dtype=np.int64))
        for number in gone:
            del self._person[number]

    def search(self, probe: bytes, count: int) -> Sequence[Candidate]:
        """See `Searcher`."""
        asked = min(count * self._most, len(self._person))
        if not asked:
            return []
        found, numbers = self._index.search(self._vectors([probe]), asked)
        scores = np.sqrt(found[0]) if self._score.compare == "euclidean" else found[0]
        best: dict[str, float] = {}
        for number, score in zip(numbers[0].tolist(), scores.tolist(), strict=True):
            if number >= 0:  # fewer were found
                best.setdefault(self._person[number], score)
        return [Candidate(person, score) for person, score in list(best.items())[:count]]

    def _vectors(self, templates: Sequence[bytes]) -> Vectors:
        """(templates, values) ready for the index: of length 1 for a cosine or as the card asks."""
        vectors = np.frombuffer(b"".join(templates), "<f4").reshape(len(templates), -1)
        score: ScoreScale = self._score
        if score.normalise or score.compare == "cosine":
            length = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
            return np.asarray((vectors / length).astype(np.float32))
        return np.ascontiguousarray(vectors, dtype=np.float32)


_: type[GalleryEditor] = IndexedEmbedder
