"""What a local cloud that did not end by itself (killed, or the machine went off) left in its directory.

A running cloud has a mark in its state directory and takes it away when it stops: whoever starts there
and finds one says what it finds, before it is thrown away.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

MARK = "running.json"
# Kept from one start to the next: it holds what is merely slow to make.
KEPT = "cache"


def mark(state: Path) -> None:
    """Note that a cloud of this process runs in a state directory."""
    told = {"pid": os.getpid(), "started": datetime.now(UTC).isoformat(timespec="seconds")}
    (state / MARK).write_text(json.dumps(told), encoding="utf-8")


def unmark(state: Path) -> None:
    """Note that it has stopped."""
    (state / MARK).unlink(missing_ok=True)


def folders(state: Path) -> list[Path]:
    """What a start throws away."""
    return sorted(each for each in state.glob("*") if each.is_dir() and each.name != KEPT)


def described(state: Path) -> str | None:
    """One sentence about what the last cloud left; None when it ended by itself."""
    try:
        told = json.loads((state / MARK).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        told = {}
    if not isinstance(told, dict):
        told = {}
    sizes = list(_sizes(folders(state)))
    names = ", ".join(folder.name for folder in folders(state)) or "nothing"
    return (
        f"the last local cloud in {state} did not end by itself (process {told.get('pid', 'unknown')}, "
        f"started {told.get('started', 'at an unknown time')}); thrown away what it left: "
        f"{names} ({len(sizes)} files, {sum(sizes) / 1e6:.1f} MB)"
    )


def _sizes(roots: list[Path]) -> Iterator[int]:
    for root in roots:
        for directory, _, names in os.walk(root):
            for name in names:
                with contextlib.suppress(OSError):
                    yield os.lstat(os.path.join(directory, name)).st_size  # noqa: PTH118
