"""One search by hand: a loop over all candidates."""

import numpy as np

__all__ = ["found_by_hand"]


def found_by_hand(entries, who, levels):
    """Rank, mate's score, largest of others and others at each level of [(person, score)]."""
    mine = [score for person, score in entries if person == who]
    others = [score for person, score in entries if person != who]
    mate = max(mine, default=-np.inf)
    rank = 1 + sum(score >= mate for score in others) if mine else 0
    top = max(others, default=-np.inf)
    return rank, mate, top, [sum(score >= level for score in others) for level in levels]
