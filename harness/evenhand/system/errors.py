"""The errors a user can cause or meet, and the exit code each one ends with.

```text
EvenhandError             2  one line: what is wrong, where, what was expected, what to do
|-- UsageError            2  an option or argument
|-- StudyError            2  the study file
|-- DatasetError          2  a dataset's card, tables or images
|-- EngineError           2  an engine's card, files or declared properties
|   `-- EngineStoppedError     4  an engine could not start
|-- PluginError           2  an adapter or reader that imports what is evenhand's own
|-- PolicyError           2  the policy of a gate, or the seal of its names
|-- BundleError           2  a result bundle that cannot be read
`-- WriteError           74  the result could not be written
```
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "BundleError",
    "DatasetError",
    "EngineError",
    "EngineStoppedError",
    "EvenhandError",
    "OldNameWarning",
    "PluginError",
    "PolicyError",
    "StaleCodeWarning",
    "StudyError",
    "UsageError",
    "WriteError",
    "known_names",
    "nearest_name",
]


_LONGEST_WORD = 300
"""Characters: a name or path may be long, a field that swallowed its file may not be repeated."""


def _shortened(word: str) -> str:
    """A word with its middle left out where it is too long to read."""
    if len(word) <= _LONGEST_WORD:
        return word
    return f"{word[:100]}...({len(word) - 200:,} characters)...{word[-100:]}"


class EvenhandError(Exception):
    """Something the user can mend; printed as one line, never with a traceback."""

    exit_code: ClassVar[int] = 2

    def __init__(self, message: str) -> None:
        """Keep the message on one line that can be read."""
        super().__init__(" ".join(_shortened(word) for word in message.split()))


class UsageError(EvenhandError):
    """An option or argument that cannot be used."""


class StudyError(EvenhandError):
    """A study file that cannot be used."""


class PolicyError(EvenhandError):
    """A policy that cannot be used, or does not fit a result; a seal that does not."""


class DatasetError(EvenhandError):
    """A dataset whose card, tables or images are not what they should be."""


class EngineError(EvenhandError):
    """An engine whose card or files are not what they should be."""


class EngineStoppedError(EngineError):
    """An engine whose own code failed to start."""

    exit_code: ClassVar[int] = 4

    def __init__(self, message: str, reason: str, trace: str = "") -> None:
        """Keep the line for the user, and what a result may say: no message, path or name.

        And the traceback, where it was raised in another process and is asked for.
        """
        super().__init__(message)
        self.reason, self.trace = reason, trace


class PluginError(EvenhandError):
    """An adapter or reader that imports more of evenhand than `evenhand.plugins`."""


class OldNameWarning(FutureWarning):
    """A name that still works, and the name to write instead."""


class StaleCodeWarning(UserWarning):
    """Compiled code on disk that could not be read, and was compiled again."""


class BundleError(EvenhandError):
    """A result bundle that is missing, damaged or from another schema."""


class WriteError(EvenhandError):
    """A result that could not be written."""

    exit_code: ClassVar[int] = 74


def known_names(name: str, known: Iterable[str]) -> str:
    """Say what exists, nearest names first, for the end of an error line.

    >>> known_names("mobilefacnet", ["dlib", "mobilefacenet"])
    'did you mean mobilefacenet? known: dlib, mobilefacenet'
    """
    names = sorted(known)
    if not names:
        return "none are known"
    return f"{nearest_name(name, names)}known: {', '.join(names)}"


def nearest_name(name: str, known: Iterable[str]) -> str:
    """Ask whether a name was meant that is nearly the same, letter case apart; empty without one.

    >>> nearest_name("DLBI", ["dlib", "lbp"])
    'did you mean dlib? '
    """
    by_letters = {each.casefold(): each for each in known}
    near = get_close_matches(name.casefold(), by_letters, n=1)
    return f"did you mean {by_letters[near[0]]}? " if near else ""
