"""What a commit holds and how two commits differ, as GetFile, GetFolder and GetDifferences tell it.

https://docs.aws.amazon.com/codecommit/latest/APIReference/API_GetDifferences.html and its siblings
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from localcloud.codecommit import exceptions, trees
from localcloud.codecommit.file_changes import MODE_NAMES
from localcloud.codecommit.git_command import EMPTY_TREE, NO_OBJECT, git, line
from localcloud.codecommit.trees import SYMLINK


def folder(directory: Path, commit_id: str, path: str) -> dict[str, Any]:
    """The direct content of a folder (the root: an empty path); FolderDoesNotExistException."""
    tree_id = tree_at(directory, commit_id, path)
    if tree_id is None:
        raise exceptions.path_not_found("FolderDoesNotExistException", path)
    told: dict[str, Any] = {"commitId": commit_id, "folderPath": path, "treeId": tree_id}
    folders: list[dict[str, str]] = []
    files: list[dict[str, str]] = []
    links: list[dict[str, str]] = []
    modules: list[dict[str, str]] = []
    for entry in trees.entries(directory, tree_id):
        absolute = f"{path}/{entry.path}" if path else entry.path
        place = {"absolutePath": absolute, "relativePath": entry.path}
        if entry.kind == "tree":
            folders.append({"treeId": entry.object_id, **place})
        elif entry.kind == "commit":
            modules.append({"commitId": entry.object_id, **place})
        else:
            shown = {"blobId": entry.object_id, **place, "fileMode": MODE_NAMES[entry.mode]}
            (links if entry.mode == SYMLINK else files).append(shown)
    return told | {
        "subFolders": folders,
        "files": files,
        "symbolicLinks": links,
        "subModules": modules,
    }


def tree_at(directory: Path, commit_id: str, path: str) -> str | None:
    """The tree of a folder of a commit."""
    if not path:
        return line(directory, "rev-parse", "--verify", f"{commit_id}^{{tree}}")
    entry = trees.find(directory, commit_id, path)
    return entry.object_id if entry is not None and entry.kind == "tree" else None


def differences(
    directory: Path, before: str | None, after: str, path: str = ""
) -> list[dict[str, Any]]:
    """The files that differ between two commits (or none and one), below a path, by path.

    Renames are told as a deletion and an addition; a change of type as a modification.
    """
    limits = ["--", path] if path else []
    raw = git(
        directory,
        "--literal-pathspecs",
        "diff-tree",
        "-r",
        "-z",
        "--raw",
        "--no-renames",
        "--no-abbrev",
        before or EMPTY_TREE,
        after,
        *limits,
    )
    fields = raw.split(b"\0")
    found = []
    for head, name in zip(fields[0::2], fields[1::2], strict=False):
        old_mode, new_mode, old, new, kind = head.decode().lstrip(":").split()
        shown = name.decode(errors="replace")
        told: dict[str, Any] = {"changeType": "M" if kind == "T" else kind}
        if old != NO_OBJECT:
            told["beforeBlob"] = {"blobId": old, "path": shown, "mode": old_mode}
        if new != NO_OBJECT:
            told["afterBlob"] = {"blobId": new, "path": shown, "mode": new_mode}
        found.append(told)
    return found
