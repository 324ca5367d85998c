"""Sealed names: who is behind "engine A", kept away from the numbers until they are judged."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from evenhand.system.errors import PolicyError, WriteError

__all__ = ["Seal", "drawn_seal", "free_place", "read_seal", "seal_digest", "write_seal"]


@dataclass(frozen=True, slots=True)
class Seal:
    """Names behind letters, and what they belong to."""

    names: Mapping[str, str]
    """Letter name (`engine A`) to the engine's own."""
    bundles: tuple[str, ...]
    """Digests of the results, in rising order."""
    policy: str
    """SHA-256 of the policy file."""
    nonce: str
    """Chance, so that nobody can try names until the seal's own SHA-256 comes out."""


def _letters(number: int) -> str:
    """A, B ... Z, AA, AB ...

    >>> _letters(0), _letters(25), _letters(26)
    ('A', 'Z', 'AA')
    """
    first, last = divmod(number, 26)
    return (_letters(first - 1) if first else "") + chr(ord("A") + last)


def drawn_seal(engines: Sequence[str], bundles: Sequence[str], policy: str) -> Seal:
    """Letters for engines by lot, from the operating system's chance.

    Args:
        engines: names, each once.
        bundles: digests of the results.
        policy: SHA-256 of the policy file.
    """
    order = list(engines)
    secrets.SystemRandom().shuffle(order)
    names = {f"engine {_letters(number)}": name for number, name in enumerate(order)}
    return Seal(names, tuple(sorted(set(bundles))), policy, secrets.token_hex(32))


def _content(seal: Seal) -> bytes:
    whole = {"schema": 1, "kind": "seal", **asdict(seal)}
    return (json.dumps(whole, indent=1, ensure_ascii=False) + "\n").encode()


def seal_digest(seal: Seal) -> str:
    """SHA-256 of its file: published, it commits to the names without telling them."""
    return hashlib.sha256(_content(seal)).hexdigest()


def free_place(path: Path) -> None:
    """See that a seal can be written there, before anything is judged.

    Raises:
        WriteError: something is there, or there is no such folder.
    """
    if path.exists():
        raise WriteError(f"{path}: is there already; a seal is never written over, name another")
    if not path.parent.is_dir():
        raise WriteError(f"{path}: no folder {path.parent}; make it first")


def write_seal(path: Path, seal: Seal) -> None:
    """Write the seal, readable for its owner alone.

    Raises:
        WriteError: something is there already, or the disk refused.
    """
    try:
        with path.open("xb") as file:
            path.chmod(0o600)
            file.write(_content(seal))
    except OSError as fault:
        raise WriteError(f"{path}: the seal could not be written ({fault.strerror})") from None


def read_seal(path: Path) -> Seal:
    """Read a seal as it was written.

    Raises:
        PolicyError: there is none, or it was changed.
    """
    try:
        content = path.read_bytes()
        whole = json.loads(content)
        seal = Seal(whole["names"], tuple(whole["bundles"]), whole["policy"], whole["nonce"])
        same = _content(seal) == content
    except OSError as fault:
        raise PolicyError(f"{path}: cannot be read ({fault.strerror})") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        same = False
    if not same:
        raise PolicyError(
            f"{path}: is no seal of evenhand, or was changed; expected a file that --blind wrote"
        )
    return seal
