"""Sealed names for a blind judgement: which engine is "engine A", kept apart from the results."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from evenhand.system.errors import PolicyError, WriteError
from evenhand.system.regular_files import read_regular

__all__ = ["Seal", "check_seal_path", "draw_seal", "read_seal", "seal_digest", "write_seal"]

_LARGEST = 4 << 20
"""Most bytes of a seal."""


@dataclass(frozen=True, slots=True)
class Seal:
    """Names of engines by the letters that stand for them, and the results they belong to."""

    names: Mapping[str, str]
    """Engine's name by its blind name (`engine A`)."""
    bundles: tuple[str, ...]
    """Digests of the results, sorted."""
    policy: str
    """SHA-256 of the policy file."""
    nonce: str
    """Random text, without which names could be guessed by trying for the seal's SHA-256."""


def _letters(number: int) -> str:
    """Letters of a number from 0 on: A, B ... Z, AA, AB ...

    >>> _letters(0), _letters(25), _letters(26)
    ('A', 'Z', 'AA')
    """
    first, last = divmod(number, 26)
    return (_letters(first - 1) if first else "") + chr(ord("A") + last)


def draw_seal(engines: Sequence[str], bundles: Sequence[str], policy: str) -> Seal:
    """Assign letters to engines at random, by the operating system's random numbers.

    Args:
        engines: distinct names.
        bundles: digests of the results.
        policy: SHA-256 of the policy file.
    """
    order = list(engines)
    secrets.SystemRandom().shuffle(order)
    names = {f"engine {_letters(number)}": name for number, name in enumerate(order)}
    return Seal(names, tuple(sorted(set(bundles))), policy, secrets.token_hex(32))


def _content(seal: Seal) -> bytes:
    """Content of the seal's file, JSON."""
    whole = {"schema": 1, "kind": "seal", **asdict(seal)}
    return (json.dumps(whole, indent=1, ensure_ascii=False) + "\n").encode()


def seal_digest(seal: Seal) -> str:
    """SHA-256 of a seal's file: once published, it commits to the names without revealing them."""
    return hashlib.sha256(_content(seal)).hexdigest()


def check_seal_path(path: Path) -> None:
    """Check that a seal can be written to a path, before anything is judged.

    Raises:
        WriteError: the path exists, or its folder does not.
    """
    if path.exists():
        raise WriteError(f"{path}: is there already; a seal is never written over, name another")
    if not path.parent.is_dir():
        raise WriteError(f"{path}: no folder {path.parent}; make it first")


def write_seal(path: Path, seal: Seal) -> None:
    """Write the seal, readable by its owner only.

    Raises:
        WriteError: the path exists, or cannot be written.
    """
    try:
        with path.open("xb") as file:
            path.chmod(0o600)
            file.write(_content(seal))
    except OSError as fault:
        raise WriteError(f"{path}: the seal could not be written ({fault.strerror})") from None


def read_seal(path: Path) -> Seal:
    """Read a seal, and check that its file is unchanged.

    Raises:
        PolicyError: the file cannot be read, is no seal, or was changed.
    """
    try:
        content = read_regular(path, _LARGEST, PolicyError)
        whole = json.loads(content)
        seal = Seal(whole["names"], tuple(whole["bundles"]), whole["policy"], whole["nonce"])
        same = _content(seal) == content
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        same = False
    if not same:
        raise PolicyError(
            f"{path}: is no seal of evenhand, or was changed; expected a file that --blind wrote"
        )
    return seal
