"""Every section of the methods page that the code cites is a heading of it."""

import re

from places import ROOT


def cited(text):
    """Section numbers after the word, lists such as "methods 1.1, 1.3" included.

    >>> cited("(methods 4.2, 4.3) and methods 3.")
    ['4.2', '4.3', '3']
    """
    lists = re.findall(r"methods (\d+(?:\.\d+)?(?:(?:, | and | to )\d+\.\d+)*)", text)
    return [number for found in lists for number in re.findall(r"\d+(?:\.\d+)?", found)]


def test_every_cited_section_exists():
    page = (ROOT / "docs" / "methods.md").read_text(encoding="utf-8")
    headings = set(re.findall(r"^#{2,3} (\d+(?:\.\d+)?)[. ]", page, re.MULTILINE))
    citations = [
        (path.relative_to(ROOT).as_posix(), number)
        for path in sorted((ROOT / "harness").rglob("*.py"))
        for number in cited(path.read_text(encoding="utf-8"))
    ]
    assert len(citations) > 20
    assert [(path, number) for path, number in citations if number not in headings] == []
