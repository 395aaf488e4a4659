"""Which process made an HTTP request: by the two ends of its connection, as Linux lists them.

proc(5): /proc/net/tcp has each connection's ports and inode, /proc/<pid>/fd a link to the inode.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))


def process_with_port(port: int, pids: Iterable[int]) -> int | None:
    """Which of the processes has the connection whose own end is this port of this machine."""
    inodes = set(_inodes(port))
    for pid in pids:
        with contextlib.suppress(OSError):
            for descriptor in os.scandir(f"/proc/{pid}/fd"):
                with contextlib.suppress(OSError):
                    if str(Path(descriptor.path).readlink()) in inodes:
                        return pid
    return None


def _inodes(port: int) -> Iterable[str]:
    wanted = f":{port:04X}"
    for table in TABLES:
        with contextlib.suppress(OSError):
            for line in table.read_text().splitlines()[1:]:
                fields = line.split()
                if fields[1].endswith(wanted):
                    yield f"socket:[{fields[9]}]"
