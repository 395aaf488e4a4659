"""The operations that read files, folders and differences.

https://docs.aws.amazon.com/codecommit/latest/APIReference/API_GetFile.html and its siblings. Known
difference: GetDifferences with two different paths is refused.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from moto.core.responses import ActionResult

from localcloud.codecommit import browsing, commits, exceptions, names, trees
from localcloud.codecommit.file_changes import MAXIMUM_FILE, MODE_NAMES
from localcloud.codecommit.git_command import GitError, line
from localcloud.codecommit.operations import Operations, page, without_none
from localcloud.errors import AwsError

# https://docs.aws.amazon.com/codecommit/latest/APIReference/API_GetDifferences.html (a page's size
# without MaxResults is not told: assumed)
PAGE = 400


class ContentOperations(Operations):
    """GetBlob, GetFile, GetFolder, GetDifferences."""

    def get_blob(self) -> ActionResult:
        directory = self.repository.directory
        wanted = names.required(self.request_members, "blobId", "BlobIdRequiredException")
        if not names.OBJECT_ID.fullmatch(wanted):
            raise AwsError("InvalidBlobIdException", f"The blob ID {wanted} is not valid")
        try:
            kind = line(directory, "cat-file", "-t", wanted)
        except GitError:
            kind = ""
        if kind != "blob":
            raise AwsError("BlobIdDoesNotExistException", f"Blob ID {wanted} does not exist")
        return ActionResult({"content": _content(directory, wanted)})

    def get_file(self) -> ActionResult:
        directory, request = self.repository.directory, self.request_members
        path = names.path(names.required(request, "filePath", "PathRequiredException"))
        commit_id = _commit(directory, request.get("commitSpecifier"))
        entry = trees.find(directory, commit_id, path)
        if entry is None or entry.kind != "blob":
            raise exceptions.path_not_found("FileDoesNotExistException", path)
        content = _content(directory, entry.object_id)
        answer = {
            "commitId": commit_id,
            "blobId": entry.object_id,
            "filePath": path,
            "fileMode": MODE_NAMES[entry.mode],
            "fileSize": len(content),
            "fileContent": content,
        }
        return ActionResult(answer)

    def get_folder(self) -> ActionResult:
        directory, request = self.repository.directory, self.request_members
        if request.get("folderPath") is None:
            raise AwsError("PathRequiredException", "folderPath is required")
        path = names.path(request["folderPath"], is_folder=True)
        commit_id = _commit(directory, request.get("commitSpecifier"))
        return ActionResult(browsing.folder(directory, commit_id, path))

    def get_differences(self) -> ActionResult:
        directory, request = self.repository.directory, self.request_members
        size = request.get("MaxResults") or PAGE
        if not 1 <= int(size) <= PAGE:
            raise AwsError("InvalidMaxResultsException", f"MaxResults {size}: allowed 1 to {PAGE}")
        after = _commit(
            directory, names.required(request, "afterCommitSpecifier", "CommitRequiredException")
        )
        specifier = request.get("beforeCommitSpecifier")
        before = _commit(directory, specifier) if specifier else None
        path = _compared_path(directory, request, before, after)
        found = browsing.differences(directory, before, after, path)
        items, token = page(found, request.get("NextToken"), int(size))
        return ActionResult(without_none({"differences": items, "NextToken": token}))


def _commit(directory: Path, specifier: str | None) -> str:
    found = commits.find(directory, specifier)
    if found is None:
        raise exceptions.commit_does_not_exist(specifier or "HEAD")
    return found


def _content(directory: Path, blob_id: str) -> bytes:
    size = int(line(directory, "cat-file", "-s", blob_id))
    if size > MAXIMUM_FILE:
        raise AwsError(
            "FileTooLargeException",
            f"The file has {size} bytes; the API answers at most {MAXIMUM_FILE}",
        )
    return trees.read_blobs(directory, [blob_id])[0]


def _compared_path(directory: Path, request: dict[str, Any], before: str | None, after: str) -> str:
    given = {
        names.path(request[member], is_folder=True)
        for member in ("beforePath", "afterPath")
        if request.get(member)
    }
    if len(given) > 1:
        raise AwsError(
            "InvalidPathException",
            "unsupported by the local cloud: a beforePath that is not the afterPath",
        )
    path = given.pop() if given else ""
    sides = [commit for commit in (before, after) if commit]
    if path and not any(trees.find(directory, commit, path) for commit in sides):
        raise exceptions.path_not_found("PathDoesNotExistException", path)
    return path
