"""Which files of a build become its artifact. No AWS call.

https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html#build-spec.artifacts.files:
`*` matches within one directory, `**` in all below it; a file's path in the artifact is relative to
the base directory, which keeps its name if it was found by a pattern.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from localcloud.codebuild.buildspec import ArtifactSpec
from localcloud.safe_paths import is_inside

WILDCARD = re.compile(r"[*?\[]")


def collect(spec: ArtifactSpec, root: Path, within: Path) -> tuple[dict[str, Path], list[str]]:
    """The files of an artifact by their path in it; none if nothing matches.

    And the paths of those that are left out, because they are not `within` a directory.
    """
    found = _matching(spec, root, within)
    outside = {path for path, file in found.items() if not is_inside(file, within)}
    return {path: found[path] for path in found if path not in outside}, sorted(outside)


def _matching(spec: ArtifactSpec, root: Path, within: Path) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for prefix, base in _bases(spec, root):
        if not is_inside(base, within):
            continue
        for path in _files(base):
            relative = path.relative_to(base).as_posix()
            if any(matches(pattern, relative) for pattern in spec.exclude_paths):
                continue
            if any(matches(pattern, relative) for pattern in spec.files):
                found[path.name if spec.discard_paths else f"{prefix}{relative}"] = path
    for pattern in spec.files:
        path = Path(pattern)
        if path.is_absolute() and path.is_file():
            found[path.name if spec.discard_paths else pattern.lstrip("/")] = path
    return found


def matches(pattern: str, path: str) -> bool:
    """Whether a path matches a pattern."""
    return _expression(pattern.removeprefix("./")).fullmatch(path) is not None


def _bases(spec: ArtifactSpec, root: Path) -> Iterator[tuple[str, Path]]:
    base = spec.base_directory or "."
    if not WILDCARD.search(base):
        directory = root / base
        if directory.is_dir():
            yield "", directory
        return
    for directory in sorted(path for path in root.rglob("*") if path.is_dir()):
        relative = directory.relative_to(root).as_posix()
        if matches(base, relative):
            yield f"{relative}/", directory


def _files(directory: Path) -> Iterator[Path]:
    for folder, _, names in os.walk(directory):
        for name in sorted(names):
            path = Path(folder) / name
            if path.is_file():
                yield path


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    made = ""
    for part in re.split(r"(\*\*/|\*\*|\*|\?|\[[^\]]*\])", pattern):
        if part == "**/":
            made += "(?:.*/)?"
        elif part == "**":
            made += ".*"
        elif part == "*":
            made += "[^/]*"
        elif part == "?":
            made += "[^/]"
        elif part.startswith("[") and part.endswith("]"):
            made += part.replace("[!", "[^")
        else:
            made += re.escape(part)
    return re.compile(made)
