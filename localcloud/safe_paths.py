"""Names that come in requests, as paths: they stay in the directory that they are meant for.

Every name of a request that becomes a path goes through here (or is looked up in a dictionary, and
never becomes one). Nothing is repaired: what would leave the directory is refused.
"""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

# Of Linux and macOS; in bytes.
LONGEST_NAME = 255
LONGEST_PATH = 4096


class UnsafePath(ValueError):
    """A name that is no path inside its directory; the text says why."""

    def __init__(self, name: str, why: str) -> None:
        shown = name if len(name) <= 200 else f"{name[:200]}…"
        super().__init__(f"{shown!r} {why}")


def relative(name: str) -> PurePosixPath:
    """A relative path below some directory, made of a name with slashes. Raises UnsafePath."""
    if "\0" in name:
        raise UnsafePath(name, "has a NUL character")
    if name.startswith("/"):
        raise UnsafePath(name, "is an absolute path")
    path = PurePosixPath(name)
    if ".." in path.parts:
        raise UnsafePath(name, "leads out of its directory")
    if not path.parts:
        raise UnsafePath(name, "names no file")
    try:
        lengths = [len(os.fsencode(part)) for part in path.parts]
    except UnicodeEncodeError:
        raise UnsafePath(name, "has characters that no file's name can have") from None
    if max(lengths) > LONGEST_NAME or sum(lengths) + len(lengths) > LONGEST_PATH:
        raise UnsafePath(name, "is longer than a path can be")
    return path


def part(name: str) -> str:
    """One part of a path: the name of a file or folder in some directory. Raises UnsafePath."""
    path = relative(name)
    if len(path.parts) != 1 or path.name != name:
        raise UnsafePath(name, "is no single name of a file")
    return name


def below(directory: Path, name: str) -> Path:
    """The path of a name below a directory that nobody else writes to. Raises UnsafePath."""
    return directory / relative(name)


def is_inside(path: Path, directory: Path) -> bool:
    """Whether a path, with all symbolic links followed, is in a directory (or is it).

    For what programs of others have made. A link may be changed after this has looked: it keeps from
    accidents and from what lies there already.
    """
    try:
        real = Path(os.path.realpath(path))
    except (OSError, ValueError):
        return False
    return real.is_relative_to(os.path.realpath(directory))
