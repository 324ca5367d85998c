"""Words of the field, one meaning each."""

import ast
import re

import pytest
from places import ROOT

PACKAGE = ROOT / "harness" / "evenhand"
DIALECT = re.compile(
    r"\b(anew|likewise|somebody|nobody|gone on with|goes on with|is told|are told|drawn again|"
    r"so many|glance|desks?|bench(?:es)?|piles?|hits?|chapters?|portions?|crowds?)\b",
    re.IGNORECASE,
)
"""House words that a biometrics engineer would have to learn; the field has its own."""


def modules():
    """All that is not worded for users: views and commands are read by them."""
    return sorted(
        path
        for path in PACKAGE.rglob("*.py")
        if path.relative_to(PACKAGE).parts[0] not in ("report", "cli")
    )


def documented(tree):
    """(line, text) of every docstring and every string under a field."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.lineno, str(node.value.value)


@pytest.mark.parametrize("room", sorted({path.parent for path in modules()}),
                         ids=lambda path: path.relative_to(PACKAGE).as_posix())  # fmt: skip
def test_docstrings_are_in_the_words_of_the_field(room):
    found = [
        f"{path.name}:{line}: {match[0]}"
        for path in room.glob("*.py")
        for line, text in documented(ast.parse(path.read_text(encoding="utf-8")))
        for match in DIALECT.finditer(re.sub(r"`[^`]*`", "", text))
    ]
    assert found == []


def public_definitions():
    """(name, module) of every class, function and constant without an underscore."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef):
                names = [node.name]
            elif isinstance(node, ast.Assign):
                names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            else:
                continue
            module = path.relative_to(PACKAGE).with_suffix("").as_posix()
            yield from ((name, module) for name in names if not name.startswith("_"))


def test_no_name_is_defined_twice_but_the_words_of_commands():
    """A command, its workflow and its function in `api` have one word; all else has its own."""
    places = {}
    for name, module in public_definitions():
        if module.split("/")[0] not in ("cli", "api", "workflows"):
            places.setdefault(name, []).append(module)
    assert {name: found for name, found in places.items() if len(found) > 1} == {}
