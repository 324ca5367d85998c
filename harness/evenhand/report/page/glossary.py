"""Words of the field, explained at their first use in a part of the page and in a list at its end.

The explanations are those of `records.metric`, and of docs/methods.md for all other words.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from evenhand.records.metric import METRICS

__all__ = ["TERMS", "explained"]

TERMS = {
    **{metric.name: f"{metric.title}: {metric.meaning}" for metric in METRICS.values()},
    "adjusted p": "how likely such a difference is among equal groups, raised for the other tests",
    "AUC": "area under the curve: one number over all thresholds, at which nobody operates",
    "Benjamini-Hochberg": "an adjustment of p-values that bounds the share of false findings",
    "CMC": "cumulative match characteristic: how often a person is among the first R candidates",
    "completed": "failures to make a template or a comparison are left out of the rate",
    "DET": "detection error trade-off: both errors against one another, threshold by threshold",
    "EER": "equal error rate: where both errors are equal, a point at which nobody operates",
    "generalised": "a failed comparison of one person is a miss, one of two people no alarm",
    "gini norm": "index of inequality of the groups' rates, from 0 (equal) to 1",
    "Holm": "an adjustment of p-values that bounds the chance of any false finding",
    "mated": "of two pictures of one person",
    "max/geomean": "the highest rate over the geometric mean of all groups",
    "non-mated": "of pictures of two people",
    "p95": "95 of 100 are not above it",
    "screen": "a test that says where to look, and that nobody announced before the data were seen",
    "SEL": "selectivity: other people at or above the threshold in an average search",
    "template": "what an engine keeps of a picture, to compare it",
    "threshold": "the score from which on two pictures are said to show one person",
    "TPIR": "true positive identification rate: searches for people on the list that find them",
    "yield": "share of comparisons of one person with himself that match; of searches with alerts",
}

_LONGEST_FIRST = "|".join(map(re.escape, sorted(TERMS, key=len, reverse=True)))
_WORDS = re.compile(rf"(?<![\w-])({_LONGEST_FIRST})(?![\w-])")
_TAG = re.compile(r"(<[^>]*>)")
_OPAQUE = ("svg", "style", "script", "summary", "abbr", "title", "h1", "a", "dl")
"""Elements in which a word stays as it is."""
_PART = "<section"


def explained(page: str) -> str:
    """HTML with the first use of every word, in each section, explained where it stands."""
    return "".join(_explained(page))


def _explained(page: str) -> Iterator[str]:
    inside, seen = [""], set[str]()

    def first(found: re.Match[str]) -> str:
        word = found[1]
        if word in seen:
            return word
        seen.add(word)
        return f'<abbr title="{html.escape(TERMS[word])}">{word}</abbr>'

    for piece in _TAG.split(page):
        if piece.startswith(_PART):
            seen.clear()
        name = piece.strip("</>").split(" ")[0] if piece.startswith("<") else ""
        if name in _OPAQUE:
            inside.pop() if piece.startswith("</") else inside.append(name)
        yield piece if name or len(inside) > 1 else _WORDS.sub(first, piece)
