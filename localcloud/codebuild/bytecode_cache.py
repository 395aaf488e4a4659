"""Byte code of installed packages, kept from one build to the next.

pip compiles what it installs; uv does not, and compiling all of a large set takes longer than a build.
So the byte code that a build's imports made is kept, and laid beside the sources of the next build that
installs the same distribution: the same files, by the hashes in its RECORD. What is kept was compiled
from a source with that hash, by Python's own test (the size and time of modification that byte code
names). Anything else is compiled on import, as ever. This file is also copied into each build's virtual
environment, and imports nothing of the local cloud.
"""

from __future__ import annotations

import base64
import contextlib
import csv
import hashlib
import os
from collections.abc import Iterator, Sequence
from importlib.util import MAGIC_NUMBER, cache_from_source
from pathlib import Path

# magic number, flags (0: by time and size), time of modification, size: PEP 552
HEADER = 16


def restore(packages: Path, cache: Path, donors: Sequence[Path]) -> int:
    """Give installed distributions their byte code; how many files got theirs.

    `cache` is where `keep` put it; `donors` are other directories of packages of the same Python.
    """
    count = 0
    for record in packages.glob("*.dist-info/RECORD"):
        sources = _sources(record)
        kept = cache / _key(sources)
        if kept.is_dir():
            for name, _ in sources:
                count += _put(_compiled(kept / name), packages / name)
            continue
        for donor in _same(record, sources, donors):
            for name, digest in sources:
                origin, source = _compiled(donor / name), packages / name
                if _one_file(origin, donor / name, source) or _made_from(
                    origin, donor / name, digest
                ):
                    count += _put(origin, source)
    return count


def keep(packages: Path, cache: Path) -> None:
    """Keep the byte code of every installed distribution."""
    for record in packages.glob("*.dist-info/RECORD"):
        sources = _sources(record)
        directory = cache / _key(sources)
        for name, digest in sources:
            origin, target = _compiled(packages / name), _compiled(directory / name)
            if not target.exists() and _made_from(origin, packages / name, digest):
                _lay(origin, target, _start(origin))


def _same(
    record: Path, sources: Sequence[tuple[str, str]], donors: Sequence[Path]
) -> Iterator[Path]:
    for donor in donors:
        other = donor / record.parent.name / "RECORD"
        if other.exists() and _sources(other) == sources:
            yield donor


def _sources(record: Path) -> list[tuple[str, str]]:
    """A distribution's Python files and their hashes; not its scripts, which name their directory."""
    with record.open(newline="") as lines:
        rows = [(row[0], row[1]) for row in csv.reader(lines) if len(row) > 1 and row[1]]
    return sorted(
        row
        for row in rows
        if row[0].endswith(".py") and not row[0].startswith("/") and ".." not in row[0].split("/")
    )


def _digest(source: Path) -> str:
    """A file's hash as RECORD has it."""
    digest = hashlib.sha256(source.read_bytes()).digest()
    return "sha256=" + base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _key(sources: Sequence[tuple[str, str]]) -> str:
    text = repr((MAGIC_NUMBER, sources))
    return hashlib.sha256(text.encode()).hexdigest()


def _compiled(source: Path) -> Path:
    return Path(cache_from_source(str(source), optimization=""))


def _made_from(compiled: Path, source: Path, digest: str) -> bool:
    """Whether byte code was compiled from its source as it is, and that has this hash."""
    start = _start(compiled)
    return bool(start) and start == _header(source) and _digest(source) == digest


def _one_file(compiled: Path, one: Path, other: Path) -> bool:
    """Whether two sources are one file by hard links, and byte code is of it: the usual case."""
    with contextlib.suppress(OSError):
        return one.samefile(other) and _start(compiled) == _header(one)
    return False


def _start(compiled: Path) -> bytes:
    try:
        with compiled.open("rb") as file:
            return file.read(HEADER)
    except OSError:
        return b""


def _header(source: Path) -> bytes:
    """What byte code of this source begins with; PEP 552."""
    try:
        found = source.stat()
    except OSError:
        return b"no source"
    numbers = (0, int(found.st_mtime), found.st_size)
    return MAGIC_NUMBER + b"".join(
        (number & 0xFFFFFFFF).to_bytes(4, "little") for number in numbers
    )


def _put(origin: Path, source: Path) -> bool:
    """Lay byte code beside its source, if there is any and the source has none."""
    target = _compiled(source)
    if not _start(origin) or target.exists():
        return False
    _lay(origin, target, _header(source))
    return True


def _lay(origin: Path, target: Path, header: bytes) -> None:
    with contextlib.suppress(OSError):
        target.parent.mkdir(parents=True, exist_ok=True)
        if header == _start(origin):
            with contextlib.suppress(OSError):
                os.link(origin, target)
                return
        # Another time or file system: under another name first, so that no reader sees half of it.
        half = target.with_name(f"{target.name}.{os.getpid()}")
        half.write_bytes(header + origin.read_bytes()[HEADER:])
        half.replace(target)
