"""Finding and ending all that a process has started, also what has left its process group.

A program that daemonises itself (`setsid`, a second fork) leaves its group, and its parent's end would
make it init's child: nobody could say any more who started it. On Linux a process can be made the
*subreaper* of all its descendants (`adopt_orphans`): an orphan below it becomes its child. As long as
such a root lives, everything it ever started is found below it in /proc. No root rights or cgroups are
needed. On other systems there is neither: there a root's process group is ended, and what has left the
group is not found.

A root is stopped before its descendants are killed, and killed last, so that nothing can be started
while they are counted. Standard library only, and little of it: the processes that fork functions and
jobs import this file by itself. See prctl(2) PR_SET_CHILD_SUBREAPER, proc(5).
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterable

_PR_SET_CHILD_SUBREAPER = 36
# A process in an uninterruptible wait cannot be killed: it is given up after this long.
_PATIENCE_SECONDS = 5.0
_PAUSE_SECONDS = 0.002


def adopt_orphans() -> bool:
    """Make this process the new parent of its descendants' orphans; whether that was possible.

    The kernel forgets it at fork and keeps it at exec.
    """
    if not sys.platform.startswith("linux"):
        return False
    import ctypes

    return bool(ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)


def children_by_parent() -> dict[int, list[int]]:
    """Every living process by its parent; nothing where there is no /proc."""
    found: dict[int, list[int]] = {}
    try:
        names = os.listdir("/proc")  # noqa: PTH208 (pathlib takes long to import)
    except OSError:
        return found
    for name in names:
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat", "rb") as file:  # noqa: PTH123
                # The command's name comes in brackets, and may hold anything.
                state, parent = file.read().rpartition(b")")[2].split()[:2]
        except (OSError, ValueError):
            continue
        if state not in (b"Z", b"X"):
            found.setdefault(int(parent), []).append(int(name))
    return found


def descendants(roots: Iterable[int]) -> set[int]:
    """The living processes below the roots, without these."""
    known = children_by_parent()
    given = set(roots)
    found: set[int] = set()
    waiting = list(given)
    while waiting:
        for pid in known.get(waiting.pop(), ()):
            if pid not in found and pid not in given:
                found.add(pid)
                waiting.append(pid)
    return found


def kill_below(roots: Iterable[int], spare: Iterable[int] = ()) -> None:
    """Kill everything below the roots but for `spare` and what is below these; wait for the end."""
    roots, spared = list(roots), list(spare)
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        left = descendants(roots)
        if spared:
            left -= {*spared, *descendants(spared)}
        if not left:
            return
        for pid in left:
            _send(pid, signal.SIGKILL)
        time.sleep(_PAUSE_SECONDS)


def kill_trees(roots: Iterable[int]) -> None:
    """Kill processes, their process groups, and all that is below them, at once.

    A root that has already ended is passed over; what is below another that adopted its orphans goes
    with that one.
    """
    roots = list(roots)
    for root in roots:
        _send(root, signal.SIGSTOP)
    kill_below(roots)
    for root in roots:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(root, signal.SIGKILL)
        # It has no group of its own, or none yet.
        _send(root, signal.SIGKILL)
    # A killed process takes some milliseconds to end: whoever asked for its end may rely on it.
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline and any(map(_is_running, roots)):
        time.sleep(_PAUSE_SECONDS)


def _is_running(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123
            return file.read().rpartition(b")")[2].split()[0] not in (b"Z", b"X")
    except (OSError, IndexError):
        return False


def _send(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)
