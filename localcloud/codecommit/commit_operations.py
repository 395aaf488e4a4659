"""The operations that read and make commits.

https://docs.aws.amazon.com/codecommit/latest/APIReference/API_CreateCommit.html and its siblings
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult

from localcloud.codecommit import commits, names
from localcloud.codecommit.commit_writing import Writing
from localcloud.codecommit.file_changes import FileChanges, content_of
from localcloud.codecommit.operations import Operations
from localcloud.errors import AwsError

MAXIMUM_COMMITS = 100


class CommitOperations(Operations):
    """GetCommit, BatchGetCommits, CreateCommit, PutFile."""

    def get_commit(self) -> ActionResult:
        directory = self.repository.directory
        wanted = names.required(self.request_members, "commitId", "CommitIdRequiredException")
        commit_id = names.object_id(wanted, "InvalidCommitIdException")
        if not commits.exists(directory, commit_id):
            raise _unknown(commit_id)
        return ActionResult({"commit": commits.describe(directory, commit_id)})

    def batch_get_commits(self) -> ActionResult:
        directory = self.repository.directory
        wanted = names.required(self.request_members, "commitIds", "CommitIdsListRequiredException")
        if len(wanted) > MAXIMUM_COMMITS:
            raise AwsError(
                "CommitIdsLimitExceededException",
                f"{len(wanted)} commit IDs were given; at most {MAXIMUM_COMMITS} are allowed",
            )
        found: list[dict[str, Any]] = []
        errors: list[dict[str, str]] = []
        for commit_id in wanted:
            if names.OBJECT_ID.fullmatch(commit_id) and commits.exists(directory, commit_id):
                found.append(commits.describe(directory, commit_id))
                continue
            error = _unknown(commit_id)
            errors.append(
                {"commitId": commit_id, "errorCode": error.aws_code, "errorMessage": error.message}
            )
        return ActionResult({"commits": found, "errors": errors})

    def create_commit(self) -> ActionResult:
        request = self.request_members
        writing = Writing.of(self.repository, request, "authorName", self.caller_arn)
        changes = FileChanges(writing.repository.directory, writing.parent)
        changes.apply(request)
        if not (changes.added or changes.updated or changes.deleted):
            raise AwsError("NoChangeException", "The commit would change nothing")
        tree_id = changes.tree()
        answer = {
            "commitId": writing.commit(tree_id),
            "treeId": tree_id,
            "filesAdded": changes.added,
            "filesUpdated": changes.updated,
            "filesDeleted": changes.deleted,
        }
        return ActionResult(answer)

    def put_file(self) -> ActionResult:
        request = self.request_members
        writing = Writing.of(self.repository, request, "name", self.caller_arn)
        path = names.path(names.required(request, "filePath", "PathRequiredException"))
        content = content_of(request.get("fileContent"), "FileContentRequiredException")
        changes = FileChanges(writing.repository.directory, writing.parent)
        changes.put({path: (request.get("fileMode"), content)})
        if not (changes.added or changes.updated):
            raise AwsError(
                "SameFileContentException", f"{path} has this content already on {writing.branch}"
            )
        tree_id = changes.tree()
        commit_id = writing.commit(tree_id)
        blob_id = changes.after[path][1]
        return ActionResult({"commitId": commit_id, "blobId": blob_id, "treeId": tree_id})


def _unknown(commit_id: str) -> AwsError:
    return AwsError("CommitIdDoesNotExistException", f"Commit ID {commit_id} does not exist")
