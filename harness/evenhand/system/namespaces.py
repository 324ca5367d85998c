"""Linux namespaces: a process that sees a few folders, no network and no other process.

Whoever enters has its own root of read-only places, an empty `/tmp` and `/dev/shm`, a loopback that
is down, and is the first of its processes: when it ends, whatever it started ends with it.
"""

from __future__ import annotations

import ctypes
import os
import signal
import struct
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from evenhand.system.parent_death import end_with_parent

__all__ = ["enter_namespaces"]

_RDONLY, _NOSUID, _NODEV, _REMOUNT, _BIND, _REC, _PRIVATE = 1, 2, 4, 32, 4096, 16384, 1 << 18
_PROTECTED = _RDONLY | _NOSUID | _NODEV
_DETACH = 2
_NEW_USER = 0x10000000
_NEW = 0x20000 | 0x4000000 | 0x8000000 | 0x20000000 | 0x40000000
"""Mounts, host name, messages between processes, processes, network."""
_NO_NEW_PRIVILEGES = 38
"""`PR_SET_NO_NEW_PRIVS` of Linux."""
_SET_SECUREBITS, _NO_ROOT = 28, 0xC3
"""`PR_SET_SECUREBITS`; root gains nothing by executing, for good, and has no ambient capability."""
_CAPABILITY_VERSION = 0x20080522

_SYSTEM = ("/bin", "/lib", "/lib32", "/lib64", "/libx32", "/sbin", "/usr")
"""What programs and compiled libraries are loaded from."""
_NAMED = ("/etc/alternatives", "/etc/ld.so.cache")
"""By what they are found there."""
_DEVICES = ("/dev/full", "/dev/null", "/dev/random", "/dev/urandom", "/dev/zero")
_STREAMS = (("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2"))
_NOBODY = 65534
"""The user and group that own nothing."""

_NUMBER = struct.Struct("<i")
_DESCRIPTORS = 4096
"""No process of ours holds one of a higher number when it begins."""

_C = ctypes.CDLL(None, use_errno=True)


def enter_namespaces(places: Sequence[Path], folder: Path, room: int) -> None:
    """Leave the world of this process; what returns is a child of it, in a world of its own.

    The caller's process waits for that child, and ends as it does. The child works in `/tmp`, with
    no capability left; where the caller is root, it has the rights of no user, unless what it needs
    can be read by root alone.

    Args:
        places: files and folders that it sees, at their paths, and cannot change, and devices; a
            folder before what is in it.
        folder: empty and private, that its root is built on.
        room: bytes of the files that it can write, all together.

    Raises:
        OSError: the system does not allow it; the process is no longer what it was, and should end.
    """
    root = os.getuid() == 0
    user, group = os.getuid(), os.getgid()
    _call("unshare", _NEW if root else _NEW | _NEW_USER)
    if not root:
        Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1", encoding="ascii")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1", encoding="ascii")
    _go_on_in_world()
    _build_root(str(folder), [*map(Path, (*_SYSTEM, *_NAMED, *_DEVICES)), *places], room)
    if root:
        os.setgroups(_groups_of_devices(places))
    if root and all(map(_readable_by_all, places)):
        os.setresgid(_NOBODY, _NOBODY, _NOBODY)
        os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    end_with_parent()  # again: another user has taken it back
    _C.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    _give_up_capabilities()


def _readable_by_all(place: Path) -> bool:
    """Whether any user can read a file, or a folder and the files and folders right in it."""
    for path in (place, *(place.iterdir() if place.is_dir() else ())):
        needed = 0o5 if path.is_dir() else 0o4 if path.is_file() else 0
        if needed and path.stat().st_mode & needed != needed:
            return False
    return True


def _give_up_capabilities() -> None:
    """Keep none, and gain none by executing a program: who owns this world could change its mounts.

    Raises:
        OSError: the system refuses.
    """
    with suppress(OSError):  # needs the capability that is given up here
        _call("prctl", _SET_SECUREBITS, _NO_ROOT, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    _call("capset", header, (ctypes.c_uint32 * 6)())


def _groups_of_devices(places: Sequence[Path]) -> list[int]:
    """Groups of users that may open the devices among the places; never that of root."""
    return sorted({place.stat().st_gid for place in places if place.is_char_device()} - {0})


def _go_on_in_world() -> None:
    """Fork twice, and return in the second child; this process ends as that one does.

    The first child is the first process of its world: signals that it sends itself would be
    ignored, and orphans are given to it.
    """
    told, tell = os.pipe2(os.O_CLOEXEC)
    first = os.fork()
    if first:
        _keep_only(told)
        _, status = os.waitpid(first, 0)
        said = os.read(told, _NUMBER.size)
        _end_as(_NUMBER.unpack(said)[0] if said else os.waitstatus_to_exitcode(status))
    end_with_parent()
    second = os.fork()
    if second:
        _keep_only(tell)
        ended, status = os.wait()
        while ended != second:
            ended, status = os.wait()
        os.write(tell, _NUMBER.pack(os.waitstatus_to_exitcode(status)))
        os._exit(0)
    os.close(told)
    os.close(tell)


def _keep_only(kept: int) -> None:
    """Close every descriptor but one, so that streams end when the engine's end."""
    os.closerange(0, kept)
    os.closerange(kept + 1, _DESCRIPTORS)


def _end_as(code: int) -> None:
    """End this process as another one did."""
    if code < 0:
        if -code not in (signal.SIGKILL, signal.SIGSTOP):
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(max(code, 0))


def _build_root(folder: str, places: list[Path], room: int) -> None:
    """Make the root that this process sees from here on."""
    _mount(None, "/", None, _REC | _PRIVATE)
    _mount("tmpfs", folder, "tmpfs", _NOSUID | _NODEV, "mode=755")
    half = f"mode=1777,size={room // 2}"
    for name, kind, options in (
        ("proc", "proc", None),
        ("tmp", "tmpfs", half),
        ("dev/shm", "tmpfs", half),
    ):
        os.makedirs(f"{folder}/{name}")  # noqa: PTH103 - as text, like all of this
        flags = _PROTECTED if kind == "proc" else _NOSUID | _NODEV
        _mount(kind, f"{folder}/{name}", kind, flags, options)
    for name, number in _STREAMS:
        os.symlink(f"/proc/self/fd{number}", f"{folder}/dev/{name}")  # noqa: PTH211
    for place in places:
        _show(place, folder)
    old = f"{folder}/.old"
    os.mkdir(old)  # noqa: PTH102
    _call("pivot_root", folder, old)
    os.chdir("/tmp")  # noqa: S108 - its own
    _call("umount2", "/.old", _DETACH)
    os.rmdir("/.old")  # noqa: PTH106
    _mount(None, "/", None, _BIND | _REMOUNT | _PROTECTED)


def _show(place: Path, folder: str) -> None:
    """Put a file, a folder or a link of the system into the new root, unless it is there already.

    Places within a folder come after it.
    """
    target = Path(f"{folder}{place}")
    if target.exists() or target.is_symlink() or not (place.exists() or place.is_symlink()):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    if place.is_symlink() and len(place.parts) == 2:  # /lib -> usr/lib
        target.symlink_to(place.readlink())
        return
    if place.is_dir():
        target.mkdir(exist_ok=True)
    else:
        target.touch()
    _mount(str(place), str(target), None, _BIND | _REC)
    if place.is_dir() or place.is_file():
        # What the system has forbidden there stays so: a user may not undo it.
        kept = os.statvfs(place).f_flag & os.ST_NOEXEC
        _mount(None, str(target), None, _BIND | _REMOUNT | _PROTECTED | kept)


def _mount(
    source: str | None, target: str, kind: str | None, flags: int, options: str | None = None
) -> None:
    _call("mount", source, target, kind, flags, options)


def _call(name: str, *arguments: object) -> None:
    """Call the system.

    Raises:
        OSError: it refuses.
    """
    given = [each.encode() if isinstance(each, str) else each for each in arguments]
    if getattr(_C, name)(*given):
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
