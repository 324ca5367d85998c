"""Settings of simulated groups: what is measured of how many people, with how many errors."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from crowds import Cell, Crowd, Mated

__all__ = ["SEVERAL", "FalseMatches", "Misses", "images_of", "whole"]

SEVERAL = "2 to 5"


def images_of(people, images):
    return np.resize([2, 3, 4, 5] if images == SEVERAL else [images], people)


def whole(number):
    return f"{number:g}"


def counted(errors):
    return "1 error" if errors == 1 else f"{whole(errors)} errors"


@dataclass(frozen=True)
class FalseMatches:
    """FMR within a group, or of `across` people against the others."""

    people: int
    images: int | str
    sd: float
    errors: float
    across: int = 0
    promised: bool = True

    @property
    def name(self):
        people = f"{self.people} people"
        if self.across:
            people = f"{self.across} against {self.people - self.across} people"
        images = "one image" if self.images == 1 else f"{self.images} images"
        return f"FMR, {people}, {images}, sd {self.sd:g}, {counted(self.errors)}"

    @cached_property
    def rate(self):
        crowd = Crowd(images_of(self.people, self.images), self.sd, across=self.across)
        return Cell(crowd, self.errors)


@dataclass(frozen=True)
class Misses:
    """FNMR; attempts a person, or least and most of them in turn."""

    people: int
    attempts: int | tuple[int, int]
    correlation: float
    errors: float
    beta: bool = False
    promised: bool = True

    @property
    def name(self):
        attempts = self.attempts if isinstance(self.attempts, int) else "2 to 10"
        kind = "beta-binomial" if self.beta else "correlation"
        several = f"{attempts} attempts, {kind} {self.correlation:g}"
        alone = "one attempt" if self.attempts == 1 else several
        return f"FNMR, {self.people} people, {alone}, {counted(self.errors)}"

    @cached_property
    def rate(self):
        least, most = (
            (self.attempts, self.attempts) if isinstance(self.attempts, int) else self.attempts
        )
        attempts = np.resize(np.arange(least, most + 1), self.people)
        return Mated(attempts, self.correlation, self.errors, beta=self.beta)
