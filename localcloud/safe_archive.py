"""Unpacking archives that others made: into an empty directory, and nowhere else.

Refused, by name, before anything is written: absolute paths, `..`, NUL, names longer than a path can
be, devices and pipes, a hard link to what is not in the archive, and more bytes or members than stated.
Symbolic links are made last, so that nothing is written through one, and only those that stay in the
directory however they lead through each other. A backslash is a letter like others, as in every file's
name on Linux. Standard library only.
"""

from __future__ import annotations

import io
import os
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from localcloud import safe_paths
from localcloud.safe_paths import UnsafePath

GIBIBYTE = 1 << 30
MOST_BYTES = 16 * GIBIBYTE
MOST_MEMBERS = 500_000


class BadArchive(Exception):
    """An archive that cannot be read, or that may not be unpacked; the text says why."""


def check_zip(content: bytes, most_bytes: int = MOST_BYTES) -> int:
    """The size of a zip's files in bytes. Raises BadArchive for one that may not be unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _checked_size(archive, most_bytes)
    except UnsafePath as error:
        raise BadArchive(f"the member {error}") from error
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
        raise BadArchive(str(error)) from error


def unzip(content: bytes, directory: Path, most_bytes: int = MOST_BYTES) -> None:
    """Unpack a zip with its permissions and symbolic links. Raises BadArchive."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _checked_size(archive, most_bytes)
            _write_members(archive, directory)
    except UnsafePath as error:
        raise BadArchive(f"the member {error}") from error
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,  # a method of compression
        OSError,
        RuntimeError,  # a password is needed
        ValueError,
    ) as error:
        raise BadArchive(str(error)) from error


def untar(archive: Path, directory: Path, most_bytes: int = MOST_BYTES) -> None:
    """Unpack a .tar.gz that has no links, as SageMaker takes them. Raises BadArchive.

    https://docs.aws.amazon.com/sagemaker/latest/dg/deploy-model-troubleshoot.html
    """
    try:
        with tarfile.open(archive, "r:gz") as members:
            # Read one by one: a bomb is refused before all of it has been unpacked.
            entries: list[tarfile.TarInfo] = []
            left = most_bytes
            for entry in members:
                left -= entry.size
                if left < 0 or len(entries) >= MOST_MEMBERS:
                    raise BadArchive("it is too large to be unpacked")
                entries.append(entry)
            links = [entry.name for entry in entries if entry.issym() or entry.islnk()]
            if links:
                raise BadArchive(f"it holds links: {', '.join(links)[:1000]}")
            for entry in entries:
                if entry.name.strip("/.") or ".." in entry.name:
                    safe_paths.relative(entry.name)
            members.extractall(directory, entries, filter="data")
    except UnsafePath as error:
        raise BadArchive(f"the member {error}") from error
    except (tarfile.TarError, zlib.error, EOFError, OSError, ValueError) as error:
        raise BadArchive(str(error)) from error


def _checked_size(archive: zipfile.ZipFile, most_bytes: int) -> int:
    entries = archive.infolist()
    size = sum(entry.file_size for entry in entries)
    if size > most_bytes or len(entries) > MOST_MEMBERS:
        raise BadArchive(f"it is too large to be unpacked: {size} bytes, {len(entries)} members")
    for entry in entries:
        # `filename` ends where a NUL was.
        if entry.filename.strip("/.") or ".." in entry.filename or "\0" in entry.orig_filename:
            safe_paths.relative(entry.orig_filename)
        kind = stat.S_IFMT(_mode(entry))
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK):
            raise UnsafePath(entry.filename, "is neither a file nor a folder")
    return size


def _write_members(archive: zipfile.ZipFile, directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    links: dict[PurePosixPath, str] = {}
    for entry in archive.infolist():
        if not entry.filename.strip("/."):
            continue
        path = safe_paths.relative(entry.filename)
        if entry.is_dir():
            (directory / path).mkdir(parents=True, exist_ok=True)
            continue
        if stat.S_ISLNK(_mode(entry)):
            links[path] = os.fsdecode(archive.read(entry))
            continue
        target = directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(entry) as source, target.open("wb") as file:
            shutil.copyfileobj(source, file)
        if permissions := _mode(entry) & 0o777:
            target.chmod(permissions | 0o600)
    _make_links(links, directory)


def _make_links(links: Mapping[PurePosixPath, str], directory: Path) -> None:
    """Make all links, or none if one leads out: each may change where the others lead."""
    made: list[Path] = []
    try:
        for path, target in links.items():
            link = directory / path
            if not safe_paths.is_inside(link.parent, directory):
                raise UnsafePath(str(path), "lies behind a link that leads out of its directory")
            link.parent.mkdir(parents=True, exist_ok=True)
            if link.is_symlink() or link.exists():
                raise BadArchive(f"two members are called {path}")
            link.symlink_to(target)
            made.append(link)
        for link in made:
            if not safe_paths.is_inside(link, directory):
                name = str(link.relative_to(directory))
                raise UnsafePath(name, "is a link that leads out of its directory")
    except BaseException:
        for link in reversed(made):
            link.unlink(missing_ok=True)
        raise


def _mode(entry: zipfile.ZipInfo) -> int:
    return entry.external_attr >> 16
