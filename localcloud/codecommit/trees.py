"""Reading and writing git's trees and blobs."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from localcloud.codecommit.git_command import NO_OBJECT, git

NORMAL = "100644"
EXECUTABLE = "100755"
SYMLINK = "120000"


@dataclass(frozen=True)
class Entry:
    """One entry of a tree: `kind` is blob, tree or commit (a submodule)."""

    mode: str
    kind: str
    object_id: str
    path: str


def entries(directory: Path, tree_ish: str, *options: str) -> list[Entry]:
    """The entries of one tree, in git's order."""
    listed = git(directory, "ls-tree", "-z", "--full-tree", *options, tree_ish)
    found = []
    for record in filter(None, listed.split(b"\0")):
        head, _, path = record.partition(b"\t")
        mode, kind, object_id = head.decode().split()
        found.append(Entry(mode, kind, object_id, path.decode(errors="surrogateescape")))
    return found


def all_entries(directory: Path, tree_ish: str) -> list[Entry]:
    """Every file of a tree and of those below it."""
    return entries(directory, tree_ish, "-r")


def find(directory: Path, commit_id: str, path: str) -> Entry | None:
    """The entry at a path of a commit."""
    listed = git(
        directory, "--literal-pathspecs", "ls-tree", "-z", "--full-tree", commit_id, "--", path
    )
    for record in filter(None, listed.split(b"\0")):
        head, _, name = record.partition(b"\t")
        mode, kind, object_id = head.decode().split()
        return Entry(mode, kind, object_id, name.decode(errors="surrogateescape"))
    return None


def read_blobs(directory: Path, object_ids: Sequence[str]) -> list[bytes]:
    """The content of blobs, in the order asked for."""
    if not object_ids:
        return []
    answer = memoryview(
        git(
            directory, "cat-file", "--batch", content="".join(f"{i}\n" for i in object_ids).encode()
        )
    )
    contents, at = [], 0
    for _ in object_ids:
        head_end = at + bytes(answer[at : at + 100]).index(b"\n")
        size = int(bytes(answer[at:head_end]).split()[2])
        contents.append(bytes(answer[head_end + 1 : head_end + 1 + size]))
        at = head_end + 1 + size + 1
    return contents


def store_blobs(directory: Path, contents: Sequence[bytes]) -> list[str]:
    """Store contents; the blobs' ids, in order."""
    if not contents:
        return []
    commands = []
    for number, content in enumerate(contents, start=1):
        commands.append(b"blob\nmark :%d\ndata %d\n%b\n" % (number, len(content), content))
        commands.append(b"get-mark :%d\n" % number)
    answer = git(directory, "fast-import", "--quiet", content=b"".join([*commands, b"done\n"]))
    return answer.decode().split()


def write_tree(
    directory: Path,
    base: str | None,
    put: Mapping[str, tuple[str, str]],
    delete: Iterable[str] = (),
) -> str:
    """A tree: that of `base` without `delete` and with `put` (path: mode and blob); its id."""
    with tempfile.TemporaryDirectory() as scratch:
        index = {"GIT_INDEX_FILE": str(Path(scratch) / "index")}
        git(directory, "read-tree", base or "--empty", more=index)
        lines = [f"0 {NO_OBJECT}\t{path}" for path in delete]
        lines += [f"{mode} {blob}\t{path}" for path, (mode, blob) in put.items()]
        content = "".join(f"{line}\0" for line in lines).encode(errors="surrogateescape")
        git(directory, "update-index", "-z", "--index-info", content=content, more=index)
        return git(directory, "write-tree", more=index).decode().strip()
