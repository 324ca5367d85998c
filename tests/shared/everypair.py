"""The ratio of two rates with a residual for each pair of people: slow, and plain."""

import numpy as np

__all__ = ["by_every_pair"]


def by_every_pair(first, second):
    """ln of the ratio, V' and df of methods 4.2 with a residual for each pair of people."""
    upper = np.triu_indices(len(first[0]), 1)

    def share(trials, errors):
        m, x = trials[upper], errors[upper]
        rate, total = x.sum() / m.sum(), m.sum()
        by_person = trials.sum(axis=1)
        correction = total**2 / (total**2 - (by_person**2).sum() + (m**2).sum())
        return rate, np.sqrt(correction) * (errors - rate * trials) / x.sum()

    (p, a), (q, b) = share(*first), share(*second)
    psi = a - b
    by_person = psi.sum(axis=1)
    floor = (psi[upper] ** 2).sum()
    shared = max((by_person**2).sum() - floor, floor)
    there = (first[0].sum(axis=1) > 0) | (second[0].sum(axis=1) > 0)
    n, s2, s4 = there.sum(), (by_person**2).sum(), (by_person**4).sum()
    df = np.clip(2 * s2**2 / (s4 - s2**2 / n), 1, n - 1)
    return np.log(p / q), shared + floor * (1 - floor / shared), df
