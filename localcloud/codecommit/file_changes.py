"""The changes of files that CreateCommit and PutFile ask for: checked, and applied to a tree.

https://docs.aws.amazon.com/codecommit/latest/APIReference/API_CreateCommit.html; limits:
https://docs.aws.amazon.com/codecommit/latest/userguide/limits.html
"""

from __future__ import annotations

import base64
import binascii
import posixpath
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from localcloud.codecommit import exceptions, names, trees
from localcloud.codecommit.trees import EXECUTABLE, NORMAL, SYMLINK, Entry
from localcloud.errors import AwsError

MAXIMUM_FILES = 100
MAXIMUM_FILE = 6 * 1024 * 1024
MAXIMUM_TOTAL = 20 * 1024 * 1024
KEPT_FOLDER_FILE = ".gitkeep"
MODES = {"EXECUTABLE": EXECUTABLE, "NORMAL": NORMAL, "SYMLINK": SYMLINK}
MODE_NAMES = {mode: name for name, mode in MODES.items()}


class FileChanges:
    """A set of changes on top of a commit (none for an empty repository)."""

    def __init__(self, directory: Path, base: str | None) -> None:
        self._directory = directory
        self._base = base
        listed = trees.all_entries(directory, base) if base else []
        self.before = {entry.path: entry for entry in listed}
        self.after: dict[str, tuple[str, str]] = {
            path: (entry.mode, entry.object_id) for path, entry in self.before.items()
        }
        self._named: set[str] = set()

    def apply(self, request: Mapping[str, Any]) -> None:
        """The `putFiles`, `deleteFiles` and `setFileModes` of CreateCommit."""
        put = request.get("putFiles") or []
        deleted = request.get("deleteFiles") or []
        modes = request.get("setFileModes") or []
        number = len(put) + len(deleted) + len(modes)
        if number == 0:
            raise AwsError("FileEntryRequiredException", "No file is put, deleted or changed")
        if number > MAXIMUM_FILES:
            raise AwsError(
                "MaximumFileEntriesExceededException",
                f"{number} files are named; at most {MAXIMUM_FILES} are allowed",
            )
        paths = {self._name_once(each) for each in deleted}
        for each in deleted:
            del self.after[self._existing(names.path(each["filePath"])).path]
        for each in modes:
            entry = self._existing(self._name_once(each))
            mode = MODES[file_mode(each.get("fileMode"), "FileModeRequiredException")]
            self.after[entry.path] = (mode, entry.object_id)
        contents = {}
        for each in put:
            path = self._name_once(each)
            if "sourceFile" in each:
                self._copy(path, each)
            else:
                contents[path] = (each.get("fileMode"), content_of(each.get("fileContent")))
        if sum(len(content) for _, content in contents.values()) > MAXIMUM_TOTAL:
            raise AwsError(
                "FolderContentSizeLimitExceededException",
                f"The files together are larger than {MAXIMUM_TOTAL} bytes",
            )
        self.put(contents)
        if request.get("keepEmptyFolders"):
            self._keep_folders(paths)

    def put(self, contents: Mapping[str, tuple[str | None, bytes]]) -> None:
        """Write files: path, and mode (that of the file before, or NORMAL) and content."""
        blobs = trees.store_blobs(self._directory, [content for _, content in contents.values()])
        for (path, (mode, _)), blob in zip(contents.items(), blobs, strict=True):
            self._check_conflicts(path)
            self.after[path] = (self._mode(path, mode), blob)

    def tree(self) -> str:
        """The tree after the changes."""
        put = {path: new for path, new in self.after.items() if self._old(path) != new}
        gone = [path for path in self.before if path not in self.after]
        return trees.write_tree(self._directory, self._base, put, gone)

    @property
    def added(self) -> list[dict[str, str]]:
        """FileMetadata of what was not there before."""
        return [self._told(p, v) for p, v in self.after.items() if p not in self.before]

    @property
    def updated(self) -> list[dict[str, str]]:
        """FileMetadata of what has another content or mode."""
        return [
            self._told(path, new)
            for path, new in self.after.items()
            if path in self.before and self._old(path) != new
        ]

    @property
    def deleted(self) -> list[dict[str, str]]:
        """FileMetadata of what is gone."""
        gone = [entry for path, entry in self.before.items() if path not in self.after]
        return [self._told(entry.path, (entry.mode, entry.object_id)) for entry in gone]

    def _old(self, path: str) -> tuple[str, str] | None:
        entry = self.before.get(path)
        return (entry.mode, entry.object_id) if entry else None

    def _told(self, path: str, value: tuple[str, str]) -> dict[str, str]:
        mode, blob = value
        return {"absolutePath": path, "blobId": blob, "fileMode": MODE_NAMES.get(mode, "NORMAL")}

    def _mode(self, path: str, mode: str | None) -> str:
        if mode is None:
            entry = self.before.get(path)
            return entry.mode if entry else NORMAL
        return MODES[file_mode(mode)]

    def _copy(self, path: str, entry: Mapping[str, Any]) -> None:
        if "fileContent" in entry:
            raise AwsError(
                "FileContentAndSourceFileSpecifiedException",
                f"Both fileContent and sourceFile are given for {path}",
            )
        source = self._existing(names.path(entry["sourceFile"]["filePath"]))
        self._check_conflicts(path)
        mode = MODES[file_mode(entry["fileMode"])] if entry.get("fileMode") else source.mode
        self.after[path] = (mode, source.object_id)
        if entry["sourceFile"].get("isMove"):
            self.after.pop(source.path, None)

    def _name_once(self, entry: Mapping[str, Any]) -> str:
        path = names.path(names.required(entry, "filePath", "PathRequiredException"))
        if path in self._named:
            raise AwsError("SamePathRequestException", f"{path} is named more than once")
        self._named.add(path)
        return path

    def _existing(self, path: str) -> Entry:
        entry = self.before.get(path)
        if entry is None:
            raise exceptions.path_not_found("FileDoesNotExistException", path)
        return entry

    def _check_conflicts(self, path: str) -> None:
        if any(other.startswith(f"{path}/") for other in self.after):
            raise AwsError("FileNameConflictsWithDirectoryNameException", f"{path} is a folder")
        above = path
        while above := posixpath.dirname(above):
            if above in self.after:
                entry = self.before.get(above)
                if entry is not None and entry.kind == "commit":
                    code = "FilePathConflictsWithSubmodulePathException"
                    raise AwsError(code, f"{above} is a submodule")
                raise AwsError("DirectoryNameConflictsWithFileNameException", f"{above} is a file")

    def _keep_folders(self, deleted: Iterable[str]) -> None:
        folders = {posixpath.dirname(path) for path in deleted} - {""}
        empty = [f for f in folders if not any(p.startswith(f"{f}/") for p in self.after)]
        self.put({f"{folder}/{KEPT_FOLDER_FILE}": (None, b"") for folder in sorted(empty)})


def file_mode(mode: str | None, missing: str = "InvalidFileModeException") -> str:
    """A file mode of a request, checked."""
    if not mode:
        raise AwsError(missing, "fileMode is required")
    if mode not in MODES:
        raise AwsError(
            "InvalidFileModeException", f"fileMode {mode}: allowed are {', '.join(sorted(MODES))}"
        )
    return mode


def content_of(encoded: str | None, missing: str = "SourceFileOrContentRequiredException") -> bytes:
    """A file's content of a request; FileContentSizeLimitExceededException."""
    if encoded is None:
        raise AwsError(missing, "The content of the file is required")
    try:
        content = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise AwsError("SerializationException", "fileContent is not base64") from error
    if len(content) > MAXIMUM_FILE:
        raise AwsError(
            "FileContentSizeLimitExceededException",
            f"The file has {len(content)} bytes; at most {MAXIMUM_FILE} are allowed",
        )
    return content
