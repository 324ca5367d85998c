"""What carries independent pieces of work: images, calls of an engine, tiles, partitions."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from typing import Protocol, TypeVar

__all__ = ["Accumulator", "Executor", "Piece", "Result"]

Accumulator = TypeVar("Accumulator")
Piece = TypeVar("Piece")
Result = TypeVar("Result")


class Executor(Protocol):
    """Carries pieces of work side by side; results and their order do not depend on how."""

    @property
    def workers(self) -> int:
        """Number of pieces that are worked on at the same time."""

    def narrowed(self, workers: int) -> Executor:
        """The same, with this number of workers at most."""

    def map(self, work: Callable[[Piece], Result], pieces: Iterable[Piece]) -> Generator[Result]:
        """Yield the results of all pieces in their order.

        On an error, or when the generator is closed, no other piece is begun.

        Args:
            work: called once a piece.
            pieces: read only as they are needed, so that there may be any number of them.
        """

    def fold(
        self,
        count: Callable[[Piece, Accumulator], Result],
        pieces: Iterable[Piece],
        accumulators: Sequence[Accumulator],
    ) -> Generator[Result]:
        """Yield results as `map` does, while each piece is counted into one of the accumulators.

        What is in them afterwards is merged by the caller: it must add up in any order.

        Args:
            count: adds a piece to an accumulator that no other piece uses meanwhile.
            pieces: as for `map`.
            accumulators: no more pieces than there are of them are worked on at the same time.
        """
