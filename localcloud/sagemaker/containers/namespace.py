"""Gives a process the file system of a container: its own `/opt/ml`, `/tmp` and `/dev/shm`.

A SageMaker script has `/opt/ml` paths in it, so they cannot be rewritten: the process enters a mount
namespace of its own in which a job's directory *is* `/opt/ml`. Nothing of that is visible outside,
and the host's `/opt` is not written to: where it has no `ml`, a private copy of the directory (a
tmpfs whose entries are bind mounts of the real ones) takes its place inside the namespace.

Known differences from a container: the rest of the machine's files are visible, read-only (so that a
job can neither change the laptop nor leave anything for the next job); network and process numbers
are the machine's. This keeps jobs from accidents; it is not a wall against a script
that means harm. Needs Linux, and either root or a kernel that lets users make namespaces.

Standard library only: the process that forks the jobs imports this file by itself.
See user_namespaces(7), mount_namespaces(7), mount(2), mount_setattr(2).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import stat
import sys
from collections.abc import Sequence
from pathlib import Path

_CLONE_NEWNS = 0x00020000
_CLONE_NEWUSER = 0x10000000
_MS_RDONLY = 0x1
_MS_NOSUID = 0x2
_MS_NODEV = 0x4
_MS_REMOUNT = 0x20
_MS_BIND = 0x1000
_MS_REC = 0x4000
_MS_PRIVATE = 0x40000
_SYS_MOUNT_SETATTR = 442
_AT_FDCWD = -100
_AT_RECURSIVE = 0x8000
_MOUNT_ATTR_RDONLY = 0x1

ML = "/opt/ml"
# How the text begins, and the exit code of a container that could not be made (Docker's own).
REFUSAL = f"SageMaker jobs cannot have their own {ML}"
NOT_MADE = 125


class IsolationUnavailable(Exception):
    """This machine does not let a process have its own `/opt/ml`; the text says what to do."""


def enter(root: str, temporary: str, *, hide: Sequence[str] = (), keep: Sequence[str] = ()) -> None:
    """Move the calling process, which must have one thread, into a namespace of its own.

    `root` becomes `/opt/ml` and `temporary` becomes `/tmp`. Directories in `hide` appear empty;
    those in `keep` stay visible even if they lie below `/tmp` or a hidden directory. Raises
    IsolationUnavailable.
    """
    require_linux()
    try:
        _unshare()
        _mount(None, "/", None, _MS_REC | _MS_PRIVATE)
        sources = [os.open(path, os.O_PATH) for path in (root, temporary)]
        kept = [(path, os.open(path, os.O_PATH)) for path in _in_order(keep)]
        _make_read_only("/")
        _make_mount_point(ML)
        for source, target in zip(sources, (ML, "/tmp"), strict=True):
            _bind_writable(source, target)
        _mount("tmpfs", "/dev/shm", "tmpfs", _MS_NOSUID | _MS_NODEV)
        for path in hide:
            if Path(path).is_dir():
                _mount("tmpfs", path, "tmpfs", _MS_NOSUID | _MS_NODEV)
        for path, source in kept:
            if not Path(path).is_dir():
                Path(path).mkdir(parents=True)
                _mount(f"/proc/self/fd/{source}", path, None, _MS_BIND | _MS_REC)
        for descriptor in (*sources, *(source for _, source in kept)):
            os.close(descriptor)
    except OSError as error:
        raise IsolationUnavailable(
            f"{REFUSAL} on this machine ({error}): run as root, or "
            "allow unprivileged user namespaces (sysctl kernel.unprivileged_userns_clone=1; on "
            "Ubuntu kernel.apparmor_restrict_unprivileged_userns=0; in Docker --privileged)"
        ) from error


def _in_order(keep: Sequence[str]) -> list[str]:
    """The directories to keep, parents first: what lies in one is there with it. Before a link comes
    what it leads to: then the link, in a directory that is kept, leads there again."""
    present = {path for path in keep if Path(path).is_dir()}
    real = {str(Path(path).resolve()) for path in present}
    return [*sorted(real), *sorted(present - real)]


def require_linux() -> None:
    """Raise IsolationUnavailable on any other system."""
    if not sys.platform.startswith("linux"):
        raise IsolationUnavailable(
            f"SageMaker jobs run only on Linux here, this is {sys.platform}: a job needs its own "
            f"{ML}, which takes a mount namespace; run the local cloud in a Linux container or VM"
        )


def _unshare() -> None:
    """A new mount namespace; where that needs rights we lack, a user namespace as well."""
    user, group = os.getuid(), os.getgid()
    if user == 0:
        with contextlib.suppress(OSError):
            _call("unshare", _CLONE_NEWNS)
            return
    _call("unshare", _CLONE_NEWUSER | _CLONE_NEWNS)
    Path("/proc/self/setgroups").write_text("deny")
    # Root inside, as in AWS's containers; outside, every file still belongs to the caller.
    Path("/proc/self/uid_map").write_text(f"0 {user} 1")
    Path("/proc/self/gid_map").write_text(f"0 {group} 1")


def _make_mount_point(path: str) -> None:
    """Have a directory at `path` without writing to the host."""
    if Path(path).is_dir():
        return
    parent = str(Path(path).parent)
    original = os.open(parent, os.O_PATH | os.O_DIRECTORY)
    # Looked at before the tmpfs covers them.
    entries = [(entry, entry.stat(follow_symlinks=False).st_mode) for entry in os.scandir(parent)]
    _mount("tmpfs", parent, "tmpfs", _MS_NOSUID | _MS_NODEV)
    for entry, mode in entries:
        source = f"/proc/self/fd/{original}/{entry.name}"
        if stat.S_ISLNK(mode):
            Path(entry.path).symlink_to(Path(source).readlink())
            continue
        if stat.S_ISDIR(mode):
            Path(entry.path).mkdir()
        else:
            Path(entry.path).touch()
        _mount(source, entry.path, None, _MS_BIND | _MS_REC)
    Path(path).mkdir()
    os.close(original)


def _bind_writable(source: int, target: str) -> None:
    _mount(f"/proc/self/fd/{source}", target, None, _MS_BIND)
    # The bind mount inherits read-only from the mount its source lies on.
    _mount(None, target, None, _MS_REMOUNT | _MS_BIND | _MS_NOSUID | _MS_NODEV)


class _MountAttributes(ctypes.Structure):
    _fields_ = [
        ("attr_set", ctypes.c_uint64),
        ("attr_clr", ctypes.c_uint64),
        ("propagation", ctypes.c_uint64),
        ("userns_fd", ctypes.c_uint64),
    ]


def _make_read_only(path: str) -> None:
    """Protect everything mounted so far; a kernel before 5.12 cannot, and goes without."""
    attributes = _MountAttributes(_MOUNT_ATTR_RDONLY, 0, 0, 0)
    with contextlib.suppress(OSError):
        _call(
            "syscall",
            _SYS_MOUNT_SETATTR,
            _AT_FDCWD,
            path.encode(),
            _AT_RECURSIVE,
            ctypes.byref(attributes),
            ctypes.sizeof(attributes),
        )


def _mount(source: str | None, target: str, kind: str | None, flags: int) -> None:
    encoded = [part.encode() if part is not None else None for part in (source, target, kind)]
    _call("mount", *encoded, ctypes.c_ulong(flags), None, about=target)


def _call(name: str, *arguments: object, about: str = "") -> None:
    function = getattr(ctypes.CDLL(None, use_errno=True), name)
    if function(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name} {about}: {os.strerror(number)}")
