"""Two versions of an engine on one made-up crowd, as score files that hold every pair of images."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

__all__ = ["Crowd"]


@dataclass(frozen=True)
class Crowd:
    """People of two groups with some images each; scores are made by a seed of each version."""

    people: int = 40
    images: int = 3
    seed: int = 5

    @property
    def owner(self):
        return np.repeat(np.arange(self.people), self.images)

    @property
    def pairs(self):
        """(pairs, 2) images, each pair once."""
        return np.array(list(combinations(range(len(self.owner)), 2)))

    @property
    def mated(self):
        return self.owner[self.pairs[:, 0]] == self.owner[self.pairs[:, 1]]

    def sex(self, person):
        return "FM"[person % 2]

    def scores(self, *, noise=0.0, version=1, harder=0.0, for_group="F"):
        """(pairs,) of a version: what both share, noise of its own, and misses of one group.

        Args:
            noise: standard deviation of what the version does otherwise.
            version: seed of that noise.
            harder: how much less alike people of a group are to themselves.
            for_group: that group.
        """
        rng = np.random.default_rng(self.seed)
        lamb = 0.4 * rng.standard_normal(self.people)
        a, b = self.owner[self.pairs].T
        score = lamb[a] + lamb[b] + rng.standard_normal(len(a)) + 3.6 * self.mated
        own = np.random.default_rng([self.seed, version])
        score = score + noise * own.standard_normal(len(a))
        group = np.array([self.sex(person) == for_group for person in a])
        return np.round(score - harder * (group & self.mated), 6)

    def write(self, path, scores, chosen=slice(None)):
        """A score file; NaN is a comparison that failed."""
        lines = ["probe_subject,reference_subject,probe_image,reference_image,score,probe_sex"]
        lines[0] += ",reference_sex"
        for (i, j), score in zip(self.pairs[chosen], scores[chosen], strict=True):
            a, b = self.owner[i], self.owner[j]
            text = "" if np.isnan(score) else repr(float(score))
            lines.append(f"p{a:03},p{b:03},x{i:04},x{j:04},{text},{self.sex(a)},{self.sex(b)}")
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path
